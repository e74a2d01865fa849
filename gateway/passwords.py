"""Passwords of information systems: scrypt (RFC 7914), 32 MB and about a tenth of a second for each try.

The parameters stand in the stored text, so they can be raised later without touching older hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import threading
from typing import Final

_N: Final = 2**15
_R: Final = 8
_P: Final = 1
_SALT: Final = 16

# A flood of wrong passwords may take this many cores and 32 MB for each, not the whole machine.
_turn: Final = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return the text to store: `scrypt$N$r$p$salt$hash`, salt and hash in base64."""
    salt = os.urandom(_SALT)
    return "$".join(("scrypt", str(_N), str(_R), str(_P), _text(salt), _text(_derive(password, salt, _N, _R, _P))))


def verify(password: str, stored: str) -> bool:
    """Whether `password` is the one behind `stored`, in constant time; raises ValueError for a text not of ours."""
    scheme, n, r, p, salt, expected = stored.split("$")
    if scheme != "scrypt":
        raise ValueError(f"unknown password scheme {scheme!r}")
    derived = _derive(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(derived, base64.b64decode(expected))


def _derive(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with _turn:
        return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=2**27, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
