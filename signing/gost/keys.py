"""Keys of ГОСТ Р 34.10, and how certificates and key files write them.

A public key that exists is a sound one: on its curve, not at infinity, and in the subgroup of the base point. Whoever
holds a `PublicKey` need not ask again. Encodings: RFC 4491 and RFC 9215 (SubjectPublicKeyInfo), R 1323565.1.023-2018
(PKCS #8); all numbers inside are little-endian.
"""

from __future__ import annotations

import base64
import functools
import secrets
from dataclasses import dataclass, field

from signing import der
from signing.gost import curves, points
from signing.gost.curves import Curve

_LINE = 64
"""Characters of a line of PEM."""
_LONGEST_KEY = 512
"""Bytes of SubjectPublicKeyInfo: more than twice the longest there is, and little to remember of a stranger's."""


@dataclass(frozen=True, slots=True, eq=False)
class Algorithm:
    """One signature algorithm, by the length of its key and the hash that goes with it; one object each."""

    name: str
    oid: str
    """Dotted, of the key."""
    size: int
    """Bytes of one number: of the digest, and of half a signature."""
    hash_name: str
    """`streebog256`, `streebog512` or `gost94`."""
    hash_oid: str
    """Dotted, as the parameters of a key name the hash."""
    curves: tuple[Curve, ...]
    """Parameter sets that its keys may name."""


GOST_2001 = Algorithm("gost2001", "1.2.643.2.2.19", 32, "gost94", "1.2.643.2.2.30.1", curves.RFC_4357)
GOST_2012_256 = Algorithm(
    "gost2012-256", "1.2.643.7.1.1.1.1", 32, "streebog256", "1.2.643.7.1.1.2.2", curves.RFC_4357 + curves.TC26_256
)
GOST_2012_512 = Algorithm("gost2012-512", "1.2.643.7.1.1.1.2", 64, "streebog512", "1.2.643.7.1.1.2.3", curves.TC26_512)

