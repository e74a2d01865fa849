"""What was found out about a signature, as a value: intact, valid, trusted, each apart.

A bad signature is never an exception for the caller. Inside the package a check that fails raises `Refusal`,
which `xades.verify` turns into the verdict's `failure`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from signing.subject import NOBODY, Subject
from signing.vocabulary import Element


class Reason(StrEnum):
    """Why a signature is not good; in the order in which the strict profile asks."""

    MISSING = "missing"
    """The element has no Signature as its first child."""
    SHAPE = "shape"
    """The Signature is not laid out as the profile demands."""
    LIMITS = "limits"
    """Something is larger than the profile allows; nothing was computed over it."""
    ALGORITHM = "algorithm"
    """An algorithm is unknown or not allowed, or the key is not of its kind or size."""
    REFERENCE = "reference"
    """The references are not exactly this element and this signature's properties."""
    DUPLICATE_ID = "duplicate-id"
    """An identifier that is referenced occurs twice in the document."""
    CERTIFICATE = "certificate"
    """A certificate cannot be read, or demands what is not understood."""
    CERTIFICATE_MISMATCH = "certificate-mismatch"
    """No certificate in KeyInfo is the one that SigningCertificate names."""
    KEY_USAGE = "key-usage"
    """The certificate is not meant for signing documents."""
    EXPIRED = "expired"
    """The certificate had ended at the time asked for."""
    NOT_YET_VALID = "not-yet-valid"
    """The certificate had not begun at the time asked for."""
    UNTRUSTED = "untrusted"
    """No chain leads from the certificate to an anchor."""
    SIGNATURE_VALUE = "signature-value"
    """SignatureValue is not the key's over SignedInfo."""
    PROPERTIES_DIGEST = "properties-digest"
    """SignedProperties were changed after signing."""
    PAYLOAD_DIGEST = "payload-digest"
    """The content of the element was changed after signing."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The first check that failed."""

    reason: Reason
    detail: str
    """A Russian sentence that tells a person what is wrong."""


class Refusal(Exception):
    """One check failed; leaves the package only as a `Failure`."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.failure = Failure(reason, detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The judgement on one signature at one time.

    Each of the three answers is True only when it was proved: False means refuted, or not reached because an
    earlier check failed (`Policy.thorough` asks all three regardless).
    """

    intact: bool = False
    """SignatureValue and both digests hold: nothing that was signed has changed."""
    valid: bool = False
    """The certificate may sign documents, and was in force at the time asked for."""
    trusted: bool = False
    """The certificate's chain ends at an anchor, every link in force at the time asked for."""
    failure: Failure | None = None
    """The first check that failed; None exactly when the signature is good."""
    certificate: x509.Certificate | None = None
    """The signer's certificate, once SigningCertificate has picked it."""
    chain: tuple[x509.Certificate, ...] = ()
    """From the signer's certificate to the anchor, both included; empty unless trusted."""
    subject: Subject = NOBODY
    """Who signed, as the certificate says; believe it only when `trusted`."""
    signing_time: datetime | None = None
    """When the signer says that it signed; with a zone, and only as true as the signer."""
    signature_algorithm: str | None = None
    """Address of the SignatureMethod."""
    digest_algorithm: str | None = None
    """Address of the DigestMethod of the reference to the payload."""
    payload_digest: bytes | None = None
    """DigestValue of the reference to the payload, raw, as written; for the receipt of a good signature."""
    element: Element | None = None
    """The element that was signed: business data is read from it and nowhere else. None unless intact."""

    @property
    def good(self) -> bool:
        """Intact, valid and trusted."""
        return self.intact and self.valid and self.trusted
