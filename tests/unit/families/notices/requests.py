"""Small requests about news for one question each."""

from __future__ import annotations

from tests.unit.families.accounts.requests import FIAS, NAMESPACES, transport

SEND = "<IsShipOff>true</IsShipOff>"
DELETE = "<DeleteNotification><Delete>true</Delete></DeleteNotification>"
RECALL = "<RecallNotification><RecallReason>Отменено</RecallReason></RecallNotification>"
FOREVER = "<IsNotLimit>true</IsNotLimit>"


def houses(*fias: str) -> str:
    return "".join(f"<FIASHouseGuid>{each}</FIASHouseGuid>" for each in fias)


def debts(*numbers: str) -> str:
    rows = "".join(
        f"<Account><TotalDebt>1250.50</TotalDebt><a:UnifiedAccountNumber>{number}</a:UnifiedAccountNumber></Account>"
        for number in numbers
    )
    return f"<RoomOwners><DeptsInforming>{rows}</DeptsInforming></RoomOwners>"


def write(to: str = "", *, topic: str = "Тема", period: str = FOREVER, send: bool = False) -> str:
    return (
        f"<Create><Topic>{topic}</Topic><content>Текст</content>{to or houses(FIAS)}{period}"
        f"{SEND if send else ''}</Create>"
    )


def until(end: str) -> str:
    return f"<EndDate>{end}</EndDate>"


def news(count: int, action: str, of: int | str | None = None) -> str:
    """An action; `of` names the news by the count of the TransportGUID that made it, or by its GUID."""
    guid = transport(of) if isinstance(of, int) else of
    named = f"<NotificationGUID>{guid}</NotificationGUID>" if guid else ""
    return f"<notification><b:TransportGUID>{transport(count)}</b:TransportGUID>{named}{action}</notification>"


def request(*made: str) -> bytes:
    name = "importNotificationRequest"
    return f'<{name} {NAMESPACES} b:version="13.2.2.0">{"".join(made)}</{name}>'.encode()
