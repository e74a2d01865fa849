"""Who signs: a key with its certificate, behind an interface that a token or a provider can fill too."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from signing import errors, trust
from signing.certificates import Certificate
from signing.suites import Suite
from signing.suites.ecdsa import ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512, EcdsaSuite
from signing.suites.rsa import RSA_SHA256, RsaSuite

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_OF_CURVE = {"secp256r1": ECDSA_SHA256, "secp384r1": ECDSA_SHA384, "secp521r1": ECDSA_SHA512}


class Signer(Protocol):
    """Signs octets, and shows the certificate that others verify them with."""

    @property
    def suite(self) -> Suite:
        """The algorithm of `sign`."""

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        """Certificates, DER, that link it to an anchor; sent along in KeyInfo. Usually none."""

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature over `data`, as SignatureValue carries it."""


@dataclass(frozen=True, slots=True)
class PemSigner:
    """A software key: RSA or elliptic curve."""

    key: PrivateKey = field(repr=False)
    suite: RsaSuite | EcdsaSuite
    certificate: bytes
    intermediates: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, key: PrivateKey, certificate: Certificate, intermediates: tuple[Certificate, ...] = ()) -> PemSigner:
        """Pair a key with its certificate, and pick the suite that fits the key.

        Raises `errors.KeyMismatch` where they do not belong together, `errors.UnknownKeyKind` where no suite
        fits.
        """
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if spki != certificate.spki:
            raise errors.KeyMismatch
        suite = _OF_CURVE.get(key.curve.name) if isinstance(key, ec.EllipticCurvePrivateKey) else RSA_SHA256
        if suite is None or not suite.accepts(spki):
            raise errors.UnknownKeyKind
        return cls(key, suite, certificate.der, tuple(item.der for item in intermediates))

    @classmethod
    def load(cls, key_path: Path, certificate_path: Path, *, password: bytes | None = None) -> PemSigner:
        """Read a PEM key, and a certificate file: the signer's first, then the intermediates, if any.

        Raises `errors.KeyUnreadable`, `errors.CertificateUnreadable` and what `of` raises.
        """
        certificate, *intermediates = trust.load(certificate_path)
        return cls.of(_load_key(key_path, password), certificate, tuple(intermediates))

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature over `data`, as SignatureValue carries it."""
        if isinstance(self.suite, RsaSuite) and isinstance(self.key, rsa.RSAPrivateKey):
            return self.suite.sign(self.key, data)
        if isinstance(self.suite, EcdsaSuite) and isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.suite.sign(self.key, data)
        raise errors.UnknownKeyKind


def _load_key(path: Path, password: bytes | None) -> PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise errors.KeyUnreadable(f"{path}: {error}") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise errors.UnknownKeyKind(f"{path}: {type(key).__name__}")
    return key
