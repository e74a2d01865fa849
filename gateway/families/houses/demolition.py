"""What a demolition is judged by: one HouseToDemolish beside the house that it names, and the rules about it.

A house that was demolished stays in the registry with everything it had; `refusal` is what any later change gets.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from gateway import clock, errors
from gateway.families import api, controls, fields
from gateway.families.houses import codes
from gateway.families.problems import problem
from storage.registry import Thing

DATE: Final = "DemolishionDate"
REASON: Final = "DemolishionReason"
BY: Final = "@demolished-by"
"""Where the ОГРН of the organisation that placed the demolition is kept; no element has such a name."""
STAGE: Final = "5"
"""Stage "Снос" of dictionary 338 (LifeCycleStage)."""
_EMERGENCY: Final = "1"
"""State "Аварийный" of dictionary 24."""
_EARLIEST: Final = dt.date(1900, 1, 1)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")


@dataclasses.dataclass(frozen=True, slots=True)
class Demolition:
    """One element of the request."""

    task: api.Task
    sent: fields.Fields
    house: Thing | None
    """The stored house; None where there is none at this address."""
    underway: bool
    """Whether another element of the request demolishes the house already."""

    @property
    def fias_guid(self) -> str:
        """FIASHouseGuid as sent; it comes back in the outcome."""
        return fields.text(self.sent, "FIASHouseGuid")


def refusal(house: Thing) -> api.Problem:
    """Return what a change of a demolished house is answered with (INT004160)."""
    return problem(codes.DEMOLISHED, date=_told(fields.text(house.data, DATE)), ogrn=fields.text(house.data, BY))


def is_demolished(house: Thing) -> bool:
    """Return whether a stored house was demolished."""
    return house.ended_at is not None and DATE in house.data


@controls.control(errors.HOUSE_WITHOUT_BASIS)
def organisation_has_a_basis(subject: Demolition) -> Iterator[api.Problem]:
    """Refuse a house for which the organisation has no basis."""
    guid = subject.fias_guid
    if not subject.task.may_use_house(guid.lower()):
        yield problem(errors.HOUSE_WITHOUT_BASIS, organisation=subject.task.organisation, house=guid)


@controls.control(errors.NOT_IN_REGISTRY)
def house_is_in_the_registry(subject: Demolition) -> Iterator[api.Problem]:
    """Refuse a house that is not in the registry."""
    if subject.house is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"FIASHouseGuid {subject.fias_guid}")


@controls.control(codes.DEMOLISHED)
def house_stands(subject: Demolition) -> Iterator[api.Problem]:
    """Refuse a house that was demolished before."""
    if subject.house is not None and not subject.underway and is_demolished(subject.house):
        yield refusal(subject.house)


@controls.control(codes.BEING_DEMOLISHED)
def house_is_named_once(subject: Demolition) -> Iterator[api.Problem]:
    """Refuse a house that another element of the request demolishes."""
    if subject.underway:
        yield problem(codes.BEING_DEMOLISHED, house=subject.fias_guid)


@controls.control(codes.DEMOLITION_DATE_OUT_OF_RANGE)
def date_is_past(subject: Demolition) -> Iterator[api.Problem]:
    """Refuse a date before 01.01.1900 or in the future, by the calendar of Moscow."""
    date, today = fields.text(subject.sent, DATE), subject.task.now.astimezone(clock.MOSCOW).date()
    if not _EARLIEST.isoformat() <= _day(date) <= today.isoformat():
        yield problem(codes.DEMOLITION_DATE_OUT_OF_RANGE, latest=f"{today:%d.%m.%Y}", date=date)


@controls.control(codes.DEMOLITION_REASON_MISSING)
def demolition_has_a_reason(subject: Demolition) -> Iterator[api.Problem]:
    """Refuse a demolition without a document or a description, unless the house is known to be dangerous."""
    given = fields.given(fields.block(subject.sent, REASON), ("Document", "Description"))
    dangerous = subject.house is not None and fields.item_code(subject.house.data, "State") == _EMERGENCY
    if not given and not dangerous:
        yield problem(codes.DEMOLITION_REASON_MISSING)


ADMISSION: Final = (organisation_has_a_basis, house_is_in_the_registry, house_stands, house_is_named_once)
"""Asked one after another: what the first refuses, the others know nothing of."""
CONTENT: Final = (date_is_past, demolition_has_a_reason)
"""Asked together, of a house that may be demolished."""
CONTROLS: Final[tuple[controls.Control[Demolition], ...]] = (*ADMISSION, *CONTENT)


def problems(subject: Demolition) -> tuple[api.Problem, ...]:
    """Return what speaks against a demolition."""
    for rule in ADMISSION:
        found = controls.problems((rule,), subject)
        if found:
            return found
    return controls.problems(CONTENT, subject)


def _day(date: str) -> str:
    """Return the day of an xs:date without its zone; years with more or less than four digits compare as future."""
    found = _DATE.match(date)
    return found[0] if found else "~"


def _told(date: str) -> str:
    """Return a day as people write it."""
    year, month, day = _day(date).split("-")
    return f"{day}.{month}.{year}"
