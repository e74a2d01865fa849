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


def payee(count: int = PAYEE, account: str = SETTLEMENT) -> str:
    return (
        f"<PaymentInformation><p:BankBIK>{BIK}</p:BankBIK>"
        f"<p:operatingAccountNumber>{account}</p:operatingAccountNumber>"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID></PaymentInformation>"
    )


def ref(number: int, code: str, own: int | None = None) -> str:
    """An nsiRef; `own` is the count of the TransportGUID under which the entry of an own dictionary was made."""
    return entry(number, code) if own is None else f"<n:Code>{code}</n:Code><n:GUID>{transport(own)}</n:GUID>"


def service(reference: str = "", *, rate: str = "25.5", total: str = "1000.00", said: str = "", more: str = "") -> str:
    """What is said of a service; `said` stands behind the sums, `more` behind all that services have in common."""
    named = f"<ServiceType>{reference or ref(50, '1')}</ServiceType>"
    return f"{named}<Rate>{rate}</Rate><TotalPayable>{total}</TotalPayable>{said}{more}"


def charge(said: str = "", kind: str = "HousingService") -> str:
    """A charge for a service; for housing where nothing else is said."""
    return f"<ChargeInfo><{kind}>{said or service()}</{kind}></ChargeInfo>"


def cold_water(**said: str) -> str:
    """A municipal service that the contract of the house has."""
    return charge(service(ref(51, "1", 950), **said), "MunicipalService")


def consumption(*volumes: str) -> str:
    told = zip(("I", "O"), volumes, strict=False)
    inside = "".join(f'<Volume type="{kind}">{volume}</Volume>' for kind, volume in told)
    return f"<Consumption>{inside}</Consumption>"


def debt(kind: str, reference: str, month: int = 1, total: str = "300.00") -> str:
    period = f"<b:Month>{month}</b:Month><b:Year>2026</b:Year>"
    said = f"{period}<TotalPayable>{total}</TotalPayable><ServiceType>{reference}</ServiceType>"
    return f"<ChargeDebt><{kind}>{said}</{kind}></ChargeDebt>"


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


def withdrawals(*document_ids: str, first: int = 800) -> bytes:
    """Withdrawals under the TransportGUIDs first, first + 1, …."""
    named = (
        f"<WithdrawPaymentDocument><b:TransportGUID>{transport(first + n)}</b:TransportGUID>"
        f"<bb:PaymentDocumentID>{each}</bb:PaymentDocumentID></WithdrawPaymentDocument>"
        for n, each in enumerate(document_ids)
    )
    return _request("importPaymentDocumentRequest", "11.2.0.16", "".join(named))


def export(*values: str, by: str = "bb:PaymentDocumentID", house: str = "", month: int = 3) -> bytes:
    """An export by an element that repeats; in a month of 2026 but by PaymentDocumentID."""
    period = "" if by == "bb:PaymentDocumentID" else f"<b:Year>2026</b:Year><b:Month>{month}</b:Month>"
    placed = f"<FIASHouseGuid>{house}</FIASHouseGuid>" if house else ""
    named = "".join(f"<{by}>{value}</{by}>" for value in values)
    return _request("exportPaymentDocumentRequest", "13.1.0.1", f"{period}{placed}{named}")


def own_municipal_services(*kinds: str) -> bytes:
    """Municipal services of the organisation, of these kinds (НСИ 3), under the TransportGUIDs 950, 951, …."""
    namespaces = " ".join(
        f'xmlns:{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"'
        for prefix, name in (("o", "nsi"), ("b", "base"), ("n", "nsi-base"))
    )
    made = "".join(
        f"<o:ImportMainMunicipalService><b:TransportGUID>{transport(950 + count)}</b:TransportGUID>"
        f"<o:MunicipalServiceRef>{entry(3, kind)}</o:MunicipalServiceRef>"
        f"<o:MainMunicipalServiceName>Услуга {kind}</o:MainMunicipalServiceName>"
        f"<o:MunicipalResourceRef>{entry(2, kind)}</o:MunicipalResourceRef><b:OKEI>113</b:OKEI>"
        "<o:SortOrderNotDefined>true</o:SortOrderNotDefined></o:ImportMainMunicipalService>"
        for count, kind in enumerate(kinds)
    )
    name = "o:importMunicipalServicesRequest"
    return f'<{name} {namespaces} b:version="11.0.0.4">{made}</{name}>'.encode()


def additional_service_of_contract() -> str:
    period = "<StartDate>2024-01-01</StartDate><EndDate>2028-12-31</EndDate>"
    ground = "<BaseService><CurrentDoc>true</CurrentDoc></BaseService>"
    return f"<AddService><ServiceType>{ref(1, '1', 900)}</ServiceType>{period}{ground}</AddService>"
