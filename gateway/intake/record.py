"""What the journal keeps of a package: its bytes, and the facts that the intake has found out about it.

Facts are for search and audit; nothing personal is among them (design, "Explicitly not").
"""

from __future__ import annotations

import hashlib
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding

from gateway import errors, wire
from gateway.intake import duplicates, passage
from storage import packages

_VERSION: Final = wire.base("version")


def accepted(on_way: passage.Passage, message_guid: str) -> packages.Accepted:
    """Return a package that has passed, under the MessageGUID that it gets, as the journal takes it."""
    return packages.Accepted(
        message_guid=message_guid,
        sender=on_way.sender,
        requester_guid=on_way.header.message_guid,
        organisation=on_way.organisation.guid if on_way.organisation else "",
        system=on_way.system.login,
        path=on_way.service.path,
        service=on_way.service.name,
        operation=on_way.operation.name,
        pack=on_way.pack.id,
        version=on_way.element.get(_VERSION, ""),
        received_at=on_way.received_at,
        request=on_way.raw,
        facts=_signature(on_way),
    )


def refused(on_way: passage.Passage, rejected: errors.Rejected) -> packages.Refused:
    """Return a refused package with the first check that failed, and what was known by then (P6).

    The detail stays out: it may quote personal data, and facts outlive the erasure of payloads.
    """
    operation = getattr(on_way, "operation", None)
    header = getattr(on_way, "header", None)
    facts: dict[str, str | int | bool | None] = {
        "sender": on_way.sender,
        "requester_guid": header.message_guid if header else None,
        "organisation": on_way.organisation.guid if on_way.organisation else None,
        "system": on_way.system.login,
        "path": on_way.path,
        "digest": on_way.digest,
        "operation": operation.name if operation else None,
    }
    if isinstance(rejected, duplicates.Taken):
        facts["first_digest"] = rejected.first
    return packages.Refused(
        code=rejected.code,
        where=rejected.where,
        received_at=on_way.received_at,
        facts=facts | _signature(on_way),
        request=on_way.raw or None,
    )


def _signature(on_way: passage.Passage) -> dict[str, str | int | bool | None]:
    judged = on_way.verdict
    if judged is None or judged.certificate is None:
        return {"signed": False}
    der = judged.certificate.public_bytes(Encoding.DER)
    return {
        "signed": True,
        "certificate_sha256": hashlib.sha256(der).hexdigest(),
        "certificate_serial": f"{judged.certificate.serial_number:x}",
        "signature_algorithm": judged.signature_algorithm or "",
        "signer_ogrn": judged.subject.ogrn or judged.subject.ogrnip or "",
        "signing_time": judged.signing_time.isoformat() if judged.signing_time else "",
        "payload_digest": (judged.payload_digest or b"").hex(),
    }
