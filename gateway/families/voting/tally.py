"""What the written decisions of a meeting have come to so far: square metres for each answer to each question.

It stands with the decisions in an aggregate of its own, so papers are read without them, and is exact: a share of three
hundredths of a flat has no end as a decimal number.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from storage.registry import Registry, Thing

TALLY: Final = "voting-tally"
ANSWERS: Final = {"OwnerAgree": "Agree", "OwnerAgainst": "Against", "OwnerAbstent": "Abstent"}
"""Answers of owners, and what protocols call the votes for each."""


def aggregate(voting: str) -> str:
    """Return the registry's name for the decisions of a meeting."""
    return f"voting-decisions:{voting}"


def id_of(voting: str) -> str:
    """Return the id of the tally of a meeting."""
    return f"{voting}:tally"


class Tally:
    """The votes of the decisions of one meeting, by question and element of the protocol."""

    def __init__(self, registry: Registry, voting: str) -> None:
        """Read it; whoever has read it runs again when another package brings decisions meanwhile."""
        registry.revision(aggregate(voting))
        known = registry.get(id_of(voting))
        self.has_changed = False
        """Whether anything was counted here."""
        self._thing = known or Thing(id_of(voting), TALLY, aggregate(voting), parent=voting)
        self._votes: defaultdict[int, dict[str, Fraction]] = defaultdict(lambda: dict.fromkeys(ANSWERS.values(), _NONE))
        for number, votes in self._thing.data.get("votes", {}).items():
            self._votes[int(number)] = {element: Fraction(area) for element, area in votes.items()}

    def of(self, question: int) -> Mapping[str, Fraction]:
        """Return the square metres of a question by element of the protocol."""
        return self._votes[question]

    def add(self, question: int, element: str, area: Fraction) -> None:
        """Count an answer; a negative area takes one back."""
        self._votes[question][element] += area
        self.has_changed = True

    def stored(self) -> Thing:
        """Return it as the registry keeps it."""
        votes = {
            str(number): {element: str(area) for element, area in self._votes[number].items()}
            for number in sorted(self._votes)
        }
        return dataclasses.replace(self._thing, data={"votes": votes})


_NONE: Final = Fraction(0)


def shown(area: Fraction) -> str:
    """Return square metres for people, to a hundredth."""
    return f"{float(area):.2f}"
