"""The controls of agreements as named rules: first whose agreement it is, then its status, then what is said of it.

Sources are the annotations of importContractRequest and importCharterRequest. An action that fails in one phase is not
asked about in the next. Rules about the documents stand in `controls_papers`, those about houses in `controls_houses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from gateway import errors
from gateway.families import api, days, fields, references
from gateway.families.agreements import changing, codes, controls_houses, controls_papers, document
from gateway.families.agreements.case import Case
from gateway.families.agreements.kinds import CHARTER, CONTRACT, Verb
from gateway.families.controls import Control, control
from gateway.families.problems import problem

_ALLOWED: Final[Mapping[Verb, frozenset[str]]] = {
    Verb.EDIT: frozenset({document.APPROVED, document.PENDING}),
    Verb.APPROVE: frozenset({document.PENDING}),
    Verb.PROLONG: frozenset({document.APPROVED}),
    Verb.TERMINATE: frozenset({document.APPROVED}),
    Verb.ANNUL: frozenset({document.APPROVED, document.PENDING, document.TERMINATED}),
    Verb.PLACE_PAYMENTS: frozenset({document.APPROVED, document.TERMINATED}),
    Verb.ANNUL_PAYMENTS: frozenset({document.APPROVED, document.PENDING, document.TERMINATED}),
}
"""In which status an agreement has to be."""
_DICTIONARIES: Final = {"ContractBase": 58, "ReasonRef": 54}
_OWN_DICTIONARIES: Final = {"Service": 59}
"""Of ServicePayment."""


@control(errors.NOT_IN_REGISTRY)
def agreement_is_known(case: Case) -> Iterator[api.Problem]:
    """Refuse a GUID of a version that no agreement of this kind has."""
    version = case.kind.payments_version if case.action.verb is Verb.ANNUL_PAYMENTS else case.kind.version
    expected = case.kind.paid if case.action.verb is Verb.ANNUL_PAYMENTS else case.kind.versions
    if case.action.named and (case.before is None or case.named is None or case.named.kind != expected):
        yield problem(errors.NOT_IN_REGISTRY, where=f"{version} {case.action.named}")


@control(errors.PROVIDER_DENIED)
def agreement_is_own(case: Case) -> Iterator[api.Problem]:
    """Refuse an agreement of another organisation."""
    if case.before is not None and case.before.organisation != case.task.organisation:
        yield problem(errors.PROVIDER_DENIED, where=case.action.named)


@control(codes.VERSION_OUTDATED)
def version_is_the_newest(case: Case) -> Iterator[api.Problem]:
    """Refuse a version that has been replaced: its sender does not know what would be changed."""
    before, named = case.before, case.action.named
    if case.action.verb is not Verb.ANNUL_PAYMENTS and before is not None and named != before.version:
        yield problem(codes.VERSION_OUTDATED, given=named, current=before.version)


@control(codes.STATUS_FORBIDS)
def status_allows_it(case: Case) -> Iterator[api.Problem]:
    """Refuse what cannot be done in the status of the agreement."""
    allowed = _ALLOWED.get(case.action.verb, frozenset())
    if case.before is not None and case.before.status not in allowed:
        yield problem(codes.STATUS_FORBIDS, action=case.action.verb.value, status=case.before.status)


@control(codes.PAYMENTS_ANNULLED)
def payments_are_annulled_once(case: Case) -> Iterator[api.Problem]:
    """Refuse to annul payments again."""
    if case.action.verb is Verb.ANNUL_PAYMENTS and case.named is not None and case.named.ended_at is not None:
        yield problem(codes.PAYMENTS_ANNULLED, guid=case.named.id)


@control(*references.CODES)
def references_are_entries(case: Case) -> Iterator[api.Problem]:
    """Refuse a basis (58) or a reason (54) that the dictionaries do not have."""
    yield from references.problems(case.content, _DICTIONARIES, case.task.dictionaries)


@control(*references.OWN_CODES)
def works_are_in_the_own_dictionary(case: Case) -> Iterator[api.Problem]:
    """Refuse a price of a work or service that the organisation's own dictionary (59) does not have, or has deleted."""
    yield from references.problems(case.content, _OWN_DICTIONARIES, case.own)


