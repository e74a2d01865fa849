"""Names of the files in a bundle."""

from __future__ import annotations

from typing import Final

from gateway import xml
from gateway.journal.evidence.case import Case

README: Final = "README.md"
SCRIPT: Final = "verify.sh"
RESULT: Final = "result.xml"
ANCHOR: Final = "certificates/anchor.pem"
BETWEEN: Final = "certificates/chain.pem"
CONTRACT: Final = "contract.json"
VERDICT: Final = "verdict.json"
RECEIPT: Final = "receipt.json"
CHECKPOINT: Final = "checkpoint"
CERTIFICATE: Final = "certificate.pem"
OLDER_CHECKPOINT: Final = "proofs/receipt-checkpoint"
OLDER_CERTIFICATE: Final = "proofs/receipt-certificate.pem"
CONSISTENCY: Final = "proofs/consistency"
MANIFEST: Final = "manifest.sha256"
CONTAINER_CERTIFICATE: Final = "certificates/container.pem"
CONTAINER_SIGNATURE: Final = "META-INF/signatures0.xml"


def request(case: Case) -> str:
    """Return the name of the HTTP body: a refused one need not be XML."""
    try:
        xml.parse(case.request if isinstance(case.request, bytes) else b"")
    except xml.NotXML:
        return "request.bin"
    return "request.xml"


def signer(exhibit: str) -> str:
    """Return the name of the certificate by which `request` or `result` was signed."""
    return f"certificates/{'signer' if exhibit == 'request' else exhibit}.pem"


def octets(exhibit: str) -> str:
    """Return the folder of what is taken out of a signed document for openssl."""
    return f"signed/{exhibit}"


def record(index: int) -> str:
    """Return the name of a record's canonical bytes."""
    return f"records/{index}.json"


def proof(index: int) -> str:
    """Return the name of the proof that a record is in the journal."""
    return f"proofs/{index}.tlog-proof"


def crl(number: int) -> str:
    """Return the name of the revocation list with this number, from 1."""
    return f"crls/{number}.pem"
