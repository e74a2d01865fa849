"""ГОСТ Р 34.10: keys that are none, numbers out of range, hashes and addresses of another age.

Curve parameters and hashes are the product's, proved elsewhere by the examples of the standards and by two
implementations; keys, certificates and signatures are written here, with nonces that are always the same.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib

from signing.gost import curves, points, selection
from signing.gost.curves import Curve
from signing.verdict import Reason
from tests.signature_attacks import der, message, x509
from tests.signature_attacks.chains import LINK_NAME, Path, draft_of
from tests.signature_attacks.corpus import ANYBODY, AUTHORITY, HOLDER, Family
from tests.signature_attacks.message import MORE, Draft, Holder
from tests.signature_attacks.public_keys import spki

CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
METHOD_256, METHOD_512 = (f"{CPXMLSEC}gostr34102012-gostr34112012-{bits}" for bits in (256, 512))
METHODS_2001 = {"w3": f"{MORE}gostr34102001-gostr3411", "cpxmlsec": f"{CPXMLSEC}gostr34102001-gostr3411"}
DIGEST_256, DIGEST_512 = (f"{CPXMLSEC}gostr34112012-{bits}" for bits in (256, 512))
DIGESTS_94 = {"w3": f"{MORE}gostr3411", "cpxmlsec": f"{CPXMLSEC}gostr3411"}

KEY_256, KEY_512, KEY_2001 = "1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2", "1.2.643.2.2.19"
HASH_256, HASH_512, HASH_94 = "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.2.3", "1.2.643.2.2.30.1"
SIGNED_256, SIGNED_2001 = (der.sequence(der.oid(each)) for each in ("1.2.643.7.1.1.3.2", "1.2.643.2.2.3"))


def hashed(name: str, data: bytes) -> bytes:
    backend = selection.choose()
    assert backend is not None
    running = backend.hash(name)
    running.update(data)
    return running.digest()


for _address, _hash in {
    DIGEST_256: "streebog256",
    DIGEST_512: "streebog512",
    DIGESTS_94["w3"]: "gost94",
    DIGESTS_94["cpxmlsec"]: "gost94",
}.items():
    message.DIGESTS[_address] = functools.partial(hashed, _hash)


@dataclasses.dataclass(frozen=True)
class Key:
    """A private key; its signatures are `s‖r`, both big-endian."""

    curve: Curve
    d: int
    algorithm: str = KEY_256
    parameters: tuple[str, ...] = (HASH_256,)

    @classmethod
    def named(cls, name: str, curve: Curve, **more: object) -> Key:
        octets = hashlib.shake_256(name.encode()).digest(80)
        return cls(curve, int.from_bytes(octets, "big") % (curve.q - 1) + 1, **more)

    @property
    def size(self) -> int:
        return self.curve.size

    def point(self) -> tuple[int, int]:
        return points.affine(self.curve, points.multiple_of_base(self.curve, self.d))

    def spki(self) -> bytes:
        return public(self.curve, *self.point(), algorithm=self.algorithm, parameters=self.parameters)

    def sign_as(self, method: str, data: bytes) -> bytes:
        name = "gost94" if "2001" in method else "streebog512" if method.endswith("512") else "streebog256"
        return self.sign_digest(hashed(name, data))

    def sign_digest(self, digest: bytes) -> bytes:
        q = self.curve.q
        e = int.from_bytes(digest, "little") % q or 1
        k = int.from_bytes(hashlib.shake_256(digest + self.d.to_bytes(64, "big")).digest(80), "big") % (q - 1) + 1
        r = points.affine(self.curve, points.multiple_of_base(self.curve, k))[0] % q
        return self.pair((r * self.d + k * e) % q, r)

    def pair(self, s: int, r: int) -> bytes:
        return s.to_bytes(self.size, "big") + r.to_bytes(self.size, "big")


class Forger(Key):
    """Signs for a public key whose private one nobody has: multiples of it vanish where it is not looked at."""

    def sign_digest(self, digest: bytes) -> bytes:
        q = self.curve.q
        e = int.from_bytes(digest, "little") % q or 1
        for k in range(1, 1000):
            r = points.affine(self.curve, points.multiple_of_base(self.curve, k))[0] % q
            if -r * pow(e, -1, q) % q % self.curve.cofactor == 0:
                return self.pair(k * e % q, r)
        raise AssertionError("no nonce will do")


def public(
    curve: Curve, x: int, y: int, *, algorithm: str = KEY_256, parameters: tuple[str, ...] = (HASH_256,)
) -> bytes:
    """SubjectPublicKeyInfo of a point, be it one or not."""
    octets = x.to_bytes(curve.size, "little") + y.to_bytes(curve.size, "little")
    return written(octets, curve.oid, *parameters, algorithm=algorithm)


def written(octets: bytes, *parameters: str, algorithm: str = KEY_256) -> bytes:
    named = der.sequence(*(der.oid(each) for each in parameters))
    return spki(der.sequence(der.oid(algorithm), named), der.octets(octets))


_BY_NAME = {curve.name: curve for curve in curves.ALL}
CURVE, CURVE_B = (_BY_NAME[f"GostR3410-2001-CryptoPro-{letter}-ParamSet"] for letter in "AB")
TWISTED, CURVE_512 = (_BY_NAME[f"tc26-gost-3410-{end}-paramSetA"] for end in ("2012-256", "12-512"))
KEY = Key.named("signer", CURVE)
KEY_B = Key.named("signer", CURVE_B)
LONG_KEY = Key.named("signer", CURVE_512, algorithm=KEY_512, parameters=())
OLD_KEY = Key.named("signer", CURVE, algorithm=KEY_2001, parameters=(HASH_94,))


def draft(
    key: Key = KEY, *, key_info: bytes | None = None, method: str = METHOD_256, digest: str = DIGEST_256
) -> Draft:
    certificate = x509.Blank(spki=key_info or key.spki()).signed()
    return Draft(Holder(key, certificate, method), digest)


def good() -> Draft:
    return draft().seal()


FAMILY = Family("gost", "ГОСТ: keys that are none, numbers out of range, hashes and addresses of another age.", good)

# --- values -----------------------------------------------------------------------------------------------------------


def _value(draft: Draft) -> bytes:
    return message.octets_of(draft.inside("ds:SignatureValue"))


_HALF = 32
_VALUES = {
    "swapped": (lambda value: value[_HALF:] + value[:_HALF], "r stands before s, as ECDSA has it"),
    "all-zero": (lambda value: bytes(len(value)), "r and s are zero"),
    "s-zero": (lambda value: bytes(_HALF) + value[_HALF:], "s is zero"),
    "r-zero": (lambda value: value[:_HALF] + bytes(_HALF), "r is zero"),
    "s-is-the-order": (lambda value: KEY.pair(CURVE.q, 0)[:_HALF] + value[_HALF:], "s is the order of the curve"),
    "r-is-the-order": (lambda value: value[:_HALF] + KEY.pair(CURVE.q, 0)[:_HALF], "r is the order of the curve"),
    "all-ones": (lambda value: b"\xff" * len(value), "all bits are set"),
    "trailing-octet": (lambda value: value + b"\x00", "an octet follows, which an engine does not see"),
    "trailing-copy": (lambda value: value * 2, "the value is there twice"),
    "truncated": (lambda value: value[:-1], "the last octet is missing"),
    "half": (lambda value: value[:_HALF], "r is missing"),
    "little-endian": (lambda value: value[:_HALF][::-1] + value[_HALF:][::-1], "s and r are little-endian"),
    "der": (
        lambda value: der.sequence(
            *(der.integer(int.from_bytes(half, "big")) for half in (value[_HALF:], value[:_HALF]))
        ),
        "r and s are in DER",
    ),
    "padded-to-512": (
        lambda value: bytes(_HALF) + value[:_HALF] + bytes(_HALF) + value[_HALF:],
        "it is padded to 128 octets",
    ),
    "s-negated": (
        lambda value: KEY.pair(CURVE.q - int.from_bytes(value[:_HALF], "big"), int.from_bytes(value[_HALF:], "big")),
        "s is subtracted from the order",
    ),
}
for _name, (_make, _what) in _VALUES.items():
    FAMILY.add(
        f"gost-{_name}",
        lambda draft, make=_make: draft.write_value(make(_value(draft))),
        Reason.SIGNATURE_VALUE,
        f"SignatureValue of ГОСТ: {_what}.",
    )


def _over(make) -> object:
    return lambda draft: draft.write_value(KEY.sign_digest(make(draft.signed_info())))


for _name, (_make, _what) in {
    "digest-big-endian": (lambda data: hashed("streebog256", data)[::-1], "the digest is read big-endian"),
    "digest-of-94": (lambda data: hashed("gost94", data), "the digest is of ГОСТ Р 34.11-94"),
    "digest-of-512-cut": (
        lambda data: hashed("streebog512", data)[:_HALF],
        "the digest is the first half of that of 512 bits",
    ),
    "digest-of-sha256": (lambda data: hashlib.sha256(data).digest(), "the digest is SHA-256"),
}.items():
    FAMILY.add(
        f"gost-{_name}",
        _over(_make),
        Reason.SIGNATURE_VALUE,
        f"SignatureValue of ГОСТ: {_what}.",
        by=HOLDER,
        seal=False,
    )


@FAMILY.holder(
    Reason.SIGNATURE_VALUE,
    "A key of 512 bits signs the digest of 256.",
    base=lambda: draft(LONG_KEY, method=METHOD_512, digest=DIGEST_512),
    seal=False,
)
def gost_digest_of_256_under_512(draft):
    draft.write_value(LONG_KEY.sign_digest(hashed("streebog256", draft.seal().signed_info())))


# --- methods and digests ----------------------------------------------------------------------------------------------


def message_of(name: str, reason: str, about: str, base, by: str = AUTHORITY) -> None:
    FAMILY.add(f"gost-{name}", lambda draft: None, reason, about, by=by, base=base, seal=True)


for _name, _method in METHODS_2001.items():
    message_of(
        f"2001-{_name}",
        Reason.ALGORITHM,
        f"A signature of 2001 under “{_method}”: the profile for new packages does not know it.",
        lambda method=_method, digest=DIGESTS_94[_name]: draft(OLD_KEY, method=method, digest=digest),
        HOLDER,
    )
    message_of(
        f"2012-key-under-2001-{_name}",
        Reason.ALGORITHM,
        f"A key of 2012 signs under “{_method}”.",
        lambda method=_method: draft(KEY, method=method),
        HOLDER,
    )
message_of("2001-key-under-2012", Reason.ALGORITHM, "A key of 2001 signs under the address of 2012.",
           lambda: draft(OLD_KEY))  # fmt: skip
message_of("256-key-under-512", Reason.ALGORITHM, "A key of 256 bits signs under the address of 512.",
           lambda: draft(KEY, method=METHOD_512, digest=DIGEST_512))  # fmt: skip
message_of("512-key-under-256", Reason.ALGORITHM, "A key of 512 bits signs under the address of 256.",
           lambda: draft(LONG_KEY))  # fmt: skip
message_of("key-under-ecdsa", Reason.ALGORITHM, "A key of ГОСТ signs under the address of ECDSA.",
           lambda: draft(KEY, method=f"{MORE}ecdsa-sha256"))  # fmt: skip
message_of("method-under-an-ecdsa-key", Reason.ALGORITHM, "A key of ECDSA signs under the address of ГОСТ.",
           lambda: Draft(dataclasses.replace(message.signer(), method=METHOD_256)), HOLDER)  # fmt: skip

for _place, _path in {"request": message.PAYLOAD, "properties": message.PROPERTIES}.items():
    for _name, _digest in DIGESTS_94.items():
        FAMILY.add(
            f"gost-digest-of-the-{_place}-94-{_name}",
            lambda draft, path=_path, digest=_digest: draft.one(f"{path}/ds:DigestMethod").set("Algorithm", digest),
            Reason.ALGORITHM,
            f"The digest of the {_place} is of ГОСТ Р 34.11-94, “{_digest}”.",
            by=HOLDER,
        )

# --- keys -------------------------------------------------------------------------------------------------------------

X, Y = KEY.point()
OF_ORDER_2 = 0x100FE73F595FF158E974B44D478D9588744FE5C192AC47EA63075DCE7A14AAA
"""x of the point of the twisted curve whose y is zero: it is its own negative."""
assert TWISTED.has(OF_ORDER_2, 0)
_COORDINATES = X.to_bytes(_HALF, "little") + Y.to_bytes(_HALF, "little")


def root_of(curve: Curve) -> int:
    """y of the point whose x is zero, where there is one: b is a square."""
    return pow(curve.b, (curve.p + 1) // 4, curve.p)


def key_of(name: str, about: str, key_info, key: Key = KEY, reason: str = Reason.ALGORITHM, **more: str) -> None:
    message_of(f"key-{name}", reason, f"The key of ГОСТ {about}.",
               lambda: draft(key, key_info=key_info() if callable(key_info) else key_info, **more))  # fmt: skip


ZERO_X = next(curve for curve in curves.RFC_4357 if not curve.example and curve.has(0, root_of(curve)))
key_of("off-the-curve", "is not on its curve", public(CURVE, X, Y ^ 1))
key_of("zero", "is (0, 0)", public(CURVE, 0, 0))
key_of("beyond-the-field", "has an x to which the prime was added",
       lambda: public(CURVE_B, KEY_B.point()[0] + CURVE_B.p, KEY_B.point()[1]), KEY_B)  # fmt: skip
key_of("with-x-0", "has x = 0, and some take that for the point at infinity: anybody can sign for it",
       lambda: public(ZERO_X, 0, root_of(ZERO_X)), Forger(ZERO_X, 1), Reason.SIGNATURE_VALUE)  # fmt: skip
key_of("of-order-2", "has the order 2 on a twisted curve: anybody can sign for it",
       lambda: public(TWISTED, OF_ORDER_2, 0, parameters=()), Forger(TWISTED, 1))  # fmt: skip
key_of("big-endian", "is written big-endian",
       written(_COORDINATES[:_HALF][::-1] + _COORDINATES[_HALF:][::-1], CURVE.oid, HASH_256))  # fmt: skip
key_of("exchanged", "has its coordinates exchanged", public(CURVE, Y, X))
key_of("too-short", "has lost its last octet", written(_COORDINATES[:-1], CURVE.oid, HASH_256))
key_of("too-long", "has an octet more", written(_COORDINATES + b"\0", CURVE.oid, HASH_256))
key_of("uncompressed", "is written as ECDSA keys are", written(b"\x04" + _COORDINATES, CURVE.oid, HASH_256))
key_of("empty", "is empty", written(b"", CURVE.oid, HASH_256))
key_of("without-octet-string", "stands bare in the bit string",
       spki(der.sequence(der.oid(KEY_256), der.sequence(der.oid(CURVE.oid), der.oid(HASH_256))),
            _COORDINATES))  # fmt: skip
key_of("of-an-example", "is on the curve of the examples of the standard",
       Key.named("signer", curves.TEST_256).spki(), Key.named("signer", curves.TEST_256))  # fmt: skip
key_of("on-an-unknown-curve", "is on a curve that nobody knows", written(_COORDINATES, "1.2.643.2.2.35.99", HASH_256))
key_of("on-the-curve-of-ecdsa", "is on P-256", written(_COORDINATES, "1.2.840.10045.3.1.7", HASH_256))
key_of("on-a-curve-of-512", "of 256 bits names a curve of 512", written(_COORDINATES, CURVE_512.oid, HASH_256))
key_of("on-another-curve", "names another curve than its own", written(_COORDINATES, CURVE_B.oid, HASH_256))
key_of("for-the-hash-of-94", "of 2012 is for the hash of 94", public(CURVE, X, Y, parameters=(HASH_94,)))
key_of("for-the-hash-of-512", "of 256 bits is for the hash of 512", public(CURVE, X, Y, parameters=(HASH_512,)))
key_of("without-parameters", "has no parameters", spki(der.sequence(der.oid(KEY_256)), der.octets(_COORDINATES)))
key_of("with-parameters-null", "has NULL for parameters",
       spki(der.sequence(der.oid(KEY_256), der.null()), der.octets(_COORDINATES)))  # fmt: skip
key_of("of-512-with-coordinates-of-256", "of 512 bits has coordinates of 256",
       written(_COORDINATES, CURVE_512.oid, algorithm=KEY_512), LONG_KEY,
       method=METHOD_512, digest=DIGEST_512)  # fmt: skip

# --- chains -----------------------------------------------------------------------------------------------------------

ISSUER, OLD_ISSUER = Key.named("issuer", CURVE), Key.named("issuer", CURVE, algorithm=KEY_2001, parameters=(HASH_94,))


def below(issuer: Key, algorithm: bytes, hash_name: str, change=lambda value: value) -> Path:
    """A signer of ГОСТ below an authority of ГОСТ, which the anchor certified."""
    blank = x509.Blank(spki=KEY.spki(), issuer=LINK_NAME, algorithm=algorithm)
    value = change(issuer.sign_digest(hashed(hash_name, blank.tbs())))
    signer = Holder(KEY, blank.with_signature(value), METHOD_256)
    authority = x509.Blank(
        spki=issuer.spki(), serial=der.integer(0x2001), subject=LINK_NAME, extensions=x509.ISSUING
    ).signed()
    return Path(signer, (authority,), "CN=Attack corpus intermediate")


def good_chain() -> Draft:
    return draft_of(below(ISSUER, SIGNED_256, "streebog256")).seal()


_CHAINS = {
    "broken": ("has a bit changed", lambda value: bytes([value[0] ^ 1]) + value[1:], ANYBODY),
    "swapped": ("is r before s", lambda value: value[_HALF:] + value[:_HALF], ANYBODY),
    "trailing-octet": ("has an octet more", lambda value: value + b"\0", ANYBODY),
    "zero": ("is zero", lambda value: bytes(len(value)), ANYBODY),
    "empty": ("is empty", lambda _: b"", ANYBODY),
}
for _name, (_what, _make, _by) in _CHAINS.items():
    message_of(
        f"certificate-signature-{_name}",
        "chain",
        f"The signature of an authority of ГОСТ under the certificate {_what}.",
        lambda make=_make: draft_of(below(ISSUER, SIGNED_256, "streebog256", make)),
        _by,
    )
message_of("certificate-of-2001", "chain", "An authority of ГОСТ 2001 signed the certificate.",
           lambda: draft_of(below(OLD_ISSUER, SIGNED_2001, "gost94")))  # fmt: skip
message_of("certificate-of-2012-by-a-key-of-2001", "chain", "A key of 2001 signed the certificate as one of 2012.",
           lambda: draft_of(below(OLD_ISSUER, SIGNED_256, "streebog256")))  # fmt: skip


def circle(*keys: Key) -> Path:
    """A signer below four authorities of one name, each certified by the key after its own."""
    algorithm = der.sequence(der.oid("1.2.643.7.1.1.3.3"))

    def certified(key_info: bytes, issuer: Key, **pieces: object) -> bytes:
        blank = x509.Blank(spki=key_info, issuer=LINK_NAME, algorithm=algorithm, **pieces)
        return blank.with_signature(issuer.sign_digest(hashed("streebog512", blank.tbs())))

    links = [
        certified(
            key.spki(),
            keys[(number + 1) % len(keys)],
            serial=der.integer(0x2001 + number),
            subject=LINK_NAME,
            extensions=x509.ISSUING,
        )
        for number, key in enumerate(keys)
    ]
    return Path(Holder(KEY, certified(KEY.spki(), keys[0]), METHOD_256), tuple(links), "CN=Attack corpus intermediate")


def _long(number: int) -> Key:
    return Key.named(f"circle {number}", CURVE_512, algorithm=KEY_512, parameters=())


message_of("circle-of-authorities", Reason.UNTRUSTED, "Four authorities of one name and one key of 512 bits.",
           lambda: draft_of(circle(*(_long(0) for _ in range(4)))), ANYBODY)  # fmt: skip
message_of("circle-of-namesakes", Reason.UNTRUSTED, "Four authorities of one name, each with its own key of 512 bits.",
           lambda: draft_of(circle(*(_long(number) for number in range(4)))), ANYBODY)  # fmt: skip
