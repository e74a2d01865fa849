"""importAbsenceDeviceInfo: acts are placed, edited or annulled, each for itself.

Every accepted action gives the act a new version, an annulment too; CommonResult tells root and version
(AbsenceDeviceImportResult). An edit is a full replacement: what it does not state is no longer there.
"""

from __future__ import annotations

from gateway.families import api, controls
from gateway.families.absences import case as cases
from gateway.families.absences import controls as rules
from gateway.families.absences import records, request
from gateway.families.absences.request import Verb
from gateway.families.fields import Fields
from storage.registry import Registry


def import_acts(task: api.Task, registry: Registry) -> api.Imported:
    """Do with each act what nothing speaks against; one outcome for each, in the order of the request."""
    sent = request.read(task)
    known = cases.Cases(task, registry, sent)
    return api.Imported(tuple(_import(known.case(asked), registry) for asked in sent))


def _import(case: cases.Case, registry: Registry) -> api.Outcome:
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(case.asked.transport_guid, problems=found)
    act = case.before or records.new(case.task.new_guid())
    houses = case.houses or records.houses(act)
    version = records.changed(registry, act, _content(case), houses, case.task)
    told: dict[str, api.Data] = {"AbsenceDeviceInfoGUID": act.id, request.VERSION: version.id}
    return api.Outcome(
        transport_guid=case.asked.transport_guid,
        guid=act.id,
        updated_at=case.task.now,
        details={"AbsenceDeviceImportResult": told},
    )


def _content(case: cases.Case) -> Fields:
    if case.asked.verb is Verb.ANNUL:
        return {**case.content, request.ANNULLED: case.asked.content["AnnulDate"]}
    return case.asked.content
