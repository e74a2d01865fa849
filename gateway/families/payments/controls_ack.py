"""The controls of acknowledgements as named rules (§8.6), in stages: the payment, the document, what is matched."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from gateway.families import api, fields, references
from gateway.families.bills import codes as bill_codes
from gateway.families.bills import records as bills
from gateway.families.bills import services
from gateway.families.controls import Control, control
from gateway.families.payments import ack_request, charges, codes, records
from gateway.families.payments.ack_case import Case
from gateway.families.problems import problem

_DICTIONARIES: Final = {ack_request.PENALTIES: 329, ack_request.MUNICIPAL_KIND: 3}
_PAYEE: Final = ("BankBIK", "operatingAccountNumber")


@control(codes.NOTIFICATION_UNKNOWN)
def notification_was_received(case: Case) -> Iterator[api.Problem]:
    """Refuse a payment of which the sender was not told: strangers' are told in the same words."""
    if case.notification is None:
        yield problem(codes.NOTIFICATION_UNKNOWN, notification=case.asked.name)


@control(codes.NOTIFICATION_CANCELLED)
def payment_was_not_cancelled(case: Case) -> Iterator[api.Problem]:
    """Refuse a payment that was cancelled by whoever had told of it."""
    if case.notification is not None and records.is_cancelled(case.notification):
        yield problem(codes.NOTIFICATION_CANCELLED, notification=case.asked.name)


@control(bill_codes.DOCUMENT_UNKNOWN)
def document_is_of_the_sender(case: Case) -> Iterator[api.Problem]:
    """Refuse a document that is not there, or is another provider's: told in the same words."""
    if case.asked.document and case.document is None:
        yield problem(bill_codes.DOCUMENT_UNKNOWN, document=case.asked.document)


@control(codes.DOCUMENT_NOT_PAYABLE)
def document_is_exposed(case: Case) -> Iterator[api.Problem]:
    """Refuse a document that is withdrawn, or not exposed yet."""
    if case.document is not None and not bills.is_exposed(case.document):
        yield problem(codes.DOCUMENT_NOT_PAYABLE, document=case.asked.document)


@control(codes.TOLD_DIFFERS)
def number_is_of_the_document(case: Case) -> Iterator[api.Problem]:
    """Refuse a PaymentDocumentNumber that the document does not have."""
    told = fields.text(case.asked.content, "PaymentDocumentNumber")
    if told and case.document is not None and told != bills.number(case.document):
        known = bills.number(case.document)
        yield problem(codes.TOLD_DIFFERS, where="PaymentDocumentNumber", told=told, known=known)


@control(*references.CODES)
def references_are_known(case: Case) -> Iterator[api.Problem]:
    """Refuse kinds of penalties (НСИ 329) and of municipal services (НСИ 3) that the dictionaries do not have."""
    yield from references.problems(case.asked.content, _DICTIONARIES, case.task.dictionaries)


@control(codes.SERVICE_NOT_CHARGED)
def service_is_charged(case: Case) -> Iterator[api.Problem]:
    """Refuse a service for which the document has no charge."""
    if not case.charged:
        told = f"{case.asked.type} {case.asked.entry}"
        yield problem(codes.SERVICE_NOT_CHARGED, document=case.asked.document, service=told)


@control(codes.MONTH_DIFFERS)
def months_are_those_of_the_charge(case: Case) -> Iterator[api.Problem]:
    """Refuse a month of delay that is none of the debt, and one of an overhaul that is not charged by the year."""
    asked = case.asked
    if asked.delay and asked.delay not in map(charges.month, case.charged):
        yield problem(codes.MONTH_DIFFERS, where=ack_request.DELAY, period=asked.delay)
    years = {int(fields.text(each.content, "Year")) for each in case.charged if each.element == services.OVERHAUL_YEAR}
    # A year has all of its twelve months (contract).
    if asked.overhaul_month and int(asked.overhaul_month[:4]) not in years:
        yield problem(codes.MONTH_DIFFERS, where=ack_request.OVERHAUL_MONTH, period=asked.overhaul_month)


