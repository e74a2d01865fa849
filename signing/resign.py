"""Certificates and revocation lists of ГОСТ keys and authorities, which `cryptography` reads but cannot make.

It makes them for a key that it knows; then the key and the algorithm are replaced, and the whole is signed again.
Both documents have the same frame (RFC 5280, sections 4.1 and 5.1): what is signed, the algorithm, the signature;
what is signed names the algorithm once more.
"""

from __future__ import annotations

import functools

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing import der, signer
from signing.gost import keys
from signing.signer import PrivateKey

_HASH_OF_CURVE: dict[str, hashes.SHA256 | hashes.SHA384 | hashes.SHA512] = {
    "secp384r1": hashes.SHA384(),
    "secp521r1": hashes.SHA512(),
}
_TO_THE_KEY = 4
"""Fields of a TBSCertificate from the algorithm to the key: issuer, validity and subject stand between them."""


def maker(key: PrivateKey) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Return the key with which `cryptography` makes a document: the very one, or the one that stands in for ГОСТ."""
    return _stand_in() if isinstance(key, keys.PrivateKey) else key


def certificate(encoded: bytes, key: PrivateKey, issuer: PrivateKey) -> bytes:
    """Return the certificate, DER, for `key`, signed by `issuer`; it was made with each one's `maker`."""
    return _signed_again(encoded, issuer, spki=signer.public_key_of(key))


def revocation_list(encoded: bytes, issuer: PrivateKey) -> bytes:
    """Return the revocation list, DER, signed by `issuer`; it was made with the key's `maker` and `hash_for`."""
    return _signed_again(encoded, issuer)


def hash_for(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> hashes.SHA256 | hashes.SHA384 | hashes.SHA512:
    """Return the hash that is as strong as the key."""
    curve = key.curve.name if isinstance(key, ec.EllipticCurvePrivateKey) else ""
    return _HASH_OF_CURVE.get(curve, hashes.SHA256())


@functools.cache
def _stand_in() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _signed_again(encoded: bytes, issuer: PrivateKey, *, spki: bytes | None = None) -> bytes:
    (_, tbs, _), (_, algorithm, _), _signature = der.values(der.only(encoded)[1])
    fields = [whole for _tag, whole, _content in der.values(der.only(tbs)[1])]
    position = fields.index(algorithm)
    if isinstance(issuer, keys.PrivateKey):
        algorithm = fields[position] = der.sequence(der.object_identifier(signer.gost_suite_of(issuer).oid))
    if spki:
        fields[position + _TO_THE_KEY] = spki
    tbs = der.sequence(*fields)
    return der.sequence(tbs, algorithm, der.bit_string(_signature_of(issuer, tbs)))


def _signature_of(key: PrivateKey, data: bytes) -> bytes:
    """Sign as certificates are signed: ECDSA in DER, unlike in XML."""
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(data, padding.PKCS1v15(), hash_for(key))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(hash_for(key)))
    return signer.gost_suite_of(key).sign(key, data)
