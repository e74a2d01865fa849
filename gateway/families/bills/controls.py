"""The controls of payment documents as named rules, in stages (protocol §5.4, §8.4)."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any, Final

from gateway.families import api, days, fields
from gateway.families.accounts import codes as account_codes
from gateway.families.accounts import records as accounts
from gateway.families.bills import codes, controls_services, managed, numbers, records, services, sums
from gateway.families.bills.case import Case, Named
from gateway.families.controls import Control, control
from gateway.families.problems import problem

_SETTLEMENT_CENTRE: Final = "isRCAccount"
_READINGS: Final = ("MDPreviousPeriodReadings", "MDUnit")


@control(codes.DOCUMENT_UNKNOWN)
def document_is_of_the_sender(named: Named) -> Iterator[api.Problem]:
    """Refuse to withdraw or correct a document that is not there, or is another provider's: told in the same words."""
    if named.document is None:
        yield problem(codes.DOCUMENT_UNKNOWN, document=named.document_id)


@control(codes.WITHDRAWN_ALREADY)
def document_is_not_withdrawn(named: Named) -> Iterator[api.Problem]:
    """Refuse to withdraw or correct a document that was withdrawn, or has been corrected already."""
    if named.document is not None and records.is_withdrawn(named.document):
        yield problem(codes.WITHDRAWN_ALREADY, document=named.document_id)


@control(codes.ACKNOWLEDGED)
def document_is_not_acknowledged(named: Named) -> Iterator[api.Problem]:
    """Refuse to withdraw or correct a document for which a payment has been acknowledged."""
    if named.paid:
        yield problem(codes.ACKNOWLEDGED, document=named.document_id)


@control(account_codes.ACCOUNT_UNKNOWN)
def account_is_of_the_sender(case: Case) -> Iterator[api.Problem]:
    """Refuse a document for an account that is not there, or is another provider's: told in the same words."""
    if case.account is None:
        yield problem(account_codes.ACCOUNT_UNKNOWN, guid=case.asked.account)


@control(codes.ACCOUNT_CLOSED_BEFORE)
def account_was_open_in_the_month(case: Case) -> Iterator[api.Problem]:
    """Refuse a document for an account that was closed before the month began."""
    closed = accounts.closed_on(case.account) if case.account else ""
    if case.account is not None and closed and days.day(closed) < managed.month(case.request.period)[0]:
        date = days.shown(days.day(closed))
        yield problem(codes.ACCOUNT_CLOSED_BEFORE, guid=case.account.id, date=date, period=shown(case.request.period))


@control(codes.PERIOD_TOO_LATE)
def month_is_not_far(case: Case) -> Iterator[api.Problem]:
    """Refuse a document for a month after the next one, by the calendar of Moscow."""
    today = days.today(case.task.now)
    last = f"{(today.replace(day=1) + dt.timedelta(days=31)):%Y-%m}"
    if case.request.period > last:
        yield problem(codes.PERIOD_TOO_LATE, period=shown(case.request.period), last=shown(last))


@control(codes.CORRECTS_ANOTHER)
def correction_is_of_the_same_account_and_month(case: Case) -> Iterator[api.Problem]:
    """Refuse a correction that names a document of another account or month."""
    before = case.corrected.document if case.corrected else None
    if before is not None and (records.account(before), records.period(before)) != (
        case.asked.account,
        case.request.period,
    ):
        yield problem(codes.CORRECTS_ANOTHER, document=records.document_id(before))


@control(codes.NUMBER_TAKEN)
def number_is_free(case: Case) -> Iterator[api.Problem]:
    """Refuse a number that another document of the provider, which is not withdrawn, has in the month."""
    before = case.corrected.document if case.corrected else None
    holder = case.holder
    if holder is not None and not case.asked.withdrawn and (before is None or holder.id != before.id):
        values = {"number": case.asked.number, "period": shown(case.request.period)}
        yield problem(codes.NUMBER_TAKEN, document=records.document_id(holder), **values)


@control(codes.NUMBERS_EXHAUSTED)
def account_has_a_number_left(case: Case) -> Iterator[api.Problem]:
    """Refuse a document for an account whose four digits of PaymentDocumentID have all been given out."""
    if case.account is not None and case.count >= numbers.LAST:
        yield problem(codes.NUMBERS_EXHAUSTED, guid=case.account.id, count=str(case.count))


@control(codes.CONTRACTOR_MISSING, codes.CONTRACTOR_UNWANTED, codes.CONTRACTOR_UNKNOWN)
def contractor_is_told_for_settlement_centres_alone(case: Case) -> Iterator[api.Problem]:
    """Refuse a document of a settlement centre without registered contractors, and any other one with contractors."""
    if case.kind != _SETTLEMENT_CENTRE:
        if case.contractors:
            yield problem(codes.CONTRACTOR_UNWANTED)
        return
    wanted = (each for each in case.charged if not each.is_part and each.element != services.OVERHAUL_MONTH)
    silent = [each.where for each in wanted if not each.contractor]
    if not case.request.contractor:
        yield problem(codes.CONTRACTOR_MISSING, where="PaymentProviderInformation")
    elif silent:
        yield problem(codes.CONTRACTOR_MISSING, where=", ".join(silent))
    for guid in case.contractors:
        if case.task.directory.by_guid(guid) is None:
            yield problem(codes.CONTRACTOR_UNKNOWN, guid=guid)


@control(codes.READINGS_HALF)
def readings_have_a_unit(case: Case) -> Iterator[api.Problem]:
    """Refuse readings of a device without their unit, and a unit without readings."""
    for row in fields.rows(case.asked.content, "IndividualMDReadings"):
        told = [name for name in _READINGS if fields.given(row, (name,))]
        if len(told) == 1:
            yield problem(codes.READINGS_HALF, device=fields.text(row, "MeteringDevice"), name=told[0])


@control(codes.OVERHAUL_TWICE)
def overhaul_is_charged_once(case: Case) -> Iterator[api.Problem]:
    """Refuse the charge for an overhaul both by month and by year: an export has a place for one of them."""
    if services.OVERHAUL in case.asked.content and services.OVERHAUL_YEAR in case.asked.content:
        yield problem(codes.OVERHAUL_TWICE)


@control(codes.SUM_DIFFERS)
def sums_follow_from_the_charges(case: Case) -> Iterator[api.Problem]:
    """Refuse sums that differ from what they are made of, unless the sender confirms them (ConfirmAmountsCorrect)."""
    if not case.request.confirmed:
        for each in sums.mismatches(case.asked.content, case.charged):
            yield problem(codes.SUM_DIFFERS, where=each.where, told=str(each.told), computed=str(each.computed))


def shown(period: str) -> str:
    """Return a month, YYYY-MM, as people write it: 03.2026."""
    return f"{period[5:]}.{period[:4]}"


NAMED: Final[tuple[tuple[Control[Named], ...], ...]] = (
    (document_is_of_the_sender,),
    (document_is_not_withdrawn, document_is_not_acknowledged),
)
"""What is asked of a document that is to be withdrawn, or to give way to a correction."""
STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (account_is_of_the_sender, month_is_not_far),
    (
        account_was_open_in_the_month,
        correction_is_of_the_same_account_and_month,
        number_is_free,
        account_has_a_number_left,
        contractor_is_told_for_settlement_centres_alone,
        readings_have_a_unit,
        overhaul_is_charged_once,
    ),
    *controls_services.STAGES,
    (sums_follow_from_the_charges,),
)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*NAMED, *STAGES))
"""Every rule of the family, in the order in which they are asked."""
