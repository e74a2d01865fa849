"""Individual services of accounts: importAccountIndividualServices and its export (protocol §8.2).

A service is named by its account when it is made, by itself when it is changed (a full replacement) or deleted. A
deleted service stays, and is exported with IsActual = false. Only the provider of an account sees its services.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import Final

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, controls, fields
from gateway.families.accounts import controls_services, records
from gateway.families.nsi import own
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_GUID: Final = "AccountIndividualServiceGUID"
_IDENTITY: Final = ("TransportGUID", "AccountGUID", _GUID)


def import_services(task: api.Task, registry: Registry) -> api.Imported:
    """Make, change or delete the services that nothing speaks against; one outcome for each."""
    asked = shape.read(task.element, task.shape)
    rows = (*fields.rows(asked, "IndividualService"), *fields.rows(asked, "DeleteIndividualService"))
    _fetch(rows, registry)
    times = Counter(_guid(row, _GUID) for row in rows)
    entries = own.Own(registry, task.organisation)
    return api.Imported(tuple(_import(_subject(row, times, task, registry, entries), registry) for row in rows))


def export_services(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the services of accounts, or those that are named, of the caller's own; INT002012 for none."""
    asked = shape.read(task.element, task.shape)
    found = [thing for thing in _named(asked, registry) if records.provider(thing) == task.organisation]
    if not found:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    return api.Exported("exportAccountIndividualServicesResult", tuple(map(_written, found)))


def _fetch(rows: Sequence[fields.Fields], registry: Registry) -> None:
    services = registry.get_all(guid for row in rows if (guid := _guid(row, _GUID)))
    accounts = [service.parent for service in services.values() if service.kind == records.SERVICE]
    named = [_guid(row, "AccountGUID") for row in rows]
    registry.get_all(guid for guid in (*accounts, *named) if guid)


def _import(subject: controls_services.ServiceSubject, registry: Registry) -> api.Outcome:
    found = controls.first_problems(controls_services.STAGES, subject)
    if found:
        return api.Outcome(subject.transport_guid, problems=found)
    service = _service(subject)
    registry.put(service)
    return api.Outcome(subject.transport_guid, guid=service.id, updated_at=subject.task.now)


def _subject(
    row: fields.Fields, times: Counter[str | None], task: api.Task, registry: Registry, entries: own.Own
) -> controls_services.ServiceSubject:
    guid, account_guid = _guid(row, _GUID), _guid(row, "AccountGUID")
    before = _own(guid, records.SERVICE, task, registry)
    return controls_services.ServiceSubject(
        transport_guid=str(row["TransportGUID"]),
        content=fields.without(row, _IDENTITY),
        account_guid=account_guid,
        guid=guid,
        account=_own(before.parent if before else account_guid, records.ACCOUNT, task, registry),
        before=before,
        times_named=times[guid],
        task=task,
        own=entries,
    )


def _own(guid: str | None, kind: str, task: api.Task, registry: Registry) -> Thing | None:
    thing = registry.get(guid) if guid else None
    return thing if thing and thing.kind == kind and records.provider(thing) == task.organisation else None


def _service(subject: controls_services.ServiceSubject) -> Thing:
    """Return the service as it will be."""
    if subject.before is not None and not subject.content:
        return dataclasses.replace(subject.before, ended_at=subject.task.now)
    data = {"provider": subject.task.organisation, "content": subject.content}
    if subject.before is not None:
        return dataclasses.replace(subject.before, data=data)
    if subject.account is None:
        raise TypeError("a service of no account has passed the controls")
    account = subject.account
    links = frozenset((account.aggregate,))
    return Thing(subject.task.new_guid(), records.SERVICE, account.aggregate, parent=account.id, data=data, links=links)


def _named(asked: fields.Fields, registry: Registry) -> Sequence[Thing]:
    guids = [guid.lower() for guid in fields.texts(asked, "AccountGuid")]
    if guids:
        return registry.linked(records.SERVICE, map(records.aggregate, guids))
    things = registry.get_all(guid.lower() for guid in fields.texts(asked, _GUID))
    return [thing for thing in things.values() if thing.kind == records.SERVICE]


def _written(thing: Thing) -> fields.Fields:
    return {
        **records.public(thing),
        _GUID: thing.id,
        "AccountGUID": str(thing.parent),
        "IsActual": "false" if thing.ended_at else "true",
    }


def _guid(row: fields.Fields, name: str) -> str | None:
    return fields.text(row, name).lower() or None
