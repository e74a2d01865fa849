"""Small requests about payments for one question each."""

from __future__ import annotations

from tests.unit.families.accounts.requests import FIAS, transport
from tests.unit.families.payments.rig import BANK, INN, KPP

_NAMES = {
    "": "payments-base",
    ":m": "payment",
    ":l": "bills",
    ":b": "base",
    ":n": "nsi-base",
    ":a": "account-base",
    ":bb": "bills-base",
    ":o": "organizations-base",
    ":i": "individual-registry-base",
}
NAMESPACES = " ".join(
    f'xmlns{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"' for prefix, name in _NAMES.items()
)
PAYEE = (
    f"<PaymentInformation><RecipientINN>{INN}</RecipientINN><BankName>Банк</BankName>"
    "<PaymentRecipient>ООО «Пример»</PaymentRecipient><BankBIK>044525225</BankBIK>"
    "<operatingAccountNumber>40702810900000000001</operatingAccountNumber></PaymentInformation>"
)


def order_id(count: int) -> str:
    return f"{count:032}"


def recipient(inn: str = INN, kpp: str = KPP) -> str:
    legal = f"<Legal><KPP>{kpp}</KPP><Name>ООО «Пример»</Name></Legal>".replace("KPP>", "o:KPP>")
    return f"<RecipientInfo><o:INN>{inn}</o:INN>{legal}{PAYEE}</RecipientInfo>"


def by_document(document_id: str) -> str:
    return f"<bb:PaymentDocumentID>{document_id}</bb:PaymentDocumentID>"


def by_unified(number: str) -> str:
    return f"<a:UnifiedAccountNumber>{number}</a:UnifiedAccountNumber>"


def by_service(number: str) -> str:
    return f"<Service><a:ServiceID>{number}</a:ServiceID></Service>"


def by_account_number(number: str) -> str:
    return f"<a:AccountNumber>{number}</a:AccountNumber>"


def by_document_number(number: str, month: int = 3) -> str:
    period = f"<b:Year>2026</b:Year><b:Month>{month}</b:Month>"
    return f"<bb:PaymentDocumentNumber>{number}</bb:PaymentDocumentNumber>{period}"


def at_address(house: str = FIAS, flat: str = "101") -> str:
    person = "<Ind><i:Surname>Образцова</i:Surname><i:FirstName>Мария</i:FirstName></Ind>"
    return (
        f"<AddressAndConsumer><FIASHouseGuid>{house}</FIASHouseGuid><Apartment>{flat}</Apartment>{person}"
        "</AddressAndConsumer>"
    )


def order(
    count: int,
    paid: str = "",
    *,
    amount: int = 100000,
    date: str = "2026-03-31",
    to: str | None = None,
    of: int | None = None,
) -> str:
    """A notification that names what was paid for; `of` is the count of its OrderID where that is another one."""
    info = f"<OrderID>{order_id(of or count)}</OrderID><OrderDate>{date}</OrderDate><Amount>{amount}</Amount>{paid}"
    return (
        f"<m:NotificationOfOrderExecutionType>{recipient() if to is None else to}<OrderInfo>{info}</OrderInfo>"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID></m:NotificationOfOrderExecutionType>"
    )


def short_order(count: int, named: str, *, month: str = "", payee: str = "", amount: int = 100000) -> str:
    """A notification in the form of §139."""
    period = f"<MonthAndYear><b:Year>2026</b:Year><b:Month>{month}</b:Month></MonthAndYear>" if month else ""
    told = f"<PaymentInformationGUID>{payee}</PaymentInformationGUID>" if payee else ""
    info = (
        f"<OrderID>{order_id(count)}</OrderID><OrderDate>2026-03-31</OrderDate><Amount>{amount}</Amount>"
        f"<OnlinePayment>true</OnlinePayment>{period}{named}{told}"
    )
    return (
        f"<m:NotificationOfOrderExecution139Type><OrderInfo>{info}</OrderInfo>"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID></m:NotificationOfOrderExecution139Type>"
    )


def short_document(document_id: str, count: int) -> str:
    return f"{by_document(document_id)}<PaymentDocumentGUID>{transport(count)}</PaymentDocumentGUID>"


def short_service(number: str, count: int) -> str:
    return f"<a:ServiceID>{number}</a:ServiceID><ServiceIDGUID>{transport(count)}</ServiceIDGUID>"


def orders(*made: str) -> bytes:
    return _request("m:importNotificationsOfOrderExecutionRequest", "10.0.1.1", "".join(made))


