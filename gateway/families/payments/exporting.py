"""exportNotificationsOfOrderExecution: the payments of which the caller was told, by every key of the contract (§8.6).

Whoever was paid sees a notification, and nobody else: neither the bank that has told of it nor another provider. Days
are those on which notifications came, so whoever asks day by day misses none that tells of an older order.
"""

from __future__ import annotations

import datetime as dt

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, days, fields
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.fields import Fields
from gateway.families.payments import records, request, showing
from gateway.families.problems import problem
from storage.registry import Registry, Thing


def export_orders(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the notifications that fit, the older ones first; INT002012 for none."""
    asked = shape.read(task.element, task.shape)
    if "SupplierIDs" in asked:
        found = _of_charges(fields.block(asked, "SupplierIDs"), task, registry)
    else:
        found = _of_notifications(fields.block(asked, "Notifications"), task, registry)
    own = [each for each in found if task.organisation in records.recipients(each)]
    if not own:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    written = showing.Exports(task, registry, own)
    told = [written.written(each) for each in own]
    return api.Exported(
        "exportNotificationsOfOrderExecutionResult", ({"NotificationOfOrderExecutionWithStatus": told},)
    )


def _of_charges(asked: Fields, task: api.Task, registry: Registry) -> list[Thing]:
    """Return the payments for a document, or for an account; of a year and a month where they are named."""
    document = fields.text(asked, "PaymentDocumentID")
    if document:
        return registry.linked(records.NOTIFICATION, [records.document_link(document)])
    house = fields.text(asked, "FIASHouseGuid").lower()
    found = registry.linked(records.NOTIFICATION, _links(asked, task, registry))
    return [
        each
        for each in found
        if request.is_of_period(records.period(each), asked) and (not house or house in records.houses(each))
    ]


def _links(asked: Fields, task: api.Task, registry: Registry) -> list[str]:
    document_number, account_number = (fields.text(asked, f"{name}Number") for name in ("PaymentDocument", "Account"))
    if document_number:
        return [records.document_number_link(task.organisation, document_number)]
    if account_number:
        return [records.account_number_link(task.organisation, account_number)]
    told = fields.text(asked, "UnifiedAccountNumber")
    unified = told or account_numbers.unified_of(fields.text(asked, "ServiceID")) or ""
    found = registry.linked(accounts.ACCOUNT, [accounts.unified_link(unified)])
    return [records.account_link(each.id) for each in found]


def _of_notifications(asked: Fields, task: api.Task, registry: Registry) -> list[Thing]:
    """Return one notification, or those that came in a week at most and have one of the states that are named."""
    guid = fields.text(asked, "NotificationsOfOrderExecutionGUID").lower()
    if guid:
        found = registry.get(guid)
        return [found] if found is not None and found.kind == records.NOTIFICATION else []
    begin, count = days.day(fields.text(asked, "DateFrom")), int(fields.text(asked, "DaysInterval"))
    last = min(begin.toordinal() + count - 1, dt.date.max.toordinal())
    interval = map(dt.date.fromordinal, range(begin.toordinal(), last + 1))
    linked = registry.linked(records.NOTIFICATION, (records.day_link(task.organisation, day) for day in interval))
    states = {int(state) for state in fields.texts(asked, "AckStatus")}
    return [each for each in linked if records.status(each) in states]
