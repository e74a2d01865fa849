"""The imports of an organisation's own dictionaries: entries created, changed, recovered, deleted, one by one.

An entry keeps its GUID and its code for ever; the code is the UniqueNumber of its CommonResult, as clients expect. A
deleted one stays, no longer actual, and takes along what stands under it.
"""

from __future__ import annotations

from gateway.contracts import shape
from gateway.families import api
from gateway.families.nsi import builtin, changes, controls, kinds
from gateway.families.nsi.changes import Action, Change
from gateway.families.nsi.state import State
from storage.registry import Registry, Thing


def import_entries(task: api.Task, registry: Registry) -> api.Imported:
    """Change the dictionary that the request is about, as far as the controls let it."""
    kind = kinds.BY_REQUEST[task.element.tag]
    state = State(kind, task.organisation, registry)
    made: dict[Change, Thing] = {}
    asked = changes.of(kind, shape.read(task.element, task.shape))
    return api.Imported(tuple(_outcome(change, state, task, made) for change in asked))


def _outcome(change: Change, state: State, task: api.Task, made: dict[Change, Thing]) -> api.Outcome:
    if change.action is Action.TOP:
        code = str(change.top)
        guid = builtin.guid(state.kind.number, f"{task.organisation}:{code}")
        return api.Outcome(change.transport_guid, guid, code, task.now)
    problems = controls.judge(controls.Subject(change, state, task.dictionaries, made))
    if problems:
        return api.Outcome(change.transport_guid, change.guid, problems=problems)
    thing = _done(change, state, task, made)
    made[change] = thing
    return api.Outcome(change.transport_guid, thing.id, str(thing.data["code"]), task.now)


def _done(change: Change, state: State, task: api.Task, made: dict[Change, Thing]) -> Thing:
    if change.action is Action.EDIT:
        return state.edit(change, made[change.above] if change.above else None, task.new_guid)
    thing = state.find(change.guid)
    if thing is None:
        raise LookupError(f"the controls let pass an entry that is not there: {change.guid}")
    ended = task.now if change.action is Action.DELETE else None
    branch = [thing, *state.below(thing.id)] if change.whole or ended else [thing]
    for each in branch:
        if (each.ended_at is None) != (ended is None):
            state.end(each, ended)
    return thing
