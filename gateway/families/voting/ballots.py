"""The decisions of owners, as the registry keeps them, and what a package has to know of those that are there.

A decision is an object under RootOwnerDecisionGUID in the aggregate of the decisions of its meeting, beside their
tally. Its links, digests of records of ownership and of premises, are its index: a package finds what it would count
twice in a few statements, however many decisions there are. Owner, representative and property rest sealed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, Final

from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.voting import states, tally
from gateway.families.voting.decisions_request import DIGITAL, QUESTION, Asked, Right
from gateway.families.voting.records import Voting
from storage.registry import Registry, Thing

DECISION: Final = "owner-decision"
_PERSONAL: Final = ("Owner", "PropertyDetails", "Representative")


class Ballots:
    """The decisions that one unit of work reads and writes."""

    def __init__(self, registry: Registry, links: Iterable[str]) -> None:
        """Read the decisions that hang on any of these links, of records of ownership and of premises."""
        self._registry = registry
        self._holders: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
        self._tallies: dict[str, tally.Tally] = {}
        for thing in registry.linked(DECISION, links):
            self._hold(thing)

    def holder(self, right: Right, but: str) -> str | None:
        """Return the other decision that a record of ownership has given to the question; None where it has none."""
        return next((guid for guid in self._holders[right.right] if guid != but), None)

    def share(self, right: Right, but: str) -> Fraction:
        """Return how much of the premises has voted on the question in other decisions."""
        return sum((share for guid, share in self._holders[right.premises].items() if guid != but), Fraction(0))

    def tally(self, voting: str) -> tally.Tally:
        """Return the tally of a meeting as it is with what was entered here."""
        if voting not in self._tallies:
            self._tallies[voting] = tally.Tally(self._registry, voting)
        return self._tallies[voting]

    def enter(self, voting: Voting, before: Thing | None, after: Thing) -> None:
        """Count a decision in the place of what it was before."""
        counted = self.tally(voting.guid)
        if before is not None and before.ended_at is None:
            counted.add(question(before), element(before), -votes(before))
            for link in _links(before):
                self._holders[link].pop(before.id, None)
        if after.ended_at is None:
            counted.add(question(after), element(after), votes(after))
            self._hold(after)
        self._registry.put(after)

    def store(self) -> None:
        """Put the tallies into the registry."""
        for counted in self._tallies.values():
            if counted.has_changed:
                self._registry.put(counted.stored())

    def _hold(self, thing: Thing) -> None:
        for right, premises, share, _ in thing.data["rights"]:
            self._holders[right][thing.id] = Fraction(share)
            held = self._holders[premises]
            held[thing.id] = held.get(thing.id, Fraction(0)) + Fraction(share)


def made(asked: Asked, rights: Sequence[Right], voting: str, thing: Thing, vault: api.Vault) -> Thing:
    """Return a decision with the content of the request."""
    personal = {name: asked.content[name] for name in _PERSONAL if name in asked.content}
    data: dict[str, Any] = {
        "question": asked.question,
        "answer": asked.answer,
        "digital": asked.is_digital,
        "files": asked.files,
        "rights": [[each.right, each.premises, str(each.share), str(each.area)] for each in rights],
        "sealed": vault.seal(personal, _owner(thing.id)),
    }
    links = frozenset(link for each in rights for link in (each.right, each.premises))
    return dataclasses.replace(thing, parent=voting, data=data, links=links)


def annulled(thing: Thing, now: dt.datetime) -> Thing:
    """Return a decision that counts no longer."""
    return dataclasses.replace(thing, ended_at=now, links=frozenset())


def new(guid: str, voting: str) -> Thing:
    """Return a decision that is not stored yet."""
    return Thing(guid, DECISION, tally.aggregate(voting))


def question(thing: Thing) -> int:
    """Return the number of the question."""
    return int(thing.data["question"])


def element(thing: Thing) -> str:
    """Return what protocols call its answer."""
    return tally.ANSWERS[thing.data["answer"]]


def votes(thing: Thing) -> Fraction:
    """Return the square metres that it votes with."""
    return sum((Fraction(share) * Fraction(area) for _, _, share, area in thing.data["rights"]), Fraction(0))


def written(voting: Voting, thing: Thing, vault: api.Vault) -> Fields:
    """Return exportOwnerDecision; it names the protocol in force, or the message where there is none yet."""
    opened = vault.unseal(thing.data["sealed"], _owner(thing.id))
    personal = opened if isinstance(opened, dict) else {}
    is_annulled = thing.ended_at is not None or voting.outcome == states.Meeting.ANNULLED
    return {
        **fields.without(personal, ("PropertyDetails",)),
        "exportPropertyDetails": personal["PropertyDetails"],
        "VotingGUID": voting.guid,
        **({"ProtocolGUID": voting.posted} if voting.posted else {"MessageGUID": voting.message}),
        "RootOwnerDecisionGUID": thing.id,
        QUESTION: {"QuestionNumber": str(question(thing)), thing.data["answer"]: "true"},
        **({DIGITAL: "true"} if thing.data["digital"] else {}),
        **({"Attachments": thing.data["files"]} if thing.data["files"] else {}),
        **({"DecisionAnnuled": "true"} if is_annulled else {}),
    }


def _owner(guid: str) -> str:
    return f"{DECISION}:{guid}"


def _links(thing: Thing) -> list[str]:
    return [link for right, premises, _, _ in thing.data["rights"] for link in (right, premises)]
