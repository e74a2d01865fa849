"""Numbers for people that are given out for ever and never twice: unique numbers of houses, premises, accounts.

A process takes them from the database in blocks, each block in a durable transaction of its own *before* its first
number is used. If the process dies, the rest of its block is never given out: numbers have gaps, and no repeats.
Blocks double while a process goes on asking, so a small installation counts without gaps and a large one seldom
writes.

What a run has taken is kept beside its result (`written`), so that a replay gives the same ones (`Recorded`).
"""

from __future__ import annotations

import collections
import itertools
import threading
from collections.abc import Iterable
from typing import Final, Protocol

import sqlalchemy as sa

from storage import tables
from storage.database import Database

LARGEST_BLOCK: Final = 1024


class Source(Protocol):
    """Whoever gives out numbers."""

    def next(self, series: str) -> int:
        """Return the next number of `series`, counted from 1."""


class Exhausted(LookupError):
    """More numbers are asked for than a record of them has."""


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


class Recorded:
    """Gives out once more the numbers that a run has taken, in their order; `text` is what `written` has made."""

    def __init__(self, text: str) -> None:
        """Raise ValueError for a text that `written` never makes."""
        self._left: dict[str, collections.deque[int]] = {}
        for part in filter(None, text.split(";")):
            series, _, ranges = part.partition("=")
            left = self._left.setdefault(series, collections.deque())
            for each in ranges.split(","):
                first, _, last = each.partition("-")
                left.extend(range(int(first), int(last or first) + 1))

    def next(self, series: str) -> int:
        """Return the number that was taken then; raises Exhausted where the run took no more of this series."""
        left = self._left.get(series)
        if not left:
            raise Exhausted(series)
        return left.popleft()


def written(taken: Iterable[tuple[str, int]]) -> str:
    """Return (series, number) pairs as text: `account=7-9,12;house=3`, each series in the order of its taking."""
    by_series: dict[str, list[int]] = {}
    for series, number in taken:
        by_series.setdefault(series, []).append(number)
    return ";".join(f"{series}={','.join(_ranges(numbers))}" for series, numbers in sorted(by_series.items()))


def _ranges(numbers: list[int]) -> list[str]:
    runs = itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    found = ([number for _, number in run] for _, run in runs)
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in found]


_SERIES: Final = tables.number_series
_NEXT: Final = sa.select(_SERIES.c.next).where(_SERIES.c.name == sa.bindparam("series"))
_START: Final = sa.insert(_SERIES)
_ADVANCE: Final = (
    sa.update(_SERIES)
    .where(_SERIES.c.name == sa.bindparam("series"))
    .values(next=_SERIES.c.next + sa.bindparam("size", type_=sa.BigInteger))
)
