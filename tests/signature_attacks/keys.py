"""The private keys of the corpus. They protect nothing: they are published here, and made from their names.

Curve keys are derived; RSA and DSA keys, whose generation no library promises to repeat, are stored in `test_keys`.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

_FOLDER = Path(__file__).parent / "test_keys"


@functools.cache
def curve(name: str, kind: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """The key of that name on that curve, always the same."""
    order = kind().key_size - 1
    secret = int.from_bytes(hashlib.shake_256(f"{kind.name} {name}".encode()).digest(80), "big") % (1 << order)
    return ec.derive_private_key(secret, kind())


@functools.cache
def stored(name: str) -> Any:
    """A key of the folder, by the name of its file."""
    # Whether the primes are prime was asked when the key was made: half a minute for the longest.
    return load_pem_private_key((_FOLDER / f"{name}.pem").read_bytes(), None, unsafe_skip_rsa_key_validation=True)


def spki(key) -> bytes:
    """SubjectPublicKeyInfo of a private key, DER."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