@control(codes.PAYEE_DIFFERS)
def payee_is_of_the_document(case: Case) -> Iterator[api.Problem]:
    """Refuse payment details that the document does not name."""
    told = fields.block(case.asked.content, "PaymentInformation")
    if not told or case.document is None:
        return
    payees = bills.payees(case.document)
    guid = fields.text(told, "PaymentInformationGuid").lower()
    named = {name: fields.text(told, name) for name in _PAYEE}
    if not (guid in payees if guid else named in payees.values()):
        yield problem(codes.PAYEE_DIFFERS, document=case.asked.document)


@control(codes.AMOUNT_WRONG)
def amount_is_in_whole_kopecks(case: Case) -> Iterator[api.Problem]:
    """Refuse a sum of nothing, less than nothing, or with a part of a kopeck."""
    amount = case.asked.amount
    if amount <= 0 or amount != amount.to_integral_value():
        yield problem(codes.AMOUNT_WRONG, amount=str(amount))


@control(codes.ACKNOWLEDGED_ALREADY)
def charge_is_acknowledged_once(case: Case) -> Iterator[api.Problem]:
    """Refuse to match a payment again with the same charge of the same document."""
    known = records.acknowledgements(case.notification).values() if case.notification else ()
    if any((each["document"], each["what"]) == (case.asked.document, case.asked.what) for each in known):
        values = {"notification": case.asked.name, "document": case.asked.document}
        yield problem(codes.ACKNOWLEDGED_ALREADY, **values)


@control(codes.AMOUNT_EXCEEDED)
def payment_is_not_exceeded(case: Case) -> Iterator[api.Problem]:
    """Refuse to acknowledge more of a payment than what is left of it."""
    if case.notification is None:
        return
    left = records.amount(case.notification) - records.acknowledged(case.notification)
    if case.asked.amount > left:
        values = {"notification": case.asked.name, "amount": str(case.asked.amount), "left": str(left)}
        yield problem(codes.AMOUNT_EXCEEDED, **values)


@control(codes.STILL_ACKNOWLEDGED)
def nothing_is_acknowledged(case: Case) -> Iterator[api.Problem]:
    """Refuse to declare that a payment matches nothing while some of it is acknowledged."""
    if case.notification is not None and records.acknowledgements(case.notification):
        yield problem(codes.STILL_ACKNOWLEDGED, notification=case.asked.name)


@control(codes.NOTHING_TO_CANCEL)
def there_is_something_to_cancel(case: Case) -> Iterator[api.Problem]:
    """Refuse to cancel what is neither acknowledged of the payment for the document, nor declared of the two."""
    if case.notification is None:
        return
    declared = records.impossible(case.notification) or {}
    matched = {each["document"] for each in records.acknowledgements(case.notification).values()}
    if case.asked.document not in matched | {declared.get("document", "")}:
        values = {"notification": case.asked.name, "document": case.asked.document}
        yield problem(codes.NOTHING_TO_CANCEL, **values)


_PAYMENT: Final = ((notification_was_received,), (payment_was_not_cancelled, document_is_of_the_sender))
STAGES: Final[dict[ack_request.Verb, tuple[tuple[Control[Case], ...], ...]]] = {
    ack_request.Verb.ACKNOWLEDGE: (
        *_PAYMENT,
        (document_is_exposed, number_is_of_the_document, references_are_known, payee_is_of_the_document),
        (service_is_charged,),
        (months_are_those_of_the_charge, amount_is_in_whole_kopecks, charge_is_acknowledged_once),
        (payment_is_not_exceeded,),
    ),
    ack_request.Verb.IMPOSSIBLE: (*_PAYMENT, (nothing_is_acknowledged,)),
    ack_request.Verb.CANCEL: (*_PAYMENT, (there_is_something_to_cancel,)),
}
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(
    dict.fromkeys(itertools.chain.from_iterable(itertools.chain.from_iterable(STAGES.values())))
)
"""Every rule, once."""
