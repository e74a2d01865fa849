"""Small requests about payment documents for one question each."""

from __future__ import annotations

from tests.unit.families.accounts.requests import entry, transport

_NAMES = {"": "bills", ":b": "base", ":n": "nsi-base", ":a": "account-base", ":bb": "bills-base", ":p": "payments-base"}
NAMESPACES = " ".join(
    f'xmlns{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"' for prefix, name in _NAMES.items()
)
BIK = "044525225"
SETTLEMENT = "40702810900000000001"
PAYEE = 700
"""Count of the TransportGUID of the first payment details of a request."""
HOUSING = "1"


def payee(count: int = PAYEE, account: str = SETTLEMENT) -> str:
    return (
        f"<PaymentInformation><p:BankBIK>{BIK}</p:BankBIK>"
        f"<p:operatingAccountNumber>{account}</p:operatingAccountNumber>"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID></PaymentInformation>"
    )


def charge(
    code: str = HOUSING,
    *,
    kind: str = "HousingService",
    number: int = 50,
    rate: str = "25.5",
    total: str = "1000.00",
    more: str = "",
    guid: str = "",
) -> str:
    """A charge for a service; a housing one where nothing else is said."""
    named = f"<n:Code>{code}</n:Code><n:GUID>{guid}</n:GUID>" if guid else entry(number, code)
    said = f"<ServiceType>{named}</ServiceType><Rate>{rate}</Rate><TotalPayable>{total}</TotalPayable>{more}"
    return f"<ChargeInfo><{kind}>{said}</{kind}></ChargeInfo>"


def document(
    count: int,
    *charges: str,
    of: int | str = 1,
    number: str = "",
    mark: str = "<Expose>true</Expose>",
    totals: str = "",
    corrects: str = "",
    paid_to: str | None = None,
) -> str:
    """A document of the account `of`; for one housing service where nothing else is said."""
    account = transport(of) if isinstance(of, int) else of
    numbered = f"<bb:PaymentDocumentNumber>{number}</bb:PaymentDocumentNumber>" if number else ""
    corrected = f"<bb:PaymentDocumentID>{corrects}</bb:PaymentDocumentID>" if corrects else ""
    to = f"<PaymentInformationKey>{transport(PAYEE)}</PaymentInformationKey>" if paid_to is None else paid_to
    return (
        f"<PaymentDocument><a:AccountGuid>{account}</a:AccountGuid>{numbered}{''.join(charges or (charge(),))}{mark}"
        f"{totals}<b:TransportGUID>{transport(count)}</b:TransportGUID>{corrected}{to}</PaymentDocument>"
    )


def documents(
    *made: str, month: int = 3, year: int = 2026, confirmed: bool = False, payees: str | None = None, by: str = ""
) -> bytes:
    """A package of documents; `by` is the orgPPAGUID of PaymentProviderInformation."""
    sure = "<ConfirmAmountsCorrect>true</ConfirmAmountsCorrect>" if confirmed else ""
    told = f"<PaymentProviderInformation><orgPPAGUID>{by}</orgPPAGUID></PaymentProviderInformation>" if by else ""
    period = f"<b:Month>{month}</b:Month><b:Year>{year}</b:Year>"
    inside = f"{sure}{period}{payee() if payees is None else payees}{''.join(made)}{told}"
    return _request("importPaymentDocumentRequest", "11.2.0.16", inside)


def _request(name: str, version: str, inside: str) -> bytes:
    return f'<{name} {NAMESPACES} b:version="{version}">{inside}</{name}>'.encode()
