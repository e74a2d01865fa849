"""An action beside what the registry holds: what the controls look at."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from gateway.families import api, basis, days, fields, references
from gateway.families.agreements import document, request
from gateway.families.agreements.document import Document, House
from gateway.families.agreements.kinds import Kind, Verb
from gateway.families.fields import Fields
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One action with one agreement."""

    task: api.Task
    registry: Registry
    action: request.Action
    named: Thing | None
    """The version or the payments that the action names, whoever owns them; None for a new agreement or nothing."""
    before: Document | None
    """The newest version of the agreement that is named, as of today."""
    own: references.Entries
    """The dictionaries of the organisation itself."""

    @property
    def kind(self) -> Kind:
        """Contract or charter."""
        return self.action.kind

    @property
    def content(self) -> Fields:
        """What the action says of the agreement."""
        return self.action.content

    @property
    def today(self) -> dt.date:
        """The day in Moscow."""
        return days.today(self.task.now)

    @property
    def terms(self) -> Fields:
        """The terms that the agreement will have: those that are stated, or those that it has."""
        if self.action.states_terms:
            return _terms(self.action, self.before)
        return self.before.terms if self.before else {}

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """First and last day of the agreement by the terms that it will have, as of today; a charter never ends."""
        begin = days.day(fields.text(self.terms, self.kind.begins))
        planned = fields.text(self.terms, "PlanDateComptetion")
        end = days.day(planned) if planned else days.NEVER
        return begin, days.rolled(end, self.today) if fields.flag(self.terms, "AutomaticRollOverOneYear") else end

    def untouched(self) -> list[House]:
        """Return the houses of the agreement that the action does not name."""
        named = {each.version for each in self.action.houses}
        return [house for house in (self.before.houses if self.before else ()) if house.version not in named]

    def houses_after(self) -> list[str]:
        """Return the addresses of the houses that will be managed if all is accepted and that have not ended."""
        named = {each.version: each for each in self.action.houses if each.version}
        left = [
            house.fias
            for house in (self.before.houses if self.before else ())
            if house.live and self._stays(house, named.get(house.version))
        ]
        added = [each for each in self.action.houses if each.verb is request.HouseVerb.ADD]
        return left + [fields.text(each.content, "FIASHouseGuid") for each in added]

    def rivals(self, house: str, begin: dt.date, end: dt.date) -> list[basis.Record]:
        """Return what other agreements of this kind say of a house in a period."""
        own = self.before.root if self.before else None
        return [
            each
            for each in basis.records(self.registry, house)
            if each.kind == self.kind.name and each.agreement != own and each.overlaps(begin, end, self.today)
        ]

    def _stays(self, house: House, change: request.HouseAction | None) -> bool:
        if change is not None and change.verb is request.HouseVerb.ANNUL:
            return False
        return self.before is not None and self.before.end_of(house) >= self.today


class Standing:
    """The houses of an agreement while a request changes them one by one; a charter may have thousands."""

    def __init__(self, houses: Iterable[House]) -> None:
        self._houses: dict[str, House] = {}
        self._ids: dict[str, str] = {}
        self._at: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for house in houses:
            self.put(house)

    @property
    def houses(self) -> tuple[House, ...]:
        """All of them, in the order in which they came into the agreement."""
        return tuple(self._houses.values())

    def put(self, house: House) -> None:
        """Add a house, or put it in the place of what it was before."""
        self._houses[house.id] = house
        self._ids[house.version] = house.id
        self._at[house.fias][house.id] = None

    def named(self, version: str) -> House | None:
        """Return the house that has this ContractObjectVersionGUID now, or None."""
        house = self._houses.get(self._ids.get(version, ""))
        return house if house is not None and house.version == version else None

    def at(self, fias: str) -> list[House]:
        """Return what the agreement says of one house (FIASHouseGuid, lower case), period by period."""
        return [self._houses[id_] for id_ in self._at.get(fias, ())]


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class HouseCase:
    """One managed house of an action."""

    case: Case
    action: request.HouseAction
    before: House | None
    """The house that is named; None for a new one, or if the agreement has no such house."""
    standing: Standing
    """The houses of the agreement as they are by now: earlier houses of the same request are judged already."""

    @property
    def content(self) -> Fields:
        """What the house will say; a basis that is not stated stays."""
        if self.action.verb is request.HouseVerb.ANNUL:
            return self.before.content if self.before else {}
        kept = ("BaseMService",) if self.before else ()
        return fields.replace(self.before.content if self.before else {}, self.action.content, kept)

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """First and last day of the management; where none is stated it ends with the agreement."""
        end = fields.text(self.content, "EndDate")
        return days.day(fields.text(self.content, "StartDate")), days.day(end) if end else self.case.period[1]

    @property
    def fias(self) -> str:
        """FIASHouseGuid, lower case."""
        return fields.text(self.content, "FIASHouseGuid").lower()

    def rivals(self) -> list[basis.Record]:
        """Return what other agreements say of the house in these days."""
        return self.case.rivals(self.fias, *self.period)


def open_case(task: api.Task, registry: Registry, action: request.Action, own: references.Entries) -> Case:
    """Return an action with the agreement that it names."""
    named = registry.get(action.named) if action.named else None
    kind = action.kind
    if named is None or named.kind not in (kind.versions, kind.paid):
        return Case(task, registry, action, None, None, own)
    before = document.current(registry, kind, str(named.parent))
    as_of_today = document.as_of(before, days.today(task.now)) if before else None
    return Case(task, registry, action, named, as_of_today, own)


def house_case(case: Case, action: request.HouseAction, standing: Standing) -> HouseCase:
    """Return one house of an action with the house of the agreement that it names."""
    return HouseCase(case, action, standing.named(action.version), standing)


def _terms(action: request.Action, before: Document | None) -> Fields:
    """Return stated terms; an edit that states no dates of the month keeps those before it (the contract's rule)."""
    kept = ("DateDetails",) if before and action.verb is Verb.EDIT else ()
    stated = fields.without(action.content, (action.kind.version, "LicenseRequest"))
    return fields.replace(before.terms if before else {}, stated, kept)
