"""Votes added up: what a protocol says of each question, and the majority that a decision needs.

Only what cannot be is refused. Votes are counted in whatever unit the meeting has chosen, as a rule one for a square
metre, so they are compared with each other, and with areas only by their part of the whole. Sums are exact decimals.
"""

from __future__ import annotations

import dataclasses
import decimal
import functools
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Final

from gateway.families import fields
from gateway.families.fields import Fields
from gateway.families.voting import papers

ELEMENTS: Final = ("Agree", "Against", "Abstent")
_RESUMES: Final = ("votingResume", "VotingResume")
"""The contract writes it in both ways: in protocols and in results."""
_EXACT: Final = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
"""xs:decimal has no limit; by default, sums of more than 28 digits would be rounded."""
_ROUNDING: Final = 1
"""Votes by which a rounded count may be off."""


@dataclasses.dataclass(frozen=True, slots=True)
class Count:
    """The votes on one question."""

    number: int
    votes: Mapping[str, Decimal]
    """By Agree, Against and Abstent."""
    made: bool
    """Whether the decision was made (M)."""

    @property
    def agree(self) -> Decimal:
        """Votes for it."""
        return self.votes["Agree"]

    @property
    def total(self) -> Decimal:
        """All votes that were given on it; those of invalid papers are in no protocol."""
        return functools.reduce(_EXACT.add, self.votes.values())


@dataclasses.dataclass(frozen=True, slots=True)
class Majority:
    """How many of all votes a decision needs."""

    words: tuple[str, ...]
    """What stands in the name of the type of question (НСИ 63), lower case."""
    part: Fraction
    more: bool
    """Whether it has to be more than that part, not only as much."""

    def is_met(self, agree: Decimal, all_: Decimal) -> bool:
        """Return whether that many votes are enough."""
        needed = Fraction(all_) * self.part
        return Fraction(agree) > needed if self.more else Fraction(agree) >= needed

    def shown(self) -> str:
        """Return it for people."""
        return f"{'более' if self.more else 'не менее'} {self.part} голосов всех собственников"


MAJORITIES: Final = (
    Majority(("реконструкц",), Fraction(2, 3), more=False),
    Majority(("земельного участка",), Fraction(2, 3), more=False),
    Majority(("использовани", "общего имущества"), Fraction(2, 3), more=False),
    Majority(("способа формирования фонда",), Fraction(1, 2), more=True),
)
"""Articles 44 and 46 of the housing code, as far as types of questions tell by their words which point is meant: the
least that was needed at any time. Every other decision needs half of the votes of those who took part."""


def counts(content: Fields) -> list[Count]:
    """Return the votes on every question of a protocol or of results."""
    return [
        Count(
            int(fields.text(row, papers.NUMBER)),
            {element: Decimal(fields.text(row, element)) for element in ELEMENTS},
            any(fields.text(row, name) == "M" for name in _RESUMES),
        )
        for row in fields.rows(content, papers.QUESTIONS)
    ]


def majority(question_type: str) -> Majority | None:
    """Return what a decision needs of all votes; None where those who took part decide."""
    return next((each for each in MAJORITIES if all(word in question_type for word in each.words)), None)


def holds(votes: Decimal, all_: Decimal, counted: Fraction, area: Decimal) -> bool:
    """Return whether votes can hold decisions for so many square metres of a house of this area.

    TotalSquare is at least what the owners have, so the part of the decisions is never taken for greater than it is;
    and a count may be rounded to whole votes.
    """
    if all_ <= 0 or area <= 0:
        return True
    return counted / Fraction(area) <= (Fraction(votes) + _ROUNDING) / Fraction(all_)
