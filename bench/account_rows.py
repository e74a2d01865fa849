"""A registry that is full already: accounts in houses of a hundred each, written straight into its tables."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from gateway import clock, vault
from gateway.families.accounts import numbers, records
from storage import database, tables

_EACH: Final = 100
"""Accounts of one house."""
_BATCH: Final = 20_000
"""Accounts of one transaction."""
_PROVIDER: Final = "00000000-0000-4000-8000-0000000000ff"
_MESSAGE: Final = "00000000-0000-4000-8000-000000000000"
_PAYER: Final = {"PayerInfo": {"Ind": {"Surname": "Вымышленная", "FirstName": "Евлампия", "SNILS": "11223344595"}}}
_FIRST_NUMBER: Final = 50_000_000_000
"""Far behind every ЕЛС that the gateway itself gives out in a measurement."""
_GUIDS: Final = 1 << 128
_AGGREGATE: Final = sa.insert(tables.aggregate)
_OBJECT: Final = sa.insert(tables.registry_object)
_VERSION: Final = sa.insert(tables.registry_version)
_LINK: Final = sa.insert(tables.registry_link)


def fill(where: database.Database, accounts: int) -> None:
    """Add that many accounts, each with its first version and its links.

    Their GUIDs lie all over the range, as random ones do, but come in order: the same trees, in a minute or two.
    """
    sealed = vault.Vault([bytes(range(32))]).seal(_PAYER, _MESSAGE)
    for first in range(0, accounts, _BATCH):
        rows = [_row(count, accounts, sealed) for count in range(first, min(first + _BATCH, accounts))]
        with where.write() as connection:
            connection.execute(_AGGREGATE, [{"name": row["aggregate"], "revision": 1} for row in rows])
            connection.execute(_OBJECT, rows)
            connection.execute(_VERSION, [_version(row) for row in rows])
            connection.execute(_LINK, _links(first, rows))


def _row(count: int, of: int, sealed: str) -> dict[str, Any]:
    guid, now = str(uuid.UUID(int=_GUIDS // of * count)), clock.now()
    content = {
        "isUOAccount": "true",
        "AccountNumber": f"Л-{count}",
        "TotalSquare": "54.2",
        "Accommodation": [{"PremisesGUID": guid}],
        "PayerInfo": {},
    }
    data = {"content": content, "houses": [_house(count)], "provider": _PROVIDER, "sealed": sealed}
    return {
        "id": guid,
        "kind": records.ACCOUNT,
        "aggregate": records.aggregate(guid),
        "parent": None,
        "key": records.key(_PROVIDER, f"Л-{count}"),
        "unique_number": numbers.unified(_FIRST_NUMBER + count),
        "data": json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        "version": 1,
        "created_at": now,
        "changed_at": now,
        "message": _MESSAGE,
        "ended_at": None,
    }


def _version(row: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "version", "parent", "key", "unique_number", "data", "ended_at", "message")
    return {**{name: row[name] for name in kept}, "organisation": _PROVIDER, "at": row["changed_at"]}


def _links(first: int, rows: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        {"link": link, "kind": records.ACCOUNT, "id": row["id"]}
        for count, row in enumerate(rows, first)
        for link in records.links(row["unique_number"], [_house(count)])
    ]


def _house(count: int) -> str:
    return str(uuid.UUID(int=(0xF << 124) + count // _EACH))
