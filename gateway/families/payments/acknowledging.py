"""importAcknowledgment (квитирование): up to 100 requests, each stands for itself (protocol §8.6).

A payment may be matched piece by piece, with several charges and documents, up to what was paid. Whoever acknowledges
changes the notification and the payments of the document, so neither two packages that take of one payment, nor one
that withdraws the document meanwhile, can both be stored as they are: the later one runs again and sees the earlier.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway.families import api, controls, fields
from gateway.families.bills import records as bills
from gateway.families.payments import ack_case as cases
from gateway.families.payments import ack_request as requests
from gateway.families.payments import controls_ack as rules
from gateway.families.payments import records
from gateway.families.payments.ack_request import Verb
from storage.registry import Registry, Thing

_UNTOLD: Final = ("PaymentInformation",)
"""What an export has no place for."""


def import_acknowledgements(task: api.Task, registry: Registry) -> api.Imported:
    """Acknowledge, declare or cancel what nothing speaks against; one outcome for each, in the order of the request."""
    asked = requests.read(task)
    known = cases.Cases(task, registry, asked)
    return api.Imported(tuple(_import(known, each) for each in asked))


def _import(known: cases.Cases, asked: requests.Asked) -> api.Outcome:
    case = known.case(asked)
    found = controls.first_problems(rules.STAGES[asked.verb], case)
    if found:
        return api.Outcome(asked.transport_guid, problems=found)
    if case.notification is None:
        raise TypeError("no notification has passed the controls")
    guid = _DONE[asked.verb](known, case, case.notification)
    return api.Outcome(asked.transport_guid, guid=guid, updated_at=case.task.now)


def _acknowledge(known: cases.Cases, case: cases.Case, notification: Thing) -> str:
    if case.document is None:
        raise TypeError("an acknowledgement without a document has passed the controls")
    asked, guid = case.asked, case.task.new_guid()
    told = fields.without(asked.content, _UNTOLD)
    made = bills.acknowledgement(guid, case.document, asked.amount, notification=notification.id, told=told)
    after = records.with_acknowledgement(notification, guid, case.document, asked.what, asked.amount)
    known.put(after, made)
    return guid


def _declare(known: cases.Cases, case: cases.Case, notification: Thing) -> str:
    reason = str(case.asked.content.get("Reason", ""))
    task = case.task
    known.put(records.declared_impossible(notification, case.asked.document, reason, task.vault))
    return notification.id


def _cancel(known: cases.Cases, case: cases.Case, notification: Thing) -> str:
    ended = [each for each in known.in_force(notification) if _is_for(each, case.document)]
    after = records.without_acknowledgements(notification, [each.id for each in ended])
    if not ended:
        after = records.no_longer_impossible(after)
    known.put(after, *(dataclasses.replace(each, ended_at=case.task.now) for each in ended))
    return notification.id


def _is_for(acknowledgement: Thing, document: Thing | None) -> bool:
    return document is not None and acknowledgement.parent == document.id


_DONE: Final = {Verb.ACKNOWLEDGE: _acknowledge, Verb.IMPOSSIBLE: _declare, Verb.CANCEL: _cancel}
