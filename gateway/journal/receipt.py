"""A receipt: the proof that a message was accepted, for its sender to keep and for anybody to check without us (P8).

One JSON object: what was accepted and when, the record of the journal that says so, its place in the tree, and the
first checkpoint that covers it. Nothing in it is signed but the checkpoint: the record is bound to that by hashes, and
the rest repeats the record. The same message has the same receipt for ever, byte for byte.
"""

from __future__ import annotations

import base64
import dataclasses
import json
from typing import Any, Final

from gateway import settings
from gateway.journal import errors, notes, publishing
from gateway.journal.checkpoint import Checkpoint
from signing import certificates, issue
from signing.certificates import Certificate, read
from signing.errors import SigningError
from signing.gost.backend import Backend
from signing.signer import Signer
from storage import checkpoints, database, directory, journal, merkle, packages, tree

FORMAT: Final = "hcs-gateway-receipt/1"


@dataclasses.dataclass(frozen=True, slots=True)
class Proved:
    """What a receipt that was checked proves."""

    message_guid: str
    requester_guid: str
    accepted_at: str
    sha256: str
    """Of the request's bytes, hex."""
    signed: str | None
    """Digest of the element that the sender signed, base64; None for an unsigned package."""
    index: int
    checkpoint: Checkpoint
    signer: Certificate
    """Of the key that has signed it."""


def make(db: database.Database, key: Signer, conf: settings.Settings, package: packages.Package) -> bytes:
    """Return the receipt of an accepted package; a checkpoint is made where none covers it yet.

    Raises as `publishing.make`.
    """
    kept = publishing.covering(db, key, conf, package.entry_index)
    with db.read() as connection:
        return written(connection, package.entry_index, kept)


def written(connection: directory.Connection, index: int, kept: checkpoints.Kept) -> bytes:
    """Return the receipt of the `package-accepted` entry `index`, under the first checkpoint that covers it."""
    entry = next(journal.entries(connection, index, index + 1))
    path = merkle.inclusion(connection, index, kept.size)
    content = {
        "format": FORMAT,
        **_told(entry),
        "record": entry.record.decode(),
        "index": entry.index,
        "inclusion": [base64.b64encode(each).decode() for each in path],
        "checkpoint": kept.note,
        "certificate": issue.pem(read(kept.certificate)).decode(),
    }
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n".encode()


def check(data: bytes, certificate: Certificate | None, backend: Backend | None) -> Proved:
    """Return what a receipt proves, or raise BadReceipt with the reason; needs no installation.

    `certificate` is the installation's, from wherever it is believed; None takes that in the receipt, which then proves
    only that one key has signed all of it. `backend` is for ГОСТ.
    """
    try:
        content: dict[str, Any] = json.loads(data)
        record, index = content["record"].encode(), content["index"]
        path = [base64.b64decode(each, validate=True) for each in content["inclusion"]]
        note = notes.parse(content["checkpoint"])
        signer = certificate or read_pem(content["certificate"])
        told = {name: content[name] for name in _TOLD}
        entry = journal.decode(record)
    except UnicodeDecodeError as error:
        raise errors.BadReceipt("not a receipt: it is no text") from error
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError, SigningError, errors.BadNote) as error:
        raise errors.BadReceipt(f"not a receipt: {error}") from error
    if content.get("format") != FORMAT:
        raise errors.BadReceipt(f"not a receipt of a known format: {content.get('format')!r}")
    signed = _signed(note, signer, backend)
    if not tree.verify_inclusion(tree.leaf(record), entry.index, signed.size, path, signed.root):
        raise errors.BadReceipt(f"the record is not entry {entry.index} of the journal that the checkpoint has signed")
    if entry.kind != journal.Kind.PACKAGE_ACCEPTED or entry.index != index or told != _told(entry):
        raise errors.BadReceipt("the receipt does not say what its record says")
    return Proved(
        message_guid=told["message_guid"],
        requester_guid=told["requester_guid"],
        accepted_at=told["accepted_at"],
        sha256=told["request"]["sha256"],
        signed=told["signed"] and told["signed"]["digest"],
        index=entry.index,
        checkpoint=signed,
        signer=signer,
    )


def read_pem(pem: str) -> Certificate:
    """Read one certificate from PEM; raises ValueError or SigningError."""
    body = "".join(line for line in pem.splitlines() if not line.startswith("-----"))
    return certificates.usable(base64.b64decode(body, validate=True), "the certificate beside it")


def _signed(note: notes.Note, signer: Certificate, backend: Backend | None) -> Checkpoint:
    try:
        found = Checkpoint.read(note)
    except errors.BadNote as error:
        raise errors.BadReceipt(str(error)) from error
    if not note.is_signed_by(found.origin, signer, backend):
        raise errors.BadReceipt(f"the checkpoint is not signed by {signer.name}, certificate {signer.fingerprint}")
    return found


def _told(entry: journal.Entry) -> dict[str, Any]:
    """Return what the record says of the message, in the words of the receipt."""
    facts, request = entry.facts, entry.payloads[packages.REQUEST]
    digest = bytes.fromhex(str(facts.get("payload_digest") or ""))
    return {
        "message_guid": entry.message,
        "requester_guid": facts["requester_guid"],
        "accepted_at": journal.moment(entry.at),
        "request": {"sha256": request.sha256, "size": request.size},
        "signed": {
            "digest": base64.b64encode(digest).decode(),
            "signature_algorithm": facts["signature_algorithm"],
            "certificate_sha256": facts["certificate_sha256"],
        }
        if digest
        else None,
    }


_TOLD: Final = ("message_guid", "requester_guid", "accepted_at", "request", "signed")
