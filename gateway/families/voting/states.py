"""What can be done with a meeting and with its protocol, by the state that each is in: the two tables of the family."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from typing import Final

from gateway.families.voting.records import Voting


class Meeting(enum.StrEnum):
    """State of a meeting: MessageStatus."""

    POSTED = "Posted"
    GOES = "Goes"
    FINISHED = "Finished"
    CANCELLED = "MeetingCancelled"
    ANNULLED = "Cancelled"


class Protocol(enum.StrEnum):
    """State of the protocol of a meeting: ProtocolStatus of its newest version."""

    NONE = "не создан"
    CREATED = "Created"
    POSTED = "Posted"
    EDITED = "Edited"
    ANNULLED = "Annuled"
    """Sic on the wire."""


class Deed(enum.StrEnum):
    """What is done with a meeting, in the words of a refusal."""

    REFUSE = "отменить голосование (Refuse)"
    ANNUL = "аннулировать (Annulment)"
    DECIDE = "принять решение собственника"
    CONCLUDE = "разместить итоги (VotingResultsImport)"


class Step(enum.StrEnum):
    """What is done with a protocol, in the words of a refusal."""

    DRAFT = "сохранить неполные итоги"
    PLACE = "разместить"
    REVERT = "отменить изменения (Revert)"
    DELETE = "удалить (Delete)"


MEETINGS: Final[Mapping[Deed, frozenset[Meeting]]] = {
    Deed.REFUSE: frozenset({Meeting.POSTED, Meeting.GOES}),
    Deed.ANNUL: frozenset({Meeting.POSTED, Meeting.GOES, Meeting.FINISHED, Meeting.CANCELLED}),
    Deed.DECIDE: frozenset({Meeting.GOES, Meeting.FINISHED}),
    Deed.CONCLUDE: frozenset({Meeting.FINISHED}),
}
"""In which states a deed is possible."""

PROTOCOLS: Final[Mapping[tuple[Protocol, Step], Protocol]] = {
    (Protocol.NONE, Step.DRAFT): Protocol.CREATED,
    (Protocol.NONE, Step.PLACE): Protocol.POSTED,
    (Protocol.CREATED, Step.DRAFT): Protocol.CREATED,
    (Protocol.CREATED, Step.PLACE): Protocol.POSTED,
    (Protocol.CREATED, Step.DELETE): Protocol.NONE,
    (Protocol.POSTED, Step.DRAFT): Protocol.EDITED,
    (Protocol.POSTED, Step.PLACE): Protocol.POSTED,
    (Protocol.EDITED, Step.DRAFT): Protocol.EDITED,
    (Protocol.EDITED, Step.PLACE): Protocol.POSTED,
    (Protocol.EDITED, Step.REVERT): Protocol.POSTED,
}
"""Where each step leads; one that is not here is refused. The annulment of the meeting annuls the protocol with it."""


def of_meeting(voting: Voting, now: dt.datetime) -> Meeting:
    """Return the state of a meeting at a moment."""
    if voting.outcome:
        return Meeting(voting.outcome)
    if voting.ends is not None and voting.ends > now:
        return Meeting.GOES if voting.begins is None or voting.begins <= now else Meeting.POSTED
    return Meeting.FINISHED


def of_protocol(voting: Voting) -> Protocol:
    """Return the state of the protocol of a meeting."""
    newest = voting.draft or voting.posted
    return of_version(voting, newest) if newest else Protocol.NONE


def of_version(voting: Voting, guid: str) -> Protocol:
    """Return the state of one version of the protocol."""
    if voting.outcome == Meeting.ANNULLED:
        return Protocol.ANNULLED
    if guid == voting.draft:
        return Protocol.EDITED if voting.posted else Protocol.CREATED
    return Protocol.POSTED