def cancellation(count: int, of: int, *, date: str = "2026-03-31", comment: str = "") -> str:
    told = f"<Comment>{comment}</Comment>" if comment else ""
    return (
        f"<m:NotificationOfOrderExecutionCancellation><OrderID>{order_id(of)}</OrderID>"
        f"<CancellationDate>{date}</CancellationDate>{told}<b:TransportGUID>{transport(count)}</b:TransportGUID>"
        "</m:NotificationOfOrderExecutionCancellation>"
    )


def cancellations(*made: str) -> bytes:
    return _request("m:importNotificationsOfOrderExecutionCancellationRequest", "10.0.1.1", "".join(made))


def by_guid(count: int) -> str:
    """The notification that was made under the TransportGUID with this count."""
    return f"<NotificationsOfOrderExecutionGUID>{transport(count)}</NotificationsOfOrderExecutionGUID>"


def by_order(count: int, sender: str = BANK) -> str:
    return f"<OrderID>{order_id(count)}</OrderID><b:orgPPAGUID>{sender}</b:orgPPAGUID>"


def housing(guid: str) -> str:
    return f"<HSType>{guid}</HSType>"


def acknowledgement(
    count: int, of: str, document_id: str, what: str, amount: str | int, *, more: str = "", delay: str = ""
) -> str:
    """A payment matched with a charge; `more` stands behind the sum, `delay` is a month of 2026."""
    period = f"<DelayPeriod><b:Year>2026</b:Year><b:Month>{delay}</b:Month></DelayPeriod>" if delay else ""
    ack = f"<PaymentDocumentAck>{by_document(document_id)}{what}<Amount>{amount}</Amount>{more}</PaymentDocumentAck>"
    return _info(count, f"{of}{ack}{period}")


def impossible(count: int, of: str, *, document_id: str = "", reason: str = "") -> str:
    named = by_document(document_id) if document_id else ""
    told = f"<Reason>{reason}</Reason>" if reason else ""
    return _info(count, f"{of}<AckImpossible>{named}{told}</AckImpossible>")


def _info(count: int, inside: str) -> str:
    return (
        f"<l:AcknowledgmentRequestInfo>{inside}<b:TransportGUID>{transport(count)}</b:TransportGUID>"
        "</l:AcknowledgmentRequestInfo>"
    )


def taken_apart(count: int, of: str, document_id: str) -> str:
    """A cancellation of what a payment was matched with."""
    return (
        f"<l:AckCancellation>{of}{by_document(document_id)}<b:TransportGUID>{transport(count)}</b:TransportGUID>"
        "</l:AckCancellation>"
    )


def acknowledgements(*made: str) -> bytes:
    return _request("l:importAcknowledgmentRequest", "11.0.0.2", "".join(made))


def export(named: str, *, year: str = "", month: str = "") -> bytes:
    """An export by what was charged for."""
    period = (f"<b:Year>{year}</b:Year>" if year else "") + (f"<b:Month>{month}</b:Month>" if month else "")
    inside = f"<l:SupplierIDs>{period}{named}</l:SupplierIDs>"
    return _request("l:exportNotificationsOfOrderExecutionRequest", "13.1.8.1", inside)


def export_one(count: int) -> bytes:
    inside = f"<l:Notifications>{by_guid(count)}</l:Notifications>"
    return _request("l:exportNotificationsOfOrderExecutionRequest", "13.1.8.1", inside)


def export_days(since: str, days: int, *states: int) -> bytes:
    told = "".join(f"<l:AckStatus>{state}</l:AckStatus>" for state in states)
    inside = (
        f"<l:Notifications><l:DaysInterval>{days}</l:DaysInterval>{told}<l:DateFrom>{since}</l:DateFrom>"
        "</l:Notifications>"
    )
    return _request("l:exportNotificationsOfOrderExecutionRequest", "13.1.8.1", inside)


def in_house(named: str, house: str = FIAS, place: str = "", prefix: str = "l") -> str:
    return f"<{prefix}:FIASHouseGuid>{house}</{prefix}:FIASHouseGuid>{place}{named}"


def details(named: str, *, consumer: str = "", year: str = "", month: str = "") -> bytes:
    period = (f"<b:Year>{year}</b:Year>" if year else "") + (f"<b:Month>{month}</b:Month>" if month else "")
    who = f"<m:AmountRequired>{consumer}</m:AmountRequired>" if consumer else ""
    return _request("m:exportPaymentDocumentDetailsRequest", "13.1.0.1", f"{period}{named}{who}")


def person(surname: str, first: str, patronymic: str = "") -> str:
    third = f"<i:Patronymic>{patronymic}</i:Patronymic>" if patronymic else ""
    return f"<m:Individual><i:Surname>{surname}</i:Surname><i:FirstName>{first}</i:FirstName>{third}</m:Individual>"


def _request(name: str, version: str, inside: str) -> bytes:
    return f'<{name} {NAMESPACES} b:version="{version}">{inside}</{name}>'.encode()
