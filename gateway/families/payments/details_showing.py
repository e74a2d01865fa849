"""How a payment document, or an account without one, is written for those who take payments (protocol §8.4).

Sums are in kopecks here, and the documents tell roubles. Nothing is told of who pays: the contract has a place for the
payer's address and name, the registry has no addresses, and whoever takes a payment has the payer before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from gateway.families import api, fields
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.bills import records as bills
from gateway.families.bills import request as bills_request
from gateway.families.bills import services, sums
from gateway.families.fields import Fields
from gateway.families.payments import codes, consumers
from gateway.families.payments.executors import Executors
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_KOPECKS: Final = 100
_DEBT: Final = "DebtPreviousPeriodsOrAdvanceBillingPeriod"


class Exports:
    """Writes what one export tells; the accounts of its documents are read together."""

    def __init__(self, task: api.Task, registry: Registry, executors: Executors, consumer: Fields) -> None:
        self._task = task
        self._registry = registry
        self._executors = executors
        self._consumer = consumer
        """AmountRequired; empty where it is not told."""

    def documents(self, chosen: Sequence[Thing]) -> list[Fields]:
        """Return a PaymentDocument for each."""
        found = self._registry.get_all(map(bills.account, chosen))
        return [self._document(each, found[bills.account(each)]) for each in chosen]

    def service(self, account: Thing) -> Fields:
        """Return Service: an account for which nothing is to be paid."""
        return {**_account(account), "ServiceIDGuid": account.id, **self._executor(accounts.provider(account), [{}])}

    def _document(self, document: Thing, account: Thing) -> Fields:
        year, month = bills.period(document).split("-")
        number = bills.number(document)
        payable = _payable(bills.content(document))
        is_consumer = bool(self._consumer) and consumers.is_payer(self._consumer, account, self._task)
        return {
            "PaymentDocumentID": bills.document_id(document),
            **({"PaymentDocumentNumber": number} if number else {}),
            **_account(account),
            "PaymentDocumentDetails": {
                **self._executor(bills.provider(document), _payees(document, account, payable, told=is_consumer)),
                "Reminder": _kopecks(payable),
                **self._debt(bills.content(document), payable, told=is_consumer),
            },
            "Year": str(int(year)),
            "Month": str(int(month)),
            "PaymentDocumentGUID": document.id,
        }

    def _executor(self, guid: str, payees: list[Fields]) -> Fields:
        return {"ExecutorInformation": self._executors.written(guid, payees)}

    def _debt(self, content: Fields, payable: Decimal, *, told: bool) -> Fields:
        if not self._consumer:
            return {}
        if not told:
            said = problem(codes.CONSUMER_DIFFERS)
            return {"ErrorMessage": {"ErrorCode": said.code, "Description": said.text}}
        debt = _sum(content, "DebtPreviousPeriods") - abs(_sum(content, "AdvanceBllingPeriod"))
        total = sums.amount(content, "TotalPayableByPDWithDebtAndAdvance")
        return {
            "Debt": _kopecks(debt),
            "TotalWithDebtAndAdvance": _kopecks(payable + debt if total is None else total),
        }


def _account(account: Thing) -> dict[str, api.Data]:
    number, unified = fields.text(accounts.public(account), "AccountNumber"), str(account.unique_number)
    return {
        "UnifiedAccountNumber": unified,
        **({"AccountNumber": number} if number else {}),
        "ServiceID": account_numbers.service(unified),
    }


def _payees(document: Thing, account: Thing, payable: Decimal, *, told: bool) -> list[Fields]:
    content, known = bills.content(document), bills.payees(document)
    rows = fields.rows(content, bills_request.DETAILS)
    by_guid = {fields.text(row, bills_request.PAYEE): row for row in rows}
    return [_payee(guid, known[guid], by_guid.get(guid), payable, account, told=told) for guid in known]


def _payee(
    guid: str, payee: Mapping[str, str], row: Fields | None, payable: Decimal, account: Thing, *, told: bool
) -> Fields:
    number, unified = fields.text(accounts.public(account), "AccountNumber"), str(account.unique_number)
    return {
        **payee,
        "PaymentInformationGuid": guid,
        "Reminder": _kopecks(payable if row is None else _sum(row, "TotalPayableByPaymentInformation")),
        **({"AccountNumber": number} if number else {}),
        "ServiceID": account_numbers.service(unified),
        **(_balance(row) if row is not None and told else {}),
    }


def _balance(row: Fields) -> Fields:
    names = {"DebtOrAdvance": _DEBT, "TotalWithDebtAndAdvance": "TotalPayableWithDebtAndAdvance"}
    return {name: _kopecks(_sum(row, of)) for name, of in names.items() if fields.given(row, (of,))}


def _payable(content: Fields) -> Decimal:
    """Return what is to be paid for the month, in roubles: as the document tells, else what its charges add up to."""
    told = sums.amount(content, "TotalPayableByPD")
    if told is not None:
        return told
    charged = services.services(content)
    paid = (each for each in charged if each.element in services.CHARGED or each.element == services.PENALTIES)
    return sum((_sum(each.content, "TotalPayable") for each in paid), Decimal())


def _sum(row: Fields, name: str) -> Decimal:
    return sums.amount(row, name) or Decimal()


def _kopecks(roubles: Decimal) -> str:
    return str((roubles * _KOPECKS).to_integral_value())
