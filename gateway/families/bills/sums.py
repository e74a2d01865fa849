"""The sums of a document as they follow from its charges, beside those that it tells (INT008165).

How they follow is said by the annotations of ConfirmAmountsCorrect and of the sums themselves. Only what is told is
compared, kopeck by kopeck and in decimal arithmetic without a loss. Where the contract leaves open how a sum is made,
every way is right: whether charges for resources of the common property are inside the charge for housing or beside it,
and whether a penalty of the contractor lowers the whole.
"""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from gateway.contracts import shape
from gateway.families import fields
from gateway.families.bills import request, services
from gateway.families.bills.services import Service
from gateway.families.fields import Fields

_KOPECK: Final = Decimal("0.01")
_EXACT: Final = decimal.Context(prec=60, rounding=decimal.ROUND_HALF_UP)
"""More than a volume of 22 digits times a rate of 14 has, however many are added up."""
_BESIDE: Final = ("DebtPreviousPeriodsOrAdvanceBillingPeriod", "Penalties", "StateFees", "CourtCosts")
_DEBT: Final = _BESIDE[0]
_TOTAL: Final = "TotalPayable"
_OVERALL: Final = "TotalPayableOverall"
_ACCRUED: Final = "AccountingPeriodTotal"


@dataclasses.dataclass(frozen=True, slots=True)
class Mismatch:
    """A sum that does not follow from what it is made of."""

    where: str
    told: Decimal
    computed: Decimal


def mismatches(content: Fields, charged: Sequence[Service]) -> list[Mismatch]:
    """Return every sum of a document that differs from its charges, which are `services.services(content)`."""
    with decimal.localcontext(_EXACT):
        compared = (*(one for service in charged for one in _of_service(service)), *_of_document(content, charged))
        return [
            Mismatch(where, told, computed[0])
            for where, told, computed in compared
            if told is not None and computed and told not in computed
        ]


def accrued(row: Fields) -> Decimal | None:
    """Return volume times rate, rounded to kopecks; None where there is no volume or no rate."""
    rate, volumes = amount(row, "Rate"), fields.block(row, "Consumption").get("Volume")
    if rate is None or volumes is None:
        return None
    told = volumes if isinstance(volumes, Sequence) and not isinstance(volumes, str) else [volumes]
    with decimal.localcontext(_EXACT):
        return (sum(map(_volume, told), Decimal()) * rate).quantize(_KOPECK)


def amount(row: Fields, name: str) -> Decimal | None:
    """Return a sum; None where it is not told."""
    text = fields.text(row, name)
    return Decimal(text) if text else None


def _volume(told: object) -> Decimal:
    return Decimal(str(told[shape.TEXT] if isinstance(told, dict) else told).strip())


_Compared = tuple[str, Decimal | None, list[Decimal]]


def _of_service(service: Service) -> Iterator[_Compared]:
    row, where = service.content, service.where
    computed = accrued(row)
    if computed is not None:
        yield f"{where}/{_ACCRUED}", amount(row, _ACCRUED), [computed]
    total = amount(row, _TOTAL)
    yield f"{where}/{_TOTAL}", total, _payable(service)
    if total is not None:
        yield f"{where}/{_OVERALL}", amount(row, _OVERALL), _overall(row, total)


def _payable(service: Service) -> list[Decimal]:
    """Return what TotalPayable may be: accrued, corrected and without benefits, with or without the resources in it."""
    row = service.content
    told = amount(row, _ACCRUED)
    base = accrued(row) if told is None else told
    inside = _total(fields.rows(row, services.RESOURCE)) + _total(fields.rows(row, services.MAIN_RESOURCE))
    parts = [inside] if fields.given(row, (services.RESOURCE, services.MAIN_RESOURCE)) else []
    if base is None:
        # A resource may be nothing but its main resources; housing without an amount of its own says nothing.
        return parts if service.element == services.RESOURCE else []
    charge = fields.block(row, "ServiceCharge") or row
    excess = _or_zero(fields.block(row, "MultiplyingFactor"), "AmountOfExcessFees")
    own = base + excess + _or_zero(charge, "MoneyRecalculation") - abs(_or_zero(charge, "MoneyDiscount"))
    return [own, *(own + part for part in parts)]


def _overall(row: Fields, total: Decimal) -> list[Decimal]:
    whole = total + sum((_or_zero(row, name) for name in _BESIDE), Decimal())
    penalty = abs(_or_zero(row, "ServiceProviderPenalties"))
    return [whole, whole - penalty] if penalty else [whole]


