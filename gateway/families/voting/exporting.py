"""exportVotingMessage and exportVotingProtocol: by house, by paper, by meeting or by УИН (protocol §8.5).

An organisation sees its own meetings whole. Of meetings that others have placed in houses for which it has a basis it
sees the same without anything personal but the names of those who have called them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.problems import problem
from gateway.families.voting import controls_messages, records, showing, states
from gateway.families.voting.records import Voting
from storage.registry import Registry


def export_messages(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return messages; INT002012 for none, AUT011003 for a house without a basis, INT002000 for an unknown one."""
    asked = shape.read(task.element, task.shape)
    refused = _refused(task, registry, asked)
    if refused is not None:
        return api.Failed(refused)
    named = fields.texts(asked, "MessageGUID")
    found = _visible(_named(registry, named, records.MESSAGE) if named else _meetings(registry, asked), task)
    papers = registry.get_all(voting.message for voting in found if voting.message)
    items = [showing.message(voting, papers[voting.message], task) for voting in found if voting.message]
    return _answer("VotingMessage", items)


def export_protocols(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return versions of protocols; refused like messages. ProtocolStatus leaves those in this state."""
    asked = shape.read(task.element, task.shape)
    refused = _refused(task, registry, asked)
    if refused is not None:
        return api.Failed(refused)
    named = [guid.lower() for guid in fields.texts(asked, "ProtocolGUID")]
    found = _visible(_named(registry, named, records.PROTOCOL) if named else _meetings(registry, asked), task)
    status = fields.text(asked, "ProtocolStatus")
    chosen = [
        (voting, guid)
        for voting in found
        for guid in voting.versions
        if (not named or guid in named) and status in ("", states.of_version(voting, guid).value)
    ]
    papers = registry.get_all(guid for _, guid in chosen)
    return _answer("VotingProtocol", [showing.protocol(voting, papers[guid], task) for voting, guid in chosen])


def meetings_of(registry: Registry, asked: Fields) -> list[Voting]:
    """Return the meetings that VotingGUID or UniqueVotingId name, each once."""
    guids = [guid.lower() for guid in fields.texts(asked, "VotingGUID")]
    numbers = [records.normal(number) for number in fields.texts(asked, "UniqueVotingId")]
    things = list(registry.get_all(guids).values()) if guids else []
    if numbers:
        things += registry.linked(records.VOTING, map(records.number_link, numbers))
    return [voting for voting in map(records.read, things) if voting is not None]


def _answer(branch: str, items: Sequence[Fields]) -> api.Exported | api.Failed:
    return api.Exported(branch, tuple(items)) if items else api.Failed(problem(errors.NOTHING_TO_EXPORT))


def _refused(task: api.Task, registry: Registry, asked: Fields) -> api.Problem | None:
    house = fields.text(asked, "FIASHouseGuid").lower()
    return next(controls_messages.place_problems(house, "", task, registry), None)


def _meetings(registry: Registry, asked: Fields) -> list[Voting]:
    fias = fields.text(asked, "FIASHouseGuid").lower()
    if not fias:
        return meetings_of(registry, asked)
    things = registry.linked(records.VOTING, [records.house_link(fias)])
    return [voting for voting in map(records.read, things) if voting is not None]


def _named(registry: Registry, guids: Iterable[str], kind: str) -> list[Voting]:
    """Return the meetings of these papers, each once."""
    papers = registry.get_all(guid.lower() for guid in guids)
    roots = dict.fromkeys(str(paper.parent) for paper in papers.values() if paper.kind == kind)
    return [voting for voting in map(records.read, registry.get_all(roots).values()) if voting is not None]


def _visible(votings: Sequence[Voting], task: api.Task) -> list[Voting]:
    may_use = functools.cache(task.may_use_house)
    return [
        voting
        for voting in votings
        if voting.organisation == task.organisation or (voting.house and may_use(voting.house))
    ]
