"""ECDSA with SHA-2 on P-256, P-384 and P-521 (RFC 6931, section 2.3.6).

In XML the signature is `r‖s`, both big-endian and exactly as long as the field; in a certificate it is the
DER sequence of the two numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from signing import digests
from signing.suites import keys

_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"


def coordinate_size(key: ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey) -> int:
    """Bytes of one number of the signature: 32, 48 or 66."""
    return (key.curve.key_size + 7) // 8


@dataclass(frozen=True, slots=True)
class EcdsaSuite:
    """ECDSA with one hash on any of the three curves."""

    name: str
    uri: str
    oid: str
    digest: digests.Digest
    algorithm: hashes.HashAlgorithm

    def accepts(self, spki: bytes) -> bool:
        """Keys on P-256, P-384 and P-521."""
        return _curve_key(spki) is not None

    def verify(self, spki: bytes, data: bytes, signature: bytes) -> bool:
        """Verify `r‖s`; another length is no signature, and neither is a zero in either half."""
        key = _curve_key(spki)
        if key is None or len(signature) != 2 * coordinate_size(key):
            return False
        return self.verify_certificate(spki, data, in_der(signature))

    def verify_certificate(self, spki: bytes, tbs: bytes, signature: bytes) -> bool:
        """Verify the DER form."""
        key = _curve_key(spki)
        if key is None:
            return False
        try:
            key.verify(signature, tbs, ec.ECDSA(self.algorithm))
        except InvalidSignature:
            return False
        return True

    def sign(self, key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
        """Sign as `verify` expects it."""
        size = coordinate_size(key)
        r, s = decode_dss_signature(key.sign(data, _signing(self.algorithm)))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _signing(algorithm: hashes.HashAlgorithm) -> ec.ECDSA:
    """Take the nonce from key and data (RFC 6979) where OpenSSL can, since 3.2: no luck is needed, none can fail."""
    try:
        return ec.ECDSA(algorithm, deterministic_signing=True)
    except UnsupportedAlgorithm:
        return ec.ECDSA(algorithm)


def in_der(signature: bytes) -> bytes:
    """Return a signature `r‖s` in the form that certificates and openssl have."""
    half = len(signature) // 2
    return encode_dss_signature(int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))


def _curve_key(spki: bytes) -> ec.EllipticCurvePublicKey | None:
    key = keys.load(spki)
    return key if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in _CURVES else None


ECDSA_SHA256 = EcdsaSuite(
    "ecdsa-sha256", f"{_MORE}ecdsa-sha256", "1.2.840.10045.4.3.2", digests.SHA256, hashes.SHA256()
)
ECDSA_SHA384 = EcdsaSuite(
    "ecdsa-sha384", f"{_MORE}ecdsa-sha384", "1.2.840.10045.4.3.3", digests.SHA384, hashes.SHA384()
)
ECDSA_SHA512 = EcdsaSuite(
    "ecdsa-sha512", f"{_MORE}ecdsa-sha512", "1.2.840.10045.4.3.4", digests.SHA512, hashes.SHA512()
)

SUITES = (ECDSA_SHA256, ECDSA_SHA384, ECDSA_SHA512)
