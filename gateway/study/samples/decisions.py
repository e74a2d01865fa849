"""What is left open when a document is made: how often, which branch, whether at all, which text.

`Thorough` tries everything for a proof; `Sample` makes the one document that a person wants to see. A place is the name
of a decision in the schema; equal places are one decision.
"""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final, Protocol, TypeVar

from xmlschema.validators import XsdAnyElement, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType

from gateway.contracts import walk
from gateway.study.samples import texts
from gateway.study.samples.declarations import Particle

Option = TypeVar("Option")

_LARGE: Final = 400
"""Elements of one document after which only the necessary is added."""
_RARE: Final = 0.5
"""Share of decisions that go to what was tried least."""


class Decisions(Protocol):
    """Who decides; `random` is the source of texts."""

    random: Random

    def begin(self) -> None:
        """Forget the document that was begun: it does not count."""

    def times(self, place: str, particle: Particle, depth: int, made: int) -> int:
        """Return how often a particle occurs, at this depth, after so many elements."""

    def branch(self, place: str, parts: Sequence[tuple[int, Particle]]) -> tuple[int, Particle]:
        """Return one branch of a choice."""

    def has_attribute(self, place: str) -> bool:
        """Tell whether an optional attribute is given."""

    def text(self, place: str, simple: XsdSimpleType) -> str:
        """Return a valid text of a type."""

    def option(self, place: str, options: Sequence[Option]) -> Option:
        """Return one of several ways that have no preference among them."""


class Thorough:
    """Random, with a memory: half of the decisions go to the option that was taken least."""

    def __init__(self, seed: str) -> None:
        self.random = Random(seed)  # noqa: S311  # a seeded sample, no secret
        self._taken: dict[str, Counter[object]] = {}
        self._unsettled: list[tuple[str, object]] = []

    def begin(self) -> None:
        """Take back what was decided since the last `settle`."""
        for place, option in self._unsettled:
            self._taken[place][option] -= 1
        self._unsettled.clear()

    def settle(self) -> None:
        """Let what was decided count: the document is used."""
        self._unsettled.clear()

    def untried(self) -> list[str]:
        """Return every option that was offered somewhere and never taken."""
        return [f"{place}: {option}" for place, seen in self._taken.items() for option in seen if not seen[option]]

    def times(self, place: str, particle: Particle, depth: int, made: int) -> int:  # noqa: ARG002  # as Decisions has it
        """Return the least number, or up to two more."""
        low, high = particle.min_occurs, particle.max_occurs
        if low == high or made > _LARGE:
            return low
        return self.option(place, range(low, low + 3 if high is None else min(high, low + 2) + 1))

    def branch(self, place: str, parts: Sequence[tuple[int, Particle]]) -> tuple[int, Particle]:
        """Return any branch."""
        return parts[self.option(place, range(len(parts)))]

    def has_attribute(self, place: str) -> bool:
        """Tell yes or no."""
        return self.option(place, (False, True))

    def text(self, place: str, simple: XsdSimpleType) -> str:
        """Return a text on any border of the type."""
        borders = texts.fitting(simple, self.random)
        return borders[self.option(place, tuple(borders))]

    def option(self, place: str, options: Sequence[Option]) -> Option:
        """Return any option, and remember it."""
        seen = self._taken.setdefault(place, Counter(dict.fromkeys(options, 0)))
        fewest = min(seen[option] for option in options)
        rare = [option for option in options if seen[option] == fewest]
        choice = self.random.choice(rare if self.random.random() < _RARE else options)
        seen[choice] += 1
        self._unsettled.append((place, choice))
        return choice


class Extent(enum.Enum):
    """How much of a message a sample shows."""

    MINIMAL = "minimal"
    """What the contract demands, by the shortest branches."""
    USUAL = "usual"
    """Also the optional elements that hold a text, by the first branches."""
    FULL = "full"
    """Every optional element and attribute once, by the longest branches."""


class Sample:
    """Plain values, nothing twice unless the contract demands it, and no signature: whoever sends it signs."""

    _DEEP: Final = 24
    """Levels below which only the necessary is added: contracts recurse."""

    def __init__(self, extent: Extent, seed: str = "sample") -> None:
        self.random = Random(seed)  # noqa: S311  # the same sample for the same contract, no secret
        self._extent = extent

    def begin(self) -> None:
        """Nothing is remembered."""

    def times(self, place: str, particle: Particle, depth: int, made: int) -> int:  # noqa: ARG002  # as Decisions has it
        """Return the least number, or one for an optional particle that the extent wants."""
        low, high = particle.min_occurs, particle.max_occurs
        wanted = low == 0 and high != 0 and depth < self._DEEP and self._wants(particle)
        return 1 if wanted else low

    def branch(self, place: str, parts: Sequence[tuple[int, Particle]]) -> tuple[int, Particle]:  # noqa: ARG002
        """Return the branch that shows as much as the extent wants."""
        if self._extent is Extent.USUAL:
            return parts[0]
        shortest = self._extent is Extent.MINIMAL
        return min(parts, key=lambda part: size(part[1]) if shortest else -size(part[1]))

    def has_attribute(self, place: str) -> bool:  # noqa: ARG002
        """Tell whether every attribute is shown."""
        return self._extent is Extent.FULL

    def text(self, place: str, simple: XsdSimpleType) -> str:  # noqa: ARG002
        """Return a text that is easy to read."""
        return texts.plain(simple, self.random)

    def option(self, place: str, options: Sequence[Option]) -> Option:  # noqa: ARG002
        """Return the first option."""
        return options[0]

    def _wants(self, particle: Particle) -> bool:
        if isinstance(particle, XsdAnyElement) or particle.name == walk.SIGNATURE:
            return False
        if self._extent is Extent.USUAL:
            return isinstance(particle, XsdElement) and particle.type.is_simple()
        return self._extent is Extent.FULL


def size(particle: Particle, depth: int = 6) -> int:
    """Return how many elements a particle brings at least once, to a depth: the measure of a branch."""
    if isinstance(particle, XsdAnyElement) or depth == 0:
        return 1
    if isinstance(particle, XsdGroup):
        sizes = [size(part, depth) for part in particle]
        return (min if particle.model == "choice" else sum)(sizes) if sizes else 0
    content = particle.type.content if isinstance(particle.type, XsdComplexType) else None
    return 1 + (size(content, depth - 1) if isinstance(content, XsdGroup) else 0)
