"""What storage says when it cannot do what it was asked, and the one place that reads the drivers' errors.

    StorageError
    ├── NotReady         database gone, locked for too long, disk full: nothing was stored, try later
    │   ├── KeyMissing   payloads are sealed under a key of the installation that was not given
    │   └── Archived     the payload is in an archive whose file is not here
    ├── Erased           the payload was destroyed by order, which is in the journal
    ├── Unsupported      the URL names no database that the gateway can live on
    ├── NotInitialised   the schema is missing or older than this release
    ├── Conflict         another package changed the same objects first: run the handler again
    ├── AlreadyFinished  the package has its result: throw the second one away
    ├── ClaimLost        the package is in other hands by now: say nothing about it
    ├── NotFailed        nothing of this package has failed that could be run again
    ├── NotErasable      the package has no result yet, or nothing of it was kept
    ├── AlreadyExists    the directory has this organisation, system or grant
    └── NotFound         no such package, payload or directory entry

Whatever is not in this tree is a defect and passes through unchanged.
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import exc


class StorageError(Exception):
    """Base of everything that this package raises on purpose."""


class NotReady(StorageError):
    """The database cannot store now: nothing was kept, and the same call may succeed later."""


class KeyMissing(NotReady):
    """A payload is sealed, and the installation's key is not here: the same call succeeds when it is put back."""


class Archived(NotReady):
    """A payload was dropped after it was archived, and the file is not here: the same call succeeds when it is back."""

    def __init__(self, name: str, folder: Path | None) -> None:
        place = (
            "no folder of archives was named" if folder is None else f"it is not in {folder}: put it back from a copy"
        )
        super().__init__(f"archived in {name}; {place}")
        self.name = name
        """Of the file that is needed."""
        self._folder = folder

    def __reduce__(self) -> tuple[type[Archived], tuple[str, Path | None]]:
        """Let another process raise it."""
        return type(self), (self.name, self._folder)


class Erased(StorageError):
    """A payload is no longer there, because its package was erased by order; `index` is the entry that tells of it."""

    def __init__(self, index: int) -> None:
        super().__init__(f"erased by order: entry {index} of the journal")
        self.index = index

    def __reduce__(self) -> tuple[type[Erased], tuple[int]]:
        """Let another process raise it."""
        return type(self), (self.index,)


class Unsupported(StorageError, ValueError):
    """The URL of the database cannot be read, or names a kind that promises too little."""


class NotInitialised(StorageError):
    """The database has no schema, or that of an older or newer release; run `gateway init`."""


class Conflict(StorageError):
    """Something that the registry's unit of work has read was changed by another one before it was applied."""


class AlreadyFinished(StorageError):
    """The package already has its result; the transaction of the second finisher must be rolled back."""


class ClaimLost(StorageError):
    """A worker that no longer has the package says that its run has failed; another one decides that now."""


class NotFailed(StorageError):
    """A repeated run was asked for where no failed run waits for it; `args[0]` is the whole sentence."""


class NotErasable(StorageError):
    """A package was to be erased that cannot be; `args[0]` is the whole sentence."""


class AlreadyExists(StorageError):
    """The directory already holds what was to be added; `args[0]` names it, the sentence is made here."""

    def __str__(self) -> str:
        return f"{super().__str__()} exists already"


class NotFound(StorageError):
    """There is nothing under this key; `args[0]` names what was looked for, the sentence is made here."""

    def __str__(self) -> str:
        return f"there is no {super().__str__()}"


_RESOURCES: Final = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EROFS,
        errno.EMFILE,
        errno.ENFILE,
        errno.EFBIG,
        errno.ENOMEM,
    }
)
_SQLITE: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)
_SQLSTATE_CLASSES: Final = frozenset(
    {
        "08",  # connection lost
        "28",  # the server refuses our credentials
        "3D",  # the database does not exist
        "40",  # deadlock, serialisation
        "53",  # disk full, out of memory, too many connections
        "55",  # lock not available in time
        "57",  # the server is going down or cancelled the statement
        "58",  # the server's disk fails
    }
)
_SQLSTATES: Final = frozenset(
    {
        "25006",  # a read-only server, as after a failover
        "25P03",  # the transaction was idle for too long and lost its turn
    }
)
_NO_TABLE: Final = "42P01"


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what the drivers and the operating system say into NotReady or NotInitialised; the rest passes."""
    try:
        yield
    except (exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        ours = classify(error)
        if ours is None:
            raise
        raise ours from error


def classify(error: Exception) -> StorageError | None:
    """Return what `error` means for a caller of storage, or None when it is a defect."""
    if isinstance(error, OSError):
        return NotReady(str(error)) if error.errno in _RESOURCES else None
    if isinstance(error, exc.TimeoutError):
        return NotReady("every connection to the database is in use")
    driver = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(driver, sqlite3.Error):
        return _classify_sqlite(driver)
    return _classify_postgresql(error) if isinstance(error, exc.DBAPIError) else None


def _classify_sqlite(error: sqlite3.Error) -> StorageError | None:
    text = str(error)
    if text.startswith("no such table"):
        return NotInitialised(f"{text}; run `gateway init`")
    # The extended code carries the primary one in its low byte.
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & 0xFF
    return NotReady(text) if code in _SQLITE else None


def _classify_postgresql(error: exc.DBAPIError) -> StorageError | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    first_line = str(error.orig).partition("\n")[0]
    if state == _NO_TABLE:
        return NotInitialised(f"{first_line}; run `gateway init`")
    if state is None:
        # Without SQLSTATE the server never answered: no route, reset, closed in the middle of a statement.
        gone = error.connection_invalidated or isinstance(error, exc.OperationalError)
        return NotReady(first_line) if gone else None
    return NotReady(first_line) if state[:2] in _SQLSTATE_CLASSES or state in _SQLSTATES else None
