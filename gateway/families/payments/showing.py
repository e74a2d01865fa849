"""How a notification is written in an export: what the import told, with what has been acknowledged of it (§8.6)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway import clock
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.payments import records
from storage.registry import Registry, Thing

_BANK_NAME: Final = 160
"""Characters of BankName; an import may have 255."""
_IMPORT_ONLY: Final = ("MonthAndYear", "ServiceIDGUID", "PaymentDocumentGUID", "PaymentInformationGUID", "ServiceID")
"""What the form of §139 says in words of its own; all but GUIDs comes back in those of the other form."""
_MONTH: Final = ("Year", "Month")


class Exports:
    """Writes the notifications of one export; what was acknowledged of them is read together."""

    def __init__(self, task: api.Task, registry: Registry, chosen: Sequence[Thing]) -> None:
        self._task = task
        self._registry = registry
        registry.get_all(guid for each in chosen for guid in records.acknowledgements(each))

    def written(self, notification: Thing) -> Fields:
        """Return one NotificationOfOrderExecutionWithStatus."""
        if notification.created_at is None:
            raise ValueError(f"{notification.kind} {notification.id} is not stored yet")
        content = records.content(notification, self._task.vault)
        return {
            **content,
            **_recipient(content),
            "OrderInfo": _order(fields.block(content, "OrderInfo")),
            "AckStatus": str(records.status(notification)),
            "CreationDate": clock.wire(notification.created_at),
            "AcknowledgmentRequestsList": {"AcknowledgmentRequest": self._acknowledgements(notification)},
            "AcknowledgmentAmount": str(int(records.acknowledged(notification))),
            "NotificationsOfOrderExecutionGUID": notification.id,
            "orgPPAGUID": records.sender(notification),
        }

    def _acknowledgements(self, notification: Thing) -> list[Fields]:
        named = {
            "NotificationsOfOrderExecutionGUID": notification.id,
            "OrderID": records.order_id(notification),
        }
        declared = records.impossible(notification)
        if declared is not None:
            return [{**named, "AckImpossible": self._impossible(notification, declared["document"])}]
        found = records.in_force(self._registry, notification)
        return [{**named, "PaymentDocumentAck": each.data["told"]} for each in found]

    def _impossible(self, notification: Thing, document: str) -> Fields:
        reason = records.reason(notification, self._task.vault)
        return {
            **({"PaymentDocumentID": document} if document else {}),
            **({"Reason": reason} if reason else {}),
        }


def _recipient(content: Fields) -> Fields:
    recipient = fields.block(content, "RecipientInfo")
    if not recipient:
        return {}
    payee = fields.block(recipient, "PaymentInformation")
    shortened = {**payee, "BankName": str(payee["BankName"])[:_BANK_NAME]}
    return {"RecipientInfo": {**recipient, "PaymentInformation": shortened}}


def _order(info: Fields) -> Fields:
    month = fields.block(info, "MonthAndYear")
    service = {"Service": {"ServiceID": info["ServiceID"]}} if "ServiceID" in info else {}
    return {**fields.without(info, _IMPORT_ONLY), **{name: month[name] for name in _MONTH if name in month}, **service}
