"""Public keys that no signature may be checked with, in certificates of an authority that signs anything."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, x25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing.verdict import Reason
from tests.signature_attacks import der, keys
from tests.signature_attacks.corpus import AUTHORITY, Family
from tests.signature_attacks.message import MORE, Draft, Holder

FAMILY = Family("keys", "Public keys that no signature may be checked with, certified by a careless authority.")

EC_PUBLIC_KEY, P256 = "1.2.840.10045.2.1", "1.2.840.10045.3.1.7"
RSA_ENCRYPTION, RSASSA_PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
HALF = 32


def spki(algorithm: bytes, key: bytes, unused: int = 0) -> bytes:
    return der.sequence(algorithm, der.bits(key, unused))


def curve_spki(point: bytes, curve: bytes | None = None) -> bytes:
    parameters = der.oid(P256) if curve is None else curve
    return spki(der.sequence(der.oid(EC_PUBLIC_KEY), parameters), point)


def rsa_spki(modulus: int, exponent: int, algorithm: bytes | None = None) -> bytes:
    named = der.sequence(der.oid(RSA_ENCRYPTION), der.null()) if algorithm is None else algorithm
    return spki(named, der.sequence(der.integer(modulus), der.integer(exponent)))


def point(key: ec.EllipticCurvePrivateKey, kind: PublicFormat = PublicFormat.UncompressedPoint) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, kind)


def explicit_parameters(generator: bytes, prime: int = P, order: int = N) -> bytes:
    """P-256 written out (X9.62, ECParameters), around a generator of the writer's choice (CVE-2020-0601)."""
    field = der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(prime))
    coefficients = [number.to_bytes(HALF, "big") for number in (P - 3, B)]
    curve = der.sequence(*(der.octets(each) for each in coefficients))
    return der.sequence(der.integer(1), field, curve, der.octets(generator), der.integer(order), der.integer(1))


def _x(key: ec.EllipticCurvePrivateKey) -> tuple[int, int]:
    numbers = key.public_key().public_numbers()
    return numbers.x, numbers.y


def uncompressed(x: int, y: int, head: bytes = b"\x04") -> bytes:
    return head + x.to_bytes(HALF, "big") + y.to_bytes(HALF, "big")


def _key() -> ec.EllipticCurvePrivateKey:
    return keys.curve("signer")


