"""Passwords on the way of a package: verified once, remembered for a short time, and never a way to starve others.

A verification costs a tenth of a second on purpose. Requests that come at once with one password wait for one of them;
strangers with wrong ones are turned away before they can take the threads of senders who are known.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import threading
from typing import Final

from gateway import errors, passwords
from gateway.intake import guard, memory
from storage import database, directory

_MOST_REMEMBERED: Final = 1_000
_WRONG_FOR: Final = 5.0
"""Seconds for which a wrong password is known to be wrong."""
_STRIPES: Final = 16


class Unauthorised(guard.HttpRefused):
    """No information system stands behind the credentials: 401 with a challenge, as .NET clients wait for it."""

    def __init__(self, detail: str) -> None:
        super().__init__("401 Unauthorized", errors.SYSTEM_UNKNOWN, detail)


class Logins:
    """Verifies passwords for one process; `forget` when the directory has changed."""

    def __init__(self, db: database.Database, *, ttl: float, at_once: int) -> None:
        """`ttl`: seconds for which a right password is remembered; `at_once`: most verifications at the same time."""
        self._database = db
        self._ttl = ttl
        self._secret = os.urandom(32)
        self._turns = tuple(threading.Lock() for _ in range(_STRIPES))
        self._places = threading.BoundedSemaphore(at_once)
        self._known = memory.Memory(_MOST_REMEMBERED)

    def forget(self) -> None:
        """Remember nothing any more: logins or passwords have changed."""
        # A new one: a verification that is under way goes to the old one.
        self._known = memory.Memory(_MOST_REMEMBERED)

    def system(self, login: str, password: str) -> directory.System:
        """Return the information system behind a password.

        Raises Unauthorised, and Unavailable while too many other passwords are being verified.
        """
        known = self._known
        # The password itself is never kept: its keyed digest is worth nothing outside this process.
        proof = hmac.digest(self._secret, f"{login}\0{password}".encode(), hashlib.sha256)
        found = known.get(proof)
        if found is memory.MISSING:
            with self._turns[proof[0] % _STRIPES]:
                found = known.get(proof)
                if found is memory.MISSING:
                    found = self._verify(login, password)
                    known.put(proof, found, self._ttl if found else min(_WRONG_FOR, self._ttl))
        if not isinstance(found, directory.System):
            raise Unauthorised("имя или пароль информационной системы неверны")
        return found

    def _verify(self, login: str, password: str) -> directory.System | None:
        if not self._places.acquire(blocking=False):
            raise errors.Unavailable("too many passwords are being verified at once")
        try:
            with self._database.read() as connection:
                system = directory.system_by_login(connection, login)
            # An unknown login costs what a wrong password costs, so that no clock tells which logins exist.
            right = passwords.verify(password, system.password_hash if system else _decoy())
            return system if right else None
        finally:
            self._places.release()


@functools.cache
def _decoy() -> str:
    return passwords.hash_password(os.urandom(16).hex())