@control(codes.DATE_IN_FUTURE)
def it_is_concluded_already(case: Case) -> Iterator[api.Problem]:
    """Refuse a contract that is signed, or an association that is registered, in the future."""
    element = "Date" if case.kind is CHARTER else "SigningDate"
    text = fields.text(case.content, element)
    if case.action.states_terms and text and days.day(text) > case.today:
        yield problem(codes.DATE_IN_FUTURE, where=element, date=days.shown(days.day(text)))


@control(codes.ENDS_BEFORE_IT_BEGINS)
def it_ends_after_it_begins(case: Case) -> Iterator[api.Problem]:
    """Refuse a contract or a size of payment that ends before it begins."""
    for begin, end in (("EffectiveDate", "PlanDateComptetion"), ("BeginDate", "EndDate")):
        first, last = fields.text(case.content, begin), fields.text(case.content, end)
        if first and last and days.day(last) < days.day(first):
            yield controls_houses.reversed_period(days.day(first), days.day(last), end)


@control(codes.ENDS_BEFORE_IT_BEGINS)
def readings_end_after_they_begin(case: Case) -> Iterator[api.Problem]:
    """Refuse a period for readings whose last day is before its first."""
    period = fields.block(fields.block(case.content, "DateDetails"), "PeriodMetering")
    begin, end = fields.block(period, "StartDate"), fields.block(period, "EndDate")
    if period and _day_of_months(end) < _day_of_months(begin):
        where, shown = "DateDetails/PeriodMetering", (_shown(begin), _shown(end))
        yield problem(codes.ENDS_BEFORE_IT_BEGINS, where=where, begin=shown[0], end=shown[1])


@control(codes.ONE_HOUSE_WITH_OWNERS)
def owners_have_one_house(case: Case) -> Iterator[api.Problem]:
    """Refuse a contract with the owners that would have more than one house in force."""
    houses = case.houses_after() if case.kind is CONTRACT and case.action.states_terms else []
    if fields.flag(case.terms, "Owners") and len(houses) > 1:
        yield problem(codes.ONE_HOUSE_WITH_OWNERS, where="Owners", count=str(len(houses)))


@control(codes.NOTHING_APPROVED)
def readings_of_any_day_need_an_approved_house(case: Case) -> Iterator[api.Problem]:
    """Refuse IndicationsAnyDay of a contract none of whose houses is approved."""
    stated = case.kind is CONTRACT and "IndicationsAnyDay" in case.content
    if stated and case.before and not any(house.status == document.APPROVED for house in case.before.houses):
        yield problem(codes.NOTHING_APPROVED)


@control(codes.HOUSE_TAKEN)
def approved_houses_are_free(case: Case) -> Iterator[api.Problem]:
    """Refuse to approve an agreement while another one has one of its houses."""
    if case.action.verb is not Verb.APPROVE or case.before is None:
        return
    for house in case.before.houses:
        rivals = case.rivals(house.fias, house.begin, case.before.end_of(house))
        if house.status == document.PENDING and rivals:
            yield controls_houses.taken(house.fias, rivals, case.today)


@control(codes.HOUSE_TAKEN)
def prolonged_houses_are_free(case: Case) -> Iterator[api.Problem]:
    """Refuse to prolong an agreement into days on which another one has one of its houses."""
    if case.action.verb is not Verb.PROLONG or case.before is None:
        return
    to = fields.text(case.content, "RollToDate")
    prolonged = changing.by_as_much(case.before)
    for house in case.before.houses:
        end = case.before.end_of(house)
        rivals = case.rivals(house.fias, end, days.day(to) if to else prolonged(end))
        if house.status == document.APPROVED and rivals:
            yield controls_houses.taken(house.fias, rivals, case.today)


