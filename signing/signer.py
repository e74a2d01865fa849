"""Who signs: a key with its certificate, behind an interface that a token or a provider can fill too."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from signing import errors, trust
from signing.certificates import Certificate
from signing.gost import keys as gost_keys
from signing.gost import selection
from signing.suites import Suite
from signing.suites import gost as gost_suites
from signing.suites.ecdsa import ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512, EcdsaSuite
from signing.suites.gost import GostSuite
from signing.suites.rsa import RSA_SHA256, RsaSuite

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | gost_keys.PrivateKey
"""A software key of any kind."""

SoftwareSuite: TypeAlias = RsaSuite | EcdsaSuite | GostSuite

_OF_CURVE = {"secp256r1": ECDSA_SHA256, "secp384r1": ECDSA_SHA384, "secp521r1": ECDSA_SHA512}
_PKCS8 = re.compile(rb"-----BEGIN PRIVATE KEY-----(.+?)-----END PRIVATE KEY-----", re.DOTALL)
_RUSSIAN = "1.2.643."
"""The arc of Russian algorithms."""


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

    def check(self) -> None:
        """Raise a `SigningError` where nothing could be signed now; cheap, and the key is not used for it."""

    def close(self) -> None:
        """Let go of whatever holds the key; the signer is not used afterwards."""


@dataclass(frozen=True, slots=True)
class PemSigner:
    """A software key: RSA, elliptic curve or ГОСТ."""

    key: PrivateKey = field(repr=False)
    suite: SoftwareSuite
    certificate: bytes
    intermediates: tuple[bytes, ...] = ()

    @classmethod
    def of(
        cls,
        key: PrivateKey,
        certificate: Certificate,
        intermediates: tuple[Certificate, ...] = (),
        *,
        gost_backend: str = selection.AUTO,
    ) -> PemSigner:
        """Pair a key with its certificate, and pick the suite that fits the key.

        `gost_backend` is one of `gost.selection.CHOICES`. Raises `errors.KeyMismatch` where key and certificate do not
        belong together, `errors.UnknownKeyKind` where no suite fits, `errors.BackendUnavailable`.
        """
        if not _belongs(key, certificate):
            raise errors.KeyMismatch
        suite = suite_of(key, gost_backend=gost_backend)
        if not suite.accepts(certificate.spki):
            raise errors.UnknownKeyKind
        return cls(key, suite, certificate.der, tuple(item.der for item in intermediates))

    @classmethod
    def load(
        cls,
        key_path: Path,
        certificate_path: Path,
        *,
        password: bytes | None = None,
        gost_backend: str = selection.AUTO,
    ) -> PemSigner:
        """Read a PEM key, and a certificate file: the signer's first, then the intermediates, if any.

        A key of ГОСТ is read from PKCS #8 that is not encrypted. Raises `errors.KeyUnreadable`,
        `errors.CertificateUnreadable` and what `of` raises.
        """
        certificate, *intermediates = trust.load(certificate_path)
        key = read_key(key_path, password)
        return cls.of(key, certificate, tuple(intermediates), gost_backend=gost_backend)

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature over `data`, as SignatureValue carries it."""
        if isinstance(self.suite, RsaSuite) and isinstance(self.key, rsa.RSAPrivateKey):
            return self.suite.sign(self.key, data)
        if isinstance(self.suite, EcdsaSuite) and isinstance(self.key, ec.EllipticCurvePrivateKey):
            return self.suite.sign(self.key, data)
        if isinstance(self.suite, GostSuite) and isinstance(self.key, gost_keys.PrivateKey):
            return self.suite.sign(self.key, data)
        raise errors.UnknownKeyKind

    def check(self) -> None:
        """Do nothing: the key is in memory."""

    def close(self) -> None:
        """Do nothing: there is no connection to a key in memory."""


def suite_of(key: PrivateKey, *, gost_backend: str = selection.AUTO) -> SoftwareSuite:
    """Return the suite that a key signs with; raises `errors.UnknownKeyKind`, `errors.BackendUnavailable`."""
    if isinstance(key, rsa.RSAPrivateKey):
        return RSA_SHA256
    if isinstance(key, gost_keys.PrivateKey):
        return gost_suite_of(key, gost_backend=gost_backend)
    suite = _OF_CURVE.get(key.curve.name)
    if suite is None:
        raise errors.UnknownKeyKind
    return suite


def gost_suite_of(key: gost_keys.PrivateKey, *, gost_backend: str = selection.AUTO) -> GostSuite:
    """Return the suite of a ГОСТ key, as `suite_of` does; nothing is signed by ГОСТ of 2001 any more."""
    backend = selection.choose(gost_backend)
    if backend is None:
        raise errors.UnknownKeyKind("ГОСТ is switched off here.")
    for suite in gost_suites.suites(backend):
        if suite.algorithm is key.algorithm:
            return suite
    raise errors.UnknownKeyKind(f"Nothing new is signed with a key of {key.algorithm.name}.")


def public_key_of(key: PrivateKey) -> bytes:
    """Return the SubjectPublicKeyInfo of a key, DER."""
    if isinstance(key, gost_keys.PrivateKey):
        return key.public.spki()
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _belongs(key: PrivateKey, certificate: Certificate) -> bool:
    if isinstance(key, gost_keys.PrivateKey):
        # The same key can be written with and without the name of its hash.
        return gost_keys.read_public(certificate.spki) == key.public
    return public_key_of(key) == certificate.spki


def read_key(path: Path, password: bytes | None = None) -> PrivateKey:
    """Read a private key from PEM: of ГОСТ in PKCS #8 that is not encrypted, of the others in any form.

    Raises `errors.KeyUnreadable`, and `errors.UnknownKeyKind` for a key that nothing here signs with.
    """
    try:
        data = path.read_bytes()
        bare = _PKCS8.search(data)
        encoded = base64.b64decode(bare[1]) if bare else b""
        if gost_keys.is_private(encoded):
            return gost_keys.read_private(encoded)
        key = load_pem_private_key(data, password)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        hint = "; a key of ГОСТ must not be encrypted" if _RUSSIAN in str(error) else ""
        raise errors.KeyUnreadable(f"{path}: {error}{hint}") from error
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise errors.UnknownKeyKind(f"{path}: {type(key).__name__}")
    return key
