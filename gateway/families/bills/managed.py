"""Which services an organisation gives in a house by its contract of management or charter (protocol §8.4, SRV008076).

An agreement lists municipal services (HouseService, НСИ 3) and additional ones (AddService, НСИ 1 of the organisation),
each for a time. What is owed for housing itself goes without saying.
"""

from __future__ import annotations

import calendar
import dataclasses
import datetime as dt

from gateway.families import api, basis, days, fields
from gateway.families.agreements import document
from gateway.families.agreements.kinds import KINDS
from storage.registry import Registry


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """The services of a house in a month, by their codes."""

    municipal: frozenset[str]
    additional: frozenset[str]


class Managements:
    """The agreements by which one organisation manages houses in one month; each house is looked at once."""

    def __init__(self, task: api.Task, registry: Registry, period: str) -> None:
        self._task = task
        self._registry = registry
        self._today = days.today(task.now)
        self._begin, self._end = month(period)
        self._known: dict[str, Given | None] = {}

    def given(self, house: str) -> Given | None:
        """Return what the organisation gives in a house (FIASHouseGuid); None where it does not manage it."""
        if house not in self._known:
            self._known[house] = self._looked_up(house)
        return self._known[house]

    def _looked_up(self, house: str) -> Given | None:
        rows = [
            found
            for record in basis.records(self._registry, house)
            if record.organisation == self._task.organisation and record.overlaps(self._begin, self._end, self._today)
            for found in self._houses(record)
        ]
        if not rows:
            return None
        codes = (
            frozenset(
                fields.item_code(service, "ServiceType")
                for row in rows
                for service in fields.rows(row, name)
                if self._holds(service)
            )
            for name in ("HouseService", "AddService")
        )
        return Given(*codes)

    def _houses(self, record: basis.Record) -> list[fields.Fields]:
        kind = next(kind for kind in KINDS if kind.name == record.kind)
        found = document.current(self._registry, kind, record.agreement)
        if found is None:
            return []
        return [house.content for house in document.as_of(found, self._today).houses if house.id == record.id]

    def _holds(self, service: fields.Fields) -> bool:
        begin, end = (fields.text(service, name) for name in ("StartDate", "EndDate"))
        return (not begin or days.day(begin) <= self._end) and (not end or days.day(end) >= self._begin)


def month(period: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a month, YYYY-MM."""
    year, number = int(period[:4]), int(period[5:])
    return dt.date(year, number, 1), dt.date(year, number, calendar.monthrange(year, number)[1])
