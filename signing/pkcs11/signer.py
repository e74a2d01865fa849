"""A `Signer` whose key is on a token; every signature is verified with the certificate before it is given away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric import rsa
from pkcs11 import Mechanism

from signing import errors, trust
from signing.certificates import Certificate
from signing.pkcs11 import token
from signing.pkcs11.connection import Connection
from signing.pkcs11.token import Opened
from signing.pkcs11.uri import KeyUri
from signing.suites import Suite, keys
from signing.suites.ecdsa import ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512
from signing.suites.rsa import RSA_SHA256

_PROBE: Final = b"hcs-gateway: does this key sign?"
"""Signed once, when the key is opened: a token that cannot sign is found out then, not by the first package."""


@dataclass(frozen=True, slots=True)
class _Way:
    """How a token is asked for the signature of a suite."""

    suite: Suite
    mechanism: Mechanism
    prepare: Callable[[bytes], bytes]
    """What is handed to the token: the octets themselves, or their digest."""


def _whole(data: bytes) -> bytes:
    return data


_RSA = _Way(RSA_SHA256, Mechanism.SHA256_RSA_PKCS, _whole)
# CKM_ECDSA takes a digest and returns `r‖s`, as XMLDSig writes it; mechanisms that hash are missing on many tokens.
_ECDSA = {
    "secp256r1": _Way(ECDSA_SHA256, Mechanism.ECDSA, ECDSA_SHA256.digest.of),
    "secp384r1": _Way(ECDSA_SHA384, Mechanism.ECDSA, ECDSA_SHA384.digest.of),
    "secp521r1": _Way(ECDSA_SHA512, Mechanism.ECDSA, ECDSA_SHA512.digest.of),
}


class Pkcs11Signer:
    """Signs with a key on a token; safe for threads, and made anew by nobody when the token was away for a while."""

    def __init__(
        self, connection: Connection, certificate: Certificate, intermediates: tuple[Certificate, ...]
    ) -> None:
        """Pick the suite by the key of the certificate; raises `errors.UnknownKeyKind` where none fits."""
        self._connection = connection
        self._way = _way(certificate.spki)
        self._spki = certificate.spki
        self._certificate = certificate.der
        self._intermediates = tuple(item.der for item in intermediates)

    @classmethod
    def open(cls, uri: KeyUri, certificate: Path | None, *, pin: str | None) -> Self:
        """Open the key, find its certificate, and sign something; raises as `signing.pkcs11.open_signer` says."""
        connection = Connection(uri, pin)
        try:
            chain = trust.load(certificate) if certificate else (connection.use(token.certificate_of),)
            signer = cls(connection, chain[0], chain[1:])
            signer.sign(_PROBE)
        except BaseException:
            connection.close()
            raise
        return signer

    @property
    def suite(self) -> Suite:
        """The algorithm of `sign`, by the key of the certificate."""
        return self._way.suite

    @property
    def certificate(self) -> bytes:
        """The signer's certificate, DER."""
        return self._certificate

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        """Certificates, DER, that link it to an anchor."""
        return self._intermediates

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature over `data`, as SignatureValue carries it.

        Raises `errors.TokenUnavailable` where the token does not answer, and `errors.KeyMismatch` where what it
        answers is no signature by the certificate's key.
        """
        prepared = self._way.prepare(data)
        signature = self._connection.use(lambda opened: _ask(opened, self._way, prepared))
        if not self.suite.verify(self._spki, data, signature):
            raise errors.KeyMismatch
        return signature

    def check(self) -> None:
        """Raise `errors.TokenUnavailable` unless the token is there and logged in to; the key is not used for it."""
        self._connection.check()

    def close(self) -> None:
        """Log out of the token."""
        self._connection.close()


def _ask(opened: Opened, way: _Way, prepared: bytes) -> bytes:
    return opened.key.sign(prepared, mechanism=way.mechanism, pin=opened.pin)


def _way(spki: bytes) -> _Way:
    key = keys.load(spki)
    way = _RSA if isinstance(key, rsa.RSAPublicKey) else _ECDSA.get(key.curve.name) if key else None
    if way is None or not way.suite.accepts(spki):
        raise errors.UnknownKeyKind
    return way
