"""importContractData and importCharterData: one action after another, one outcome per TransportGUID.

A house that fails never spoils the agreement or the other houses; an agreement that fails takes its houses along, and a
new one without any accepted house is not placed. The GUID of an agreement stays, those of its version and of the houses
that change are new with every change.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from gateway.families import api, controls, fields, roles
from gateway.families.agreements import case as case_module
from gateway.families.agreements import changing, codes, document, request, status
from gateway.families.agreements import controls as rules
from gateway.families.agreements import controls_houses as house_rules
from gateway.families.agreements.case import Case
from gateway.families.agreements.document import Document, House
from gateway.families.agreements.kinds import CHARTER, CONTRACT, Kind, Verb
from gateway.families.nsi import own
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_Judged: TypeAlias = dict[request.HouseAction, House | tuple[api.Problem, ...]]
"""What became of each house of an action: the house as it will be, or what is wrong with it."""


def import_contracts(task: api.Task, registry: Registry) -> api.Imported | api.Failed:
    """Do what the request asks of contracts (ДУ)."""
    return _import(task, registry, CONTRACT, request.contracts(task, CONTRACT))


def import_charter(task: api.Task, registry: Registry) -> api.Imported | api.Failed:
    """Do what the request asks of a charter (устав)."""
    return _import(task, registry, CHARTER, request.charter(task, CHARTER))


def _import(
    task: api.Task, registry: Registry, kind: Kind, actions: Iterable[request.Action]
) -> api.Imported | api.Failed:
    refused = roles.refusal(task, kind.roles)
    if refused is not None:
        return api.Failed(refused)
    entries = own.Own(registry, task.organisation)
    cases = (case_module.open_case(task, registry, action, entries) for action in actions)
    return api.Imported(tuple(outcome for case in cases for outcome in _run(case)))


def _run(case: Case) -> Iterator[api.Outcome]:
    action = case.action
    found = _wrong(case)
    if found:
        yield from _refused(action, found)
    elif action.verb is Verb.PLACE_PAYMENTS and case.before:
        yield _place_payments(case, case.before)
    elif action.verb is Verb.ANNUL_PAYMENTS and case.before and case.named:
        yield _annul_payments(case, case.before, case.named)
    elif action.states_terms:
        yield from _state(case)
    elif case.before:
        yield _stored(case, changing.change(case, case.before))


def _wrong(case: Case) -> tuple[api.Problem, ...]:
    for phase in rules.PHASES:
        found = controls.problems(phase, case)
        if found:
            return found
    return ()


def _refused(action: request.Action, found: tuple[api.Problem, ...]) -> Iterator[api.Outcome]:
    yield api.Outcome(action.transport_guid, problems=found)
    for house in action.houses:
        yield api.Outcome(house.transport_guid, problems=(problem(codes.AGREEMENT_REFUSED),))


def _state(case: Case) -> Iterator[api.Outcome]:
    judged, houses = _judge_houses(case)
    if case.before is not None:
        yield _stored(case, changing.edit(case, case.before, houses))
    elif houses:
        yield _stored(case, changing.place(case, houses))
    else:
        yield api.Outcome(case.action.transport_guid, problems=(problem(codes.NO_HOUSE_ACCEPTED),))
    for action, made in judged.items():
        if isinstance(made, House):
            yield api.Outcome(action.transport_guid, guid=made.version, updated_at=case.task.now)
        else:
            yield api.Outcome(action.transport_guid, problems=made)


def _judge_houses(case: Case) -> tuple[_Judged, tuple[House, ...]]:
    """Judge the houses in the order of the request, each beside what the earlier ones have come to."""
    judged: _Judged = {}
    standing = case_module.Standing(case.before.houses if case.before else ())
    for action in case.action.houses:
        subject = case_module.house_case(case, action, standing)
        found = _wrong_with_house(subject)
        if found:
            judged[action] = found
        else:
            made = changing.house(subject)
            judged[action] = made
            standing.put(made)
    return judged, standing.houses


def _wrong_with_house(subject: case_module.HouseCase) -> tuple[api.Problem, ...]:
    annulled = subject.action.verb is request.HouseVerb.ANNUL
    for phase in (house_rules.IDENTITY,) if annulled else house_rules.PHASES:
        found = controls.problems(phase, subject)
        if found:
            return found
    return ()


def _stored(case: Case, new: Document) -> api.Outcome:
    document.put(case.registry, new, case.before, case.task.now)
    return _outcome(case, new, new.root)


def _place_payments(case: Case, before: Document) -> api.Outcome:
    content = fields.without(case.content, (case.kind.version,))
    data = {"organisation": before.organisation, "number": before.number, "content": content}
    aggregate = document.aggregate(before.root)
    guid = case.task.new_guid()
    case.registry.put(Thing(guid, case.kind.paid, aggregate, parent=before.root, data=data))
    return _outcome(case, before, guid)


def _annul_payments(case: Case, before: Document, payments: Thing) -> api.Outcome:
    data = {**payments.data, "reason": fields.text(case.content, "Reason")}
    case.registry.put(dataclasses.replace(payments, data=data, ended_at=case.task.now))
    return _outcome(case, before, payments.id)


def _outcome(case: Case, whole: Document, guid: str) -> api.Outcome:
    details: dict[str, Any] = {case.kind.outcome: status.view(whole, case.today)}
    return api.Outcome(case.action.transport_guid, guid=guid, updated_at=case.task.now, details=details)
