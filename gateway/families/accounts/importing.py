"""importAccountData: up to 100 accounts are opened, changed or closed, each for itself (protocol §8.2).

A change is a full replacement: what the request does not state about an account is no longer there, because the
contract has no InheritMissingValues here. Only the places of an account stay when it is closed, for then
Accommodation is ignored. Closings come first, so a number may pass from a closed account to a new one in one request.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence

from gateway.families import api, controls, fields
from gateway.families.accounts import controls as rules
from gateway.families.accounts import numbers, places, reasons, records, request
from storage.registry import Registry, Thing


def import_accounts(task: api.Task, registry: Registry) -> api.Imported:
    """Open, change or close the accounts that nothing speaks against; one outcome for each, in the request's order."""
    sent = request.read(task)
    _fetch(sent, registry)
    times = Counter(asked.guid for asked in sent)
    outcomes = {}
    for asked in sorted(sent, key=lambda each: not each.closes):
        outcomes[asked.transport_guid] = _import(_subject(asked, times, task, registry))
    return api.Imported(tuple(outcomes[asked.transport_guid] for asked in sent))


def _fetch(sent: Sequence[request.Asked], registry: Registry) -> None:
    """Have the registry read at once what the accounts of the request will be asked about one by one."""
    named = [asked.guid for asked in sent if asked.guid]
    placed = (guid for asked in sent for guid in places.guids(asked.content))
    registry.get_all([*named, *placed, *(guid for asked in sent for _, guid in reasons.named(asked.content))])


def _subject(asked: request.Asked, times: Counter[str | None], task: api.Task, registry: Registry) -> rules.Subject:
    before = registry.get(asked.guid) if asked.guid else None
    if before is not None and (before.kind != records.ACCOUNT or records.provider(before) != task.organisation):
        before = None
    return rules.Subject(asked, before, places.find(asked.content, registry), times[asked.guid], task, registry)


def _import(subject: rules.Subject) -> api.Outcome:
    found = controls.first_problems(rules.STAGES, subject)
    if found:
        return api.Outcome(subject.asked.transport_guid, problems=found)
    account = _account(subject)
    subject.registry.put(account)
    unified = str(account.unique_number)
    return api.Outcome(
        transport_guid=subject.asked.transport_guid,
        guid=account.id,
        unique_number=unified,
        updated_at=subject.task.now,
        details={"ImportAccount": {"UnifiedAccountNumber": unified, "ServiceID": numbers.service(unified)}},
    )


def _account(subject: rules.Subject) -> Thing:
    """Return the account as it will be."""
    asked, task = subject.asked, subject.task
    account = subject.before or _new(subject)
    houses = [place.house for place in subject.places if place.house]
    content = asked.content
    if asked.closes:
        houses = list(records.houses(account))
        content = {**content, **_only(records.public(account), "Accommodation")}
    return dataclasses.replace(
        account,
        key=records.key(task.organisation, asked.number),
        data=records.data(task.organisation, content, houses, task.vault, account.id),
        ended_at=task.now if asked.closes else None,
        links=records.links(str(account.unique_number), houses),
    )


def _new(subject: rules.Subject) -> Thing:
    guid = subject.task.new_guid()
    unified = numbers.next_number(subject.registry)
    return Thing(guid, records.ACCOUNT, records.aggregate(guid), unique_number=unified)


def _only(content: fields.Fields, name: str) -> fields.Fields:
    return {name: content[name]} if name in content else {}
