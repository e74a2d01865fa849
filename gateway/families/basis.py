"""On what basis an organisation works with a house: the managed houses of contracts and charters, house by house.

Agreements keep one record for each of their houses here, in an aggregate of the house. So a question about a house
reads one small aggregate, whoever has asked it runs again when an agreement changes it meanwhile, and two agreements
that claim one house at once cannot both be stored.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Final

from gateway.families import days
from storage.registry import Registry, Thing

KIND: Final = "managed-house"
APPROVED: Final = "Approved"
"""The status (StatusObject, ManagedObjectStatus) of a house that the organisation may work with."""


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """One house in one contract or charter, as far as the basis goes."""

    id: str
    """Stable GUID of the house in the agreement; each of its versions has another one."""
    house: str
    """FIASHouseGuid, lower case."""
    agreement: str
    """Root GUID of the contract or charter."""
    kind: str
    """`contract` or `charter`."""
    organisation: str
    """orgPPAGUID of the organisation that manages the house."""
    status: str
    """In the contract's words."""
    begin: dt.date
    end: dt.date
    """The last day; it moves by itself where `rolls`."""
    rolls: bool
    """AutomaticRollOverOneYear: when it has ended it goes on for a year."""

    def last_day(self, today: dt.date) -> dt.date:
        """Return the last day as `today` knows it."""
        return days.rolled(self.end, today) if self.rolls else self.end

    def holds(self, today: dt.date) -> bool:
        """Return whether it is a basis on this day."""
        return self.status == APPROVED and self.begin <= today <= self.last_day(today)

    def overlaps(self, begin: dt.date, end: dt.date, today: dt.date) -> bool:
        """Return whether the house is managed by this agreement on any day of a period."""
        return self.status == APPROVED and self.begin <= end and begin <= self.last_day(today)


def aggregate(house: str) -> str:
    """Return the registry's name for everything that gives somebody a basis for a house."""
    return f"basis:{house.lower()}"


def records(registry: Registry, house: str) -> Iterator[Record]:
    """Yield what live agreements say of a house."""
    for thing in registry.load(aggregate(house)):
        if thing.kind == KIND and thing.ended_at is None:
            yield _record(thing)


def may_use(registry: Registry, organisation: str, house: str, today: dt.date) -> bool:
    """Return whether an agreement of the organisation makes it manage the house (FIASHouseGuid) on this day."""
    return any(each.organisation == organisation for each in holders(registry, house, today))


def holders(registry: Registry, house: str, today: dt.date) -> list[Record]:
    """Return what a house is managed by on this day: one record of each kind at most.

    What only goes on because it `rolls` gives way to a later agreement: nobody had to terminate it.
    """
    found = [each for each in records(registry, house) if each.holds(today)]
    latest = {each.kind: each for each in sorted(found, key=lambda record: record.end)}
    return list(latest.values())


def agreements(registry: Registry, house: str) -> list[str]:
    """Return the root GUIDs of all agreements that ever had this house."""
    things = registry.load(aggregate(house))
    return list(dict.fromkeys(str(thing.data["agreement"]) for thing in things if thing.kind == KIND))


def put(registry: Registry, record: Record, ended_at: dt.datetime | None) -> None:
    """Store a record; `ended_at` says when it was annulled."""
    known = registry.get(record.id)
    thing = known or Thing(id=record.id, kind=KIND, aggregate=aggregate(record.house), parent=record.agreement)
    data = {**dataclasses.asdict(record), "begin": record.begin.isoformat(), "end": record.end.isoformat()}
    registry.put(dataclasses.replace(thing, data=data, ended_at=ended_at))


def _record(thing: Thing) -> Record:
    data = dict(thing.data)
    return Record(**{**data, "begin": days.day(data["begin"]), "end": days.day(data["end"])})
