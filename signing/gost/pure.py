"""The backend in plain Python: needs nothing, and is some tens of times slower than the OpenSSL engine."""

from __future__ import annotations

import functools
from collections.abc import Callable

from signing.digests import Hash
from signing.gost import gost94, signature, streebog
from signing.gost.keys import PrivateKey, PublicKey

_HASHES: dict[str, Callable[[], Hash]] = {
    "gost94": gost94.new,
    "streebog256": functools.partial(streebog.new, 32),
    "streebog512": functools.partial(streebog.new, 64),
}


class PureBackend:
    """Implements `backend.Backend`."""

    name = "pure"

    def hash(self, name: str) -> Hash:
        """Start a running digest."""
        return _HASHES[name]()

    def verify(self, key: PublicKey, digest: bytes, signature_: bytes) -> bool:
        """Tell whether the signature is the key's over the digest."""
        return signature.verify(key, digest, signature_)

    def sign(self, key: PrivateKey, digest: bytes) -> bytes:
        """Sign the digest; the time depends on the key (see `signature`)."""
        return signature.sign(key, digest)
