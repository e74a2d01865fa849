"""Meters of cold water: installed, read for three months, one of them replaced, and all compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from gateway import clock
from gateway.stories import compare
from gateway.stories.office import expect
from gateway.stories.quarter.books import Company, Meter, Month

METERS: Final = 60
"""The first flats have one."""
_WORN: Final = 7
"""Which one is replaced."""
_READ_ON: Final = 25
_REPLACED_ON: Final = 10
"""Days of a month."""
_USED: Final = ("3.2", "4.75", "5.125", "6.01", "7.4")
"""Cubic metres of a month."""
_NO_DATE, _ARCHIVED = "INT007911", "INT007940"


def install(company: Company) -> Iterator[str]:
    """Place a meter for each of the first flats, one of them without the date that it needs."""
    company.meters = [
        Meter(f"ХВС-{1000 + index}", account, Decimal(index % 10))
        for index, account in enumerate(company.accounts[:METERS])
    ]
    rows = [_row(company, meter) for meter in company.meters]
    rows[-1]["commissioned"] = None
    outcomes = company.send("import-devices", MeteringDevice=rows).outcomes
    refused = outcomes[rows[-1]["transport"]]
    expect("code of a meter without CommissioningDate", [each.code for each in refused.problems], [_NO_DATE])
    _note(company.meters[:-1], rows, outcomes)
    yield f"importMeteringDeviceData: {METERS - 1} of {METERS} meters are placed, {company.meters[-1].number} is not"
    yield f"✗ {refused.problems[0].code}  {refused.problems[0].text}"
    _place(company, company.meters[-1:])
    yield f"importMeteringDeviceData: {company.meters[-1].number} is put right and placed"


def read(company: Company) -> Iterator[str]:
    """Send the readings of the first two months."""
    for month in company.months[:2]:
        for index, meter in enumerate(company.meters):
            meter.readings[month] = meter.readings.get(month.before(), meter.initial) + _used(index, month)
        _send(company, company.meters, month)
        used = sum(meter.volume(month) for meter in company.meters)
        yield f"importMeteringDeviceValues, {month}: {len(company.meters)} readings, {used} m³ together"


def replace(company: Company) -> Iterator[str]:
    """Put a new meter in the place of a worn one; what is read from the old one afterwards is refused."""
    month, worn = company.months[2], company.meters[_WORN]
    worn.removed = month, worn.readings[month.before()] + Decimal(1)
    new = Meter(f"{worn.number}-Н", worn.account, Decimal(0))
    _place(company, [new])
    _learn_versions(company, [*company.meters, new])
    company.accepted(
        "replace-device",
        version=worn.version,
        next=new.version,
        replaced=month.day(_REPLACED_ON),
        last=str(worn.removed[1]),
    )
    company.meters.append(new)
    yield f"importMeteringDeviceData: {new.number} takes the place of {worn.number}, which showed {worn.removed[1]} m³"
    outcomes = company.send("import-readings", MeteringDevicesValues=[_reading(worn, month, worn.removed[1])]).outcomes
    (refused,) = outcomes.values()
    expect("code of a reading of the old meter", [each.code for each in refused.problems], [_ARCHIVED])
    yield f"✗ {refused.problems[0].code}  {refused.problems[0].text}"
    current = [meter for meter in company.meters if meter.removed is None]
    for index, meter in enumerate(current):
        meter.readings[month] = meter.readings.get(month.before(), meter.initial) + _used(index, month)
    _send(company, current, month)
    yield f"importMeteringDeviceValues, {month}: {len(current)} readings"


def export(company: Company) -> Iterator[str]:
    """Compare meters and readings with the company's books."""
    _learn_versions(company, company.meters)
    yield f"exportMeteringDeviceData: {len(company.meters)} meters, one of them in the archive"
    first, _, third = company.months
    found: dict[tuple[str, Month], Decimal] = {}
    for begin, end in ((first.first, first.last), (third.before().first, third.last)):
        for told in company.exported("export-readings", **{"from": begin, "to": end}):
            found |= _readings(told)
    expected = {(meter.guid, month): value for meter in company.meters for month, value in meter.readings.items()}
    compare.same("reading", found, expected)
    yield f"exportMeteringDeviceHistory: {len(found)} readings of three months, each as it was sent"


def _row(company: Company, meter: Meter) -> dict[str, Any]:
    begin = company.months[0] if meter.initial or not meter.number.endswith("Н") else company.months[2]
    return {
        "transport": clock.new_guid(),
        "number": meter.number,
        "installed": begin.first,
        "commissioned": begin.first,
        "premises": meter.account.flat.guid,
        "account": meter.account.guid,
        "initial": str(meter.initial),
    }


def _place(company: Company, meters: Iterable[Meter]) -> None:
    meters = list(meters)
    rows = [_row(company, meter) for meter in meters]
    _note(meters, rows, company.accepted("import-devices", MeteringDevice=rows).outcomes)


def _note(meters: Iterable[Meter], rows: list[dict[str, Any]], outcomes: dict[str, Any]) -> None:
    for meter, row in zip(meters, rows, strict=False):
        meter.guid = outcomes[row["transport"]].guid


def _learn_versions(company: Company, meters: list[Meter]) -> None:
    """Note the version of every meter; raises Surprise where others are exported, or others are in the archive."""
    told = {compare.text(each, "MeteringDeviceRootGUID"): each for each in company.exported("export-devices")}
    compare.same(
        "status of the meter",
        {guid: compare.text(each, "StatusRootDoc") for guid, each in told.items()},
        {meter.guid: "Archival" if meter.removed and meter.version else "Active" for meter in meters},
    )
    for meter in meters:
        meter.version = compare.text(told[meter.guid], "MeteringDeviceVersionGUID")


def _send(company: Company, meters: Iterable[Meter], month: Month) -> None:
    rows = [_reading(meter, month, meter.readings[month]) for meter in meters]
    company.accepted("import-readings", MeteringDevicesValues=rows)


def _reading(meter: Meter, month: Month, value: Decimal) -> dict[str, Any]:
    return {
        "device": meter.guid,
        "value": str(value),
        "taken": month.day(_READ_ON),
        "transport": clock.new_guid(),
        "year": str(month.year),
        "month": str(month.number),
    }


def _readings(told: etree._Element) -> dict[tuple[str, Month], Decimal]:
    """Return the current values of one exportMeteringDeviceHistoryResult by meter and month."""
    guid = compare.text(told, "MeteringDeviceRootGUID")
    return {
        (guid, Month(int(compare.text(each, "Period", "Year")), int(compare.text(each, "Period", "Month")))): Decimal(
            compare.text(each, "MeteringValue")
        )
        for each in compare.every(told, "CurrentValue")
    }


def _used(index: int, month: Month) -> Decimal:
    return Decimal(_USED[(index + month.number) % len(_USED)])