@control(codes.OUTSIDE, codes.HOUSE_TAKEN)
def houses_that_stay_fit_the_terms(case: Case) -> Iterator[api.Problem]:
    """Refuse other dates of a contract that its other houses do not fit, or that reach into another contract."""
    if case.action.verb is not Verb.EDIT or case.kind is not CONTRACT or case.before is None:
        return
    for house in case.untouched():
        own = fields.text(house.content, "EndDate")
        period = house.begin, days.day(own) if own else case.period[1]
        if house.live and not controls_houses.within(period, case.period):
            yield controls_houses.outside(period, case.period, f"ContractObject {house.version}")
        rivals = case.rivals(house.fias, *period) if period[1] > case.before.end_of(house) else []
        if house.status == document.APPROVED and rivals:
            yield controls_houses.taken(house.fias, rivals, case.today)


@control(codes.NOT_LATER)
def it_is_prolonged(case: Case) -> Iterator[api.Problem]:
    """Refuse a roll-over to a day that is not later than the end."""
    to, before = fields.text(case.content, "RollToDate"), case.before
    if case.action.verb is not Verb.PROLONG or not to or before is None:
        return
    ends = [before.end_of(house) for house in before.houses if house.live]
    current = max(ends, default=before.planned_end) if case.kind is CHARTER else before.planned_end
    if days.day(to) <= current:
        yield problem(codes.NOT_LATER, given=days.shown(days.day(to)), current=days.shown(current))


@control(codes.TERMINATED_BEFORE_IT_BEGAN)
def it_is_terminated_after_it_began(case: Case) -> Iterator[api.Problem]:
    """Refuse a termination before the first day."""
    ended, before = fields.text(case.content, "Terminate"), case.before
    if ended and before is not None and days.day(ended) < before.begin:
        shown = days.shown(days.day(ended)), days.shown(before.begin)
        yield problem(codes.TERMINATED_BEFORE_IT_BEGAN, date=shown[0], begin=shown[1])


@control(errors.NOT_IN_REGISTRY)
def payments_are_for_a_house_of_it(case: Case) -> Iterator[api.Problem]:
    """Refuse a size of payment for a house that the agreement does not have."""
    version = fields.text(case.content, "ContractObjectVersionGUID").lower()
    if case.action.verb is not Verb.PLACE_PAYMENTS or not version or case.before is None:
        return
    if not any(house.version == version and house.live for house in case.before.houses):
        yield problem(errors.NOT_IN_REGISTRY, where=f"ContractObjectVersionGUID {version}")


def _day_of_months(day: fields.Fields) -> tuple[bool, int]:
    last = 31
    return fields.flag(day, "IsNextMonth"), last if "LastDay" in day else int(fields.text(day, "Date"))


def _shown(day: fields.Fields) -> str:
    number = "последний день" if "LastDay" in day else f"{fields.text(day, 'Date')}-е число"
    return f"{number} {'следующего' if fields.flag(day, 'IsNextMonth') else 'текущего'} месяца"


IDENTITY: Final[tuple[Control[Case], ...]] = (agreement_is_known, agreement_is_own)
STATUS: Final[tuple[Control[Case], ...]] = (version_is_the_newest, status_allows_it, payments_are_annulled_once)
CONTENT: Final[tuple[Control[Case], ...]] = (
    references_are_entries,
    works_are_in_the_own_dictionary,
    it_is_concluded_already,
    it_ends_after_it_begins,
    readings_end_after_they_begin,
    owners_have_one_house,
    readings_of_any_day_need_an_approved_house,
    approved_houses_are_free,
    houses_that_stay_fit_the_terms,
    it_is_prolonged,
    prolonged_houses_are_free,
    it_is_terminated_after_it_began,
    payments_are_for_a_house_of_it,
    *controls_papers.CONTROLS,
)
PHASES: Final = (IDENTITY, STATUS, CONTENT)
CONTROLS: Final = (*IDENTITY, *STATUS, *CONTENT, *controls_houses.CONTROLS)
"""Every rule of agreements and their houses."""
