"""What becomes of an agreement: the next version for each action that the controls have let pass."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from gateway.families import days, fields
from gateway.families.agreements import document
from gateway.families.agreements.case import Case, HouseCase
from gateway.families.agreements.document import Document, House
from gateway.families.agreements.kinds import CHARTER, Verb
from gateway.families.agreements.request import HouseVerb


def house(subject: HouseCase) -> House:
    """Return the house that an action leads to; one that somebody else manages waits for approval."""
    new_guid = subject.case.task.new_guid
    id_ = subject.before.id if subject.before else new_guid()
    if subject.action.verb is HouseVerb.ANNUL:
        return House(id_, new_guid(), document.ANNULLED, subject.content)
    status = document.PENDING if subject.rivals() else document.APPROVED
    return House(id_, new_guid(), status, subject.content)


def place(case: Case, houses: Iterable[House]) -> Document:
    """Return the first version of a new agreement."""
    whole = tuple(houses)
    return Document(
        kind=case.kind,
        root=case.task.new_guid(),
        version=case.task.new_guid(),
        organisation=case.task.organisation,
        number=1,
        status=_status(whole),
        terms=case.terms,
        houses=whole,
    )


def edit(case: Case, before: Document, houses: Iterable[House]) -> Document:
    """Return the agreement with other terms and houses."""
    whole = tuple(houses)
    return _next(case, before, terms=case.terms, houses=whole, status=_status(whole))


def change(case: Case, before: Document) -> Document:
    """Return the agreement after an action that names no houses."""
    return _CHANGES[case.action.verb](case, before)


def _approve(case: Case, before: Document) -> Document:
    houses = tuple(
        _renewed(case, house, document.APPROVED) if house.status == document.PENDING else house
        for house in before.houses
    )
    return _next(case, before, houses=houses, status=document.APPROVED)


def _terminate(case: Case, before: Document) -> Document:
    return _next(
        case,
        before,
        terminate=fields.without(case.content, (case.kind.version, "LicenseRequest")),
        status=document.TERMINATED,
    )


def _annul(case: Case, before: Document) -> Document:
    houses = tuple(_renewed(case, house, document.ANNULLED) if house.live else house for house in before.houses)
    said = fields.without(case.content, (case.kind.version, "LicenseRequest"))
    return _next(case, before, houses=houses, annulment=said, status=document.ANNULLED)


def _prolong(case: Case, before: Document) -> Document:
    to = fields.text(case.content, "RollToDate")
    moved = (lambda _end: days.day(to)) if to else by_as_much(before)
    houses = tuple(_prolonged(case, house, moved, to) if house.live else house for house in before.houses)
    planned = {} if case.kind is CHARTER else {"PlanDateComptetion": moved(before.planned_end).isoformat()}
    return _next(case, before, terms={**before.terms, **planned}, houses=houses)


def by_as_much(before: Document) -> Callable[[dt.date], dt.date]:
    """Return how an end moves where no day is named: a contract by its own length, a charter by a year."""
    if before.kind is CHARTER:
        return lambda end: days.years_later(end, 1)
    length = before.planned_end - before.begin
    return lambda end: min(end, days.NEVER - length) + length


def _prolonged(case: Case, house: House, moved: Callable[[dt.date], dt.date], to: str) -> House:
    """Return a house that is managed longer; to a named day only what ends with the management goes on."""
    end = fields.text(house.content, "EndDate")

    def further(each: dt.date) -> dt.date:
        return each if to and end and each < days.day(end) else moved(each)

    return dataclasses.replace(document.later(house, further), version=case.task.new_guid())


_CHANGES: Final[Mapping[Verb, Callable[[Case, Document], Document]]] = {
    Verb.APPROVE: _approve,
    Verb.PROLONG: _prolong,
    Verb.TERMINATE: _terminate,
    Verb.ANNUL: _annul,
}


def _next(case: Case, before: Document, **changes: object) -> Document:
    values = {"version": case.task.new_guid(), "number": before.number + 1, **changes}
    return dataclasses.replace(before, **values)  # type: ignore[arg-type]  # the keys are fields of Document


def _renewed(case: Case, house: House, status: str) -> House:
    return dataclasses.replace(house, version=case.task.new_guid(), status=status)


def _status(houses: Iterable[House]) -> str:
    waiting = any(house.status == document.PENDING for house in houses)
    return document.PENDING if waiting else document.APPROVED