def no_x() -> int:
    """The smallest x above 4 that no point of P-256 has: x³ - 3x + b is no square."""
    return next(x for x in range(5, 100) if pow(x**3 - 3 * x + B, (P - 1) // 2, P) != 1)


X, Y = _x(_key())
"""The point of the signer's own key."""
GENERATOR = point(ec.derive_private_key(1, ec.SECP256R1()))


def add(
    name: str,
    about: str,
    key_info: bytes,
    *,
    key=None,
    method: str = f"{MORE}ecdsa-sha256",
    reason: Reason = Reason.ALGORITHM,
) -> None:
    """Register a message under a certificate with this SubjectPublicKeyInfo, signed by the key where there is one."""

    def base() -> Draft:
        holder = Holder.of(key or _key(), spki=key_info)
        return Draft(Holder(holder.key, holder.certificate, method))

    FAMILY.add(name, lambda draft: None, reason, about, by=AUTHORITY, base=base)


# --- other curves -----------------------------------------------------------------------------------------------------

for _name, _curve in {
    "secp256k1": ec.SECP256K1,
    "p-224": ec.SECP224R1,
    "p-192": ec.SECP192R1,
    "brainpool-256": ec.BrainpoolP256R1,
    "brainpool-512": ec.BrainpoolP512R1,
}.items():
    _other = keys.curve("signer", _curve)
    add(
        f"key-on-{_name}",
        f"The key is on {_curve.name}, which the profile does not know.",
        keys.spki(_other),
        key=_other,
    )

_EXPLICIT = {
    "parameters-explicit": ("the curve is P-256 written out, not named", explicit_parameters(GENERATOR)),
    "parameters-other-generator": (
        "the curve is written out with the key itself for its generator (CVE-2020-0601): the private key is 1",
        explicit_parameters(uncompressed(X, Y)),
    ),
    "parameters-tiny-order": ("the curve is written out and its order is 1", explicit_parameters(GENERATOR, order=1)),
    "parameters-composite-prime": (
        "the curve is written out over a number that is no prime",
        explicit_parameters(GENERATOR, prime=P - 1),
    ),
    "parameters-null": ("the parameters are NULL", der.null()),
    "parameters-missing": ("there are no parameters", b""),
    "parameters-unknown": ("the curve is an object identifier that nobody knows", der.oid("1.2.3.4.5")),
    "parameters-of-another-curve": ("the point is of P-256 and the curve is called P-384", der.oid("1.3.132.0.34")),
    "parameters-long-identifier": (
        "the object identifier of the curve has 20 000 octets",
        der.tlv(6, b"\x81" * 20_000),
    ),
}
_UNREADABLE = {"parameters-missing", "parameters-long-identifier", "octet-string", "third-value", "empty"}
"""What the reader of the whole certificate stumbles over already."""
for _name, (_what, _parameters) in _EXPLICIT.items():
    _reason = Reason.CERTIFICATE if _name in _UNREADABLE else Reason.ALGORITHM
    add(f"key-{_name}", f"In the key {_what}.", curve_spki(uncompressed(X, Y), _parameters), reason=_reason)

# --- other points -----------------------------------------------------------------------------------------------------

_POINTS = {
    "off-the-curve": ("is not on the curve", uncompressed(X, Y ^ 1)),
    "zero": ("is (0, 0)", uncompressed(0, 0)),
    "at-infinity": ("is the point at infinity", b"\x00"),
    "at-infinity-padded": ("is the point at infinity, padded to the length of a point", bytes(1 + 2 * HALF)),
    "beyond-the-field": ("has an x above the prime", uncompressed((X + P) % 2**256 | 2**255, Y)),
    "x-is-the-prime": ("has an x that is the prime itself, zero by another name", uncompressed(P, Y)),
    "compressed": ("is compressed: another certificate of the same key", point(_key(), PublicFormat.CompressedPoint)),
    "compressed-of-no-point": ("is compressed, and no point has this x", b"\x02" + no_x().to_bytes(HALF, "big")),
    "hybrid": ("is in the hybrid form", uncompressed(X, Y, bytes([6 + (Y & 1)]))),
    "hybrid-of-wrong-parity": (
        "is in the hybrid form and contradicts itself",
        uncompressed(X, Y, bytes([6 + (~Y & 1)])),
    ),
    "of-an-unknown-form": ("is in a form that does not exist", uncompressed(X, Y, b"\x05")),
    "too-short": ("has lost its last octet", uncompressed(X, Y)[:-1]),
    "too-long": ("has an octet more", uncompressed(X, Y) + b"\x00"),
    "empty": ("is empty", b""),
}
for _name, (_what, _point) in _POINTS.items():
    add(f"point-{_name}", f"The point of the key {_what}.", curve_spki(_point))

_EC = der.sequence(der.oid(EC_PUBLIC_KEY), der.oid(P256))
_BROKEN = {
    "unused-bits": ("the bit string claims unused bits", spki(_EC, uncompressed(X, Y), unused=1)),
    "octet-string": ("the point is in an octet string", der.sequence(_EC, der.octets(uncompressed(X, Y)))),
    "third-value": ("a third value follows", der.sequence(_EC, der.bits(uncompressed(X, Y)), der.null())),
    "unknown-algorithm": ("the algorithm is one that nobody knows", spki(der.sequence(der.oid("1.2.3.4.5")), b"\x00")),
    "diffie-hellman": (
        "the algorithm is ECDH, which signs nothing",
        spki(der.sequence(der.oid("1.3.132.1.12"), der.oid(P256)), uncompressed(X, Y)),
    ),
    "empty": ("there is nothing", der.sequence()),
}
for _name, (_what, _key_info) in _BROKEN.items():
    _reason = Reason.CERTIFICATE if _name in _UNREADABLE else Reason.ALGORITHM
    add(f"spki-{_name}", f"In SubjectPublicKeyInfo {_what}.", _key_info, reason=_reason)

# --- other kinds ------------------------------------------------------------------------------------------------------


class _Dsa:
    """DSA with a nonce that is always the same: it gives the key away, and that is public here."""

    def __init__(self) -> None:
        self._key: dsa.DSAPrivateNumbers = keys.stored("dsa-2048").private_numbers()

    def sign(self, data: bytes, *_: object) -> bytes:
        parameters = self._key.public_numbers.parameter_numbers
        nonce = 7
        hashed = int.from_bytes(hashlib.sha256(data).digest(), "big")
        r = pow(parameters.g, nonce, parameters.p) % parameters.q
        s = pow(nonce, -1, parameters.q) * (hashed + self._key.x * r) % parameters.q
        return r.to_bytes(HALF, "big") + s.to_bytes(HALF, "big")


class _Edwards:
    def __init__(self, key: ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes, *_: object) -> bytes:
        return self._key.sign(data)


_ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
_ED448 = ed448.Ed448PrivateKey.from_private_bytes(b"\x01" * 57)
_X25519 = x25519.X25519PrivateKey.from_private_bytes(b"\x01" * 32)
add("key-of-dsa", "The key is of DSA, the signature is called ECDSA.", keys.spki(keys.stored("dsa-2048")), key=_Dsa())
add(
    "key-of-ed25519",
    "The key is of Ed25519, the signature is called ECDSA.",
    keys.spki(_ED25519),
    key=_Edwards(_ED25519),
)
add("key-of-ed448", "The key is of Ed448, the signature is called ECDSA.", keys.spki(_ED448), key=_Edwards(_ED448))
add("key-of-x25519", "The key is of X25519, which signs nothing.", keys.spki(_X25519))

# --- RSA --------------------------------------------------------------------------------------------------------------

_RSA = f"{MORE}rsa-sha256"


def _modulus(name: str) -> int:
    return keys.stored(name).public_key().public_numbers().n


def rsa(name: str, about: str, key_info: bytes, key: str = "rsa-2048") -> None:
    add(name, about, key_info, key=keys.stored(key), method=_RSA)


rsa("rsa-1024", "RSA of 1024 bits, which can be factored.", keys.spki(keys.stored("rsa-1024")), "rsa-1024")
rsa("rsa-16384", "RSA of 16384 bits, which costs what nobody needs.", keys.spki(keys.stored("rsa-16384")), "rsa-16384")
rsa("rsa-exponent-even", "The public exponent is even.", rsa_spki(_modulus("rsa-2048"), 65536))
rsa("rsa-exponent-0", "The public exponent is 0: every signature is 1.", rsa_spki(_modulus("rsa-2048"), 0))
rsa("rsa-exponent-negative", "The public exponent is negative.", rsa_spki(_modulus("rsa-2048"), -3))
add(
    "rsa-modulus-even",
    "The modulus is even.",
    rsa_spki(_modulus("rsa-2048") ^ 1, 65537),
    key=keys.stored("rsa-2048"),
    method=_RSA,
    reason=Reason.SIGNATURE_VALUE,
)
rsa("rsa-modulus-negative", "The modulus is negative.", rsa_spki(-_modulus("rsa-2048"), 65537))
rsa("rsa-modulus-0", "The modulus is 0.", rsa_spki(0, 65537))
rsa("rsa-modulus-1", "The modulus is 1.", rsa_spki(1, 65537))
rsa("rsa-modulus-of-100-000-bits", "The modulus has 100 000 bits.", rsa_spki(2**100_000 - 1, 65537))
rsa(
    "rsa-pss-key",
    "The key is for RSASSA-PSS alone, the signature is PKCS #1 v1.5.",
    rsa_spki(_modulus("rsa-2048"), 65537, der.sequence(der.oid(RSASSA_PSS))),
)


rsa(
    "rsa-pss-key-with-parameters",
    "The key is for RSASSA-PSS with SHA-256 alone, the signature is PKCS #1 v1.5.",
    rsa_spki(
        _modulus("rsa-2048"),
        65537,
        der.sequence(
            der.oid(RSASSA_PSS), der.sequence(der.explicit(0, der.sequence(der.oid("2.16.840.1.101.3.4.2.1"))))
        ),
    ),
)


def _big_exponent() -> tuple[int, int]:
    """A public exponent as long as the modulus of rsa-3072, and the private one that belongs to it."""
    numbers = keys.stored("rsa-3072").private_numbers()
    totient = (numbers.p - 1) * (numbers.q - 1)
    private = int.from_bytes(hashlib.shake_256(b"exponent").digest(380), "big") | 1
    while True:
        try:
            return pow(private, -1, totient), private
        except ValueError:
            private += 2


class RawRsa:
    """RSASSA-PKCS1-v1_5 with SHA-256 by plain arithmetic, for exponents that no library signs with."""

    PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")

    def __init__(self, modulus: int, private: int) -> None:
        self.modulus, self._private = modulus, private
        self.size = (modulus.bit_length() + 7) // 8

    def padded(self, data: bytes) -> bytes:
        block = self.PREFIX + hashlib.sha256(data).digest()
        return b"\x00\x01" + b"\xff" * (self.size - len(block) - 3) + b"\x00" + block

    def power(self, block: bytes) -> bytes:
        return pow(int.from_bytes(block, "big"), self._private, self.modulus).to_bytes(self.size, "big")

    def sign(self, data: bytes, *_: object) -> bytes:
        return self.power(self.padded(data))


BIG_EXPONENT, _PRIVATE = _big_exponent()
BIG = RawRsa(_modulus("rsa-3072"), _PRIVATE)
add(
    "rsa-exponent-as-long-as-the-modulus",
    "The public exponent has 3 072 bits: verifying costs what signing costs.",
    rsa_spki(BIG.modulus, BIG_EXPONENT),
    key=BIG,
    method=_RSA,
)
_ONE = RawRsa(_modulus("rsa-2048"), 1)
add(
    "rsa-exponent-1",
    "The public exponent is 1: the padded digest is its own signature.",
    rsa_spki(_ONE.modulus, 1),
    key=_ONE,
    method=_RSA,
)
