"""A certificate read once: every fact that a check asks for, taken out in one place.

`cryptography` reads lazily and raises a dozen unrelated types on mutated certificates, at any attribute;
after `read` the checks work on plain values and cannot be surprised.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from signing import der, names
from signing.subject import Subject
from signing.verdict import Reason, Refusal

SERIAL_BITS = 160
"""RFC 5280, section 4.1.2.2: 20 octets. A longer one is not even printed: that is quadratic."""

_Value = TypeVar("_Value", bound=x509.ExtensionType)

_UNDERSTOOD = frozenset({
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Certificate:
    """The facts of one X.509 certificate."""

    loaded: x509.Certificate
    der: bytes
    tbs: bytes
    signature: bytes
    signature_oid: str
    spki: bytes
    """SubjectPublicKeyInfo, DER."""
    serial: int
    subject: Subject
    subject_name: x509.Name
    issuer_name: x509.Name
    issuer_attributes: names.Attributes
    """The issuer's name as it is compared with X509IssuerName."""
    not_before: datetime
    not_after: datetime
    may_sign: bool
    """KeyUsage is there and holds digitalSignature or contentCommitment."""
    may_issue: bool
    """BasicConstraints say CA, and KeyUsage is there and holds keyCertSign."""
    path_length: int | None
    """pathLenConstraint: intermediate authorities that may follow; None for any number."""
    strange: bool
    """A critical extension is there that this package does not understand (RFC 5280, section 4.2)."""

    @property
    def name(self) -> str:
        """Name for a person: CN, else the organisation, else the serial number in hexadecimal."""
        return self.subject.common_name or self.subject.organization or f"№ {self.serial:x}"


@lru_cache(maxsize=512)
def read(encoded: bytes) -> Certificate:
    """Read one certificate from DER; raises `Refusal` with reason `CERTIFICATE`, whatever is wrong."""
    try:
        return _read(encoded)
    except Refusal:
        raise
    except Exception as error:
        # ValueError, TypeError, KeyError, UnsupportedAlgorithm, DuplicateExtension, InvalidVersion and others
        # were seen on mutated certificates; all of them mean the same to the sender.
        raise Refusal(Reason.CERTIFICATE, "Сертификат повреждён или записан с ошибками.") from error


def _read(encoded: bytes) -> Certificate:
    loaded = x509.load_der_x509_certificate(encoded)
    serial = loaded.serial_number
    if not 0 < serial < 1 << SERIAL_BITS:
        raise Refusal(
            Reason.CERTIFICATE,
            f"Серийный номер сертификата должен быть положительным и не длиннее {SERIAL_BITS} бит.",
        )
    extensions = loaded.extensions
    usage = _value(extensions, x509.KeyUsage)
    constraints = _value(extensions, x509.BasicConstraints)
    tbs = loaded.tbs_certificate_bytes
    return Certificate(
        loaded=loaded,
        der=encoded,
        tbs=tbs,
        signature=loaded.signature,
        signature_oid=loaded.signature_algorithm_oid.dotted_string,
        spki=der.subject_public_key_info(tbs),
        serial=serial,
        subject=Subject.of(loaded.subject),
        subject_name=loaded.subject,
        issuer_name=loaded.issuer,
        issuer_attributes=names.attributes_of(loaded.issuer),
        not_before=loaded.not_valid_before_utc,
        not_after=loaded.not_valid_after_utc,
        may_sign=usage is not None and (usage.digital_signature or usage.content_commitment),
        may_issue=bool(constraints and constraints.ca and usage and usage.key_cert_sign),
        path_length=constraints.path_length if constraints else None,
        strange=any(item.critical and item.oid not in _UNDERSTOOD for item in extensions),
    )


def _value(extensions: Iterable[x509.Extension[x509.ExtensionType]], kind: type[_Value]) -> _Value | None:
    return next((item.value for item in extensions if isinstance(item.value, kind)), None)
