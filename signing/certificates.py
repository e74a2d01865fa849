"""A certificate read once: every fact that a check asks for, taken out in one place.

`cryptography` reads lazily and raises a dozen unrelated types on mutated certificates, at any attribute;
after `read` the checks work on plain values and cannot be surprised.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtensionOID

from signing import der, errors, frame, names
from signing.subject import Subject
from signing.verdict import Reason, Refusal, quoted

# Names in Russian certificates are longer than X.520 allows, and strangers' are as long as they like: both are read.
warnings.filterwarnings("ignore", message="Attribute's length must be", category=UserWarning)

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
    is_authority: bool
    """BasicConstraints say CA."""
    may_issue: bool
    """An authority, and KeyUsage holds keyCertSign or is not there (RFC 5280, section 6.1.4, k and n)."""
    may_revoke: bool
    """An authority, and KeyUsage holds cRLSign or is not there (RFC 5280, section 6.3.3, f)."""
    path_length: int | None
    """pathLenConstraint: intermediate authorities that may follow; None for any number."""
    key_id: bytes | None
    """SubjectKeyIdentifier."""
    issuer_key_id: bytes | None
    """keyIdentifier of AuthorityKeyIdentifier: which key of the issuer is said to have signed."""
    crl_points: frozenset[str]
    """Names in CRLDistributionPoints, as `general_name` writes them."""
    strange: bool
    """A critical extension is there that this package does not understand (RFC 5280, section 4.2)."""

    @property
    def name(self) -> str:
        """Name for a person: CN, else the organisation, else the serial number in hexadecimal; cut where it is long."""
        return quoted(self.subject.common_name or self.subject.organization or f"№ {self.serial:x}")

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, hexadecimal."""
        return hashlib.sha256(self.der).hexdigest()


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
    frame.check(encoded)
    loaded = x509.load_der_x509_certificate(encoded)
    extensions = loaded.extensions
    usage = _value(extensions, x509.KeyUsage)
    constraints = _value(extensions, x509.BasicConstraints)
    key_id, issuer_key = _value(extensions, x509.SubjectKeyIdentifier), _value(extensions, x509.AuthorityKeyIdentifier)
    is_authority = constraints is not None and constraints.ca
    tbs = loaded.tbs_certificate_bytes
    subject, issuer = loaded.subject, loaded.issuer  # each time that one is asked for, it is read anew
    return Certificate(
        loaded=loaded,
        der=encoded,
        tbs=tbs,
        signature=loaded.signature,
        signature_oid=loaded.signature_algorithm_oid.dotted_string,
        spki=der.subject_public_key_info(tbs),
        serial=loaded.serial_number,
        subject=Subject.of(subject),
        subject_name=subject,
        issuer_name=issuer,
        issuer_attributes=names.attributes_of(issuer),
        not_before=loaded.not_valid_before_utc,
        not_after=loaded.not_valid_after_utc,
        may_sign=usage is not None and (usage.digital_signature or usage.content_commitment),
        is_authority=is_authority,
        may_issue=is_authority and (usage is None or usage.key_cert_sign),
        may_revoke=is_authority and (usage is None or usage.crl_sign),
        path_length=constraints.path_length if constraints else None,
        key_id=key_id.digest if key_id else None,
        issuer_key_id=issuer_key.key_identifier if issuer_key else None,
        crl_points=_points(_value(extensions, x509.CRLDistributionPoints)),
        strange=any(item.critical and item.oid not in _UNDERSTOOD for item in extensions),
    )


def of(loaded: x509.Certificate) -> Certificate:
    """Read one that `cryptography` has loaded; raises `Refusal` as `read` does."""
    return read(loaded.public_bytes(Encoding.DER))


def load(path: Path) -> tuple[Certificate, ...]:
    """Read one file, PEM (any number) or DER (one); raises `errors.CertificateUnreadable`."""
    try:
        data = path.read_bytes()
        pem = b"-----BEGIN" in data
        found = x509.load_pem_x509_certificates(data) if pem else [x509.load_der_x509_certificate(data)]
    except OSError as error:
        raise errors.CertificateUnreadable(f"{path}: {error}") from error
    except ValueError as error:
        raise errors.CertificateUnreadable(f"{path} holds no certificate: PEM or DER is wanted") from error
    return tuple(usable(item.public_bytes(Encoding.DER), f"{path}: ") for item in found)


def usable(encoded: bytes, where: str) -> Certificate:
    """Read one certificate that its keeper vouches for; raises `errors.CertificateUnreadable`, `where` in front."""
    try:
        return read(encoded)
    except Refusal as refusal:
        raise errors.CertificateUnreadable(f"{where}{refusal.failure.detail}") from refusal


def general_name(name: x509.GeneralName) -> str:
    """Write a GeneralName so that equal ones are equal strings."""
    value = name.value.rfc4514_string() if isinstance(name, x509.DirectoryName) else name.value
    return f"{type(name).__name__}:{value}"


def _points(found: x509.CRLDistributionPoints | None) -> frozenset[str]:
    return frozenset(general_name(name) for point in found or () for name in point.full_name or ())


def _value(extensions: Iterable[x509.Extension[x509.ExtensionType]], kind: type[_Value]) -> _Value | None:
    return next((item.value for item in extensions if isinstance(item.value, kind)), None)
