"""importOwnerDecision and exportOwnerDecision: what owners have decided in writing, ten thousand in one package (§8.5).

What a package needs of the registry is read in few statements, whatever its size; its decisions are then judged one
after another, each against those before it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, controls, fields
from gateway.families.problems import problem
from gateway.families.voting import ballots, exporting, records, tally
from gateway.families.voting import controls_decisions as rules
from gateway.families.voting import decisions_request as request
from gateway.families.voting.decisions_request import Asked
from gateway.families.voting.records import Voting
from storage.registry import Registry, Thing


def import_decisions(task: api.Task, registry: Registry) -> api.Imported:
    """Count the decisions that nothing speaks against; one outcome for each, in the order of the request."""
    sent = request.read(task)
    votings = _votings(task, registry, sent)
    areas = {voting.house: records.area(registry, voting.house) for voting in votings.values()}
    rights = [_rights(asked, votings.get(asked.paper)) for asked in sent]
    known = ballots.Ballots(registry, (link for row in rights for each in row for link in (each.right, each.premises)))
    registry.get_all(asked.root for asked in sent if asked.root)
    outcomes = []
    for asked, row in zip(sent, rights, strict=True):
        voting = votings.get(asked.paper)
        before = _before(registry, asked, voting)
        area = areas[voting.house] if voting else None
        outcomes.append(_import(rules.Case(asked, voting, before, row, known, area, task)))
    known.store()
    return api.Imported(tuple(outcomes))


def export_decisions(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return decisions that are named, or all of a meeting of the sender's own; INT002012 for none."""
    asked = shape.read(task.element, task.shape)
    guids = [guid.lower() for guid in fields.texts(asked, request.ROOT)]
    if guids:
        things: Sequence[Thing] = list(registry.get_all(guids).values())
    else:
        named = exporting.meetings_of(registry, asked)
        own = (voting for voting in named if voting.organisation == task.organisation)
        things = [thing for voting in own for thing in registry.load(tally.aggregate(voting.guid))]
    things = [thing for thing in things if thing.kind == ballots.DECISION]
    roots = registry.get_all(str(thing.parent) for thing in things)
    votings = {guid: voting for guid, root in roots.items() if (voting := records.read(root)) is not None}
    items = [
        ballots.written(votings[str(thing.parent)], thing, task.vault)
        for thing in things
        if votings[str(thing.parent)].organisation == task.organisation
    ]
    if not items:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    return api.Exported("exportOwnerDecision", tuple(items))


def _votings(task: api.Task, registry: Registry, sent: Sequence[Asked]) -> Mapping[str, Voting]:
    """Return the sender's own meetings by the papers that name them."""
    papers = registry.get_all(asked.paper for asked in sent)
    roots = {
        guid: str(paper.parent) for guid, paper in papers.items() if paper.kind in (records.MESSAGE, records.PROTOCOL)
    }
    things = registry.get_all(roots.values())
    found = {guid: records.read(things.get(root)) for guid, root in roots.items()}
    return {guid: voting for guid, voting in found.items() if voting and voting.organisation == task.organisation}


def _rights(asked: Asked, voting: Voting | None) -> list[request.Right]:
    return asked.rights(voting.guid) if voting and not asked.annuls else []


def _before(registry: Registry, asked: Asked, voting: Voting | None) -> Thing | None:
    """Return the decision that is named, if the meeting has it."""
    thing = registry.get(asked.root) if asked.root else None
    if thing is None or voting is None or (thing.kind, thing.parent) != (ballots.DECISION, voting.guid):
        return None
    return thing


def _import(case: rules.Case) -> api.Outcome:
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(case.asked.transport_guid, problems=found)
    if case.voting is None:
        raise TypeError("a decision of no meeting has passed the controls")
    after = _after(case, case.voting)
    case.known.enter(case.voting, case.before, after)
    return api.Outcome(case.asked.transport_guid, guid=after.id, updated_at=case.task.now)


def _after(case: rules.Case, voting: Voting) -> Thing:
    task, before = case.task, case.before
    if case.asked.annuls:
        if before is None:
            raise TypeError("the annulment of no decision has passed the controls")
        return ballots.annulled(before, task.now)
    thing = before or ballots.new(task.new_guid(), voting.guid)
    return ballots.made(case.asked, case.rights, voting.guid, thing, task.vault)
