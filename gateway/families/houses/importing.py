"""importHouseUOData, importHouseOMSData, importHouseESPData: one house and its parts into the registry.

The answer has one outcome per TransportGUID, in the order of the request; when the house itself fails, only its own
(protocol §4.3). The house is answered by the FIASHouseGuid that was sent, everything else by a GUID of the registry.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.families import api
from gateway.families.houses import judge, management, storing
from gateway.families.houses import request as request_module
from gateway.families.houses.plan import Change, Plan
from storage.registry import Registry, Thing


def import_house(task: api.Task, registry: Registry) -> api.Imported:
    """Create or change the house that the request describes, as far as the controls let it."""
    request = management.heeded(request_module.read(task.element, task.shape), task, registry)
    plan = Plan(request, registry.load(storing.aggregate(request.fias_guid)), task)
    judge.judge(plan)
    if not plan.stands(plan.house):
        return api.Imported((_refused(plan, plan.house),))
    made = storing.store(plan, registry)
    return api.Imported(tuple(_outcome(plan, change, made) for change in plan.changes))


def _outcome(plan: Plan, change: Change, made: Mapping[Change, Thing]) -> api.Outcome:
    if change not in made:
        return _refused(plan, change)
    return api.Outcome(
        transport_guid=change.item.transport_guid,
        guid=plan.request.fias_guid if change is plan.house else change.id,
        unique_number=made[change].unique_number,
        updated_at=plan.task.now,
    )


def _refused(plan: Plan, change: Change) -> api.Outcome:
    return api.Outcome(change.item.transport_guid, problems=plan.problems(change))
