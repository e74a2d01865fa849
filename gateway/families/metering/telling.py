"""How the readings of a device are written in exportMeteringDeviceHistory: by kind, each with its source (§8.3)."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gateway import clock
from gateway.families import api, days
from gateway.families.fields import Fields
from gateway.families.metering import readings, records, resources, showing
from gateway.families.metering.readings import Entry
from storage.registry import Registry, Thing

ELEMENTS: Final = {
    resources.READINGS: "OneRateDeviceValue",
    resources.ELECTRIC: "ElectricDeviceValue",
    resources.VOLUMES: "VolumeDeviceValue",
}
_VERIFIED: Final = ("StartDateValue", "EndDateValue", "SealDate", "PlannedVerification", "VerificationReason")


class Histories:
    """Writes the readings of devices that were taken in a period and that pass a filter of their sources."""

    def __init__(
        self, task: api.Task, registry: Registry, period: tuple[dt.date, dt.date], passes: Callable[[str], bool]
    ) -> None:
        self._origins = showing.Origins(task.directory)
        self._registry = registry
        self._begin, self._end = (day.isoformat() for day in period)
        self._passes = passes

    def fetch(self, devices: list[Thing]) -> None:
        """Read at once what the histories of many devices are made of."""
        years = [each for device in devices for each in self._years(device)]
        self._registry.get_all([*years, *(str(device.data["version"]) for device in devices)])

    def written(self, device: Thing) -> dict[str, api.Data]:
        """Return the element with the readings of a device."""
        counts = str(device.data["counts"])
        known, entities = records.measured(device), self._entities(device)

        def past(code: str, entry: Entry) -> dict[str, api.Data]:
            return {**entities[code], **self._past(code, known[code], entry)}

        told: dict[str, list[tuple[str, Fields]]] = {}
        for year in self._registry.get_all(self._years(device)).values():
            for name, date, row in self._rows(year.data, past):
                told.setdefault(name, []).append((date, row))
        sections = {name: [row for _, row in sorted(rows, key=operator.itemgetter(0))] for name, rows in told.items()}
        if counts == resources.VOLUMES:
            return {ELEMENTS[counts]: sections}
        base = self._base(device, past)
        first: api.Data = base if counts == resources.READINGS else next(iter(base), {})
        values = {"Values": sections} if sections else {}
        return {ELEMENTS[counts]: {**({"BaseValue": first} if base else {}), **values}}

    def _rows(
        self, year: Mapping[str, Any], past: Callable[[str, Entry], dict[str, api.Data]]
    ) -> Iterator[tuple[str, str, dict[str, api.Data]]]:
        for month, entries in year.get(readings.CURRENT, {}).items():
            period = {"Period": {"Year": str(int(month[:4])), "Month": str(int(month[5:]))}}
            for code, entry in self._shown(entries):
                yield (
                    "CurrentValue",
                    entry["date"],
                    {**past(code, entry), "DateValue": _moment(entry["date"]), **period},
                )
        for entries in year.get(readings.CONTROL, {}).values():
            for code, entry in self._shown(entries):
                yield "ControlValue", entry["date"], {**past(code, entry), "DateValue": _moment(entry["date"])}
        for entries in year.get(readings.VERIFICATION, {}).values():
            for _, entry in self._shown(entries):
                yield "VerificationValue", entry["date"], self._verification(entry, past)

    def _shown(self, entries: Mapping[str, Entry]) -> Iterator[tuple[str, Entry]]:
        for code, entry in entries.items():
            if self._begin <= entry["date"] <= self._end and self._passes(entry["by"]):
                yield code, entry

    def _verification(self, entry: Entry, past: Callable[[str, Entry], dict[str, api.Data]]) -> dict[str, api.Data]:
        sides = {
            name: [past(code, {**entry, **values}) for code, values in entry[side].items()]
            for name, side in (("StartValue", "start"), ("EndValue", "end"))
        }
        # A meter of electricity has one row at each end, in an element that does not repeat: so has `sides`.
        return {**{name: entry[name] for name in _VERIFIED if name in entry}, **sides}

    def _past(self, code: str, known: resources.Measured, entry: Entry) -> dict[str, api.Data]:
        values = readings.values_of(entry)
        own = resources.own(code, known.unit, values)
        unit = {"Unit": known.unit, "MeteringValueInDefaultUnit": own} if own else {}
        return {**values, **self._origins.told(entry["by"]), "EnterIntoSystem": entry["at"], **unit}

    def _base(self, device: Thing, past: Callable[[str, Entry], dict[str, api.Data]]) -> list[dict[str, api.Data]]:
        by = records.provider(device)
        if device.created_at is None or not self._passes(by):
            return []
        rows = resources.rows(records.content(self._registry, device))
        origin = {"by": by, "at": clock.wire(device.created_at)}
        return [past(resources.code(row), {**origin, **readings.values_of(row)}) for row in rows]

    def _entities(self, device: Thing) -> dict[str, dict[str, api.Data]]:
        """Return how each resource is named beside its values; electricity is not where it is all there is."""
        if device.data["counts"] == resources.ELECTRIC:
            return {resources.ELECTRICITY: {}}
        rows = resources.rows(records.content(self._registry, device))
        return {resources.code(row): {"MunicipalResource": row["MunicipalResource"]} for row in rows}

    def _years(self, device: Thing) -> list[str]:
        wanted = range(int(self._begin[:4]), int(self._end[:4]) + 1)
        known = readings.years(device).items()
        return [readings.id_of(device.id, year) for year, taken in known if any(each in wanted for each in taken)]


def _moment(date: str) -> str:
    return clock.wire(dt.datetime.combine(days.day(date), dt.time(), clock.MOSCOW))
