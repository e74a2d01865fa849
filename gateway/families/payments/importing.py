"""importNotificationsOfOrderExecution and its cancellation: up to 500 notifications, each stands for itself (§8.6).

Whoever was paid is settled when the notification comes, and does not change. A cancellation takes back what has been
acknowledged of the payment: the money is not there any more, and its documents are free again.
"""

from __future__ import annotations

import dataclasses

from gateway.families import api, controls, days, fields
from gateway.families.accounts import records as accounts
from gateway.families.bills import records as bills
from gateway.families.payments import case as cases
from gateway.families.payments import controls as rules
from gateway.families.payments import records, request
from storage.registry import Registry, Thing


def import_orders(task: api.Task, registry: Registry) -> api.Imported:
    """Keep the notifications that nothing speaks against; one outcome for each, in the order of the request."""
    orders = request.orders(task)
    known = cases.Cases(task, registry, orders)
    return api.Imported(tuple(_import(known.case(order), known) for order in orders))


def cancel_orders(task: api.Task, registry: Registry) -> api.Imported:
    """Cancel the notifications that nothing speaks against; one outcome for each, in the order of the request."""
    asked = request.cancellations(task)
    found = records.of_orders(registry, ((task.organisation, each.order_id) for each in asked))
    registry.get_all(guid for notification in found.values() for guid in records.acknowledgements(notification))
    known = {order_id: notification for (_, order_id), notification in found.items()}
    outcomes = []
    for each in asked:
        case = cases.CancellationCase(each, known.get(each.order_id), task)
        outcome, notification = _cancel(case, registry)
        outcomes.append(outcome)
        if notification is not None:
            known[each.order_id] = notification
    return api.Imported(tuple(outcomes))


def _import(case: cases.Case, known: cases.Cases) -> api.Outcome:
    task, transport_guid = case.task, case.order.transport_guid
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(transport_guid, problems=found)
    notification = _notification(case)
    known.put(notification)
    return api.Outcome(transport_guid, guid=notification.id, updated_at=task.now)


def _notification(case: cases.Case) -> Thing:
    task, order, guid = case.task, case.order, case.guid
    return Thing(
        id=guid,
        kind=records.NOTIFICATION,
        aggregate=records.aggregate(guid),
        key=records.key(task.organisation, order.order_id),
        data={
            "sender": task.organisation,
            "order": order.order_id,
            "on": order.date,
            "amount": str(order.amount),
            "recipients": list(case.recipients),
            "houses": list(accounts.houses(case.account)) if case.account else list(filter(None, [order.house])),
            "period": bills.period(case.document) if case.document else order.period,
            "sealed": task.vault.seal(order.content, records.owner(guid)),
        },
        links=frozenset(_links(case)),
    )


def _links(case: cases.Case) -> set[str]:
    task, order, document, account = case.task, case.order, case.document, case.account
    today = days.today(task.now)
    number = bills.number(document) if document else order.number
    account_number = fields.text(accounts.public(account), "AccountNumber") if account else order.account_number
    links = {records.order_link(task.organisation, order.order_id)}
    links |= {records.document_link(bills.document_id(document))} if document else set()
    links |= {records.account_link(account.id)} if account else set()
    for recipient in case.recipients:
        links |= {records.day_link(recipient, today)}
        links |= {records.document_number_link(recipient, number)} if number else set()
        links |= {records.account_number_link(recipient, account_number)} if account_number else set()
    return links


def _cancel(case: cases.CancellationCase, registry: Registry) -> tuple[api.Outcome, Thing | None]:
    """Return the outcome, and the notification as it is afterwards."""
    task, asked, notification = case.task, case.asked, case.notification
    problems = controls.first_problems(rules.CANCELLATION, case)
    if problems:
        return api.Outcome(asked.transport_guid, problems=problems), notification
    if notification is None:
        raise TypeError("no notification has passed the controls")
    for each in records.in_force(registry, notification):
        registry.put(dataclasses.replace(each, ended_at=task.now))
    notification = records.cancelled(notification, asked.date, asked.comment, task.now, task.vault)
    registry.put(notification)
    return api.Outcome(asked.transport_guid, guid=notification.id, updated_at=task.now), notification
