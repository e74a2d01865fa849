"""importVotingProtocol: a protocol is corrected, results are placed, a draft is dropped (protocol §8.5).

A draft is one version that changes until it is posted; a posted version never changes again, and another one takes its
place. CommonResult tells the version (ProtocolGUID) as GUID and the meeting as importVotingInformation/VotingGUID.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from gateway import clock
from gateway.families import api, controls, fields
from gateway.families.fields import Fields
from gateway.families.voting import controls_messages, counting, papers, protocol_case, records, times
from gateway.families.voting import controls_protocols as rules
from gateway.families.voting.protocol_case import PROTOCOL, Case
from gateway.families.voting.records import Voting
from gateway.families.voting.states import Step
from storage.registry import Registry, Thing

_PLACE: Final = ("FIASHouseGuid", "OrganizationGuid")
_ONLY_OF_MESSAGES: Final = ("MessageDate", papers.QUESTIONS)


def import_protocol(task: api.Task, registry: Registry) -> api.Imported:
    """Do with the protocol what nothing speaks against."""
    case = protocol_case.open_case(task, registry)
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Imported((api.Outcome(case.transport_guid, problems=found),))
    version = _written(case) if case.content else _dropped(case)
    outcome = api.Outcome(
        case.transport_guid,
        guid=version,
        updated_at=task.now,
        details={"importVotingInformation": {"VotingGUID": case.guid}},
    )
    return api.Imported((outcome,))


def _dropped(case: Case) -> str:
    """Drop the version that is being made: Revert and Delete."""
    voting = _known(case)
    version = papers.load(case.registry, voting.draft)
    case.registry.put(dataclasses.replace(version, ended_at=case.task.now))
    records.put(case.registry, dataclasses.replace(voting, draft=""))
    return version.id


def _written(case: Case) -> str:
    """Keep what is said as a draft, or post it in the place of what was posted before."""
    voting = _corrected(case) if case.element == PROTOCOL else _known(case)
    version = _version(case, voting)
    if case.step is Step.DRAFT:
        records.put(case.registry, dataclasses.replace(voting, draft=version.id))
    else:
        version = dataclasses.replace(version, key=case.key)
        records.put(case.registry, _posted(case, voting, version.id))
    case.registry.put(version)
    return version.id


def _corrected(case: Case) -> Voting:
    """Return the meeting of a protocol without a message, as the protocol tells of it."""
    begin, end = times.period(case.content)
    told: dict[str, Any] = {
        "form": times.form(case.content),
        "begin": begin,
        "end": end,
        "questions": papers.questions(case.content),
    }
    if case.voting is not None:
        return dataclasses.replace(case.voting, **told)
    association = controls_messages.association(case.content)
    return Voting(case.guid, case.task.organisation, case.house, association, **told)


def _version(case: Case, voting: Voting) -> Thing:
    if voting.draft:
        version = papers.load(case.registry, voting.draft)
        number = int(version.data["number"])
    else:
        version = papers.new(case.task.new_guid(), records.PROTOCOL, voting.guid)
        number = int(papers.load(case.registry, voting.posted).data["number"]) + 1 if voting.posted else 1
    published = {"published": clock.wire(case.task.now)} if case.step is Step.PLACE else {}
    return papers.stored(version, _content(case, voting), case.task.vault, number=number, **published)


def _content(case: Case, voting: Voting) -> Fields:
    if case.element == PROTOCOL:
        return fields.without(case.content, _PLACE)
    message = papers.whole(papers.load(case.registry, voting.message), case.task.vault)
    return concluded(message, case.content)


def concluded(message: Fields, results: Fields) -> Fields:
    """Return the protocol of a meeting: what its message says, with the results in their places."""
    form = times.form(message)
    told = {fields.text(row, papers.NUMBER): row for row in fields.rows(results, papers.QUESTIONS)}
    owners = fields.text(message, "MeetingType") == "Owners"
    sum_ = {"AllOwnersVotesSum" if owners else "AllMembersVotesSum": results["AllOwnersVotesSum"]}
    rows = [
        {**row, **sum_, **_votes(told.get(fields.text(row, papers.NUMBER), {}))}
        for row in fields.rows(message, papers.QUESTIONS)
    ]
    held = {**fields.block(message, form), "Attachments": results["Attachments"]}
    said = fields.without(results, (papers.QUESTIONS, "AllOwnersVotesSum", "Attachments"))
    return {**fields.without(message, _ONLY_OF_MESSAGES), **said, form: held, papers.QUESTIONS: rows}


def _votes(row: Fields) -> dict[str, api.Data]:
    votes = {element: row[element] for element in counting.ELEMENTS if element in row}
    return {**votes, **({"votingResume": row["VotingResume"]} if row else {})}


def _posted(case: Case, voting: Voting, guid: str) -> Voting:
    former = [*voting.former, voting.posted] if voting.posted else voting.former
    if voting.posted:
        before = papers.load(case.registry, voting.posted)
        if before.key is not None:
            case.registry.put(dataclasses.replace(before, key=None))
    results: dict[str, Any] = {}
    if case.all_votes is not None:
        votes = {str(count.number): {name: str(each) for name, each in count.votes.items()} for count in case.counts}
        results = {"all": str(case.all_votes), "votes": votes}
    return dataclasses.replace(voting, posted=guid, draft="", former=former, results=results)


def _known(case: Case) -> Voting:
    if case.voting is None:
        raise TypeError("no meeting has passed the controls")
    return case.voting
