"""Numbers for people that are given out for ever and never twice: unique numbers of houses, premises, accounts.

A process takes them from the database in blocks, each block in a durable transaction of its own *before* its first
number is used. If the process dies, the rest of its block is never given out: numbers have gaps, and no repeats.
Blocks double while a process goes on asking, so a small installation counts without gaps and a large one seldom
writes.
"""

from __future__ import annotations

import threading
from typing import Final

import sqlalchemy as sa

from storage import tables
from storage.database import Database

LARGEST_BLOCK: Final = 1024


class Numbers:
    """Gives out the numbers of all series in one process; thread-safe.

    Asking may write, so it must not be done inside `Database.write()`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._blocks: dict[str, range] = {}
        self._sizes: dict[str, int] = {}

    def next(self, series: str) -> int:
        """Return the next number of `series`, counted from 1; raises NotReady when none can be taken."""
        with self._lock:
            block = self._blocks.get(series)
            if not block:
                size = min(self._sizes.get(series, 0) * 2 or 1, LARGEST_BLOCK)
                block = self._take(series, size)
                self._sizes[series] = size
            self._blocks[series] = block[1:]
            return block[0]

    def _take(self, series: str, size: int) -> range:
        with self._database.write() as connection:
            first = connection.execute(_NEXT, {"series": series}).scalar()
            if first is None:
                first = 1
                connection.execute(_START, {"name": series, "next": first + size})
            else:
                connection.execute(_ADVANCE, {"series": series, "size": size})
        return range(first, first + size)


_SERIES: Final = tables.number_series
_NEXT: Final = sa.select(_SERIES.c.next).where(_SERIES.c.name == sa.bindparam("series"))
_START: Final = sa.insert(_SERIES)
_ADVANCE: Final = (
    sa.update(_SERIES)
    .where(_SERIES.c.name == sa.bindparam("series"))
    .values(next=_SERIES.c.next + sa.bindparam("size", type_=sa.BigInteger))
)
