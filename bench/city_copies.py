"""A city grown by copies of its own houses: the rows that the gateway itself has made, under other GUIDs and numbers.

A copy is row for row what the house was after its year, with every version and link. What tells it from the original
are the GUIDs of its objects, its address, and the numbers of accounts and of the registry. Payers stay sealed for the
account that they were copied from, so nobody can open them, and the journal has no packages of copies.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from bench import city_load
from bench.city_houses import House
from gateway.families import basis
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.agreements import document
from gateway.families.bills import records as bills
from gateway.families.houses import numbers as house_numbers
from gateway.families.houses import storing
from gateway.families.metering import records as metering
from storage import database, tables

_TABLES: Final = (
    (tables.aggregate, "name"),
    (tables.registry_object, "id"),
    (tables.registry_version, "id"),
    (tables.registry_link, "id"),
)
"""With the column by which the rows of a house are found, in the order in which they may be written."""
_GUID: Final = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_UNIFIED: Final = "[0-9]{2}[А-Я]{2}[0-9]{6}"
_ACCOUNT: Final = "Л[0-9]{5}"
_PLACE: Final = "[HP]H[a-z]+[0-9]{5}"
_DEVICE: Final = "(?<![0-9])[0-9]{12}(?![0-9])"
_TOKEN: Final = re.compile(f"({_GUID}|{_UNIFIED}|{_ACCOUNT}|{_PLACE}|{_DEVICE})")
_FIRST: Final = 50_000_000_000
"""Far behind every number that the gateway itself gives out in a measurement."""
_FIRST_HOUSE: Final = 10_000
"""In the numbers of accounts; far behind the houses that are taken in."""
_RANGE: Final = 1 << 32
"""Of the first eight digits of a GUID."""
_SOME: Final = 500
"""Values of one statement."""
_FIELD, _END, _NOTHING = "\x1f", "\x1e", "\0"
"""What the rows of a text are parted by, and what stands for NULL: JSON has none of them."""
_COPIED: Final = {"\\": r"\\", "\t": r"\t", "\n": r"\n", _FIELD: "\t", _END: "\n", _NOTHING: r"\N"}
"""What COPY wants instead, in the order in which it is put there."""


def fill(where: database.Database, houses: Sequence[House], done: int, copies: int) -> None:
    """Add copies of these houses, of each in turn, until there are so many; `done` are there already."""
    originals = [_Original(where, house) for house in houses]
    said = time.monotonic()
    for some in city_load.batches(range(done, copies), len(houses)):
        with where.write() as connection:
            if not where.is_sqlite:
                # What the originals refer to is there, and so it is for copies: PostgreSQL would ask row by row.
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            for count in some:
                originals[count % len(originals)].copy(connection, count, copies)
        if time.monotonic() - said > city_load.SECONDS:
            said = time.monotonic()
            print(f"{some[-1] + 1} of {copies} houses copied", file=sys.stderr, flush=True)


class _Original:
    """The rows of a house that was taken in, cut where its copies differ."""

    def __init__(self, where: database.Database, house: House) -> None:
        self._write = _insert if where.is_sqlite else _copy
        self._tokens: dict[str, int] = {}
        self._parts: list[tuple[sa.Table, list[str], list[int]]] = []
        with where.read() as connection:
            names, ids = _named(connection, house)
            for table, column in _TABLES:
                found = _rows(connection, table, column, names if column == "name" else ids)
                pieces = _TOKEN.split("".join(_FIELD.join(row) + _END for row in found))
                places = [self._tokens.setdefault(token, len(self._tokens)) for token in pieces[1::2]]
                self._parts.append((table, pieces, places))
        self._own = set(re.findall(_GUID, " ".join((*names, *ids))))
        kinds = ((pattern, re.compile(pattern)) for pattern in (_UNIFIED, _ACCOUNT, _PLACE, _DEVICE))
        self._ranks = {
            token: (pattern, rank)
            for pattern, form in kinds
            for rank, token in enumerate(filter(form.fullmatch, self._tokens))
        }

    def copy(self, connection: sa.Connection, count: int, of: int) -> None:
        """Write the `count`-th of so many copies, from 0; in their order they share out the range of GUIDs."""
        said = [self._changed(token, count, of) for token in self._tokens]
        for table, pieces, places in self._parts:
            pieces[1::2] = map(said.__getitem__, places)
            self._write(connection, table, "".join(pieces))

    def _changed(self, token: str, count: int, of: int) -> str:
        if token in self._own:
            return f"{(count * _RANGE + int(token[:8], 16)) // of:08x}{token[8:]}"
        kind, rank = self._ranks.get(token, ("", 0))
        following = _FIRST + count * len(self._tokens) + rank
        if kind == _UNIFIED:
            return account_numbers.unified(following)
        if kind == _ACCOUNT:
            return f"Л{_FIRST_HOUSE + count:05}"
        if kind == _PLACE:
            return house_numbers.number("house" if token.startswith("HH") else "premises", following)
        return f"{following:012}" if kind == _DEVICE else token


def _named(connection: sa.Connection, house: House) -> tuple[list[str], list[str]]:
    """Return the aggregates of a house that was taken in, and the ids of all its objects."""
    thing, link = tables.registry_object.c, tables.registry_link.c
    hanging = sa.select(link.id, link.kind).where(link.link == accounts.house_link(house.fias))
    names = [storing.aggregate(house.fias), basis.aggregate(house.fias)]
    for id_, kind in connection.execute(hanging):
        if kind == accounts.ACCOUNT:
            names += [accounts.aggregate(id_), bills.aggregate(id_)]
        else:
            names.append(metering.aggregate(id_))
    managed = sa.select(thing.data).where(thing.aggregate == names[1], thing.kind == basis.KIND)
    roots = [str(json.loads(data)["agreement"]) for data in connection.execute(managed).scalars()]
    names += map(document.aggregate, roots)
    ids = [
        id_
        for some in city_load.batches(names, _SOME)
        for id_ in connection.execute(sa.select(thing.id).where(thing.aggregate.in_(some))).scalars()
    ]
    return names, [*roots, *ids]  # a contract itself stands in a list of its organisation, which no house owns


def _rows(connection: sa.Connection, table: sa.Table, column: str, values: Sequence[str]) -> Iterator[list[str]]:
    """Yield the rows of a table as texts, in the order in which they were made."""
    columns = [sa.cast(each, sa.Text) for each in _columns(table)]
    found = sa.select(*columns).order_by(*([table.c.sequence] if "sequence" in table.c else []))
    for some in city_load.batches(values, _SOME):
        for row in connection.execute(found.where(table.c[column].in_(some))):
            yield [_NOTHING if each is None else each for each in row]


def _columns(table: sa.Table) -> list[sa.Column[Any]]:
    """Return the columns that a copy tells; the database numbers the objects."""
    return [each for each in table.c if each.name != "sequence"]


def _insert(connection: sa.Connection, table: sa.Table, text: str) -> None:
    names = [each.name for each in _columns(table)]
    rows = ([None if each == _NOTHING else each for each in row.split(_FIELD)] for row in text.split(_END)[:-1])
    connection.exec_driver_sql(
        f"INSERT INTO {table.name} ({','.join(names)}) VALUES ({','.join('?' * len(names))})",  # noqa: S608  # names of ours
        [tuple(row) for row in rows],
    )


def _copy(connection: sa.Connection, table: sa.Table, text: str) -> None:
    names = ",".join(each.name for each in _columns(table))
    for ours, theirs in _COPIED.items():
        text = text.replace(ours, theirs)
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
        copy.write(text)
