"""Which elements an element may hold: occurrences by name, and the content model as a language of names.

Two content models are the same when they allow the same sequences of names, however they are written. The language is
a finite automaton over positions (the construction of Glushkov); counters above one are left to the occurrences, so
that it stays as small as the schema.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Iterator, Mapping
from typing import Final, TypeAlias

from xmlschema.validators import XsdAnyElement, XsdElement, XsdGroup

Leaf: TypeAlias = XsdElement | XsdAnyElement
Occurs: TypeAlias = tuple[int, float]
"""Least and most; math.inf where there is no most."""

ONCE: Final[Occurs] = (1, 1)
_AS_DECLARED: Final[Mapping[int, Occurs]] = {}


@dataclasses.dataclass(frozen=True, slots=True)
class Child:
    """One mention of a child in a content model."""

    leaf: Leaf
    occurs: Occurs
    """Least inside the alternative that it stands in; most in the parent as a whole."""
    branches: tuple[frozenset[str], ...]
    """Names in each branch of a choice that it stands in, outermost first; empty where it is in none."""


def name(leaf: Leaf) -> str:
    """Return the Clark name of a child; a wildcard is named by what it admits."""
    if isinstance(leaf, XsdElement):
        return leaf.name
    return f"any element of {' '.join(sorted(leaf.namespace)) or '##any'}"


def children(group: XsdGroup) -> dict[str, list[Child]]:
    """Return every mention of each child, by name, in the order of the schema."""
    found: dict[str, list[Child]] = {}
    for child in _children(group, ONCE, ()):
        found.setdefault(name(child.leaf), []).append(child)
    return found


def words(group: XsdGroup, known: Collection[str] | None = None) -> str:
    """Return a content model in the notation of a DTD: `(A, B?, (C | D*))`; `known` leaves out all other names."""
    text = _words(group, known) or ""
    return text if text.startswith("(") or not text else f"({text})"


class Language:
    """The sequences of names that a content model allows."""

    def __init__(
        self,
        group: XsdGroup,
        known: Collection[str],
        often: Mapping[int, Occurs] = _AS_DECLARED,
        *,
        counted: bool = True,
    ) -> None:
        """Take only the names in `known`.

        `often` says how often some mentions (by id of the leaf) count as occurring, whatever they declare; not
        `counted` makes every particle occur exactly once, which leaves order and alternatives.
        """
        self._known = known
        self._often = often
        self._counted = counted
        self._names: list[str] = [""]
        self._follow: list[set[int]] = [set()]
        fragment = self._compile(group) or _EMPTY
        self._follow[0] = set(fragment.first)
        self._accepting = fragment.last | ({0} if fragment.nullable else frozenset())

    def includes(self, other: Language) -> bool:
        """Tell whether every sequence of the other language belongs to this one."""
        start = (frozenset({0}), frozenset({0}))
        seen, waiting = {start}, [start]
        while waiting:
            theirs, ours = waiting.pop()
            if theirs & other._accepting and not ours & self._accepting:
                return False
            for each in {other._names[position] for state in theirs for position in other._follow[state]}:
                pair = (other._step(theirs, each), self._step(ours, each))
                if pair not in seen:
                    seen.add(pair)
                    waiting.append(pair)
        return True

    def _step(self, states: frozenset[int], label: str) -> frozenset[int]:
        return frozenset(
            position for state in states for position in self._follow[state] if self._names[position] == label
        )

    def _compile(self, particle: XsdGroup | Leaf) -> _Fragment | None:
        # None: nothing of it is known, so the particle is not there.
        first = self._once(particle)
        if first is None:
            return None
        low, high = self._occurs(particle)
        if high == 0:
            return _EMPTY
        return self._repeated(first, self._once(particle) if low > 1 else None, low, high)

    def _once(self, particle: XsdGroup | Leaf) -> _Fragment | None:
        return self._group(particle) if isinstance(particle, XsdGroup) else self._leaf(name(particle))

    def _repeated(self, first: _Fragment, again: _Fragment | None, low: int, high: float) -> _Fragment:
        whole = self._joined(first, again) if again else first
        if high > (2 if again else 1):
            tail = again or first
            for position in tail.last:
                self._follow[position] |= tail.first
        return dataclasses.replace(whole, nullable=True) if low == 0 else whole

    def _occurs(self, particle: XsdGroup | Leaf) -> Occurs:
        return self._often.get(id(particle), _own(particle)) if self._counted else ONCE

    def _leaf(self, label: str) -> _Fragment | None:
        if label not in self._known:
            return None
        self._names.append(label)
        self._follow.append(set())
        here = frozenset({len(self._names) - 1})
        return _Fragment(nullable=False, first=here, last=here)

    def _group(self, group: XsdGroup) -> _Fragment | None:
        parts = [part for each in group if (part := self._compile(each)) is not None]
        if not parts:
            return None if len(group) else _EMPTY
        if group.model == "sequence":
            whole = parts[0]
            for part in parts[1:]:
                whole = self._joined(whole, part)
            return whole
        either = _Fragment(
            nullable=any(part.nullable for part in parts),
            first=frozenset().union(*(part.first for part in parts)),
            last=frozenset().union(*(part.last for part in parts)),
        )
        if group.model == "all":
            # Any order: how often each may come is left to the occurrences.
            for position in either.last:
                self._follow[position] |= either.first
            return dataclasses.replace(either, nullable=all(part.nullable for part in parts))
        return either

    def _joined(self, left: _Fragment, right: _Fragment) -> _Fragment:
        for position in left.last:
            self._follow[position] |= right.first
        return _Fragment(
            nullable=left.nullable and right.nullable,
            first=left.first | right.first if left.nullable else left.first,
            last=left.last | right.last if right.nullable else right.last,
        )


@dataclasses.dataclass(frozen=True, slots=True)
class _Fragment:
    nullable: bool
    first: frozenset[int]
    last: frozenset[int]


_EMPTY: Final = _Fragment(nullable=True, first=frozenset(), last=frozenset())


def _own(particle: XsdGroup | Leaf) -> Occurs:
    return particle.min_occurs, math.inf if particle.max_occurs is None else particle.max_occurs


def _times(left: float, right: float) -> float:
    return 0 if 0 in (left, right) else left * right


def _children(group: XsdGroup, above: Occurs, branches: tuple[frozenset[str], ...]) -> Iterator[Child]:
    low, high = _own(group)
    inside = (above[0] * low, _times(above[1], high))
    for part in group:
        # An alternative is taken or not: what is required inside of it is required only then.
        choice = group.model == "choice"
        around = (1, inside[1]) if choice else inside
        within = (*branches, frozenset(_names(part))) if choice else branches
        if isinstance(part, XsdGroup):
            yield from _children(part, around, within)
        elif isinstance(part, (XsdElement, XsdAnyElement)):
            own = _own(part)
            if own[1]:
                yield Child(part, (around[0] * own[0], _times(around[1], own[1])), within)


def _names(particle: object) -> Iterator[str]:
    if isinstance(particle, XsdGroup):
        for part in particle:
            yield from _names(part)
    elif isinstance(particle, (XsdElement, XsdAnyElement)):
        yield name(particle)


def _words(particle: object, known: Collection[str] | None) -> str | None:
    if isinstance(particle, XsdGroup):
        parts = [text for each in particle if (text := _words(each, known))]
        if not parts:
            return None
        joined = (" | " if particle.model == "choice" else ", ").join(parts)
        mark = _mark(*_own(particle))
        return f"({joined}){mark}" if len(parts) > 1 else f"{joined}{mark}"
    assert isinstance(particle, (XsdElement, XsdAnyElement))  # noqa: S101  (XSD knows no other particles)
    label = name(particle)
    if known is not None and label not in known:
        return None
    return f"{label.rpartition('}')[2]}{_mark(*_own(particle))}"


def _mark(low: int, high: float) -> str:
    if (low, high) == ONCE:
        return ""
    if high == math.inf:
        return {0: "*", 1: "+"}.get(low, f"{{{low},}}")
    return "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"
