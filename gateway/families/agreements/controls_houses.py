"""Rules about the managed houses of an agreement: which house it is, for how long, and whether it is free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final

from gateway import errors
from gateway.families import api, basis, days, fields, references
from gateway.families.agreements import codes, controls_papers
from gateway.families.agreements.case import HouseCase
from gateway.families.agreements.kinds import CONTRACT
from gateway.families.agreements.request import HouseVerb
from gateway.families.controls import Control, control
from gateway.families.problems import problem

_SERVICES: Final = ("HouseService", "AddService")
_KINDS_OF_SERVICES: Final = {"ServiceType": 3}
_ADDITIONAL_SERVICES: Final = {"ServiceType": 1}
"""The same element, in AddService: a dictionary that each organisation keeps itself."""


@control(errors.NOT_IN_REGISTRY)
def house_is_of_the_agreement(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse to change a house that the newest version of the agreement does not have."""
    if subject.action.verb is not HouseVerb.ADD and subject.before is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"ContractObjectVersionGUID {subject.action.version}")


@control(errors.OBJECT_ENDED)
def house_is_not_annulled(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse to change a house that is annulled."""
    if subject.before is not None and not subject.before.live:
        yield problem(errors.OBJECT_ENDED, guid=subject.action.version)


@control(codes.HOUSE_DIFFERS)
def house_stays_where_it_is(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse to turn a managed house into another one."""
    if subject.before is not None and subject.before.fias != subject.fias:
        yield problem(codes.HOUSE_DIFFERS, guid=subject.action.version, house=subject.before.fias)


@control(*references.CODES)
def services_are_entries(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse municipal services that the dictionary (3) does not have."""
    for row in fields.rows(subject.action.content, "HouseService"):
        yield from references.problems(
            row, _KINDS_OF_SERVICES, subject.case.task.dictionaries, path="ContractObject/HouseService"
        )


@control(*references.OWN_CODES)
def additional_services_are_in_the_own_dictionary(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse additional services that the organisation's own dictionary (1) does not have, or has deleted."""
    for row in fields.rows(subject.action.content, "AddService"):
        yield from references.problems(row, _ADDITIONAL_SERVICES, subject.case.own, path="ContractObject/AddService")


@control(codes.ENDS_BEFORE_IT_BEGINS)
def management_ends_after_it_begins(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse a management, or a service, that ends before it begins."""
    begin, end = subject.period
    if end < begin:
        yield reversed_period(begin, end, "ContractObject/EndDate")
    for name, first, last in _services(subject):
        if last < first:
            yield reversed_period(first, last, f"ContractObject/{name}/EndDate")


@control(codes.OUTSIDE)
def management_is_within_the_contract(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse a management that is longer than its contract."""
    around = subject.case.period
    if subject.case.kind is CONTRACT and not within(subject.period, around):
        yield outside(subject.period, around, "ContractObject")


@control(codes.OUTSIDE)
def services_are_within_the_management(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse a service that is rendered longer than the house is managed."""
    for name, first, last in _services(subject):
        if not within((first, last), subject.period):
            yield outside((first, last), subject.period, f"ContractObject/{name}")


@control(codes.HOUSE_REPEATED)
def house_is_managed_once_in_an_agreement(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse a house that the agreement has already on one of these days."""
    begin, end = subject.period
    before = subject.case.before
    for house in subject.standing.at(subject.fias):
        own = fields.text(house.content, "EndDate")
        last = days.day(own) if own else (before.end_of(house) if before else subject.period[1])
        another = house is not subject.before and house.live
        if another and house.begin <= end and begin <= last:
            yield problem(codes.HOUSE_REPEATED, house=subject.fias)
            return


@control(codes.HOUSE_TAKEN)
def house_is_free(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse a house of another agreement in force, unless LicenseRequest asks to wait for its holder."""
    rivals = subject.rivals()
    own = any(each.organisation == subject.case.task.organisation for each in rivals)
    if rivals and (own or not subject.case.action.asks_for_licence):
        yield taken(subject.fias, rivals, subject.case.today)


@control(codes.HASH_MISSING)
def files_of_a_house_have_hashes(subject: HouseCase) -> Iterator[api.Problem]:
    """Refuse an attachment of a house without AttachmentHASH."""
    yield from controls_papers.without_hash(subject.action.content, "ContractObject")


def taken(house: str, rivals: Sequence[basis.Record], today: dt.date) -> api.Problem:
    """Return what is said of a house that others manage; it tells the days, and not whose they are."""
    period = ", ".join(_shown((each.begin, each.last_day(today))) for each in rivals)
    return problem(codes.HOUSE_TAKEN, house=house, period=period)


def reversed_period(begin: dt.date, end: dt.date, where: str) -> api.Problem:
    """Return what is said of a period that ends before it begins."""
    return problem(codes.ENDS_BEFORE_IT_BEGINS, where=where, begin=days.shown(begin), end=days.shown(end))


def outside(period: tuple[dt.date, dt.date], around: tuple[dt.date, dt.date], where: str) -> api.Problem:
    """Return what is said of a period that is not inside another one."""
    return problem(codes.OUTSIDE, where=where, period=_shown(period), around=_shown(around))


def within(period: tuple[dt.date, dt.date], around: tuple[dt.date, dt.date]) -> bool:
    """Return whether a period lies inside another one."""
    return around[0] <= period[0] and period[1] <= around[1]


def _services(subject: HouseCase) -> Iterator[tuple[str, dt.date, dt.date]]:
    for name in _SERVICES:
        for row in fields.rows(subject.action.content, name):
            yield name, days.day(fields.text(row, "StartDate")), days.day(fields.text(row, "EndDate"))


def _shown(period: tuple[dt.date, dt.date]) -> str:
    return " — ".join(days.shown(each) for each in period)


IDENTITY: Final[tuple[Control[HouseCase], ...]] = (
    house_is_of_the_agreement,
    house_is_not_annulled,
    house_stays_where_it_is,
)
CONTENT: Final[tuple[Control[HouseCase], ...]] = (
    services_are_entries,
    additional_services_are_in_the_own_dictionary,
    management_ends_after_it_begins,
    management_is_within_the_contract,
    services_are_within_the_management,
    house_is_managed_once_in_an_agreement,
    house_is_free,
    files_of_a_house_have_hashes,
)
PHASES: Final = (IDENTITY, CONTENT)
CONTROLS: Final = (*IDENTITY, *CONTENT)
