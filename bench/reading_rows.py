"""A registry that is full already: devices with a year of readings each, written straight into its tables."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

import sqlalchemy as sa

from gateway import clock
from gateway.families.metering import readings, records, resources
from storage import database, tables

_EACH: Final = 200
"""Devices of one house."""
_BATCH: Final = 10_000
"""Devices of one transaction."""
_PROVIDER: Final = "00000000-0000-4000-8000-0000000000ff"
_MESSAGE: Final = "00000000-0000-4000-8000-000000000000"
_GUIDS: Final = 1 << 128
_YEAR: Final = 2026
_MONTHS: Final = 12
_FIRST_NUMBER: Final = 500_000_000_000
"""Far behind every number that the gateway itself gives out in a measurement."""


def fill(where: database.Database, devices: int) -> None:
    """Add that many devices with their versions, twelve readings and links; their GUIDs lie all over the range."""
    for first in range(0, devices, _BATCH):
        made = [_device(count, devices) for count in range(first, min(first + _BATCH, devices))]
        rows = [row for device in made for row in device]
        links = [
            {"link": link, "kind": records.DEVICE, "id": device[0]["id"]}
            for count, device in enumerate(made, first)
            for link in (records.house_link(_house(count)), records.provider_link(_PROVIDER))
        ]
        with where.write() as connection:
            aggregates = [{"name": device[0]["aggregate"], "revision": _MONTHS + 1} for device in made]
            connection.execute(sa.insert(tables.aggregate), aggregates)
            connection.execute(sa.insert(tables.registry_object), rows)
            connection.execute(sa.insert(tables.registry_version), [_version(row) for row in rows])
            connection.execute(sa.insert(tables.registry_link), links)


def _device(count: int, of: int) -> list[dict[str, Any]]:
    root, version = (str(uuid.UUID(int=_GUIDS // of * count + each)) for each in (0, 1))
    data = {
        "provider": _PROVIDER,
        "houses": [_house(count)],
        "kind": "ResidentialPremiseDevice",
        "counts": resources.READINGS,
        "resources": {"1": {"unit": "113", "tariffs": 1}},
        "version": version,
        "number": 1,
        "years": {str(_YEAR): [_YEAR]},
    }
    reading = {"MeteringValue": "123.456", "at": clock.wire(clock.now()), "by": _PROVIDER}
    taken = {f"{_YEAR}-{n:02}": {"1": {**reading, "date": f"{_YEAR}-{n:02}-25"}} for n in range(1, _MONTHS + 1)}
    aggregate = records.aggregate(root)
    return [
        _row(root, records.DEVICE, aggregate, data, number=str(_FIRST_NUMBER + count)),
        _row(version, records.VERSION, aggregate, {"number": 1, "content": _content()}, parent=root),
        _row(readings.id_of(root, _YEAR), readings.YEAR, aggregate, {readings.CURRENT: taken}, parent=root),
    ]


def _content() -> dict[str, Any]:
    basic = {"MeteringDeviceNumber": "1", "MeteringDeviceStamp": "Тест", "MeteringDeviceModel": "М-1"}
    row = {"MunicipalResource": {"Code": "1", "GUID": _MESSAGE}, "MeteringValue": "1"}
    place = {"ResidentialPremiseDevice": {"PremiseGUID": [_MESSAGE], "AccountGUID": [_MESSAGE]}}
    return {"BasicChatacteristicts": {**basic, **place}, "NotLinkedWithMetering": "true", resources.READINGS: [row]}


def _row(
    guid: str, kind: str, aggregate: str, data: dict[str, Any], parent: str = "", number: str = ""
) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": guid,
        "kind": kind,
        "aggregate": aggregate,
        "parent": parent or None,
        "key": None,
        "unique_number": number or None,
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


def _house(count: int) -> str:
    return str(uuid.UUID(int=(0xE << 124) + count // _EACH))
