"""Entries of the journal by what they are about, newest first; every question is answered by an index.

The subject that fewest entries share leads, and the others are looked up for each of its entries. Which one that is, a
look at the first entries of each tells. Where even the rarest is common, a time becomes a range of indexes first.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Final

import sqlalchemy as sa

from storage import journal, tables
from storage.subjects import Pair, Subject, normal


@dataclasses.dataclass(frozen=True, slots=True)
class Query:
    """What all entries that are found have in common; nothing given finds all."""

    subjects: tuple[Pair, ...] = ()
    kinds: tuple[journal.Kind, ...] = ()
    """Any of these; empty for all."""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    """Before this moment."""

    @property
    def is_empty(self) -> bool:
        """Whether it finds all."""
        return self == Query()


def find(connection: sa.Connection, query: Query, *, before: int | None = None, limit: int) -> list[int]:
    """Return the indexes of so many entries, the newest first, none from `before` on: the way from page to page."""
    statement = _statement(connection, query, before)
    return [] if statement is None else [row[0] for row in connection.execute(statement.limit(limit))]


def plan(connection: sa.Connection, query: Query, *, limit: int) -> list[str]:
    """Return how the database answers, in its own words: what the measurements show."""
    statement = _statement(connection, query, None)
    if statement is None:
        return []
    compiled = statement.limit(limit).compile(connection, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {compiled}".replace("%", "%%"))]


def is_about(connection: sa.Connection, query: Query, index: int) -> bool:
    """Return whether an entry is among those that are found."""
    return find(connection, query, before=index + 1, limit=1) == [index]


def of_message(connection: sa.Connection, message: str) -> list[int]:
    """Return the indexes of all entries of a package, by its MessageGUID, the newest first."""
    return find(connection, Query(((Subject.MESSAGE, message),)), limit=_MOST_OF_ONE)


_MOST_OF_ONE: Final = 1000
_ENTRY: Final = tables.journal_entry
_SUBJECT: Final = tables.journal_subject
_COMMON: Final = 20_000
"""Entries that share a subject from which on nobody counts them further."""


def _statement(connection: sa.Connection, query: Query, before: int | None) -> sa.Select[Any] | None:
    """Return the statement; None where nothing can be found."""
    counts = {pair: _count(connection, pair) for pair in query.subjects}
    ordered = sorted(counts, key=lambda pair: counts[pair])
    is_rare = bool(ordered) and counts[ordered[0]] < _COMMON
    bounds = (None, None) if is_rare else _bounds(connection, query)
    if bounds is None:
        return None
    place, conditions = _leading(ordered)
    for kind, value in ordered[1:]:
        other = _SUBJECT.alias()
        same = (other.c.kind == kind.value, other.c.value == normal(kind, value), other.c.entry_index == place)
        conditions.append(sa.exists().where(*same))
    if ordered and (query.kinds or query.since or query.until):
        conditions.append(sa.exists().where(_ENTRY.c.entry_index == place, *_of_entry(query)))
    elif not ordered:
        conditions += _of_entry(query)
    first, last = bounds
    if first is not None:
        conditions.append(place >= first)
    if before is not None or last is not None:
        conditions.append(place < min(each for each in (before, last) if each is not None))
    return sa.select(place).where(*conditions).order_by(place.desc())


def _count(connection: sa.Connection, pair: Pair) -> int:
    """Return how many entries share a subject, at most `_COMMON`."""
    kind, value = pair
    some = sa.select(sa.literal(1)).where(_SUBJECT.c.kind == kind.value, _SUBJECT.c.value == normal(kind, value))
    counted = sa.select(sa.func.count()).select_from(some.limit(_COMMON).subquery())
    return int(connection.execute(counted).scalar_one())


def _leading(ordered: list[Pair]) -> tuple[sa.ColumnElement[int], list[sa.ColumnElement[bool]]]:
    """Return the column that the indexes come from, and what holds of its row."""
    if not ordered:
        return _ENTRY.c.entry_index, []
    kind, value = ordered[0]
    return _SUBJECT.c.entry_index, [_SUBJECT.c.kind == kind.value, _SUBJECT.c.value == normal(kind, value)]


def _of_entry(query: Query) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if query.kinds:
        conditions.append(_ENTRY.c.kind.in_([kind.value for kind in query.kinds]))
    if query.since is not None:
        conditions.append(_ENTRY.c.at >= journal.moment(query.since))
    if query.until is not None:
        conditions.append(_ENTRY.c.at < journal.moment(query.until))
    return conditions


def _bounds(connection: sa.Connection, query: Query) -> tuple[int | None, int | None] | None:
    """Return the range of indexes in which a time lies, its end excluded; None where no entry is of that time.

    Clocks are not the order of a journal, so both ends are looked for among all entries of the time.
    """
    if query.since is None and query.until is None:
        return None, None
    times = _of_entry(dataclasses.replace(query, kinds=()))
    lowest, highest = connection.execute(
        sa.select(sa.func.min(_ENTRY.c.entry_index), sa.func.max(_ENTRY.c.entry_index)).where(*times)
    ).one()
    return None if lowest is None else (lowest, highest + 1)
