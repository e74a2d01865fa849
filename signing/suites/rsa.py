"""RSA with PKCS #1 v1.5 padding and SHA-2 (RFC 6931, section 2.3), keys of 2048 to 8192 bits."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from signing import digests
from signing.suites import keys

_SIZES = range(2048, 8192 + 1)
_EXPONENTS = range(3, 1 << 32)
"""A public exponent as long as the modulus makes verifying a hundred times slower."""
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"


@dataclass(frozen=True, slots=True)
class RsaSuite:
    """RSASSA-PKCS1-v1_5 with one hash; the signature is as long as the modulus."""

    name: str
    uri: str
    oid: str
    digest: digests.Digest
    algorithm: hashes.HashAlgorithm

    def accepts(self, spki: bytes) -> bool:
        """RSA keys of 2048 to 8192 bits whose public exponent has at most 32."""
        return _usable(spki) is not None

    def verify(self, spki: bytes, data: bytes, signature: bytes) -> bool:
        """Verify the same octets that PKCS #1 defines; XMLDSig wraps nothing around them."""
        key = _usable(spki)
        if key is None:
            return False
        try:
            key.verify(signature, data, padding.PKCS1v15(), self.algorithm)
        except InvalidSignature:
            return False
        return True

    def verify_certificate(self, spki: bytes, tbs: bytes, signature: bytes) -> bool:
        """Verify as in XML: X.509 carries the same octets."""
        return self.verify(spki, tbs, signature)

    def sign(self, key: rsa.RSAPrivateKey, data: bytes) -> bytes:
        """Sign as `verify` expects it."""
        return key.sign(data, padding.PKCS1v15(), self.algorithm)


def _usable(spki: bytes) -> rsa.RSAPublicKey | None:
    key = keys.load(spki)
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size not in _SIZES:
        return None
    return key if key.public_numbers().e in _EXPONENTS else None


RSA_SHA256 = RsaSuite("rsa-sha256", f"{_MORE}rsa-sha256", "1.2.840.113549.1.1.11", digests.SHA256, hashes.SHA256())
RSA_SHA384 = RsaSuite("rsa-sha384", f"{_MORE}rsa-sha384", "1.2.840.113549.1.1.12", digests.SHA384, hashes.SHA384())
RSA_SHA512 = RsaSuite("rsa-sha512", f"{_MORE}rsa-sha512", "1.2.840.113549.1.1.13", digests.SHA512, hashes.SHA512())

SUITES = (RSA_SHA256, RSA_SHA384, RSA_SHA512)
