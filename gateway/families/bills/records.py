"""What the registry keeps of a payment document, and how other families read it (protocol §8.4).

The documents of an account are an aggregate of their own, `bills:<AccountGUID>`, with the count of their numbers and
with what payments have been acknowledged for them: packages for different accounts never meet, and neither a document
nor a payment of it changes the account. What a document says never changes: a correction is another document.

A document has one of three states: not exposed, exposed, or withdrawn, which is the last one (`ended_at`). Its key is
the provider's number in the month. Its links are its PaymentDocumentID, its account, its account in the month and its
houses in the month; ЕЛС and ИЖКУ lead to the account, and stand in the PaymentDocumentID.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

from gateway.families import fields
from gateway.families.accounts import numbers as account_numbers
from gateway.families.bills import numbers
from storage.registry import Registry, Thing

DOCUMENT: Final = "payment-document"
COUNT: Final = "payment-document-count"
ACKNOWLEDGEMENT: Final = "acknowledgement"


def aggregate(account: str) -> str:
    """Return the registry's name for everything that an account has been billed, by its AccountGUID."""
    return f"bills:{account}"


def count_id(account: str) -> str:
    """Return the id of the object that counts the documents of an account."""
    return f"{account}:bills"


def key(organisation: str, period: str, number: str) -> str | None:
    """Return the natural key of a document in a month (YYYY-MM); one without a number has none."""
    return f"{organisation}:{period}:{number}" if number else None


def id_link(document_id: str) -> str:
    """Return the link of the one document with this PaymentDocumentID."""
    return f"document:{document_id}"


def account_link(account: str, period: str = "") -> str:
    """Return the link of the documents of an account (AccountGUID), of all months or of one (YYYY-MM)."""
    return f"account:{account}:{period}"


def house_link(fias: str, period: str) -> str:
    """Return the link of the documents of a house (FIASHouseGuid) in a month (YYYY-MM)."""
    return f"house:{fias}:{period}"


def by_ids(registry: Registry, document_ids: Iterable[str]) -> dict[str, Thing]:
    """Return those of the documents that there are, withdrawn ones too, by PaymentDocumentID; in few statements."""
    found = registry.linked(DOCUMENT, map(id_link, document_ids))
    return {document_id(document): document for document in found}


def document_id(document: Thing) -> str:
    """Return the PaymentDocumentID."""
    return str(document.unique_number)


def provider(document: Thing) -> str:
    """Return the orgPPAGUID of whoever has placed the document."""
    return str(document.data["provider"])


def account(document: Thing) -> str:
    """Return the AccountGUID."""
    return str(document.data["account"])


def service_id(document: Thing) -> str:
    """Return the ИЖКУ of the account."""
    return numbers.service_id(document_id(document))


def unified(document: Thing) -> str:
    """Return the ЕЛС of the account."""
    return account_numbers.unified_of(service_id(document)) or ""


def period(document: Thing) -> str:
    """Return the month that it is for, as YYYY-MM."""
    return str(document.data["period"])


def number(document: Thing) -> str:
    """Return the provider's own number (PaymentDocumentNumber); empty where it has none."""
    return fields.text(content(document), "PaymentDocumentNumber")


def content(document: Thing) -> fields.Fields:
    """Return what it says in the words of the import, without TransportGUID and PaymentDocumentID.

    PaymentInformationKey names payment details of `payees`, not of the request that it came in.
    """
    said: fields.Fields = document.data["content"]
    return said


def payees(document: Thing) -> Mapping[str, Mapping[str, str]]:
    """Return BankBIK and operatingAccountNumber of the payment details that it names, by PaymentInformationGuid."""
    details: Mapping[str, Mapping[str, str]] = document.data["payees"]
    return details


def contractor(document: Thing) -> str:
    """Return the orgPPAGUID of PaymentProviderInformation; empty but for documents of settlement centres."""
    return str(document.data["contractor"])


def areas(document: Thing) -> fields.Fields:
    """Return how many live there and how large it is (AddressInfo), as the account had it when it was placed."""
    known: fields.Fields = document.data["areas"]
    return known


def is_exposed(document: Thing) -> bool:
    """Return whether it is to be paid."""
    return bool(document.data["exposed"]) and not is_withdrawn(document)


def is_withdrawn(document: Thing) -> bool:
    """Return whether it was withdrawn, or has been corrected by another one."""
    return document.ended_at is not None


def withdrawn(document: Thing, at: dt.datetime) -> Thing:
    """Return the document withdrawn; its number is free then."""
    return dataclasses.replace(document, ended_at=at)


def acknowledgement(guid: str, document: Thing, amount: Decimal, **said: object) -> Thing:
    """Return an acknowledgement of a payment for a document; `amount` in kopecks, `said` is what else it keeps.

    It is in force until it is ended, when the acknowledgement is cancelled.
    """
    data = {**said, "amount": str(amount)}
    links = frozenset((id_link(document_id(document)),))
    return Thing(guid, ACKNOWLEDGEMENT, document.aggregate, parent=document.id, data=data, links=links)


def acknowledged(registry: Registry, documents: Sequence[Thing]) -> dict[str, Decimal]:
    """Return how many kopecks have been acknowledged for documents, by their ids; those without any are left out."""
    sums: dict[str, Decimal] = {}
    for each in registry.linked(ACKNOWLEDGEMENT, (id_link(document_id(document)) for document in documents)):
        if each.ended_at is None:
            sums[str(each.parent)] = sums.get(str(each.parent), Decimal()) + Decimal(each.data["amount"])
    return sums
