"""How messages and versions of protocols are written in exports (protocol §8.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway import clock
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.voting import papers, states
from gateway.families.voting.records import Voting
from storage.registry import Thing

_WHO: Final = ("Ind", "Org", "HouseManager")


def message(voting: Voting, paper: Thing, task: api.Task) -> dict[str, api.Data]:
    """Return VotingMessage."""
    content = _content(voting, paper, task)
    system = fields.block(content, papers.SYSTEM)
    return {
        **content,
        **({papers.SYSTEM: _system(system)} if system else {}),
        "VotingGUID": voting.guid,
        "MessageGUID": paper.id,
        "MessageStatus": states.of_meeting(voting, task.now).value,
        "VersionNumber": str(paper.data["number"]),
        "LastVersion": "true",
        "PublishDate": clock.wire(_known(paper, "created_at")),
        "ModificationDate": clock.wire(_known(paper, "changed_at")),
        "PostingMode": voting.mode,
        "UniqueVotingId": voting.number,
        **_place(voting, "FIASHouseGUID"),
    }


def protocol(voting: Voting, version: Thing, task: api.Task) -> dict[str, api.Data]:
    """Return VotingProtocol."""
    published = version.data.get("published")
    mode = {"MessagePostingMode": voting.mode, "UniqueVotingId": voting.number} if voting.message else {}
    return {
        **_content(voting, version, task),
        "VotingGUID": voting.guid,
        "ProtocolGUID": version.id,
        "ProtocolStatus": states.of_version(voting, version.id).value,
        "VersionNumber": str(version.data["number"]),
        **({"LastVersion": "true"} if version.id == voting.posted else {}),
        **({"PublishDate": published} if published else {}),
        "ModificationDate": clock.wire(_known(version, "changed_at")),
        **mode,
        **_place(voting, "FIASHouseGuid"),
    }


def _content(voting: Voting, paper: Thing, task: api.Task) -> dict[str, Any]:
    own = voting.organisation == task.organisation
    content = papers.whole(paper, task.vault) if own else papers.for_others(paper, task.vault)
    initiators = fields.block(content, papers.INITIATORS)
    told = [{who: row} for who in _WHO for row in fields.rows(initiators, who)]
    return {**content, **({papers.INITIATORS: told} if told else {})}


def _system(system: Fields) -> dict[str, api.Data]:
    """Return EVoting with the system in the words of exports."""
    said = fields.block(system, "VotingSystemDetails")
    kind = "HCS" if "HCS" in said else "Regional"
    known: Mapping[str, api.Data] = fields.without(said, ("HCS", "FirstVoting"))
    first = {"FirstVoting": said["FirstVoting"]} if "FirstVoting" in said else {}
    return {**system, **first, "VotingSystemDetails": {"VotingSystem": kind, **known}}


def _place(voting: Voting, element: str) -> dict[str, api.Data]:
    if voting.house:
        return {element: [voting.house]}
    return {"OrganizationGuid": {"orgRootEntityGUID": voting.association}}


def _known(paper: Thing, name: str) -> Any:
    moment = getattr(paper, name)
    if moment is None:
        raise ValueError(f"{paper.kind} {paper.id} is not stored yet")
    return moment
