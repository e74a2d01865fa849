"""Signing and verifying by ГОСТ Р 34.10, in plain Python (RFC 7091, section 6): the floor that is always there.

A signature is `s‖r`, both big-endian, each as long as the digest, in XML and in certificates alike (RFC 4491, section
2.2.2; RFC 9215, section 3). The digest is read little-endian.

The time that signing takes depends on the secret numbers. Where somebody can measure it closely, sign with the OpenSSL
backend or with a token.
"""

from __future__ import annotations

import hashlib
import secrets

from signing.gost import points
from signing.gost.curves import Curve
from signing.gost.keys import PrivateKey, PublicKey

_EXTRA = 16
"""More random bytes than the number needs: its remainder is then as good as uniform (FIPS 186-5, annex A.3.1)."""


def halves(key: PublicKey, digest: bytes, signature: bytes) -> tuple[int, int] | None:
    """Return (r, s), both in 1 … q-1; None where the signature is not of the exact form, and so cannot be good.

    Raises `ValueError` for a digest of another length: that would be a defect of the caller.
    """
    size = key.algorithm.size
    if len(digest) != size:
        raise ValueError(f"a digest of {size} bytes is signed, not one of {len(digest)}")
    if len(signature) != 2 * size:
        return None
    s, r = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    return (r, s) if 0 < r < key.curve.q and 0 < s < key.curve.q else None


def verify(key: PublicKey, digest: bytes, signature: bytes) -> bool:
    """Tell whether the signature is the key's over the digest."""
    found = halves(key, digest, signature)
    if found is None:
        return False
    (r, s), curve = found, key.curve
    inverse = pow(_number(digest, curve), -1, curve.q)
    x, _y, z = points.sum_of_multiples(curve, s * inverse % curve.q, -r * inverse % curve.q, (key.x, key.y))
    # r is the x coordinate modulo q; the field may have several such coordinates, and trying them needs no division.
    return z != 0 and any((x - candidate * z * z) % curve.p == 0 for candidate in range(r, curve.p, curve.q))


def sign(key: PrivateKey, digest: bytes) -> bytes:
    """Sign the digest; two signatures over one digest differ."""
    curve, size = key.curve, key.algorithm.size
    if len(digest) != size:
        raise ValueError(f"a digest of {size} bytes is signed, not one of {len(digest)}")
    number = _number(digest, curve)
    while True:
        k = _ephemeral(key, digest)
        r = points.affine(curve, points.multiple_of_base(curve, k))[0] % curve.q
        s = (r * key.d + k * number) % curve.q
        if r and s:
            return s.to_bytes(size, "big") + r.to_bytes(size, "big")


def _number(digest: bytes, curve: Curve) -> int:
    return int.from_bytes(digest, "little") % curve.q or 1


def _ephemeral(key: PrivateKey, digest: bytes) -> int:
    """Make the number that must never repeat: of fresh randomness, and of key and digest, should that be poor."""
    seed = key.d.to_bytes(key.algorithm.size, "big") + digest + secrets.token_bytes(64)
    wide = hashlib.shake_256(b"gost3410" + seed).digest(key.algorithm.size + _EXTRA)
    return int.from_bytes(wide, "big") % (key.curve.q - 1) + 1
