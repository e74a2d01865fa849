"""The accounts of the payers: opened, closed, and compared at the end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, Final

from gateway import clock
from gateway.stories import compare
from gateway.stories.office import Account, Office, expect

_PAYERS: Final = (("Образцова", "Мария"), ("Примеров", "Пётр"), ("Вымышленная", "Анна"), ("Условный", "Иван"))
_BUYERS: Final = (("Вымышленная-Вторая", "Ольга"), ("Пробный", "Олег"))
_SERVED: Final = (0, 1, 2)
"""Which accounts have ordered the additional service, …"""
INHERITED: Final = 11
"""… which one gets another payer, …"""
_SOLD: Final = (32, 65)
"""… and which ones are closed, because the flat was sold."""
_SOLD_REASON: Final = "1"
"""«Смена собственника» in dictionary 22."""


def open_accounts(office: Office) -> Iterator[str]:
    """Open an account for every flat: a hundred in one package, which is the limit of the contract."""
    for index, flat in enumerate(office.flats):
        surname, first_name = _PAYERS[index % len(_PAYERS)]
        office.accounts.append(Account(f"УК-{index + 1:04}", flat, surname, first_name, persons=1 + index % 4))
    import_accounts(office, office.accounts)
    numbers = [account.unified for account in office.accounts]
    yield f"importAccountData: {len(set(numbers))} accounts, ЕЛС {min(numbers)} … {max(numbers)}"


def order_services(office: Office) -> Iterator[str]:
    """Place the additional service that some payers have ordered, and read it back."""
    guids = [office.accounts[index].guid for index in _SERVED]
    rows = [{"account": guid} for guid in guids]
    office.accepted("import-individual-services", IndividualService=rows)
    found = office.exported("export-individual-services", AccountGuid=rows)
    active = [compare.text(each, "AccountGUID") for each in found if compare.text(each, "IsActual") == "true"]
    expect("accounts with the service", sorted(active), sorted(guids))
    yield f"importAccountIndividualServices: {len(found)} accounts have «Домофон», and the export says so"


def close_accounts(office: Office) -> Iterator[str]:
    """Close the accounts of sold flats, and open those of the buyers under the same numbers, in one package."""
    closed = [office.accounts[index] for index in _SOLD]
    for account in closed:
        account.closed_on = office.today
    opened = [
        dataclasses.replace(account, surname=surname, first_name=first_name, closed_on="", guid="", unified="")
        for account, (surname, first_name) in zip(closed, _BUYERS, strict=True)
    ]
    import_accounts(office, [*closed, *opened])
    office.accounts += opened
    for before, after in zip(closed, opened, strict=True):
        was, now = f"{before.unified} of {before.surname}", f"{after.unified} of {after.surname}"
        yield f"importAccountData: {before.number}: {was} is closed, {now} is open"


def export_of_house(office: Office) -> Iterator[str]:
    """Compare all accounts of the house with the company's books."""
    found = compare.accounts(office.exported("export-accounts-of-house"))
    compare.same("account", found, _books(office.accounts))
    closed = sorted(unified for unified, account in found.items() if account.closed_on)
    open_area = sum(account.area for account in found.values() if not account.closed_on)
    yield f"exportAccountData by house: {len(found)} accounts, each as it was sent; closed: {', '.join(closed)}"
    yield f"the open ones pay for {open_area} m²"


def export_by_number(office: Office) -> Iterator[str]:
    """Compare the changed and the closed accounts, asked for by ЕЛС."""
    chosen = [office.accounts[index] for index in (INHERITED, *_SOLD)] + office.accounts[-len(_SOLD) :]
    rows = [{"unified": account.unified} for account in chosen]
    found = compare.accounts(office.exported("export-accounts", UnifiedAccountNumber=rows))
    compare.same("account", found, _books(chosen))
    payers = ", ".join(f"{unified} {account.payer}" for unified, account in found.items())
    yield f"exportAccountData by ЕЛС: {payers}"


def import_accounts(office: Office, accounts: Iterable[Account]) -> None:
    """Send accounts as they are in the books, and note what those that are opened get."""
    rows = {clock.new_guid(): account for account in accounts}
    sent = [row(office, account, transport) for transport, account in rows.items()]
    outcomes = office.accepted("import-accounts", Account=sent).outcomes
    for transport, account in rows.items():
        account.guid, account.unified = outcomes[transport].guid, outcomes[transport].unique_number


def row(office: Office, account: Account, transport: str = "") -> dict[str, Any]:
    """Return what the message of accounts is filled with for one of them; a new TransportGUID unless it is given."""
    closing = {
        "reason": _SOLD_REASON,
        "reason_guid": office.told.get(f"22/{_SOLD_REASON}"),
        "closed_on": account.closed_on,
    }
    return {
        "number": account.number,
        "persons": str(account.persons),
        "area": account.flat.area,
        "surname": account.surname,
        "first_name": account.first_name,
        "transport": transport or clock.new_guid(),
        "account": account.guid or None,
        "Closed": [closing] if account.closed_on else [],
        "Accommodation": [] if account.closed_on else [{"premises": account.flat.guid}],
    }


def _books(accounts: Iterable[Account]) -> dict[str, compare.Account]:
    return {account.unified: account.sent for account in accounts}
