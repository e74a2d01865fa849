"""What computes ГОСТ: one interface, and behind it the OpenSSL engine or plain Python, which always agree."""

from __future__ import annotations

from typing import Protocol

from signing.digests import Hash
from signing.gost.keys import PrivateKey, PublicKey


class Backend(Protocol):
    """Hashes, verifies and signs; safe to share between threads, one running digest excepted."""

    def __hash__(self) -> int:
        """Of the object: what is made for a backend is made once."""

    @property
    def name(self) -> str:
        """`openssl` or `pure`, for logs and `gateway doctor`."""

    def hash(self, name: str) -> Hash:
        """Start a running digest: `gost94`, `streebog256` or `streebog512`; raises `KeyError` for another name."""

    def verify(self, key: PublicKey, digest: bytes, signature: bytes) -> bool:
        """Tell whether `signature`, `s‖r`, is the key's over `digest`, whose length is the algorithm's."""

    def sign(self, key: PrivateKey, digest: bytes) -> bytes:
        """Return the signature over the digest, `s‖r`."""