def _of_document(content: Fields, charged: Sequence[Service]) -> Iterator[_Compared]:
    rows = [each.content for each in charged if each.element in services.CHARGED]
    resources = [each.content for each in charged if each.element == services.RESOURCE]
    fines = _total(each.content for each in charged if each.element == services.PENALTIES)
    by_services = _ways(_total(rows), _total(resources))
    overall = _ways(_overall_total(rows), _overall_total(resources))
    whole = [each + fines for each in by_services]
    computed = {
        "TotalPayableByChargeInfo": by_services,
        "TotalPayableOverallByChargeInfo": overall,
        "TotalByPenaltiesAndCourtCosts": [fines],
        "TotalPayableByPD": whole,
        "TotalPayableByPDWithDebtAndAdvance": _with_debts(content, rows, whole, overall[0] + fines),
        "totalPiecemealPaymentSum": _piecemeal(charged),
    }
    for name, ways in computed.items():
        yield name, amount(content, name), ways
    yield from _of_groups(content)
    yield from _of_payees(content, charged, whole)


def _with_debts(content: Fields, rows: Sequence[Fields], whole: Sequence[Decimal], overall: Decimal) -> list[Decimal]:
    """Return the whole with what the document owes from before, or else with what its services or payees add up to."""
    if fields.given(content, ("DebtPreviousPeriods", "AdvanceBllingPeriod")):
        debt = _or_zero(content, "DebtPreviousPeriods") - abs(_or_zero(content, "AdvanceBllingPeriod"))
        return [each + debt for each in whole]
    details = (*fields.rows(content, "PaymentInformationDetails"), *fields.rows(content, request.DETAILS))
    debts = [sum((_or_zero(row, _DEBT) for row in some), Decimal()) for some in (rows, details)]
    return [*(each + debt for each in whole for debt in debts), overall]


def _piecemeal(charged: Sequence[Service]) -> list[Decimal]:
    rows = [row for each in charged for row in fields.rows(each.content, "PiecemealPayment")]
    return [sum((_or_zero(row, "piecemealPaymentSum") for row in rows), Decimal())] if rows else []


def _of_groups(content: Fields) -> Iterator[_Compared]:
    for name in ("ChargeInfo", "ChargeDebt"):
        for charge in fields.rows(content, name):
            group = fields.block(charge, "GroupMunicipalService")
            if group:
                kind = fields.block(group, services.MUNICIPAL_KIND)
                total = _total(fields.rows(group, services.MUNICIPAL))
                where = f"{name}/GroupMunicipalService/{services.MUNICIPAL_KIND}/{_TOTAL}"
                yield where, amount(kind, _TOTAL), [total]


def _of_payees(content: Fields, charged: Sequence[Service], whole: list[Decimal]) -> Iterator[_Compared]:
    paid = [each for each in charged if each.element in services.CHARGED or each.element == services.PENALTIES]
    for row in fields.rows(content, request.DETAILS):
        theirs = [each for each in paid if each.payee == fields.text(row, request.PAYEE)]
        resources = _total(part for each in theirs for part in fields.rows(each.content, services.RESOURCE))
        ways = _ways(_total(each.content for each in theirs), resources)
        yield from _of_payee(request.DETAILS, row, ways)
    for row in fields.rows(content, "PaymentInformationDetails"):
        yield from _of_payee("PaymentInformationDetails", row, whole)


def _of_payee(name: str, row: Fields, computed: list[Decimal]) -> Iterator[_Compared]:
    total = amount(row, "TotalPayableByPaymentInformation")
    yield f"{name}/TotalPayableByPaymentInformation", total, computed
    if total is not None:
        with_debt = [total + _or_zero(row, _DEBT)]
        yield f"{name}/TotalPayableWithDebtAndAdvance", amount(row, "TotalPayableWithDebtAndAdvance"), with_debt


def _overall_total(rows: Iterable[Fields]) -> Decimal:
    """Add up TotalPayableOverall, as it is told or else as it is computed."""
    told = ((amount(row, _OVERALL), row) for row in rows)
    return sum((_overall(row, _or_zero(row, _TOTAL))[0] if sum_ is None else sum_ for sum_, row in told), Decimal())


def _ways(total: Decimal, resources: Decimal) -> list[Decimal]:
    return [total, total + resources] if resources else [total]


def _total(rows: Iterable[Fields]) -> Decimal:
    return sum((_or_zero(row, _TOTAL) for row in rows), Decimal())


def _or_zero(row: Fields, name: str) -> Decimal:
    return amount(row, name) or Decimal()
