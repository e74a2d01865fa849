"""The readings of devices, as the registry keeps them: an object for each device and year, found by its id alone.

A year belongs to its device's aggregate, so packages for different devices never meet, and a package reads and writes
one small object for each device that it is about, however many years and devices there are. Current values stand in the
year of their period, control values and verifications in that of their day. What is asked of all years at once stands
in the device: which years there are and in which years their values were taken, and the last check of each resource,
which current values may not fall below (protocol §8.3).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

from gateway.families.metering import records, resources
from storage.registry import Registry, Thing

YEAR: Final = "metering-readings"
ALL: Final = "all"
"""Stands for a resource where an entry is about all of them: a verification."""
CURRENT: Final = "current"
CONTROL: Final = "control"
VERIFICATION: Final = "verification"
Entry: TypeAlias = Mapping[str, Any]
"""A value: its parts in the words of the contract, `date`, `by` (orgPPAGUID) and `at` (when it came)."""


def id_of(root: str, year: int) -> str:
    """Return the id of the readings of a device in a year: beside the device itself in the index of ids."""
    return f"{root}:{year}"


def have_begun(device: Thing) -> bool:
    """Return whether a device has ever had a reading, a control value or a verification."""
    return bool(device.data.get("years"))


def is_verified(device: Thing) -> bool:
    """Return whether a verification of the device was ever given."""
    return bool(device.data.get("verified"))


def years(device: Thing) -> dict[int, list[int]]:
    """Return the years of a device, each with those in which its values were taken."""
    return {int(year): taken for year, taken in device.data.get("years", {}).items()}


@dataclasses.dataclass(frozen=True, slots=True)
class Check:
    """A control value, or what a device showed at the end of a verification."""

    date: str
    values: Mapping[str, str]

    def exceeds(self, values: Mapping[str, Any]) -> bool:
        """Return whether any of these values is below it."""
        return any(Decimal(values[name]) < Decimal(floor) for name, floor in self.values.items() if name in values)


class Book:
    """The readings that one unit of work reads and writes."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._devices: dict[str, Thing] = {}
        self._years: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
        self._known: dict[tuple[str, int], Thing | None] = {}
        self._changed: set[tuple[str, int]] = set()

    def fetch(self, wanted: Iterable[tuple[Thing, int]]) -> None:
        """Read those of many years that there are at once."""
        self._registry.get_all(id_of(device.id, year) for device, year in wanted if year in years(device))

    def device(self, device: Thing) -> Thing:
        """Return a device as it is with what was entered here."""
        return self._devices.get(device.id, device)

    def enter(self, device: Thing, section: str, key: str, resource: str, entry: Entry) -> None:
        """Put a value into the year that its key (a month or a day) names; one that is there is overwritten."""
        year, taken = int(key[:4]), int(entry["date"][:4])
        rows = self._writable(device, year).setdefault(section, {})
        rows[key] = {**rows.get(key, {}), resource: entry}
        known = years(self.device(device))
        if taken not in known.get(year, ()):
            known[year] = sorted((*known.get(year, ()), taken))
            self._keep(device, years={str(each): known[each] for each in sorted(known)})

    def check(self, device: Thing, resource: str, date: str, values: Mapping[str, str]) -> None:
        """Remember the last check of a resource."""
        known = dict(self.device(device).data.get("checks", {}))
        if resource not in known or known[resource]["date"] <= date:
            self._keep(device, checks={**known, resource: {"date": date, "values": dict(values)}})

    def verify(self, device: Thing) -> None:
        """Remember that the device was verified."""
        if not is_verified(self.device(device)):
            self._keep(device, verified=True)

    def last_check(self, device: Thing, resource: str, date: str) -> Check | None:
        """Return the last check of a resource that is not after a day; None where there is none."""
        last = self.device(device).data.get("checks", {}).get(resource)
        if last is None:
            return None
        if last["date"] <= date:
            return Check(**last)
        # A value from before the last check: the one that it has to keep to stands in the years up to its own.
        before = sorted((year for year in years(self.device(device)) if year <= int(date[:4])), reverse=True)
        self.fetch((device, year) for year in before)
        found = (each for year in before for each in sorted(_checks(self.year(device, year), resource), reverse=True))
        return next((Check(day, values) for day, _, values in found if day <= date), None)

    def year(self, device: Thing, year: int) -> Mapping[str, Mapping[str, Any]]:
        """Return the sections of a year; empty where there is none."""
        if (device.id, year) not in self._years:
            known = self._registry.get(id_of(device.id, year)) if year in years(self.device(device)) else None
            self._known[device.id, year] = known
            self._years[device.id, year] = {name: dict(rows) for name, rows in known.data.items()} if known else {}
        return self._years[device.id, year]

    def store(self) -> None:
        """Put everything that was entered into the registry."""
        for device in self._devices.values():
            self._registry.put(device)
        for root, year in sorted(self._changed):
            thing = self._known[root, year] or Thing(id_of(root, year), YEAR, records.aggregate(root), parent=root)
            self._registry.put(dataclasses.replace(thing, data=self._years[root, year]))

    def _writable(self, device: Thing, year: int) -> dict[str, dict[str, Any]]:
        self.year(device, year)
        self._changed.add((device.id, year))
        return self._years[device.id, year]

    def _keep(self, device: Thing, **more: Any) -> None:
        known = self.device(device)
        self._devices[device.id] = dataclasses.replace(known, data={**known.data, **more})


def _checks(sections: Mapping[str, Mapping[str, Any]], resource: str) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    """Yield what was checked of a resource in a year: day, order within the day, values."""
    for day, entries in sections.get(CONTROL, {}).items():
        if resource in entries:
            yield day, 1, values_of(entries[resource])
    for day, entries in sections.get(VERIFICATION, {}).items():
        for entry in entries.values():
            if resource in entry["end"]:
                yield day, 0, entry["end"][resource]


def latest(device: Thing) -> list[str]:
    """Return the ids of the objects that hold the last values of every resource of a device."""
    known = years(device)
    last = max((taken[-1] for taken in known.values()), default=0)
    # One resource may have been read later than another.
    alone = len(device.data["resources"]) == 1
    return [id_of(device.id, year) for year, taken in known.items() if not alone or last in taken]


def last(registry: Registry, device: Thing, resource: str) -> Entry | None:
    """Return the reading of a resource that was taken last, or what a verification has ended with; None before any."""
    things = registry.get_all(latest(device)).values()
    found = (entry for thing in things for entry in _entries(thing.data, resource))
    return max(found, key=lambda entry: (entry["date"], entry["at"]), default=None)


def _entries(sections: Mapping[str, Mapping[str, Any]], resource: str) -> Iterator[Entry]:
    for section in (CURRENT, CONTROL):
        yield from (entries[resource] for entries in sections.get(section, {}).values() if resource in entries)
    for entries in sections.get(VERIFICATION, {}).values():
        yield from ({**each, **each["end"][resource]} for each in entries.values() if resource in each["end"])


def values_of(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a reading by their names in the contract."""
    return {name: str(row[name]).strip() for name in resources.VALUES if name in row}
