"""Which parts of the journal are archived, in which files; archives follow each other without gaps.

`journal_archive` only repeats what `archive-made` entries say, so that an archive is found by an index of the journal;
where somebody's word counts it is believed only as far as they say so (`told`).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

import sqlalchemy as sa

from storage import journal, lenient, tables


@dataclasses.dataclass(frozen=True, slots=True)
class Archive:
    """An archive of a month."""

    month: str
    """Of its first entry, as 2026-01, by UTC."""
    start: int
    """Index of its first entry."""
    stop: int
    """Index behind its last entry, where the next archive begins."""
    name: str
    """Of the file."""
    sha256: str
    """Of the file, hex."""
    size: int
    """Bytes of the file."""


def made(connection: sa.Connection) -> list[Archive]:
    """Return all archives in their order."""
    return [Archive(*row[2:]) for row in connection.execute(_ALL)]


def told(connection: sa.Connection) -> list[Archive]:
    """Return those archives of which the journal itself tells, in their order."""
    rows = lenient.read(connection, lambda: connection.execute(_ALL).all())
    return [Archive(*row[2:]) for row in rows if _is_told(connection, row)]


def end(connection: sa.Connection, start: int, until: dt.datetime) -> int:
    """Return where an archive that begins at `start` ends: at the first entry not before the moment `until`.

    Where there is none yet, at the end of the journal, for the entry that tells of the archive is written there.
    """
    found: int | None = connection.execute(_END, {"start": start, "until": journal.moment(until)}).scalar()
    return journal.size(connection) if found is None else found


def add(connection: sa.Connection, archive: Archive, now: dt.datetime) -> journal.Entry:
    """Tell in the journal that an archive was made; `connection` comes from `Database.write()`.

    It begins where the last one ends: the database refuses anything else.
    """
    facts = dataclasses.asdict(archive)
    (entry,) = journal.append(connection, [journal.Event(journal.Kind.ARCHIVE_MADE, now, None, facts)])
    number: int = connection.execute(_COUNT).scalar_one()
    connection.execute(_ADD, {"number": number, "made_index": entry.index, **facts})
    return entry


def _is_told(connection: sa.Connection, row: tables.Row) -> bool:
    record = connection.execute(_RECORD, {"index": row.made_index}).scalar()
    try:
        entry = journal.decode(bytes(record or b""))
    except (ValueError, TypeError):
        return False
    return entry.kind == journal.Kind.ARCHIVE_MADE and entry.facts == dataclasses.asdict(Archive(*row[2:]))


_TABLE: Final = tables.journal_archive
_ENTRY: Final = tables.journal_entry
_ALL: Final = sa.select(
    _TABLE.c.number, _TABLE.c.made_index, *(_TABLE.c[field.name] for field in dataclasses.fields(Archive))
).order_by(_TABLE.c.number)
_COUNT: Final = sa.select(sa.func.count()).select_from(_TABLE)
_ADD: Final = sa.insert(_TABLE)
_RECORD: Final = sa.select(_ENTRY.c.record).where(_ENTRY.c.entry_index == sa.bindparam("index"))
_END: Final = sa.select(sa.func.min(_ENTRY.c.entry_index)).where(
    _ENTRY.c.entry_index >= sa.bindparam("start"), _ENTRY.c.at >= sa.bindparam("until")
)
