"""importVotingMessage: a meeting is announced, cancelled or annulled (protocol §8.5).

CommonResult tells the message as GUID and the meeting as importVotingInformation/VotingGUID. A message is never edited:
whoever has made a mistake annuls it, with everything that hangs on the meeting, and places another one.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from gateway.contracts import shape
from gateway.families import api, controls, days, fields
from gateway.families.fields import Fields
from gateway.families.voting import controls_messages as rules
from gateway.families.voting import papers, records, states, times
from storage.registry import Registry

_IDENTITY: Final = ("Operative", "UniqueVotingId", "Password", "FIASHouseGUID", "OrganizationGuid")
"""What the meeting itself keeps, and the password, which nobody here has given out and nobody keeps."""


def import_message(task: api.Task, registry: Registry) -> api.Imported:
    """Announce a meeting, or end one before its time."""
    asked = shape.read(task.element, task.shape)
    case = rules.open_case(asked, task, registry)
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Imported((api.Outcome(case.transport_guid, problems=found),))
    voting = _announced(case) if case.deed is None else _ended(case, case.deed)
    outcome = api.Outcome(
        case.transport_guid,
        guid=voting.message,
        updated_at=task.now,
        details={"importVotingInformation": {"VotingGUID": voting.guid}},
    )
    return api.Imported((outcome,))


def _announced(case: rules.Case) -> records.Voting:
    task, content = case.task, kept(case.content, case.task)
    begin, end = times.period(content)
    voting = records.Voting(
        guid=task.new_guid(),
        organisation=task.organisation,
        house=case.house,
        association=case.association,
        form=times.form(content),
        begin=begin,
        end=end,
        questions=papers.questions(content),
        mode=case.mode,
        number=records.normal(case.number) if case.number else records.next_number(case.registry),
        message=task.new_guid(),
    )
    records.put(case.registry, voting)
    paper = papers.new(voting.message, records.MESSAGE, voting.guid)
    case.registry.put(papers.stored(paper, content, task.vault, number=1))
    return voting


def kept(content: Fields, task: api.Task) -> Fields:
    """Return what is kept of a message; one about a vote in ГИС ЖКХ itself is of today, whatever it says."""
    told: dict[str, Any] = fields.without(content, _IDENTITY)
    if rules.is_in_hcs(content):
        told["MessageDate"] = days.today(task.now).isoformat()
    return told


def _ended(case: rules.Case, deed: states.Deed) -> records.Voting:
    if case.voting is None:
        raise TypeError("no meeting has passed the controls")
    annulled = deed is states.Deed.ANNUL
    outcome = states.Meeting.ANNULLED if annulled else states.Meeting.CANCELLED
    voting = dataclasses.replace(case.voting, outcome=outcome.value)
    records.put(case.registry, voting, ended_at=case.task.now if annulled else None)
    paper = papers.load(case.registry, voting.message)
    why = {"annulment": case.task.vault.seal(case.content, papers.owner(paper))} if annulled else {}
    case.registry.put(dataclasses.replace(paper, data={**paper.data, **why}))
    return voting
