"""Readings that go in come out: every value of every kind, in the shape of the history (property test)."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import FIAS, transport
from tests.unit.families.accounts.rig import shapes
from tests.unit.families.metering import requests as r
from tests.unit.families.metering.rig import DM, Rig, codes
from tests.unit.families.metering.test_round_trip import leaves

_EXAMPLES = 300 if os.environ.get("HCS_LONG") else 25
REQUEST = shapes("device-metering").element(f"{DM}importMeteringDeviceValuesRequest")
RESULT = shapes("device-metering").element(f"{DM}getStateResult")
NOT_EXPORTED = {"TransportGUID", "MeteringDevicesValues", "MeteringDeviceVersionGUID"}
"""What an export has no place for: labels of one request, and by what a device was named there."""
ONLY_EXPORTED = {
    *("HCSHouseGUID", "BaseValue", "Values", "ReadingsSource", "orgPPAGUID", "EnterIntoSystem", "excludeISValues"),
    *("Unit", "MeteringValueInDefaultUnit", "DefaultUnit", "ArchivedValues", "ArchivingReason"),
}
"""What no message of readings states."""
VALUES = st.from_regex(r"[1-9][0-9]{0,14}(\.[0-9]{1,7})?", fullmatch=True)
DAYS = st.dates(dt.date(2026, 3, 1), dt.date(2026, 4, 1)).map(dt.date.isoformat)
MONTHS = st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 1)).map(
    lambda day: {"Year": str(day.year), "Month": str(day.month)}
)
RESOURCES = st.sampled_from("12").map(lambda code: {"Code": code, "GUID": builtin.guid(2, code)})
CAUSES = st.sampled_from((
    {"PlannedVerification": "true"}, {"VerificationReason": {"Code": "2", "GUID": builtin.guid(224, "2")}},
))  # fmt: skip
COUNTS = {"OneRateDeviceValue": ("MeteringValue",), "ElectricDeviceValue": ("MeteringValueT1", "MeteringValueT2"),
          "VolumeDeviceValue": ("MeteringValueT1",)}  # fmt: skip


def _row(kind: str) -> st.SearchStrategy[dict]:
    named = {} if kind == "ElectricDeviceValue" else {"MunicipalResource": RESOURCES}
    return st.fixed_dictionaries({**named, **dict.fromkeys(COUNTS[kind], VALUES)})


def _taken(kind: str, **more: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.builds(lambda row, rest: {**row, **rest}, _row(kind), st.fixed_dictionaries({"DateValue": DAYS, **more}))


def _verified(kind: str) -> st.SearchStrategy[dict]:
    ends = st.tuples(_row(kind), _row(kind))
    if kind != "ElectricDeviceValue":
        ends = ends.map(lambda rows: tuple([row] for row in rows))
    return st.builds(
        lambda days, rows, cause: {
            **dict(zip(("StartDateValue", "EndDateValue", "SealDate"), sorted(days), strict=True)),
            "StartValue": rows[0], "EndValue": rows[1], **cause,
        },
        st.tuples(DAYS, DAYS, DAYS), ends, CAUSES,
    )  # fmt: skip


def _device(kind: str) -> st.SearchStrategy[dict]:
    """Values of one device: either current ones or checks, below which current ones would be refused."""
    many = 1 if kind == "ElectricDeviceValue" else 3
    current = st.lists(_taken(kind, Period=MONTHS), min_size=1, max_size=many, unique_by=_month)
    checks = {
        "ControlValue": st.lists(_taken(kind), max_size=many, unique_by=_day),
        "VerificationValue": _verified(kind),
    }
    said = st.one_of(st.fixed_dictionaries({"CurrentValue": current}), st.fixed_dictionaries({}, optional=checks))
    return said.map(lambda told: {kind: told})


def _month(row: dict) -> tuple:
    return _code(row), row["Period"]["Year"], row["Period"]["Month"]


def _day(row: dict) -> tuple:
    return _code(row), row["DateValue"]


def _code(row: dict) -> str:
    return row.get("MunicipalResource", {}).get("Code", "")


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    """One rig for all examples: each has devices of its own."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        rig.settled()
        yield rig
        rig.close()


def _roots(rig: Rig) -> dict[str, str]:
    water = r.readings("1") + r.readings("2")
    made = (
        r.create(20, r.whole(measured=water)),
        r.create(21, r.whole(measured=r.electric("1", "1"))),
        r.create(22, r.whole(measured=r.volumes("1") + r.volumes("2"), volume="true")),
    )
    assert codes(rig.play(r.devices(*made))) == {}
    return dict(zip(COUNTS, (rig.given[transport(n)] for n in (20, 21, 22)), strict=True))


def _labelled(said: dict, labels: Iterator[int]) -> dict:
    """The values with a TransportGUID each; one that does not repeat is no list."""

    def put(value: object) -> object:
        if isinstance(value, list):
            return [put(each) for each in value]
        return {**value, "TransportGUID": transport(next(labels))}

    return {name: put(value) for name, value in said.items()}


def _told(value: object) -> object:
    """What comes back without what only exports tell; moments as their days, what may repeat as lists."""
    if isinstance(value, list):
        return sorted((_told(each) for each in value), key=lambda row: json.dumps(row, sort_keys=True))
    if not isinstance(value, dict):
        return value[:10] if value[10:11] == "T" else value
    return {
        name: [_told(each)] if name in ("StartValue", "EndValue") and isinstance(each, dict) else _told(each)
        for name, each in value.items()
        if name not in ONLY_EXPORTED
    }


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(said=st.tuples(*map(_device, COUNTS)))
def test_readings__come_back_as_they_were_sent(lasting: Rig, said: tuple[dict, ...]) -> None:
    roots, labels = _roots(lasting), itertools.count(100)
    rows = [
        {"MeteringDeviceRootGUID": roots[kind], kind: _labelled(told, labels)}
        for device in said for kind, told in device.items()
    ]  # fmt: skip
    element = shape.write(REQUEST, {"MeteringDevicesValues": rows}, wire.nsmap(DM.strip("{}")))
    assert codes(lasting.play(etree.tostring(element))) == {}
    by = "".join(f"<MeteringDeviceRootGUID>{root}</MeteringDeviceRootGUID>" for root in roots.values())
    items = {item["MeteringDeviceRootGUID"]: item for item in lasting.play(r.history(FIAS, by=by)).items}
    for device in said:
        for kind, told in device.items():
            found = items[roots[kind]][kind]
            found = found if kind == "VolumeDeviceValue" else found.get("Values", {})
            sent = {name: value if isinstance(value, list) else [value] for name, value in told.items() if value}
            assert _told(found) == _told(sent)


def test_every_field_of_the_import__is_exported_or_told_not_to_be() -> None:
    history = RESULT.child("exportMeteringDeviceHistoryResult")
    assert history is not None
    assert leaves(REQUEST) - leaves(history.shape) == NOT_EXPORTED
    assert leaves(history.shape) - leaves(REQUEST) - ONLY_EXPORTED == set()
