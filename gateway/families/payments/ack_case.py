"""One acknowledgement of a request with all that it is judged by, as what has come before it has left it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from gateway.families import api
from gateway.families.bills import records as bills
from gateway.families.bills import services
from gateway.families.payments import charges, records
from gateway.families.payments.ack_request import Asked, Verb
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One AcknowledgmentRequestInfo or AckCancellation."""

    asked: Asked
    notification: Thing | None
    """None where the sender has got no such notification."""
    document: Thing | None
    """None where none is named, or the sender has none with this PaymentDocumentID."""
    charged: Sequence[services.Service]
    """What of the document it may be matched with: of debts that of every month."""
    task: api.Task


class Cases:
    """The acknowledgements of a package, one after another."""

    def __init__(self, task: api.Task, registry: Registry, asked: Sequence[Asked]) -> None:
        self._task = task
        self._registry = registry
        by_guid = registry.get_all(each.notification for each in asked if each.notification)
        self._known = {guid: each for guid, each in by_guid.items() if each.kind == records.NOTIFICATION}
        by_order = records.of_orders(registry, (each.order for each in asked if not each.notification))
        self._orders = {order: each.id for order, each in by_order.items()}
        self._known |= {each.id: each for each in by_order.values()}
        self._documents = bills.by_ids(registry, {each.document for each in asked if each.document})
        if any(each.verb is Verb.CANCEL for each in asked):
            registry.get_all(guid for each in self._known.values() for guid in records.acknowledgements(each))

    def case(self, asked: Asked) -> Case:
        """Return an acknowledgement with what there is now."""
        notification = self._known.get(asked.notification or self._orders.get(asked.order, ""))
        if notification is not None and self._task.organisation not in records.recipients(notification):
            notification = None
        document = self._documents.get(asked.document)
        if document is not None and bills.provider(document) != self._task.organisation:
            document = None
        is_matched = document is not None and asked.verb is Verb.ACKNOWLEDGE
        charged = charges.matched(document, asked, self._task.dictionaries) if document and is_matched else ()
        return Case(asked, notification, document, charged, self._task)

    def put(self, notification: Thing, *acknowledgements: Thing) -> None:
        """Keep a notification, and what was acknowledged of it."""
        self._known[notification.id] = notification
        for each in (notification, *acknowledgements):
            self._registry.put(each)

    def in_force(self, notification: Thing) -> list[Thing]:
        """Return the acknowledgements of a notification that are in force."""
        return list(records.in_force(self._registry, notification))
