"""Payloads of archived entries leave the database; records, hashes, tiles, checkpoints and what proves them stay.

What somebody still waits for stays too: everything of a package without a result, and a result that nobody has fetched.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from storage import erasure, journal, packages, tables
from storage.archives import Archive


@dataclasses.dataclass(frozen=True, slots=True)
class Page:
    """What is to be done with the next few entries of an archive."""

    stop: int
    """Where the next page begins."""
    going: tuple[int, ...]
    """Entries whose payloads may be dropped."""
    payloads: int
    """How many payloads these have."""
    bytes: int
    """How many bytes, as they are stored."""
    unfinished: int
    """Payloads that stay, because their package has no result yet."""
    unfetched: int
    """Results that stay, because nobody has fetched them yet."""


def pages(connection: sa.Connection, archive: Archive, *, unfetched: bool) -> Iterator[Page]:
    """Yield the entries of an archive page by page; with `unfetched` results that nobody has fetched go too."""
    start = archive.start
    while start < archive.stop:
        found = page(connection, archive, start, unfetched=unfetched)
        yield found
        start = found.stop


def page(connection: sa.Connection, archive: Archive, start: int, *, unfetched: bool) -> Page:
    """Return the next page of the entries of an archive, from `start` on."""
    stop = min(start + journal.PAGE, archive.stop)
    rows = connection.execute(_OWNERS, {"start": start, "stop": stop}).all()
    guids = [row.message for row in rows if row.message is not None]
    known = packages.find_all(connection, guids)
    waiting = {row.entry_index for row in rows if row.message in known and known[row.message].result_index is None}
    results = set() if unfetched else {each.result_index for each in known.values() if each.is_unfetched}
    awaited = {row.entry_index for row in rows if row.entry_index in results}
    awaited -= erasure.orders(connection, awaited).keys()  # nobody can fetch these
    going = [row for row in rows if row.entry_index not in waiting | awaited]
    return Page(
        stop=stop,
        going=tuple(row.entry_index for row in going),
        payloads=sum(row.payloads for row in going),
        bytes=sum(int(row.bytes) for row in going),  # PostgreSQL sums up to a Decimal
        unfinished=sum(row.payloads for row in rows if row.entry_index in waiting),
        unfetched=sum(row.payloads for row in rows if row.entry_index in awaited),
    )


def documents(connection: sa.Connection, archive: Archive) -> Iterator[tuple[int, str, bytes]]:
    """Yield what the database has of an archive: index of the entry, role, the document as it is stored."""
    for row in connection.execute(_DOCUMENTS, {"start": archive.start, "stop": archive.stop}):
        yield row.entry_index, row.role, bytes(row.data)


def drop(connection: sa.Connection, found: Page) -> int:
    """Delete the payloads of a page, in the transaction of `Database.write()`; return how many there were.

    The database refuses those of entries that no archive covers.
    """
    return connection.execute(_DROP, {"indexes": found.going}).rowcount if found.going else 0


_DATA: Final = tables.journal_payload
_ENTRY: Final = tables.journal_entry
_RANGE: Final = (_DATA.c.entry_index >= sa.bindparam("start"), _DATA.c.entry_index < sa.bindparam("stop"))
# A few at a time: a page of entries may own gigabytes.
_DOCUMENTS: Final = sa.select(_DATA).where(*_RANGE).order_by(_DATA.c.entry_index).execution_options(yield_per=16)
_OWNERS: Final = (
    sa.select(
        _DATA.c.entry_index,
        _ENTRY.c.message,
        sa.func.count().label("payloads"),
        sa.func.sum(sa.func.length(_DATA.c.data)).label("bytes"),
    )
    .join(_ENTRY, _ENTRY.c.entry_index == _DATA.c.entry_index)
    .where(*_RANGE)
    .group_by(_DATA.c.entry_index, _ENTRY.c.message)
    .order_by(_DATA.c.entry_index)
)
_DROP: Final = sa.delete(_DATA).where(_DATA.c.entry_index.in_(sa.bindparam("indexes", expanding=True)))
