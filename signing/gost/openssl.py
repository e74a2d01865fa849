"""The backend on OpenSSL's engine `gost`: some thousand verifications and tens of megabytes hashed a second.

Before the engine sees anything the key is sound (`keys.PublicKey` is always on its curve) and the signature of the
exact length and range: left alone, it accepts trailing bytes, and stops the process at a digest of another length. A
key on a curve that the engine lacks is computed in plain Python; Debian's lacks none.
"""

from __future__ import annotations

import ctypes
import functools
import threading
import weakref

from signing import errors
from signing.digests import Hash
from signing.gost import libcrypto, signature
from signing.gost.keys import PrivateKey, PublicKey

_DIGESTS = {"gost94": b"md_gost94", "streebog256": b"md_gost12_256", "streebog512": b"md_gost12_512"}
_SIZES = {"gost94": 32, "streebog256": 32, "streebog512": 64}
_KEYS = 1024
"""Public keys that are kept ready: the same few organisations sign all day."""


class OpenSSLBackend:
    """Implements `backend.Backend`; making it raises `errors.BackendUnavailable` where there is no engine."""

    name = "openssl"

    def __init__(self) -> None:
        self.engine = libcrypto.load()
        self._digests = {name: self.engine.digest(short) for name, short in _DIGESTS.items()}
        self._public = functools.lru_cache(maxsize=_KEYS)(self._decoded)
        self._private: weakref.WeakKeyDictionary[PrivateKey, libcrypto.Owned | None] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    def hash(self, name: str) -> Hash:
        """Start a running digest."""
        return _Running(self.engine, self._digests[name], _SIZES[name])

    def verify(self, key: PublicKey, digest: bytes, signature_: bytes) -> bool:
        """Tell whether the signature is the key's over the digest."""
        if signature.halves(key, digest, signature_) is None:
            return False
        ready = self._public(key)
        if ready is None:
            return signature.verify(key, digest, signature_)
        calls = self.engine.calls
        context = self._context(ready)
        self.engine.demand(calls.EVP_PKEY_verify_init(context.pointer))
        returned = calls.EVP_PKEY_verify(context.pointer, signature_, len(signature_), digest, len(digest))
        if returned != 1:
            calls.ERR_clear_error()
        if returned < 0:
            raise errors.BackendFailed
        return bool(returned)

    def sign(self, key: PrivateKey, digest: bytes) -> bytes:
        """Sign the digest."""
        size = key.algorithm.size
        ready = self._signing(key)
        if ready is None or len(digest) != size:
            return signature.sign(key, digest)
        calls = self.engine.calls
        context = self._context(ready)
        made, length = ctypes.create_string_buffer(2 * size), ctypes.c_size_t(2 * size)
        self.engine.demand(calls.EVP_PKEY_sign_init(context.pointer))
        self.engine.demand(calls.EVP_PKEY_sign(context.pointer, made, ctypes.byref(length), digest, size))
        if length.value != 2 * size:
            raise errors.BackendFailed
        return made.raw

    def knows(self, key: PublicKey) -> bool:
        """Tell whether the engine computes with this key; if not, plain Python does."""
        return self._public(key) is not None

    def _decoded(self, key: PublicKey) -> libcrypto.Owned | None:
        return self.engine.decode("d2i_PUBKEY", key.spki())

    def _signing(self, key: PrivateKey) -> libcrypto.Owned | None:
        with self._lock:
            if key not in self._private:
                self._private[key] = self.engine.decode("d2i_AutoPrivateKey", key.pkcs8())
            return self._private[key]

    def _context(self, ready: libcrypto.Owned) -> libcrypto.Owned:
        calls = self.engine.calls
        return libcrypto.Owned(calls.EVP_PKEY_CTX_new(ready.pointer, self.engine.pointer), calls.EVP_PKEY_CTX_free)


class _Running:
    """A running digest; its object in the library is given back together with it."""

    __slots__ = ("_context", "_engine", "_size")

    def __init__(self, engine: libcrypto.Engine, digest: int, size: int) -> None:
        self._engine = engine
        self._size = size
        self._context = self._new()
        engine.demand(engine.calls.EVP_DigestInit_ex(self._context.pointer, digest, engine.pointer))

    def update(self, data: bytes, /) -> None:
        """Take the next piece."""
        self._engine.demand(self._engine.calls.EVP_DigestUpdate(self._context.pointer, data, len(data)))

    def digest(self) -> bytes:
        """Return the raw value over all the pieces so far; more may follow, so a copy is finished."""
        calls, copy = self._engine.calls, self._new()
        out = ctypes.create_string_buffer(self._size)
        self._engine.demand(calls.EVP_MD_CTX_copy_ex(copy.pointer, self._context.pointer))
        self._engine.demand(calls.EVP_DigestFinal_ex(copy.pointer, out, None))
        return out.raw

    def _new(self) -> libcrypto.Owned:
        calls = self._engine.calls
        return libcrypto.Owned(calls.EVP_MD_CTX_new(), calls.EVP_MD_CTX_free)
