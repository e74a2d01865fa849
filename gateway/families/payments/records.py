"""What the registry keeps of a notification that an order to pay was executed, and how it is read (protocol §8.6).

A notification is an aggregate of its own, `payment:<NotificationsOfOrderExecutionGUID>`. What is acknowledged of it
is remembered in it, so two packages that acknowledge one payment meet here; the acknowledgements themselves are objects
beside the documents that they are for (`bills.records`). What it tells rests sealed whole, for most of it is of people.

Its key is the OrderID of its sender: a live notification has it, that of a cancelled one is free again. It hangs on the
order, the document, the account, the numbers that its recipients know it by, and the day on which they got it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from gateway.families import api, fields
from gateway.families.bills import records as bills
from storage.registry import Registry, Thing

NOTIFICATION: Final = "order-notification"

NEW: Final = 0
CANCELLED: Final = 1
ACKNOWLEDGED: Final = 2
IN_PART: Final = 3
IMPOSSIBLE: Final = 5
"""AckStatus (its annotation). 4, acknowledged in advance, is what ГИС ЖКХ does by itself: never here."""


def aggregate(guid: str) -> str:
    """Return the registry's name for a notification."""
    return f"payment:{guid}"


def key(sender: str, order_id: str) -> str:
    """Return the natural key of an order that an organisation (orgPPAGUID) has told of."""
    return f"{sender}:{order_id}"


def order_link(sender: str, order_id: str) -> str:
    """Return the link of the notifications, cancelled ones too, of one order."""
    return f"order:{key(sender, order_id)}"


def document_link(document_id: str) -> str:
    """Return the link of the payments of a document (PaymentDocumentID)."""
    return f"document:{document_id}"


def account_link(account: str) -> str:
    """Return the link of the payments for an account (AccountGUID)."""
    return f"account:{account}"


def document_number_link(recipient: str, number: str) -> str:
    """Return the link of the payments of documents that a recipient has given this number."""
    return f"number:{recipient}:{number}"


def account_number_link(recipient: str, number: str) -> str:
    """Return the link of the payments for what a recipient knows under this AccountNumber."""
    return f"account-number:{recipient}:{number}"


def day_link(recipient: str, day: dt.date) -> str:
    """Return the link of the payments that a recipient was told of on this day, by the calendar of Moscow."""
    return f"day:{recipient}:{day.isoformat()}"


def of_orders(registry: Registry, orders: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Thing]:
    """Return the notifications of orders, by sender and OrderID: the live one, else the last that was cancelled."""
    wanted = dict.fromkeys(orders)
    live = registry.find_all(NOTIFICATION, (key(*order) for order in wanted))
    missing = [order for order in wanted if key(*order) not in live]
    ended = {_order(each): each for each in registry.linked(NOTIFICATION, (order_link(*order) for order in missing))}
    return ended | {_order(each): each for each in live.values()}


def _order(notification: Thing) -> tuple[str, str]:
    return sender(notification), order_id(notification)


def sender(notification: Thing) -> str:
    """Return the orgPPAGUID of whoever has taken the money."""
    return str(notification.data["sender"])


def order_id(notification: Thing) -> str:
    """Return OrderID."""
    return str(notification.data["order"])


def ordered_on(notification: Thing) -> str:
    """Return OrderDate: YYYY-MM-DD."""
    return str(notification.data["on"])


def amount(notification: Thing) -> Decimal:
    """Return what was paid, in kopecks."""
    return Decimal(notification.data["amount"])


def recipients(notification: Thing) -> tuple[str, ...]:
    """Return the orgPPAGUIDs of those who were paid, and who see it."""
    return tuple(notification.data["recipients"])


def houses(notification: Thing) -> tuple[str, ...]:
    """Return the FIASHouseGuids, lower case, of what was paid for; none where it is not known."""
    return tuple(notification.data["houses"])


def period(notification: Thing) -> str:
    """Return the month that was paid, YYYY-MM; empty where it is not known."""
    return str(notification.data["period"])


