"""OpenSSL's libcrypto with its engine `gost`, called directly: `ctypes` lets other threads run during each call.

The engine is fetched for our own calls and made the default of nothing; it is registered as the reader of ГОСТ keys,
which nobody else reads. RSA, ECDSA and TLS in the same process stay as they were. `cryptography` carries a libcrypto
of its own, which knows no engine.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from signing import errors

_NAME = "libcrypto.so.3"
_ENGINE = b"gost"
_LOAD_DYNAMIC_ENGINES = 0x400
"""OPENSSL_INIT_ENGINE_DYNAMIC."""

_POINTER, _INT, _SIZE, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t, ctypes.c_char_p

# Result, then parameters (OpenSSL 3.0, manual pages of section 3).
_FUNCTIONS: dict[str, tuple[Any, ...]] = {
    "OPENSSL_init_crypto": (_INT, ctypes.c_uint64, _POINTER),
    "ENGINE_by_id": (_POINTER, _TEXT),
    "ENGINE_init": (_INT, _POINTER),
    "ENGINE_register_pkey_asn1_meths": (_INT, _POINTER),
    "ENGINE_get_digest": (_POINTER, _POINTER, _INT),
    "OBJ_sn2nid": (_INT, _TEXT),
    "ERR_clear_error": (None,),
    "EVP_MD_CTX_new": (_POINTER,),
    "EVP_MD_CTX_free": (None, _POINTER),
    "EVP_MD_CTX_copy_ex": (_INT, _POINTER, _POINTER),
    "EVP_DigestInit_ex": (_INT, _POINTER, _POINTER, _POINTER),
    "EVP_DigestUpdate": (_INT, _POINTER, _TEXT, _SIZE),
    "EVP_DigestFinal_ex": (_INT, _POINTER, _POINTER, _POINTER),
    "d2i_PUBKEY": (_POINTER, _POINTER, _POINTER, ctypes.c_long),
    "d2i_AutoPrivateKey": (_POINTER, _POINTER, _POINTER, ctypes.c_long),
    "EVP_PKEY_free": (None, _POINTER),
    "EVP_PKEY_CTX_new": (_POINTER, _POINTER, _POINTER),
    "EVP_PKEY_CTX_free": (None, _POINTER),
    "EVP_PKEY_verify_init": (_INT, _POINTER),
    "EVP_PKEY_verify": (_INT, _POINTER, _TEXT, _SIZE, _TEXT, _SIZE),
    "EVP_PKEY_sign_init": (_INT, _POINTER),
    "EVP_PKEY_sign": (_INT, _POINTER, _POINTER, _POINTER, _TEXT, _SIZE),
}


class Owned:
    """A pointer that is given back when nobody holds it any more."""

    __slots__ = ("_free", "pointer")

    def __init__(self, pointer: int | None, free: Callable[[int], None]) -> None:
        if not pointer:
            raise errors.BackendFailed("libcrypto gave no object.")
        self.pointer = pointer
        self._free = free

    def __del__(self) -> None:
        # Where __init__ has raised there is nothing to give back.
        if hasattr(self, "_free"):
            self._free(self.pointer)


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """The library and its engine."""

    calls: ctypes.CDLL
    pointer: int

    def digest(self, short_name: bytes) -> int:
        """Return the EVP_MD of a hash; raises `errors.BackendUnavailable` where the engine has none."""
        found: int | None = self.calls.ENGINE_get_digest(self.pointer, self.calls.OBJ_sn2nid(short_name))
        if not found:
            self.calls.ERR_clear_error()
            raise errors.BackendUnavailable(f"The engine gost knows no {short_name.decode()}.")
        return found

    def demand(self, returned: int) -> None:
        """Raise `errors.BackendFailed` unless a call has returned 1; the thread's error queue is left empty."""
        if returned != 1:
            self.calls.ERR_clear_error()
            raise errors.BackendFailed

    def decode(self, function: str, encoded: bytes) -> Owned | None:
        """Read a key with `d2i_…`; None where the engine does not know its algorithm or its curve."""
        start = ctypes.c_char_p(encoded)
        pointer = getattr(self.calls, function)(None, ctypes.byref(start), len(encoded))
        # The library tries one reader after another and leaves their complaints behind, even when one succeeds.
        self.calls.ERR_clear_error()
        return Owned(pointer, self.calls.EVP_PKEY_free) if pointer else None


@functools.cache
def load() -> Engine:
    """Return the engine, fetched at the first call; raises `errors.BackendUnavailable` with the reason."""
    try:
        calls = ctypes.CDLL(_NAME)
        for name, (result, *parameters) in _FUNCTIONS.items():
            function = getattr(calls, name)
            function.restype, function.argtypes = result, parameters
    except (OSError, AttributeError) as error:
        raise errors.BackendUnavailable(f"OpenSSL 3 is not here: {error}.") from error
    calls.OPENSSL_init_crypto(_LOAD_DYNAMIC_ENGINES, None)
    pointer = calls.ENGINE_by_id(_ENGINE)
    if not pointer or not calls.ENGINE_init(pointer) or not calls.ENGINE_register_pkey_asn1_meths(pointer):
        calls.ERR_clear_error()
        raise errors.BackendUnavailable("OpenSSL has no engine gost (Debian package libengine-gost-openssl).")
    return Engine(calls, pointer)
