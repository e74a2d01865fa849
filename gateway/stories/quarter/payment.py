"""Payments: a bank asks what is to be paid and tells what was, the company matches it with its documents."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from gateway import clock
from gateway.stories import compare
from gateway.stories.office import Office, expect
from gateway.stories.quarter import documents
from gateway.stories.quarter.books import Company, Document

_BANK: Final = "Банк"
_PAID: Final = (0, 1, 2)
"""Which documents are paid, …"""
_UNPAID: Final = 50
"""… and which one is withdrawn."""
_KOPECKS: Final = 100
_ORDER_AGAIN, _ACKNOWLEDGED = "INT008960", "SRV008071"
_NOTHING, _WHOLE = "0", "2"
"""AckStatus of a payment of which nothing was acknowledged, and of one that is acknowledged to the kopeck."""


def pay(company: Company) -> Iterator[str]:
    """Let a bank ask what is to be paid, and tell of the payments; one order is told of twice."""
    bank = Office(company.stand, role=_BANK, letters=company.letters)
    rows = []
    for number, index in enumerate(_PAID, 1):
        document = company.documents[index]
        payer = document.account
        details = compare.first(
            bank.exported_one(
                "export-details", document=document.id, surname=payer.surname, first_name=payer.first_name
            ),
            "PaymentDocument",
        )
        reminder = Decimal(compare.first(details, "Reminder").text or 0)
        expect(f"what is to be paid for {document.id}, kopecks", reminder, document.total * _KOPECKS)
        rows.append(
            {
                "order": f"{company.months[2].year}{number:028}",
                "paid_on": company.today,
                "amount": str(reminder),
                "document": document.id,
                "document_guid": compare.first(details, "PaymentDocumentGUID").text,
                "transport": clock.new_guid(),
            }
        )
    yield f"exportPaymentDocumentDetails: the bank finds {len(rows)} documents by number, with what is to be paid"
    bank.accepted("import-payments", NotificationOfOrderExecution139Type=rows)
    total = sum(int(row["amount"]) for row in rows)
    yield f"importNotificationsOfOrderExecution: {len(rows)} payments, {Decimal(total) / _KOPECKS} ₽"
    again = {**rows[0], "transport": clock.new_guid()}
    (refused,) = bank.send("import-payments", NotificationOfOrderExecution139Type=[again]).result.outcomes
    expect("code of an order that is told of again", [each.code for each in refused.problems], [_ORDER_AGAIN])
    yield f"✗ {refused.problems[0].code}  {refused.problems[0].text}"


def acknowledge(company: Company) -> Iterator[str]:
    """Match each payment with the charges of its document, to the kopeck."""
    rows: list[dict[str, Any]] = []
    for document in _paid(company):
        payment = _payment(company, document)
        expect(f"AckStatus of the payment for {document.id}", compare.text(payment, "AckStatus"), _NOTHING)
        named = {
            "notification": compare.text(payment, "NotificationsOfOrderExecutionGUID"),
            "document": document.id,
        }
        housing, water = company.told["50/1"], company.told["GUID of Холодное водоснабжение"]
        rows.append({**named, "housing_guid": housing, "water_guid": None, **_part(document.housing)})
        rows.append({**named, "housing_guid": None, "water_guid": water, **_part(document.water)})
    yield f"exportNotificationsOfOrderExecution: the company sees {len(_PAID)} payments"
    company.accepted("acknowledge", AcknowledgmentRequestInfo=rows)
    statuses = {compare.text(_payment(company, document), "AckStatus") for document in _paid(company)}
    expect("AckStatus of the payments", statuses, {_WHOLE})
    yield f"importAcknowledgment: {len(rows)} charges are matched, the payments are acknowledged to the kopeck"


def withdraw(company: Company) -> Iterator[str]:
    """Try to withdraw a document that was paid, and withdraw one that was not."""
    paid, unpaid = company.documents[_PAID[0]], company.documents[_UNPAID]
    refused = documents.withdraw(company, paid)
    expect("code of withdrawing a paid document", [each.code for each in refused.problems], [_ACKNOWLEDGED])
    yield f"✗ {refused.problems[0].code}  {refused.problems[0].text}"
    done = documents.withdraw(company, unpaid)
    expect("PaymentDocumentID of the withdrawn document", done.unique_number, unpaid.id)
    unpaid.is_withdrawn = True
    yield f"importPaymentDocumentData: {unpaid.id} is withdrawn"


def _part(roubles: Decimal) -> dict[str, str]:
    return {"amount": str(int(roubles * _KOPECKS)), "transport": clock.new_guid()}


def _paid(company: Company) -> list[Document]:
    return [company.documents[index] for index in _PAID]


def _payment(company: Company, document: Document) -> etree._Element:
    told = company.exported_one("export-payments", document=document.id)
    return compare.first(told, "NotificationOfOrderExecutionWithStatus")
