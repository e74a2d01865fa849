"""Electronic signatures of ГИС ЖКХ messages (XAdES-BES, enveloped): how they are judged and made.

    verdict = signing.verify(element, policy=signing.STRICT, trust=store, at=now)
    if verdict.good: ...verdict.element...

The package knows lxml and `cryptography`, and nothing of the gateway or its storage. It never parses
documents.
"""

from __future__ import annotations

from signing.errors import SigningError
from signing.policy import STRICT, THOROUGH, Policy
from signing.signer import PemSigner, Signer
from signing.subject import Subject
from signing.trust import TrustStore
from signing.verdict import Conclusion, Failure, Reason, Verdict
from signing.xades import sign, verify

__all__ = [
    "STRICT",
    "THOROUGH",
    "Conclusion",
    "Failure",
    "PemSigner",
    "Policy",
    "Reason",
    "Signer",
    "SigningError",
    "Subject",
    "TrustStore",
    "Verdict",
    "sign",
    "verify",
]
