"""demolishHouse: houses that are no more, each with everything in it (protocol §8.1).

Nothing is deleted: the house and its parts end, say what they were, and are exported with their end. Each house has an
outcome of its own, answered by the FIASHouseGuid that was sent.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.houses import demolition, exported, storing
from storage.registry import Registry, Thing

_STAGES: Final = 338
"""Dictionary of LifeCycleStage."""


def demolish(task: api.Task, registry: Registry) -> api.Imported:
    """End the houses that the request names, as far as the controls let it."""
    sent = fields.rows(shape.read(task.element, task.shape), "HouseToDemolish")
    return api.Imported(tuple(_outcomes(task, sent, registry)))


def _outcomes(task: api.Task, sent: tuple[fields.Fields, ...], registry: Registry) -> Iterator[api.Outcome]:
    ended: set[str] = set()
    for element in sent:
        things = registry.load(storing.aggregate(fields.text(element, "FIASHouseGuid")))
        house = exported.house(things)
        subject = demolition.Demolition(task, element, house, underway=house is not None and house.id in ended)
        transport_guid = str(element["TransportGUID"])
        problems = demolition.problems(subject)
        if problems or house is None:
            yield api.Outcome(transport_guid, problems=problems)
            continue
        ended.add(house.id)
        _end(task, registry, _demolished(subject, house), things)
        yield api.Outcome(transport_guid, subject.fias_guid, house.unique_number, task.now)


def _end(task: api.Task, registry: Registry, house: Thing, things: list[Thing]) -> None:
    registry.put(house)
    for part in things:
        if part.id != house.id and part.ended_at is None:
            registry.put(dataclasses.replace(part, ended_at=task.now))


def _demolished(subject: demolition.Demolition, house: Thing) -> Thing:
    task = subject.task
    said = {name: subject.sent[name] for name in (demolition.DATE, demolition.REASON) if name in subject.sent}
    stage = task.dictionaries.item(_STAGES, demolition.STAGE)
    if stage is not None:
        said["LifeCycleStage"] = {"Code": stage.code, "GUID": stage.guid, "Name": stage.name}
    data = {**house.data, **said, demolition.BY: task.ogrn or task.organisation}
    return dataclasses.replace(house, data=data, ended_at=task.now)
