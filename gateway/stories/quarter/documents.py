"""Payment documents of the last month: placed in one package, one corrected, one withdrawn, and compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from gateway import client, clock
from gateway.stories import compare
from gateway.stories.office import expect
from gateway.stories.quarter.books import HOUSING_RATE, WATER_RATE, Company, Document

_BANK: Final = {"bik": "044525225", "bank_account": "40702810900000000001"}
_WRONG: Final = 4
"""Which document has a wrong sum at first, …"""
_CORRECTED: Final = 12
"""… and which one is corrected."""
_DIFFERS: Final = "INT008165"


def place(company: Company) -> Iterator[str]:
    """Place a document for every account, one of them with a sum that does not come out."""
    month = company.months[2]
    company.documents = [
        Document(f"{index:04}/{month}", account, company.consumed(account, month))
        for index, account in enumerate(company.accounts, 1)
    ]
    rows = [_row(document) for document in company.documents]
    rows[_WRONG]["total"] = str(company.documents[_WRONG].total + 100)
    outcomes = company.send("import-documents", **_package(company, rows)).outcomes
    refused = outcomes[rows[_WRONG]["transport"]]
    expect("codes of a sum that does not come out", {each.code for each in refused.problems}, {_DIFFERS})
    good = [(document, row) for document, row in zip(company.documents, rows, strict=True) if row is not rows[_WRONG]]
    for document, row in good:
        document.id = outcomes[row["transport"]].unique_number
    expect("documents without a number", [document.number for document, _ in good if not document.id], [])
    yield f"importPaymentDocumentData: {len(good)} of {len(rows)} documents of {month} are placed, one is not"
    yield f"✗ {refused.problems[0].code}  {refused.problems[0].text}"
    _place(company, [company.documents[_WRONG]])
    total = sum(document.total for document in company.documents)
    yield f"importPaymentDocumentData: the sum is put right; {len(company.documents)} documents ask for {total} ₽"


def correct(company: Company) -> Iterator[str]:
    """Place a document anew under the PaymentDocumentID of the one whose place it takes."""
    before = company.documents[_CORRECTED]
    corrected = Document(f"{before.number}-И", before.account, before.volume + 1)
    _place(company, [corrected], corrects=before.id)
    before.is_withdrawn = True
    company.documents.append(corrected)
    change = f"{before.total} → {corrected.total} ₽"
    yield f"importPaymentDocumentData: {corrected.id} takes the place of {before.id}, {change}"


def withdraw(company: Company, document: Document) -> client.Outcome:
    """Ask to withdraw a document; return what became of it."""
    row = {"transport": clock.new_guid(), "document": document.id}
    return company.send("withdraw-documents", WithdrawPaymentDocument=[row]).outcomes[row["transport"]]


def export(company: Company) -> Iterator[str]:
    """Compare all documents of the month with the company's books."""
    month, accounts = company.months[2], {document.account.unified for document in company.documents}
    rows = [{"unified": unified} for unified in sorted(accounts)]
    told = company.exported(
        "export-documents", year=str(month.year), month=str(month.number), UnifiedAccountNumber=rows
    )
    found = {compare.text(each, "PaymentDocument", "PaymentDocumentID"): _told(each) for each in told}
    expected = {
        document.id: (document.account.guid, document.total, document.is_withdrawn) for document in company.documents
    }
    compare.same("payment document", found, expected)
    withdrawn = sum(is_withdrawn for _, _, is_withdrawn in found.values())
    yield f"exportPaymentDocumentData: {len(found)} documents, each as it was sent; {withdrawn} of them withdrawn"


def _told(exported: etree._Element) -> tuple[str, Decimal, bool]:
    document = compare.first(exported, "PaymentDocument")
    total = Decimal(compare.text(document, "TotalPayableByPD") or 0)
    return compare.first(document, "AccountGuid").text or "", total, compare.text(document, "Withdraw") == "true"


def _place(company: Company, documents: Sequence[Document], corrects: str | None = None) -> None:
    rows = [{**_row(document), "corrects": corrects} for document in documents]
    outcomes = company.accepted("import-documents", **_package(company, rows)).outcomes
    for document, row in zip(documents, rows, strict=True):
        document.id = outcomes[row["transport"]].unique_number


def _package(company: Company, rows: list[dict[str, Any]]) -> dict[str, Any]:
    month = company.months[2]
    named = {"details": clock.new_guid(), "housing_rate": str(HOUSING_RATE), "water_rate": str(WATER_RATE)}
    return {"year": str(month.year), "month": str(month.number), "PaymentDocument": rows, **_BANK, **named}


def _row(document: Document) -> dict[str, Any]:
    return {
        "transport": clock.new_guid(),
        "account": document.account.guid,
        "number": document.number,
        "housing": str(document.housing),
        "water": str(document.water),
        "volume": str(document.volume),
        "total": str(document.total),
        "corrects": None,
    }