def is_cancelled(notification: Thing) -> bool:
    """Return whether its sender has cancelled it."""
    return notification.ended_at is not None


def acknowledgements(notification: Thing) -> Mapping[str, Mapping[str, str]]:
    """Return what was acknowledged of it, by the ids of the acknowledgements in force: document, what for, amount."""
    kept: Mapping[str, Mapping[str, str]] = notification.data.get("acknowledged", {})
    return kept


def acknowledged(notification: Thing) -> Decimal:
    """Return how many kopecks of it have been acknowledged."""
    return sum((Decimal(each["amount"]) for each in acknowledgements(notification).values()), Decimal())


def impossible(notification: Thing) -> Mapping[str, str] | None:
    """Return with which document it cannot be matched, if one was named; None where nobody has declared it."""
    declared: Mapping[str, str] | None = notification.data.get("impossible")
    return declared


def status(notification: Thing) -> int:
    """Return AckStatus."""
    done = acknowledged(notification)
    if is_cancelled(notification):
        return CANCELLED
    if done:
        return ACKNOWLEDGED if done == amount(notification) else IN_PART
    return NEW if impossible(notification) is None else IMPOSSIBLE


def content(notification: Thing, vault: api.Vault) -> fields.Fields:
    """Return what it tells in the words of the import, without TransportGUID."""
    opened = vault.unseal(str(notification.data["sealed"]), owner(notification.id))
    return opened if isinstance(opened, Mapping) else {}


def with_acknowledgement(notification: Thing, guid: str, document: Thing, what: str, sum_: Decimal) -> Thing:
    """Return it with one more acknowledgement; that nothing could be matched with it is no longer true then."""
    entry = {"document": bills.document_id(document), "what": what, "amount": str(sum_)}
    return _with(notification, acknowledged={**acknowledgements(notification), guid: entry}, impossible=None)


def without_acknowledgements(notification: Thing, guids: Sequence[str]) -> Thing:
    """Return it without some acknowledgements."""
    left = {guid: each for guid, each in acknowledgements(notification).items() if guid not in guids}
    return _with(notification, acknowledged=left)


def declared_impossible(notification: Thing, document: str, reason: str, vault: api.Vault) -> Thing:
    """Return it as one that can be matched with nothing; `document` and `reason` may be empty, the reason is sealed."""
    sealed = {"sealed": vault.seal(reason, owner(notification.id))} if reason else {}
    return _with(notification, impossible={"document": document, **sealed})


def no_longer_impossible(notification: Thing) -> Thing:
    """Return it as one of which nobody has said that it can be matched with nothing."""
    return _with(notification, impossible=None)


def cancelled(notification: Thing, on: str, comment: str, at: dt.datetime, vault: api.Vault) -> Thing:
    """Return it cancelled, with nothing acknowledged; the comment, which may be empty, is sealed."""
    sealed = {"sealed": vault.seal(comment, owner(notification.id))} if comment else {}
    kept = _with(notification, acknowledged=None, cancelled={"on": on, **sealed})
    return dataclasses.replace(kept, ended_at=at)


def reason(notification: Thing, vault: api.Vault) -> str:
    """Return why it can be matched with nothing; empty where nobody has said."""
    sealed = (impossible(notification) or {}).get("sealed", "")
    return str(vault.unseal(sealed, owner(notification.id))) if sealed else ""


def owner(guid: str) -> str:
    """Return whose what is sealed in a notification is."""
    return f"{NOTIFICATION}:{guid}"


def in_force(registry: Registry, notification: Thing) -> Iterator[Thing]:
    """Yield the acknowledgements of it that are in force, in the order in which they came."""
    found = registry.get_all(acknowledgements(notification))
    yield from (found[guid] for guid in acknowledgements(notification))


def _with(notification: Thing, **more: Any) -> Thing:
    data = {name: value for name, value in {**notification.data, **more}.items() if value is not None}
    return dataclasses.replace(notification, data=data)
