"""One document of an exchange, bytes in, a verdict with its facts out (`gateway verify`).

Whatever the bytes are, there is an answer and never an exception: the examination of thousands of files must not stop
at one. The signed element is the one that the wire signs: the only request or result in the Body of an envelope, or
the root of a document that stands alone (protocol §6.1, §6.5).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from gateway import wire, xml
from signing import certificates, xades
from signing.policy import Policy
from signing.second_opinion import Opinion, Stance, second_opinion
from signing.subject import Subject
from signing.trust import TrustStore
from signing.verdict import Conclusion, Verdict

NOT_XML: Final = "not-xml"
"""Reason: the file is no document that this gateway, or ГИС ЖКХ, would read."""
ENVELOPE: Final = "envelope"
"""Reason: the envelope has not exactly one element in exactly one Body."""
UNREADABLE: Final = "unreadable"
"""Reason: the file could not be read at all, so nothing is known of it."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The certificate of the signer, as values."""

    subject: Subject
    issuer: str
    """Name of the authority, RFC 4514."""
    serial: str
    """Serial number, hexadecimal."""
    not_before: dt.datetime
    not_after: dt.datetime
    sha256: str
    """Fingerprint of the whole certificate, hexadecimal."""
    revoked_at: dt.datetime | None
    """Since when a revocation list names it; it may be after the time of the examination."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found out about one file."""

    file: str
    verdict: str
    """valid | invalid | indeterminate (`signing.verdict.Conclusion`)."""
    reason: str | None = None
    """The first check that failed: a `signing.verdict.Reason`, or one of this module's; None for a valid signature."""
    detail: str | None = None
    """The same as a Russian sentence."""
    element: str | None = None
    """Local name of the element that was examined."""
    at: dt.datetime
    """The time as of which the certificate was judged."""
    signing_time: dt.datetime | None = None
    """When the signer says that it signed."""
    certificate: Signer | None = None
    signature_algorithm: str | None = None
    digest_algorithm: str | None = None
    intact: bool = False
    valid: bool = False
    trusted: bool = False
    second_opinion: Opinion | None = None
    """What another implementation says; None where it was not asked."""

    @property
    def good(self) -> bool:
        """Whether the signature is valid, and no second opinion speaks against the verdict."""
        other = self.second_opinion
        return self.verdict == Conclusion.VALID and (other is None or other.stance is not Stance.DISAGREES)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Examiner:
    """By what documents are judged; one for any number of them."""

    policy: Policy
    trust: TrustStore
    now: dt.datetime
    """The time as of which certificates are judged, unless `by_signing_time`."""
    by_signing_time: bool = False
    """Judge each certificate as of the moment at which its signer says that it signed."""
    second_opinion: bool = False

    def examine(self, name: str, data: bytes) -> Examination:
        """Judge one document."""
        try:
            element = signed_element(xml.parse(data))
        except xml.NotXML as error:
            return self._refused(name, Conclusion.INVALID, NOT_XML, f"Файл не является документом обмена: {error}.")
        if element is None:
            return self._refused(
                name, Conclusion.INVALID, ENVELOPE, "В теле конверта должен быть ровно один элемент, а тело — одно."
            )
        at, judged = self._judged(element)
        failure = judged.failure
        return Examination(
            file=name,
            verdict=judged.conclusion.value,
            reason=failure.reason.value if failure else None,
            detail=failure.detail if failure else None,
            element=wire.local(element.tag),
            at=at,
            signing_time=judged.signing_time,
            certificate=_signer(judged),
            signature_algorithm=judged.signature_algorithm,
            digest_algorithm=judged.digest_algorithm,
            intact=judged.intact,
            valid=judged.valid,
            trusted=judged.trusted,
            second_opinion=second_opinion(element, judged, self.trust, at) if self.second_opinion else None,
        )

    def unreadable(self, name: str, why: str) -> Examination:
        """Return what is known of a file that could not be read: nothing."""
        return self._refused(name, Conclusion.INDETERMINATE, UNREADABLE, f"Файл не удалось прочитать: {why}.")

    def _judged(self, element: etree._Element) -> tuple[dt.datetime, Verdict]:
        judged = xades.verify(element, policy=self.policy, trust=self.trust, at=self.now)
        if not self.by_signing_time or judged.signing_time is None:
            return self.now, judged
        return judged.signing_time, xades.verify(element, policy=self.policy, trust=self.trust, at=judged.signing_time)

    def _refused(self, name: str, conclusion: Conclusion, reason: str, detail: str) -> Examination:
        return Examination(file=name, verdict=conclusion.value, reason=reason, detail=detail, at=self.now)


def signed_element(root: etree._Element) -> etree._Element | None:
    """Return the element that carries the signature of a message; None for an envelope that has no single one."""
    if root.tag != f"{{{wire.SOAP}}}Envelope":
        return root
    bodies = root.findall(f"{{{wire.SOAP}}}Body")
    children = [child for body in bodies for child in body.iterchildren(etree.Element)]
    return children[0] if len(bodies) == len(children) == 1 else None


def plain(found: Examination) -> dict[str, Any]:
    """Return an examination as JSON can hold it, the names of the fields for keys; times in ISO 8601."""
    return dataclasses.asdict(found)


def _signer(judged: Verdict) -> Signer | None:
    if judged.certificate is None:
        return None
    facts = certificates.read(judged.certificate.public_bytes(Encoding.DER))
    return Signer(
        subject=facts.subject,
        issuer=facts.issuer_name.rfc4514_string(),
        serial=f"{facts.serial:x}",
        not_before=facts.not_before,
        not_after=facts.not_after,
        sha256=hashlib.sha256(facts.der).hexdigest(),
        revoked_at=judged.revoked_at,
    )
