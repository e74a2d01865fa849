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

_QUOTED = 200
"""Characters."""


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
    """The certificate, or an authority above it, had ended at the time asked for."""
    NOT_YET_VALID = "not-yet-valid"
    """The certificate, or an authority above it, had not begun at the time asked for."""
    UNTRUSTED = "untrusted"
    """No authority that is known leads to the certificate."""
    CHAIN = "chain"
    """A chain leads to the certificate and is broken: whom it names as its issuer has not signed it or may not issue,
    the path is too long, or an algorithm in it is not allowed."""
    REVOKED = "revoked"
    """The certificate, or an authority above it, had been revoked by the time asked for."""
    REVOCATION_UNKNOWN = "revocation-unknown"
    """No revocation list that the trust store demands speaks for the time asked for."""
    SIGNATURE_VALUE = "signature-value"
    """SignatureValue is not the key's over SignedInfo."""
    PROPERTIES_DIGEST = "properties-digest"
    """SignedProperties were changed after signing."""
    PAYLOAD_DIGEST = "payload-digest"
    """The content of the element was changed after signing."""


class Conclusion(StrEnum):
    """What follows from all answers together, in the three words of ETSI EN 319 102-1."""

    VALID = "valid"
    """Intact, valid and trusted: TOTAL-PASSED."""
    INVALID = "invalid"
    """Something is refuted, and no further knowledge will mend it: TOTAL-FAILED."""
    INDETERMINATE = "indeterminate"
    """Nothing is refuted, and something is not proved for the time asked for; more knowledge may decide."""


UNDECIDED = frozenset({Reason.EXPIRED, Reason.NOT_YET_VALID, Reason.UNTRUSTED, Reason.REVOCATION_UNKNOWN})
"""Reasons that refute nothing: another time, another authority or a newer list may give another answer."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One check that failed."""

    reason: Reason
    detail: str
    """A Russian sentence that tells a person what is wrong."""

    @property
    def refutes(self) -> bool:
        """Whether the signature cannot be good, whatever else becomes known."""
        return self.reason not in UNDECIDED


def quoted(text: str) -> str:
    """Cut what a stranger has written to a length that a sentence for people can hold."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


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
    """The certificate may sign documents, and was in force at the time asked for: begun, not ended, and not revoked
    as far as the lists of the trust store tell."""
    trusted: bool = False
    """The certificate's chain ends at an anchor, every authority in it in force at the time asked for; or it is
    pinned."""
    failures: tuple[Failure, ...] = ()
    """Every check that failed, in the order of asking; more than one only where the policy is thorough."""
    certificate: x509.Certificate | None = None
    """The signer's certificate, once SigningCertificate has picked it."""
    chain: tuple[x509.Certificate, ...] = ()
    """From the signer's certificate to the anchor, both included; the certificate alone where it is trusted because it
    is pinned; empty where no sound chain was found."""
    pinned_for: frozenset[str] = frozenset()
    """Whose own the certificate is, by the labels under which it is pinned."""
    confined: bool = False
    """Trusted for those in `pinned_for` alone: no authority vouches for it, and nobody has pinned it for all."""
    revoked_at: datetime | None = None
    """Since when the signer's certificate is revoked; may be after the time asked for, which then stays good."""
    listed_at: datetime | None = None
    """When the newest revocation list was made that speaks for the signer's certificate; None where none is known."""
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

    @property
    def failure(self) -> Failure | None:
        """The failed check that decides: the first that refutes the signature, else the first; None when it is good."""
        return next((failure for failure in self.failures if failure.refutes), next(iter(self.failures), None))

    @property
    def conclusion(self) -> Conclusion:
        """What follows; a policy that is not thorough has asked no further than the first failure."""
        if self.good:
            return Conclusion.VALID
        return Conclusion.INVALID if self.failure and self.failure.refutes else Conclusion.INDETERMINATE
