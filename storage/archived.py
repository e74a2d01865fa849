"""Payloads that are no longer in the database, read from the archives of the installation (`storage.archive_file`)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage import errors, tables
from storage.archive_file import Archive

OPTION: Final = "storage_archives"
"""Execution option of the engines of a `Database`: its `Shelf`, or None."""


class Shelf:
    """The folder in which an installation has its archives; each is opened once, and again when its file is another."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder
        self._opened: dict[str, tuple[tuple[int, int, int], Archive]] = {}

    def archive(self, name: str) -> Archive:
        """Return an archive; raises Archived where its file is not here or not ours, ValueError where it is damaged."""
        path = self.folder / name
        try:
            found = path.stat()
            stamp = (found.st_ino, found.st_size, found.st_mtime_ns)
            known = self._opened.get(name)
            if known is None or known[0] != stamp:
                known = self._opened[name] = stamp, Archive(path)
        except FileNotFoundError:
            self._opened.pop(name, None)
            raise errors.Archived(name, self.folder) from None
        except OSError as error:  # as where another user has made it
            raise errors.Archived(name, self.folder, error.strerror) from error
        except ValueError as error:
            raise ValueError(f"the archive {name} is damaged: {error}") from error
        return known[1]


def stored(connection: sa.Connection, index: int, role: str) -> bytes:
    """Return a document as it was stored, from the archive that covers its entry.

    Raises NotFound where no archive has it, Archived where the file of the archive is not here, ValueError where that
    is damaged.
    """
    covering = connection.execute(_COVERING, {"index": index}).first()
    if covering is None or index < covering.start:
        raise errors.NotFound(f"payload {role!r} of entry {index}")
    return document(connection, covering.name, index, role)


def document(connection: sa.Connection, name: str, index: int, role: str) -> bytes:
    """Return a document as it was stored, from the archive in the file `name`; raises as `stored`."""
    shelf: Shelf | None = connection.get_execution_options().get(OPTION)
    if shelf is None:
        raise errors.Archived(name, None)
    archive = shelf.archive(name)
    place = archive.find(index, role)
    if place is None:
        raise errors.NotFound(f"payload {role!r} of entry {index}")
    return archive.document(place)


_TABLE: Final = tables.journal_archive
_COVERING: Final = (
    sa.select(_TABLE.c.start, _TABLE.c.name)
    .where(_TABLE.c.stop > sa.bindparam("index"))
    .order_by(_TABLE.c.stop)
    .limit(1)
)
