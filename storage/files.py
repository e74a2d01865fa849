"""Uploads of the file store: to whom they belong, of which blobs they consist, and how far they are.

Blobs are kept elsewhere and found by their SHA-256.

    open        parts are put and replaced, each of them a blob; it has an end (`expires_at`)
    completed   one blob, and nothing of it changes any more; the same transaction writes an entry of the journal
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

import sqlalchemy as sa

from storage import errors, journal, tables


@dataclasses.dataclass(frozen=True, slots=True)
class File:
    """One upload."""

    id: str
    """GUID, lower case: uploadID on the wire, AttachmentGUID in packages."""
    context: str
    organisation: str
    """orgPPAGUID, lower case."""
    name: str
    length: int
    """Bytes of the whole, as declared; those of a completed one are exactly that many."""
    part_count: int
    media_type: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    sha256: str | None = None
    """Of the whole content, lower-case hex, and with that its blob; None until it is completed."""
    gost94: str | None = None
    """ГОСТ Р 34.11-94 of the whole content, lower-case hex; None until somebody has computed it."""
    completed_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Part:
    """One part of an upload."""

    number: int
    """From 1."""
    length: int
    blob: str
    """SHA-256 of its bytes, lower-case hex."""


def find(connection: sa.Connection, id_: str) -> File | None:
    """Return an upload, open or completed, or None."""
    row = connection.execute(_FILES.where(_FILE.c.id == id_)).first()
    return None if row is None else File(*row)


def find_all(connection: sa.Connection, ids: Iterable[str]) -> dict[str, File]:
    """Return those of many uploads that there are, by id: the same as `find` in few statements."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, File] = {}
    for first in range(0, len(wanted), _BATCH):
        some = _FILES.where(_FILE.c.id.in_(wanted[first : first + _BATCH]))
        found |= {row.id: File(*row) for row in connection.execute(some)}
    return found


def parts(connection: sa.Connection, id_: str) -> list[Part]:
    """Return the parts that an upload has, by number."""
    statement = _PARTS.where(_PART.c.file == id_).order_by(_PART.c.number)
    return [Part(*row) for row in connection.execute(statement)]


def add(connection: sa.Connection, new: File) -> None:
    """Begin an upload, or keep one that came whole."""
    connection.execute(sa.insert(_FILE), dataclasses.asdict(new))


def put(connection: sa.Connection, id_: str, part: Part, expires_at: dt.datetime) -> None:
    """Give an open upload a part, in place of an earlier one of that number, and a later end.

    Raises NotFound where the upload is gone or completed by now.
    """
    statement = sa.update(_FILE).where(_FILE.c.id == id_, _FILE.c.completed_at.is_(None)).values(expires_at=expires_at)
    if connection.execute(statement).rowcount != 1:
        raise errors.NotFound(f"open upload {id_}")
    connection.execute(sa.delete(_PART).where(_PART.c.file == id_, _PART.c.number == part.number))
    connection.execute(sa.insert(_PART), {"file": id_, **dataclasses.asdict(part)})


def complete(
    connection: sa.Connection, id_: str, sha256: str, of: Sequence[Part], system: str, at: dt.datetime
) -> None:
    """Make one blob of an open upload whose parts are `of`, on behalf of a system; its parts are forgotten.

    Raises NotFound where the upload is gone or completed by now, Conflict where a part was replaced since.
    """
    if parts(connection, id_) != list(of):
        raise errors.Conflict(f"parts of upload {id_}")
    statement = sa.update(_FILE).where(_FILE.c.id == id_, _FILE.c.completed_at.is_(None))
    if connection.execute(statement.values(sha256=sha256, completed_at=at, expires_at=None)).rowcount != 1:
        raise errors.NotFound(f"open upload {id_}")
    connection.execute(sa.delete(_PART).where(_PART.c.file == id_))
    file = find(connection, id_)
    if file is not None:
        record(connection, file, system)


def record(connection: sa.Connection, file: File, system: str) -> None:
    """Tell the journal that a file was stored; its name is its owner's affair."""
    facts: dict[str, journal.Fact] = {
        "file": file.id,
        "context": file.context,
        "organisation": file.organisation,
        "system": system,
        "size": file.length,
        "sha256": file.sha256,
    }
    at = file.completed_at or file.created_at
    journal.append(connection, [journal.Event(journal.Kind.FILE_STORED, at, None, facts)])


def undigested(connection: sa.Connection) -> File | None:
    """Return the oldest completed file whose ГОСТ digest nobody has computed, or None."""
    statement = _FILES.where(_FILE.c.completed_at.is_not(None), _FILE.c.gost94.is_(None))
    row = connection.execute(statement.order_by(_FILE.c.completed_at).limit(1)).first()
    return None if row is None else File(*row)


def digest(connection: sa.Connection, id_: str, gost94: str) -> None:
    """Keep the ГОСТ digest of a completed file."""
    connection.execute(sa.update(_FILE).where(_FILE.c.id == id_).values(gost94=gost94))


def expire(connection: sa.Connection, at: dt.datetime) -> int:
    """Forget the open uploads whose end has come, and their parts; return how many that were."""
    over = sa.and_(_FILE.c.completed_at.is_(None), _FILE.c.expires_at <= at)
    connection.execute(sa.delete(_PART).where(_PART.c.file.in_(sa.select(_FILE.c.id).where(over))))
    return connection.execute(sa.delete(_FILE).where(over)).rowcount


def used(connection: sa.Connection, blobs: Iterable[str]) -> set[str]:
    """Return those of the blobs that some file or some part of an open upload is."""
    wanted = list(blobs)
    statement = sa.union(
        sa.select(_PART.c.blob).where(_PART.c.blob.in_(wanted)),
        sa.select(_FILE.c.sha256).where(_FILE.c.sha256.in_(wanted)),
    )
    return set(connection.execute(statement).scalars())


_BATCH: Final = 500
"""Values in one statement: both databases have a limit."""
_FILE: Final = tables.stored_file
_PART: Final = tables.stored_part
_FILES: Final = sa.select(*(_FILE.c[field.name] for field in dataclasses.fields(File)))
_PARTS: Final = sa.select(*(_PART.c[field.name] for field in dataclasses.fields(Part)))
