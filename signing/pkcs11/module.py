"""One PKCS #11 module in this process: started once, entered by one thread at a time, renewed when a token returns.

python-pkcs11 calls C_Initialize without arguments, which promises the module that no two threads are in it at once
(PKCS #11, section 5.4): `turn` keeps that promise. The processes of the gateway are started afresh, so each has a
module of its own; one that is forked off all the same starts it anew before it uses it, as the standard demands.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pkcs11

from signing import errors

if TYPE_CHECKING:
    from pkcs11._pkcs11 import lib

PATIENCE: Final = 30.0
"""Seconds that a thread waits for its turn: a token that hangs must not collect all threads without a word."""


class Module:
    """A PKCS #11 module by its file, made by `load`. Everything but `turn` belongs into a turn."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._library: lib | None = None
        self._lock = threading.Lock()
        self._must_start = True
        self.generation = 0
        """Counts the starts of the module; sessions and handles of an earlier one are void."""

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other threads out while the block lasts; raises `errors.TokenUnavailable` if one stays inside."""
        if not self._lock.acquire(timeout=PATIENCE):
            waited = f"{self._path.name} has been busy for {PATIENCE:.0f} seconds"
            raise errors.TokenUnavailable(errors.Missing.TOKEN, waited)
        try:
            yield
        finally:
            self._lock.release()

    def slots(self) -> list[pkcs11.Slot]:
        """Return the slots with a token in them; raises `errors.TokenUnavailable` where the module does not work."""
        try:
            return self._started().get_slots(token_present=True)
        except pkcs11.PKCS11Error as error:
            # Where the file is not to be loaded, these are the words of the dynamic linker, which name the reason.
            raise errors.TokenUnavailable(errors.Missing.MODULE, f"{self._path}: {describe(error)}") from error

    def renew(self) -> None:
        """Have the module start anew: many see a token that was put back, or is new, only then."""
        self._must_start = True

    def forked(self) -> None:
        """Begin anew in a new process: a thread that it does not have may hold the lock, for ever."""
        self._lock = threading.Lock()
        self._must_start = True

    def _started(self) -> lib:
        if self._library is None:
            self._library = pkcs11.lib(str(self._path))
        elif self._must_start:
            with contextlib.suppress(pkcs11.PKCS11Error):  # a forked process may have nothing to finish
                self._library.finalize()
            self._library.initialize()
        self.generation += self._must_start
        self._must_start = False
        return self._library


_modules: dict[Path, Module] = {}


def load(path: Path) -> Module:
    """Return the module of the file, the same for all who ask; it is not loaded before its slots are asked for."""
    path = path.resolve()
    return _modules.setdefault(path, Module(path))  # one step of the interpreter, no lock needed


def describe(error: pkcs11.PKCS11Error) -> str:
    """Return the name of what went wrong (CKR_PIN_LOCKED is PinLocked), and the library's words where it has any."""
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _forked() -> None:
    for module in _modules.values():
        module.forked()


os.register_at_fork(after_in_child=_forked)
