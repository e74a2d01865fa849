"""The controls of payments as named rules (protocol §8.6), in stages: sender and order, what is named, the rest.

Those of acknowledgements are in `controls_ack`. That a document is withdrawn speaks against no notification: the money
was paid, and whoever got it has to be told.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from gateway import errors
from gateway.families import api, days, fields, roles
from gateway.families.accounts import numbers as account_numbers
from gateway.families.bills import records as bills
from gateway.families.controls import Control, control
from gateway.families.payments import codes, controls_ack, records
from gateway.families.payments.case import CancellationCase, Case
from gateway.families.problems import problem


@control(roles.WITHOUT_FUNCTION)
def sender_takes_payments(case: Case) -> Iterator[api.Problem]:
    """Refuse notifications of organisations that take no payments: providers have an operation of their own."""
    refused = roles.refusal(case.task, roles.PAYMENT_ACCEPTORS)
    if refused is not None:
        yield refused


@control(codes.ORDER_KNOWN)
def order_is_new(case: Case) -> Iterator[api.Problem]:
    """Refuse an order of which the sender has told already, unless it has cancelled that."""
    if case.holder is not None:
        yield problem(codes.ORDER_KNOWN, order=case.order.order_id, guid=case.holder.id)


@control(codes.DOCUMENT_UNKNOWN)
def document_is_there(case: Case) -> Iterator[api.Problem]:
    """Refuse a PaymentDocumentID that no document has."""
    if case.order.document and case.document is None:
        yield problem(codes.DOCUMENT_UNKNOWN, document=case.order.document)


@control(codes.ACCOUNT_UNKNOWN)
def account_is_there(case: Case) -> Iterator[api.Problem]:
    """Refuse a ЕЛС or ИЖКУ that no account has; beside a document it has to be that of the document."""
    if case.order.names_account and case.account is None and not case.order.document:
        yield problem(codes.ACCOUNT_UNKNOWN, number=case.order.unified or case.order.service_id)


@control(errors.NOT_IN_REGISTRY)
def house_is_there(case: Case) -> Iterator[api.Problem]:
    """Refuse an address in a house that is not in the registry."""
    if not case.house_is_known:
        yield problem(errors.NOT_IN_REGISTRY, where=f"FIASHouseGuid {case.order.house}")


@control(codes.RECIPIENT_UNKNOWN)
def somebody_was_paid(case: Case) -> Iterator[api.Problem]:
    """Refuse a payment to nobody who is registered, where it names neither a document nor an account."""
    if not case.recipients and not case.order.document and not case.order.names_account:
        yield problem(codes.RECIPIENT_UNKNOWN, inn=case.order.inn)


@control(codes.RECIPIENT_DIFFERS)
def recipient_is_of_the_document(case: Case) -> Iterator[api.Problem]:
    """Refuse a recipient who has neither placed the document, nor gives its services, nor keeps the account."""
    if case.known_inns and case.order.inn not in case.known_inns:
        yield problem(codes.RECIPIENT_DIFFERS, inn=case.order.inn, known=", ".join(case.known_inns))


@control(codes.TOLD_DIFFERS)
def everything_names_the_same(case: Case) -> Iterator[api.Problem]:
    """Refuse numbers, a month or GUIDs that are not those of the document or account that is named."""
    order, known = case.order, _known(case)
    told = {
        **{name: fields.text(order.info, name) for name in ("PaymentDocumentNumber", "UnifiedAccountNumber")},
        **{name: fields.text(order.info, name).lower() for name in ("PaymentDocumentGUID", "ServiceIDGUID")},
        "ServiceID": order.service_id,
        "Month": order.period,
    }
    for name, value in told.items():
        if value and known.get(name, value) != value:
            yield problem(codes.TOLD_DIFFERS, where=name, told=value, known=known[name])
    payee = fields.text(order.info, "PaymentInformationGUID").lower()
    if payee and case.document is not None and payee not in bills.payees(case.document):
        payees = ", ".join(bills.payees(case.document))
        yield problem(codes.TOLD_DIFFERS, where="PaymentInformationGUID", told=payee, known=payees)


def _known(case: Case) -> dict[str, str]:
    """Return what can be told of the document and the account, as far as there are any."""
    document, account = case.document, case.account
    if document is not None:
        return {
            "PaymentDocumentNumber": bills.number(document),
            "UnifiedAccountNumber": bills.unified(document),
            "ServiceID": bills.service_id(document),
            "PaymentDocumentGUID": document.id,
            "Month": bills.period(document),
        }
    if account is None:
        return {}
    unified = str(account.unique_number)
    return {
        "UnifiedAccountNumber": unified,
        "ServiceID": account_numbers.service(unified),
        "ServiceIDGUID": account.id,
    }


@control(codes.ORDER_IN_FUTURE)
def order_has_been_executed(case: Case) -> Iterator[api.Problem]:
    """Refuse an order of a day that has not come yet, by the calendar of Moscow."""
    today, date = days.today(case.task.now), days.day(case.order.date)
    if date > today:
        yield problem(codes.ORDER_IN_FUTURE, date=days.shown(date), today=days.shown(today))


@control(codes.ORDER_UNKNOWN)
def order_is_of_the_sender(case: CancellationCase) -> Iterator[api.Problem]:
    """Refuse to cancel a notification that the sender has not placed: strangers' are told in the same words."""
    if case.notification is None:
        yield problem(codes.ORDER_UNKNOWN, order=case.asked.order_id)


@control(codes.CANCELLED_ALREADY)
def notification_is_in_force(case: CancellationCase) -> Iterator[api.Problem]:
    """Refuse to cancel a notification again."""
    if case.notification is not None and records.is_cancelled(case.notification):
        yield problem(codes.CANCELLED_ALREADY, order=case.asked.order_id)


@control(codes.CANCELLED_WRONG_DAY)
def cancellation_follows_the_order(case: CancellationCase) -> Iterator[api.Problem]:
    """Refuse a cancellation of a day before the order, or of one that has not come yet."""
    today, date = days.today(case.task.now), days.day(case.asked.date)
    ordered = days.day(records.ordered_on(case.notification)) if case.notification else date
    if not ordered <= date <= today:
        told = {"date": days.shown(date), "ordered": days.shown(ordered), "today": days.shown(today)}
        yield problem(codes.CANCELLED_WRONG_DAY, **told)


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (sender_takes_payments,),
    (order_is_new,),
    (document_is_there, account_is_there, house_is_there, somebody_was_paid),
    (recipient_is_of_the_document, everything_names_the_same, order_has_been_executed),
)
CANCELLATION: Final[tuple[tuple[Control[CancellationCase], ...], ...]] = (
    (order_is_of_the_sender,),
    (notification_is_in_force,),
    (cancellation_follows_the_order,),
)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*STAGES, *CANCELLATION, controls_ack.CONTROLS))
"""Every rule of the family, in the order in which they are asked."""
