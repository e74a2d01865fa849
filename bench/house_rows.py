"""A registry that is full already: houses of a hundred premises each, written straight into its tables."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa

from gateway import clock
from storage import database, tables

_EACH: Final = 100
"""Premises of one house."""
_BATCH: Final = 200
"""Houses of one transaction."""
_MESSAGE: Final = "00000000-0000-4000-8000-000000000000"
_OBJECT: Final = sa.insert(tables.registry_object)
_VERSION: Final = sa.insert(tables.registry_version)
_AGGREGATE: Final = sa.insert(tables.aggregate)


def fill(where: database.Database, objects: int) -> None:
    """Add at least that many objects, each with its first version."""
    for first in range(0, objects // (_EACH + 1) + 1, _BATCH):
        with where.write() as connection:
            houses = range(first, min(first + _BATCH, objects // (_EACH + 1) + 1))
            rows = [row for house in houses for row in _house(house)]
            connection.execute(_AGGREGATE, [{"name": _aggregate(house), "revision": 1} for house in houses])
            connection.execute(_OBJECT, rows)
            connection.execute(_VERSION, [_version(row) for row in rows])


def _house(count: int) -> Iterator[dict[str, Any]]:
    house, address = str(uuid.UUID(int=count << 64)), _address(count)
    yield _row(house, count, "apartment-house", None, key=address, number=f"XH{count}", FIASHouseGuid=address)
    for flat in range(_EACH):
        id_, number = str(uuid.UUID(int=(count << 64) + flat + 1)), f"XP{count}-{flat}"
        yield _row(id_, count, "residential-premises", house, number=number, PremisesNum=str(flat), TotalArea="54.2")


def _row(
    id_: str, house: int, kind: str, parent: str | None, *, key: str | None = None, number: str, **said: str
) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": id_,
        "kind": kind,
        "aggregate": _aggregate(house),
        "parent": parent,
        "key": key,
        "unique_number": number,
        "data": json.dumps({"No_RSO_GKN_EGRP_Registered": "true", "HasNoEntrance": "true", **said}),
        "version": 1,
        "created_at": now,
        "changed_at": now,
        "message": _MESSAGE,
        "ended_at": None,
    }


def _version(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "version", "parent", "key", "unique_number", "data", "ended_at", "message")
    return {**{name: row[name] for name in kept}, "organisation": _MESSAGE, "at": row["changed_at"]}


def _address(house: int) -> str:
    return str(uuid.UUID(int=(0xF << 124) + house))


def _aggregate(house: int) -> str:
    return f"house:{_address(house)}"
