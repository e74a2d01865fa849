"""Payloads of an archived month leave the database, after the file was compared with it once more."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from typing import Final

from gateway import watch
from gateway.journal import errors
from gateway.journal.archiving import checking
from gateway.journal.archiving.making import LOCK
from gateway.journal.archiving.month import Month
from gateway.settings import Settings
from signing.gost import selection
from storage import archive_file, archives, database, directory, dropping, journal
from storage import errors as storage_errors
from storage.archive_file import Place


@dataclasses.dataclass(frozen=True, slots=True)
class Dropped:
    """What was dropped of a month, or would be."""

    archive: archives.Archive
    payloads: int
    """Documents that went."""
    bytes: int
    """Of them, as they were stored."""
    unfinished: int
    """Documents that stay, because their package has no result yet."""
    unfetched: int
    """Results that stay, because nobody has fetched them."""


def drop(db: database.Database, settings: Settings, month: Month, now: dt.datetime, *, unfetched: bool) -> Dropped:
    """Drop the payloads of an archived month; with `unfetched` results too that nobody has fetched.

    The order is journaled before the first one goes; what was begun is finished by the same call. Raises NotArchived
    where there is no archive of the month, or it is not what the database has; BadArchive where the file is damaged,
    Archived where it is not here.
    """
    with db.read() as connection:
        archive = next((each for each in archives.told(connection) if each.month == str(month)), None)
    if archive is None:
        raise errors.NotArchived(f"{month} is not archived: run gateway journal archive first")
    path = settings.archives / archive.name
    if not path.exists():
        raise storage_errors.Archived(archive.name, settings.archives)
    with watch.alone(settings.archives / LOCK, wait=True):
        proved = checking.check(path, None, selection.choose())
        if (proved.sha256, proved.size) != (archive.sha256, archive.size):
            raise errors.NotArchived(
                f"{path} is not the file of which the journal tells: its SHA-256 is {proved.sha256}"
            )
        with db.read() as connection:
            _compare(connection, archive_file.Archive(path), archive)
            found = _planned(connection, archive, unfetched=unfetched)
        if found.payloads:
            _order(db, found, now)
            _carry_out(db, archive, unfetched=unfetched)
    return found


def _compare(connection: directory.Connection, file: archive_file.Archive, archive: archives.Archive) -> None:
    """Raise NotArchived, naming the entry, unless the file has every record and every payload of the database."""
    rows = journal.rows(connection, archive.start, archive.stop)
    for index, (line, row) in enumerate(itertools.zip_longest(file.lines(archive_file.RECORDS), rows), archive.start):
        if row is None or line != row.record:
            raise errors.NotArchived(
                f"entry {index} is not the one that was archived; gateway journal verify tells more"
            )
    archived = itertools.groupby(map(Place.read, file.lines(archive_file.PLACES)), key=lambda place: place.index)
    reached, places = -1, dict[str, Place]()
    for index, role, data in dropping.documents(connection, archive):
        while reached < index and (entry := next(archived, None)) is not None:
            reached, places = entry[0], {place.role: place for place in entry[1]}
        place = places.get(role) if reached == index else None
        if place is None or file.document(place) != data:
            raise errors.NotArchived(
                f"payload {role!r} of entry {index} is not the one that was archived; gateway journal verify tells more"
            )


def _planned(connection: directory.Connection, archive: archives.Archive, *, unfetched: bool) -> Dropped:
    counts = dict.fromkeys(_COUNTS, 0)
    for page in dropping.pages(connection, archive, unfetched=unfetched):
        for name in _COUNTS:
            counts[name] += getattr(page, name)
    return Dropped(archive, **counts)


def _order(db: database.Database, found: Dropped, now: dt.datetime) -> None:
    facts = dataclasses.asdict(found.archive) | {"payloads": found.payloads}
    with db.write(point="drop-order") as connection:
        journal.append(connection, [journal.Event(journal.Kind.ARCHIVE_DROPPED, now, None, facts)])


def _carry_out(db: database.Database, archive: archives.Archive, *, unfetched: bool) -> None:
    """Delete a page at a time: nobody waits long for the turn."""
    start = archive.start
    while start < archive.stop:
        with db.write(point="drop") as connection:
            page = dropping.page(connection, archive, start, unfetched=unfetched)
            dropping.drop(connection, page)
        start = page.stop


_COUNTS: Final = ("payloads", "bytes", "unfinished", "unfetched")