ALGORITHMS = (GOST_2012_256, GOST_2012_512, GOST_2001)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key; making one of a point that is none raises `ValueError`."""

    algorithm: Algorithm
    curve: Curve
    x: int
    y: int

    def __post_init__(self) -> None:
        if self.curve not in self.algorithm.curves:
            raise ValueError("the curve is not one of the algorithm's")
        if not self.curve.has(self.x, self.y):
            raise ValueError("the point is not on its curve")
        if self.curve.cofactor > 1 and points.multiple(self.curve, self.curve.q, (self.x, self.y))[2]:
            raise ValueError("the point is not in the subgroup of the base point")

    def spki(self) -> bytes:
        """Return SubjectPublicKeyInfo, DER."""
        bits = der.octet_string(_little(self.x, self.algorithm) + _little(self.y, self.algorithm))
        return der.sequence(_identifier(self), der.bit_string(bits))


@dataclass(frozen=True, slots=True, weakref_slot=True)
class PrivateKey:
    """A private key; `d` outside 1 … q-1 raises `ValueError`."""

    public: PublicKey = field(init=False)
    algorithm: Algorithm
    curve: Curve
    d: int = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < self.d < self.curve.q:
            raise ValueError("the private key is not in the range of its curve")
        x, y = points.affine(self.curve, points.multiple_of_base(self.curve, self.d))
        object.__setattr__(self, "public", PublicKey(self.algorithm, self.curve, x, y))

    def pkcs8(self) -> bytes:
        """Return PrivateKeyInfo (RFC 5208), DER, not encrypted."""
        return der.sequence(der.integer(0), _identifier(self.public), der.octet_string(_little(self.d, self.algorithm)))

    def pem(self) -> bytes:
        """Return PrivateKeyInfo, PEM, not encrypted."""
        text = base64.b64encode(self.pkcs8()).decode()
        lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
        return "\n".join(["-----BEGIN PRIVATE KEY-----", *lines, "-----END PRIVATE KEY-----", ""]).encode()


def generate(algorithm: Algorithm, curve: Curve) -> PrivateKey:
    """Make a key."""
    return PrivateKey(algorithm, curve, secrets.randbelow(curve.q - 1) + 1)


def read_public(spki: bytes) -> PublicKey | None:
    """Read SubjectPublicKeyInfo; None where the bytes are no sound ГОСТ key on a curve that may be used."""
    return _read_public(spki) if len(spki) <= _LONGEST_KEY else None


# On the two curves with a cofactor it costs a multiplication to recognise a sound point: keys are remembered.
@functools.lru_cache(maxsize=1024)
def _read_public(spki: bytes) -> PublicKey | None:
    try:
        (_tag, _whole, identifier), (tag, _, bits) = _fields(spki)
        algorithm, curve = _named(identifier)
        key_tag, octets = der.only(bits[1:])
        size = algorithm.size
        if (tag, bits[:1], key_tag, len(octets)) != (der.BIT_STRING, b"\0", der.OCTET_STRING, 2 * size):
            return None
        return None if curve.example else PublicKey(algorithm, curve, _number(octets[:size]), _number(octets[size:]))
    except ValueError:
        return None


def is_private(pkcs8: bytes) -> bool:
    """Tell whether the bytes say of themselves that they are a private key of ГОСТ; it may be an unsound one."""
    try:
        _version, (_tag, _whole, identifier), *_rest = _fields(pkcs8)
        return next(der.values(identifier))[1] in _BY_OID
    except (ValueError, StopIteration):
        return False


def read_private(pkcs8: bytes) -> PrivateKey:
    """Read PrivateKeyInfo; raises `ValueError` where it is no ГОСТ key, or an unsound one.

    The key is written bare (as OpenSSL does), inside another OCTET STRING, or as an INTEGER. Masks that follow it are
    multiplied in (R 1323565.1.023-2018).
    """
    (_tag, _whole, version), (_, _, identifier), (tag, _, octets), *_attributes = _fields(pkcs8)
    if version not in {b"\0", b"\1"} or tag != der.OCTET_STRING:
        raise ValueError("not a PrivateKeyInfo")
    algorithm, curve = _named(identifier)
    return PrivateKey(algorithm, curve, _private_number(octets, algorithm, curve))


def _private_number(octets: bytes, algorithm: Algorithm, curve: Curve) -> int:
    if not octets or len(octets) % algorithm.size:
        tag, octets = der.only(octets)
        if tag == der.INTEGER:
            return int.from_bytes(octets, "big", signed=True)
        if tag != der.OCTET_STRING or not octets or len(octets) % algorithm.size:
            raise ValueError("the private key is written in an unknown way")
    number, *masks = (_number(octets[at : at + algorithm.size]) for at in range(0, len(octets), algorithm.size))
    for mask in masks:
        number = number * mask % curve.q
    return number


def _fields(encoded: bytes) -> list[tuple[int, bytes, bytes]]:
    """Return the values inside one SEQUENCE."""
    tag, content = der.only(encoded)
    if tag != der.SEQUENCE:
        raise ValueError("not a SEQUENCE")
    return list(der.values(content))


def _identifier(key: PublicKey) -> bytes:
    """Write AlgorithmIdentifier; RFC 9215, section 4.1: the hash is named beside the sets of RFC 4357 alone."""
    algorithm, curve = key.algorithm, key.curve
    named = [curve.oid, algorithm.hash_oid] if curve in curves.RFC_4357 else [curve.oid]
    parameters = der.sequence(*map(der.object_identifier, named))
    return der.sequence(der.object_identifier(algorithm.oid), parameters)


def _named(identifier: bytes) -> tuple[Algorithm, Curve]:
    """Read the content of AlgorithmIdentifier; parameters of a cipher, which may follow the hash, mean nothing here."""
    (_tag, oid, _content), (tag, _whole, parameters) = der.values(identifier)
    named = [whole for _tag, whole, _content in der.values(parameters)]
    algorithm = _BY_OID.get(oid)
    if algorithm is None or tag != der.SEQUENCE or not named:
        raise ValueError("not a key of ГОСТ Р 34.10")
    if len(named) > 1 and named[1] != der.object_identifier(algorithm.hash_oid):
        raise ValueError("the key is for another hash")
    found = next((curve for curve in algorithm.curves if der.object_identifier(curve.oid) == named[0]), None)
    if found is None:
        raise ValueError("the key is on an unknown curve")
    return algorithm, found


_BY_OID = {der.object_identifier(algorithm.oid): algorithm for algorithm in ALGORITHMS}


def _little(number: int, algorithm: Algorithm) -> bytes:
    return number.to_bytes(algorithm.size, "little")


def _number(octets: bytes) -> int:
    return int.from_bytes(octets, "little")
