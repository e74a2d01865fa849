"""Notifications of executed orders and their cancellations as values: both forms that the contract has (§8.6)."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, days, fields
from gateway.families.accounts import numbers as account_numbers
from gateway.families.fields import Fields

NAMESPACE: Final = f"{wire.ROOT}payment/"
_FULL: Final = "NotificationOfOrderExecutionType"
_BY_DETAILS: Final = "NotificationOfOrderExecution139Type"
"""Names ГИС ЖКХ's own identifiers alone (its annotation: §139 of the order 589/944)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """One notification of the request."""

    transport_guid: str
    content: Fields
    """What it tells in the contract's words, without TransportGUID."""

    @property
    def info(self) -> Fields:
        """OrderInfo."""
        return fields.block(self.content, "OrderInfo")

    @property
    def order_id(self) -> str:
        """OrderID."""
        return fields.text(self.info, "OrderID")

    @property
    def date(self) -> str:
        """OrderDate: YYYY-MM-DD."""
        return days.day(fields.text(self.info, "OrderDate")).isoformat()

    @property
    def amount(self) -> Decimal:
        """What was paid, in kopecks."""
        return Decimal(fields.text(self.info, "Amount"))

    @property
    def document(self) -> str:
        """PaymentDocumentID; empty where none is named."""
        return fields.text(self.info, "PaymentDocumentID")

    @property
    def number(self) -> str:
        """PaymentDocumentNumber; empty where it is not told."""
        return fields.text(self.info, "PaymentDocumentNumber")

    @property
    def service_id(self) -> str:
        """ИЖКУ; empty where it is not told."""
        return fields.text({**self.info, **fields.block(self.info, "Service")}, "ServiceID")

    @property
    def unified(self) -> str:
        """ЕЛС of the account that is named, by itself or inside an ИЖКУ; empty where none is, or it is none of ours."""
        told = fields.text(self.info, "UnifiedAccountNumber")
        return told or account_numbers.unified_of(self.service_id) or ""

    @property
    def names_account(self) -> bool:
        """Whether it names an account by ЕЛС or ИЖКУ."""
        return fields.given(self.info, ("UnifiedAccountNumber", "Service", "ServiceID"))

    @property
    def account_number(self) -> str:
        """AccountNumber, in the words of whoever keeps the account; empty where it is not told."""
        return fields.text(self.info, "AccountNumber")

    @property
    def house(self) -> str:
        """FIASHouseGuid, lower case; empty where it is not told."""
        return fields.text(fields.block(self.info, "AddressAndConsumer"), "FIASHouseGuid").lower()

    @property
    def period(self) -> str:
        """The month that is paid, YYYY-MM; empty where it is not told."""
        return period({**self.info, **fields.block(self.info, "MonthAndYear")})

    @property
    def recipient(self) -> Fields:
        """RecipientInfo; empty in the form that has none."""
        return fields.block(self.content, "RecipientInfo")

    @property
    def inn(self) -> str:
        """ИНН of whoever gives the services; empty in the form that has none."""
        return fields.text(self.recipient, "INN")

    @property
    def kpp(self) -> str:
        """КПП of a legal person that gives the services; empty where it is not told."""
        return fields.text(fields.block(self.recipient, "Legal"), "KPP")


@dataclasses.dataclass(frozen=True, slots=True)
class Cancellation:
    """One NotificationOfOrderExecutionCancellation of the request."""

    transport_guid: str
    order_id: str
    date: str
    """CancellationDate: YYYY-MM-DD."""
    comment: str
    """Empty where there is none."""


def orders(task: api.Task) -> tuple[Order, ...]:
    """Return the notifications of a valid importNotificationsOfOrderExecutionRequest, in its order."""
    asked = shape.read(task.element, task.shape)
    rows = fields.rows(asked, _FULL) or fields.rows(asked, _BY_DETAILS)
    return tuple(Order(str(row["TransportGUID"]), fields.without(row, ("TransportGUID",))) for row in rows)


def cancellations(task: api.Task) -> tuple[Cancellation, ...]:
    """Return what a valid importNotificationsOfOrderExecutionCancellationRequest asks for, in its order."""
    rows = fields.rows(shape.read(task.element, task.shape), "NotificationOfOrderExecutionCancellation")
    return tuple(
        Cancellation(
            transport_guid=str(row["TransportGUID"]),
            order_id=fields.text(row, "OrderID"),
            date=days.day(fields.text(row, "CancellationDate")).isoformat(),
            comment=str(row.get("Comment", "")),
        )
        for row in rows
    )


def period(told: Fields) -> str:
    """Return the month that Year and Month name, as YYYY-MM; empty where they do not."""
    if not fields.given(told, ("Year", "Month")):
        return ""
    return f"{int(fields.text(told, 'Year')):04}-{int(fields.text(told, 'Month')):02}"


def is_of_period(known: str, asked: Fields) -> bool:
    """Return whether a month (YYYY-MM, or empty) fits the Year and the Month that are asked for, as far as they are."""
    year, month = known.split("-") if known else ("0", "0")
    told = {"Year": int(year), "Month": int(month)}
    return all(int(fields.text(asked, name)) == number for name, number in told.items() if name in asked)
