"""An agreement in one version: its terms, its houses, its status, all in the contract's own words.

A version is a thing of the registry that never changes again, but for the mark that a newer one has taken its place:
the live version of an agreement is found by the root GUID, any version by its own.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, Final

from gateway.families import basis, days, fields
from gateway.families.agreements.kinds import KINDS, Kind
from gateway.families.fields import Fields
from storage.registry import Registry, Thing

APPROVED: Final = "Approved"
PENDING: Final = "ApprovalProcess"
TERMINATED: Final = "Terminated"
ANNULLED: Final = "Annul"
"""Statuses of the contract that this gateway gives; Project, Reviewed and Rejected are set by authorities elsewhere."""


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    """A managed house (ContractObject) of one version."""

    id: str
    """Stable GUID; the id of its record in `gateway.families.basis`."""
    version: str
    """ContractObjectVersionGUID: new whenever something about the house changes."""
    status: str
    content: Fields
    """FIASHouseGuid, StartDate, EndDate, services, as they were sent."""

    @property
    def fias(self) -> str:
        """FIASHouseGuid, lower case."""
        return fields.text(self.content, "FIASHouseGuid").lower()

    @property
    def live(self) -> bool:
        """Whether it is not annulled."""
        return self.status != ANNULLED

    @property
    def begin(self) -> dt.date:
        """First day of the management."""
        return days.day(fields.text(self.content, "StartDate"))


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """One version of a contract or charter."""

    kind: Kind
    root: str
    version: str
    organisation: str
    """orgPPAGUID of the owner."""
    number: int
    """VersionNumber, from 1."""
    status: str
    terms: Fields
    houses: tuple[House, ...]
    terminate: Fields = dataclasses.field(default_factory=dict)
    """Terminate, with its reason and attachments; empty while it is not terminated."""
    annulment: Fields = dataclasses.field(default_factory=dict)

    @property
    def rolls(self) -> bool:
        """Whether it goes on for a year when it has ended (AutomaticRollOverOneYear)."""
        return self.status in (APPROVED, PENDING) and fields.flag(self.terms, "AutomaticRollOverOneYear")

    @property
    def begin(self) -> dt.date:
        """First day."""
        return days.day(fields.text(self.terms, self.kind.begins))

    @property
    def planned_end(self) -> dt.date:
        """PlanDateComptetion; a charter has no such day."""
        planned = fields.text(self.terms, "PlanDateComptetion")
        return days.day(planned) if planned else days.NEVER

    def end_of(self, house: House) -> dt.date:
        """Return the last day on which a house is managed: its own, or that of the agreement."""
        own = fields.text(house.content, "EndDate")
        end = days.day(own) if own else self.planned_end
        return min(end, self.last_day)

    @property
    def last_day(self) -> dt.date:
        """The day before it is terminated."""
        ended = fields.text(self.terminate, "Terminate")
        if not ended:
            return days.NEVER
        terminated = days.day(ended)
        return terminated - dt.timedelta(days=1) if terminated > dt.date.min else terminated

    def record(self, house: House) -> basis.Record:
        """Return what the basis of management has to know of a house."""
        return basis.Record(
            id=house.id,
            house=house.fias,
            agreement=self.root,
            kind=self.kind.name,
            organisation=self.organisation,
            status=house.status,
            begin=house.begin,
            end=self.end_of(house),
            rolls=self.rolls,
        )


def as_of(document: Document, today: dt.date) -> Document:
    """Return the document with the days to which it has gone on by itself (AutomaticRollOverOneYear)."""
    if not document.rolls:
        return document
    terms = _moved(document.terms, "PlanDateComptetion", lambda end: days.rolled(end, today))
    houses = tuple(_rolled(house, document.planned_end, today) if house.live else house for house in document.houses)
    return dataclasses.replace(document, terms=terms, houses=houses)


def _rolled(house: House, planned_end: dt.date, today: dt.date) -> House:
    own = fields.text(house.content, "EndDate")
    years = days.years_until(days.day(own) if own else planned_end, today)
    return later(house, lambda end: days.years_later(end, years)) if years else house


def later(house: House, moved: Callable[[dt.date], dt.date]) -> House:
    """Return a house whose management and services end at other days."""
    content = _moved(house.content, "EndDate", moved)
    for name in ("HouseService", "AddService"):
        if name in content:
            content[name] = [_moved(row, "EndDate", moved) for row in fields.rows(content, name)]
    return dataclasses.replace(house, content=content)


def _moved(content: Fields, name: str, moved: Callable[[dt.date], dt.date]) -> dict[str, Any]:
    text = fields.text(content, name)
    return {**content, **({name: moved(days.day(text)).isoformat()} if text else {})}


def current(registry: Registry, kind: Kind, root: str) -> Document | None:
    """Return the newest version of an agreement, or None."""
    found = registry.find(kind.versions, root.lower())
    return read(found) if found else None


def read(thing: Thing) -> Document:
    """Return the version that a thing holds."""
    data = dict(thing.data)
    kind = next(kind for kind in KINDS if kind.versions == thing.kind)
    houses = tuple(House(**house) for house in data.pop("houses"))
    return Document(kind=kind, root=str(thing.parent), version=thing.id, houses=houses, **data)


def is_version(thing: Thing | None, kinds: Iterable[Kind] = KINDS) -> bool:
    """Return whether a thing is a version of an agreement of one of these kinds."""
    return thing is not None and thing.kind in {kind.versions for kind in kinds}


def aggregate(root: str) -> str:
    """Return the registry's name for an agreement with all its versions."""
    return f"agreement:{root.lower()}"


def directory(organisation: str) -> str:
    """Return the registry's name for the list of an organisation's agreements."""
    return f"agreements:{organisation.lower()}"


def put(registry: Registry, new: Document, before: Document | None, now: dt.datetime) -> None:
    """Store a version, put it in the place of the one before it, and tell the basis what has changed."""
    if before is None:
        registry.put(Thing(id=new.root, kind=new.kind.name, aggregate=directory(new.organisation)))
    else:
        thing = registry.get(before.version)
        if thing is None:
            raise ValueError(f"version {before.version} is gone")
        registry.put(dataclasses.replace(thing, ended_at=now))
    data = {
        "organisation": new.organisation,
        "number": new.number,
        "status": new.status,
        "terms": new.terms,
        "houses": [dataclasses.asdict(house) for house in new.houses],
        "terminate": new.terminate,
        "annulment": new.annulment,
    }
    registry.put(Thing(new.version, new.kind.versions, aggregate(new.root), parent=new.root, key=new.root, data=data))
    known = {house.id: before.record(house) for house in before.houses} if before else {}
    for house in new.houses:
        record = new.record(house)
        if known.get(house.id) != record:
            basis.put(registry, record, None if house.live else now)
