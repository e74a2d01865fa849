"""What the registry keeps of a meeting: the voting itself, its message and the versions of its protocol.

Together they are one aggregate, `voting:<VotingGUID>`; what owners have decided is another (`ballots`), so that papers
are read without thousands of decisions. The voting is small and says what everything else is judged by; a message and a
version of a protocol are objects under their own GUIDs (protocol §8.5). Its key is the УИН, which one live meeting has;
its links are its house and its УИН.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from gateway.families import days, fields
from gateway.families.houses import kinds as house_kinds
from storage.registry import Registry, Thing

VOTING: Final = "voting"
MESSAGE: Final = "voting-message"
PROTOCOL: Final = "voting-protocol"
OPERATIVE: Final = "Operative"
ARCHIVE: Final = "Archive"
_SERIES: Final = "voting-number"
_FIRST: Final = 10**13
"""УИН that are given here have fourteen digits; those that archives bring may be any."""


@dataclasses.dataclass(frozen=True, slots=True)
class Voting:
    """A meeting as far as everything about it is judged by it."""

    guid: str
    organisation: str
    """orgPPAGUID of whoever has placed it."""
    house: str
    """FIASHouseGuid, lower case; empty for the meeting of an association."""
    association: str
    """orgRootEntityGUID, lower case; empty for the meeting of a house."""
    form: str
    """The element that says how it is held: AVoting, Meeting, MeetingAVoting, EVoting."""
    begin: str
    end: str
    """Moments, xs:dateTime; empty where an old protocol does not tell them."""
    questions: Sequence[int]
    mode: str = ""
    """Operative or Archive; empty without a message."""
    number: str = ""
    """УИН; empty without a message."""
    message: str = ""
    """MessageGUID; empty without a message."""
    posted: str = ""
    """ProtocolGUID of the version in force; empty where there is none."""
    draft: str = ""
    """ProtocolGUID of the version that is being made."""
    former: Sequence[str] = ()
    """Versions that another one has taken the place of, the oldest first."""
    outcome: str = ""
    """MeetingCancelled or Cancelled; empty while it goes its way."""
    results: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Votes of the version in force where all votes are known: `all`, and `votes` by question and element."""

    @property
    def versions(self) -> list[str]:
        """ProtocolGUIDs of all versions, the oldest first."""
        return [guid for guid in (*self.former, self.posted, self.draft) if guid]

    @property
    def begins(self) -> dt.datetime | None:
        """When voting begins, None where it is not known."""
        return days.moment(self.begin) if self.begin else None

    @property
    def ends(self) -> dt.datetime | None:
        """When voting ends, None where it is not known."""
        return days.moment(self.end) if self.end else None


def aggregate(guid: str) -> str:
    """Return the registry's name for a meeting with its papers."""
    return f"voting:{guid}"


def house_link(fias: str) -> str:
    """Return the link of the meetings of a house."""
    return f"house:{fias}"


def number_link(number: str) -> str:
    """Return the link of the meetings that have or had a УИН."""
    return f"number:{number}"


def normal(number: str) -> str:
    """Return a УИН as it is compared: xs:long may be written with zeros or a sign before it."""
    return str(int(number))


def next_number(registry: Registry) -> str:
    """Return a УИН that no meeting has: an archive may have brought any."""
    while True:
        number = str(_FIRST + registry.next_number(_SERIES))
        if registry.find(VOTING, number) is None:
            return number


def read(thing: Thing | None) -> Voting | None:
    """Return the meeting that a thing holds; None for none, and for a thing of another kind."""
    if thing is None or thing.kind != VOTING:
        return None
    return Voting(guid=thing.id, **thing.data)


def of_message(registry: Registry, guid: str) -> Voting | None:
    """Return the meeting of a message; None where there is no such message."""
    paper = registry.get(guid)
    if paper is None or paper.kind != MESSAGE or paper.parent is None:
        return None
    return read(registry.get(paper.parent))


def put(registry: Registry, voting: Voting, ended_at: dt.datetime | None = None) -> None:
    """Store a meeting as it is now; one that has ended leaves its УИН to another."""
    known = registry.get(voting.guid) or Thing(voting.guid, VOTING, aggregate(voting.guid))
    links = {house_link(voting.house)} if voting.house else set()
    links |= {number_link(voting.number)} if voting.number else set()
    data = dataclasses.asdict(voting)
    del data["guid"]
    registry.put(
        dataclasses.replace(
            known, key=voting.number or None, data=data, ended_at=ended_at or known.ended_at, links=frozenset(links)
        )
    )


def house(registry: Registry, fias: str) -> Thing | None:
    """Return the live house with this FIASHouseGuid, lower case, or None."""
    return next(filter(None, (registry.find(kind.name, fias) for kind in house_kinds.HOUSES)), None)


def area(registry: Registry, fias: str) -> Decimal | None:
    """Return TotalSquare of a house, square metres; None where it is not known."""
    found = house(registry, fias) if fias else None
    text = fields.text(found.data, "TotalSquare") if found else ""
    return Decimal(text) if text else None
