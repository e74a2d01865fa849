"""importMeteringDeviceData: up to 100 devices are placed, changed, linked, archived or replaced, each for itself.

Every accepted change gives the device a new version GUID; the root GUID and the number stay (protocol §8.3).
CommonResult tells the root twice, as GUID and as MeteringDeviceGUID; exportMeteringDeviceData tells the version.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from gateway.families import api, controls, days
from gateway.families.metering import case as cases
from gateway.families.metering import controls as rules
from gateway.families.metering import records, request
from gateway.families.metering.request import Verb
from storage.registry import Registry, Thing

_REPLACED: Final = "2"
"""Code of «Замена прибора учета» in НСИ 21: a replacement needs no reason of its own."""


def import_devices(task: api.Task, registry: Registry) -> api.Imported:
    """Do with each device what nothing speaks against; one outcome for each, in the order of the request."""
    sent = request.read(task)
    known = cases.Cases(task, registry, sent)
    return api.Imported(tuple(_import(known.case(asked)) for asked in sent))


def _import(case: cases.Case) -> api.Outcome:
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(case.asked.transport_guid, problems=found)
    device = _stored(case)
    return api.Outcome(
        transport_guid=case.asked.transport_guid,
        guid=device.id,
        unique_number=device.unique_number,
        updated_at=case.task.now,
        details={"importMeteringDevice": {"MeteringDeviceGUID": device.id}},
    )


def _stored(case: cases.Case) -> Thing:
    device = case.before or records.new(case.registry, case.task.new_guid())
    more: dict[str, Any] = {}
    if case.asked.verb in (Verb.ARCHIVE, Verb.REPLACE):
        device = dataclasses.replace(device, ended_at=case.task.now)
        more["archived"] = {"on": days.today(case.task.now).isoformat(), "reason": _reason(case)}
    if case.asked.verb is Verb.REPLACE:
        more["replaced"] = case.asked.content
    return records.changed(case.registry, device, case.after, case.houses, case.task, **more)


def _reason(case: cases.Case) -> api.Data:
    if case.asked.verb is Verb.ARCHIVE:
        return case.asked.content["ArchivingReason"]
    entry = case.task.dictionaries.item(21, _REPLACED)
    if entry is None:
        raise LookupError("dictionary 21 has no entry for a replacement")
    return {"Code": entry.code, "GUID": entry.guid, "Name": entry.name}
