"""Public keys that the `cryptography` library can load, by their SubjectPublicKeyInfo.

Loading costs more than verifying, and the same few organisations sign all day: recently used keys are kept. A
loaded public key is immutable and safe to share between threads.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key


@lru_cache(maxsize=1024)
def load(spki: bytes) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey | None:
    """Return the RSA or elliptic curve key; None where the bytes are no such key in its one usual form.

    The library also takes curves that are written out instead of named (RFC 5480, section 2.1.1, forbids them), points
    in other forms, and keys that are for RSASSA-PSS alone (RFC 4055, section 1.2).
    """
    try:
        key = load_der_public_key(spki)
        usual = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except Exception:  # noqa: BLE001 - mutated keys raise ValueError, TypeError, UnsupportedAlgorithm, ...
        return None
    return key if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) and usual == spki else None
