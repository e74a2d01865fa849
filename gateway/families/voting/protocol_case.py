"""One importVotingProtocolRequest with all that it has to be judged by."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Final

from gateway.contracts import shape
from gateway.families import api, days, fields
from gateway.families.fields import Fields
from gateway.families.voting import counting, papers, records, states, times
from gateway.families.voting.records import Voting
from gateway.families.voting.states import Step
from storage.registry import Registry

PROTOCOL: Final = "Protocol"
RESULTS: Final = "VotingResultsImport"
_DEEDS: Final = {"Revert": Step.REVERT, "Delete": Step.DELETE, PROTOCOL: Step.PLACE}


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """What is asked of the protocol of one meeting."""

    transport_guid: str
    element: str
    """Protocol, Revert, Delete or VotingResultsImport."""
    content: Fields
    """The protocol or the results, with numbers for all questions; empty for Revert and Delete."""
    guid: str
    """VotingGUID, lower case."""
    is_known: bool
    """Whether there is anything under this GUID, whoever it belongs to."""
    voting: Voting | None
    """The sender's meeting; None where the sender has none."""
    message: Fields
    """What the message says; empty for a meeting without one."""
    task: api.Task
    registry: Registry

    @property
    def is_of_message(self) -> bool:
        """Whether results are told of a meeting that was announced."""
        return self.element == RESULTS

    @property
    def agenda(self) -> Fields:
        """What says what the questions are: the message, or the protocol itself."""
        return self.message if self.is_of_message else self.content

    @property
    def house(self) -> str:
        """FIASHouseGuid, lower case, of the meeting; empty for that of an association."""
        if self.voting is not None:
            return self.voting.house
        return fields.text(self.content, "FIASHouseGuid").lower()

    @property
    def counts(self) -> list[counting.Count]:
        """The votes on each question that is told of."""
        return counting.counts(self.content)

    @property
    def all_votes(self) -> Decimal | None:
        """The votes of all owners; None where they are not told."""
        text = fields.text(self.content, "AllOwnersVotesSum")
        return Decimal(text) if text else None

    @property
    def has_quorum(self) -> bool:
        """Whether the meeting could decide (MeetingEligibility)."""
        return fields.text(self.content, "MeetingEligibility") == "C"

    @property
    def is_complete(self) -> bool:
        """Whether every question of the meeting has a result."""
        asked = self.voting.questions if self.is_of_message and self.voting else ()
        return set(asked) <= set(papers.questions(self.content))

    @property
    def step(self) -> Step:
        """What is done with the protocol.

        Results that leave a question open, or change what is posted without saying why, are kept as a draft.
        """
        if self.element in _DEEDS:
            return _DEEDS[self.element]
        is_reasoned = self.voting is None or not self.voting.posted or "Modification" in self.content
        return Step.PLACE if self.is_complete and is_reasoned else Step.DRAFT

    @property
    def end(self) -> str:
        """The moment at which voting ended; empty where it is not told."""
        if self.element == PROTOCOL:
            return times.period(self.content)[1]
        return self.voting.end if self.voting else ""

    @property
    def state(self) -> states.Protocol:
        """The state of the protocol before."""
        return states.of_protocol(self.voting) if self.voting else states.Protocol.NONE

    @property
    def key(self) -> str | None:
        """What no other protocol of the house has: its number and date; None for one without a number."""
        number, date = fields.text(self.content, "ProtocolNum"), fields.text(self.content, "ProtocolDate")
        return f"{self.house}:{days.day(date).isoformat()}:{number}" if self.house and number else None


def open_case(task: api.Task, registry: Registry) -> Case:
    """Return what is asked with the meeting that it is about."""
    asked = shape.read(task.element, task.shape)
    guid = fields.text(asked, "VotingGUID").lower()
    thing = registry.get(guid)
    voting = records.read(thing)
    if voting is not None and voting.organisation != task.organisation:
        voting = None
    element = next(name for name in (PROTOCOL, RESULTS, *_DEEDS) if name in asked)
    content = fields.block(asked, element)
    message = papers.public(papers.load(registry, voting.message)) if voting and voting.message else {}
    return Case(
        transport_guid=str(asked["TransportGUID"]),
        element=element,
        content=papers.numbered(content) if content else {},
        guid=guid,
        is_known=thing is not None,
        voting=voting,
        message=message,
        task=task,
        registry=registry,
    )
