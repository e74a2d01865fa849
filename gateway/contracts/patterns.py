r"""Which `pattern` facets libxml2 may judge slower than linearly: a reader of XSD regular expressions and three rules.

libxml2 backtracks, and nothing can interrupt it: `(.*)x+(.*)` costs seconds on a few kilobytes. The rules err on the
side of suspicion. Character classes are compared over a sample of the alphabet that holds every symbol which the
pattern names, its neighbours, and one of each common kind (XSD 1.0 part 2, appendix F).
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from typing import Final, TypeAlias

MAX_LENGTH: Final = 1_000
"""Longest pattern that is read at all; the longest official one has 90 characters."""
WIDE: Final = 64
"""Repetitions of at least so many turns count as unlimited."""
MAX_STATES: Final = 10_000
"""Most turns that nested limits may multiply to: libxml2 builds its automaton before it judges."""

_KINDS = "0aZяЯё_ \t\n\r.-,:%€中"
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_MAX_DEPTH = 20


class Unreadable(ValueError):
    """The text is no regular expression that this reader knows."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Item:
    """One piece: symbols or a group, so many times."""

    symbols: frozenset[str]
    """Every sample symbol that can occur in it."""
    branches: tuple[tuple[_Item, ...], ...]
    """The alternatives of a group; none for a single symbol."""
    low: int = 1
    high: int | None = 1

    @property
    def wide(self) -> bool:
        """Whether it, or something in it, repeats without a narrow limit."""
        return self.high is None or self.high >= WIDE or any(item.wide for item in itertools.chain(*self.branches))

    @property
    def varies(self) -> bool:
        """Whether the same text may be read in it in more than one way or length."""
        simple = all(len(branch) == 1 and not branch[0].branches for branch in self.branches)
        symbols = [branch[0].symbols for branch in self.branches] if simple else []
        disjoint = sum(map(len, symbols)) == len(frozenset().union(*symbols)) if simple else False
        return self.low != self.high or (
            any(item.varies for branch in self.branches for item in branch) or (len(self.branches) > 1 and not disjoint)
        )


_Branch: TypeAlias = tuple[_Item, ...]


def danger(pattern: str) -> str | None:
    """Return why a pattern may take more than linear time or memory, None where it may not."""
    if len(pattern) > MAX_LENGTH:
        return f"is longer than {MAX_LENGTH} characters"
    try:
        branches = _Reader(pattern).read()
    except Unreadable as error:
        return f"cannot be read: {error}"
    return next(filter(None, map(_fault, branches)), None)


def _fault(branch: _Branch) -> str | None:
    for item in branch:
        if item.branches and item.high != 1 and _tangled(item):
            return "repeats a group that itself varies"
        if _states(item) > MAX_STATES:
            return f"unfolds to more than {MAX_STATES} states"
        inner = next(filter(None, map(_fault, item.branches)), None)
        if inner:
            return inner
    return "has several unlimited repetitions of the same symbols" if _ambiguous(branch) else None


def _tangled(group: _Item) -> bool:
    if len(group.branches) > 1:
        return dataclasses.replace(group, low=1, high=1).varies
    body = group.branches[0]
    if not any(item.varies for item in body):
        return False
    # A symbol at the edge that occurs nowhere else in the group says where each turn ends.
    for edge, rest in ((body[0], body[1:]), (body[-1], body[:-1])):
        others = frozenset[str]().union(*(item.symbols for item in rest))
        if not edge.branches and edge.low == edge.high == 1 and not edge.symbols & others:
            return False
    return True


def _ambiguous(branch: _Branch) -> bool:
    flat = list(_flatten(branch, ()))
    wide = [index for index, (item, _) in enumerate(flat) if item.wide]
    for first, second in itertools.combinations(wide, 2):
        left, right = flat[first], flat[second]
        between = flat[first + 1 : second]
        if left[0].symbols & right[0].symbols and not any(_separates(item, left, right) for item in between):
            return True
    return False


_Flat: TypeAlias = tuple[_Item, tuple[int, ...]]


def _flatten(branch: _Branch, groups: tuple[int, ...]) -> Iterator[_Flat]:
    for item in branch:
        if len(item.branches) == 1 and item.high == 1:
            # What stands in an optional group separates only from what stands in that group too.
            yield from _flatten(item.branches[0], (*groups, id(item)) if item.low == 0 else groups)
        else:
            yield item, groups


def _separates(item: _Flat, left: _Flat, right: _Flat) -> bool:
    certain = all(group in left[1] or group in right[1] for group in item[1])
    return certain and item[0].low > 0 and not item[0].symbols & left[0].symbols


def _states(item: _Item) -> int:
    inner = sum(_states(each) for branch in item.branches for each in branch) or 1
    return inner * max(item.high or item.low, 1)


class _Reader:
    """Recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._text = pattern
        self._at = 0
        self._depth = 0
        near = {chr(code) for char in pattern for code in range(max(ord(char) - 1, 9), ord(char) + 2)}
        self._all = frozenset(near | set(_KINDS))

    def read(self) -> tuple[_Branch, ...]:
        branches = self._branches()
        if self._at != len(self._text):
            raise Unreadable("an unexpected parenthesis")
        return branches

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        char = self._peek()
        if not char:
            raise Unreadable("an unexpected end")
        self._at += 1
        return char

    def _branches(self) -> tuple[_Branch, ...]:
        branches: list[_Branch] = []
        while True:
            items: list[_Item] = []
            while self._peek() not in ("", "|", ")"):
                items.append(self._quantified(self._atom()))
            branches.append(tuple(items))
            if self._peek() != "|":
                return tuple(branches)
            self._next()

    def _atom(self) -> _Item:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return _Item(self._class(), ())
        if char == ".":
            return _Item(self._all - {"\n", "\r"}, ())
        if char in "*+?{}":
            raise Unreadable(f"an unexpected {char}")
        return _Item(self._escape() if char == "\\" else frozenset(char), ())

    def _group(self) -> _Item:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise Unreadable("too many groups inside each other")
        branches = self._branches()
        if self._next() != ")":
            raise Unreadable("a group without an end")
        self._depth -= 1
        symbols = frozenset[str]().union(*(item.symbols for branch in branches for item in branch))
        return _Item(symbols, branches)

    def _quantified(self, item: _Item) -> _Item:
        char = self._peek()
        if char and char in "*+?":
            self._next()
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[char]
            return dataclasses.replace(item, low=low, high=high)
        if char != "{":
            return item
        limits, closing, _ = self._text[self._at + 1 :].partition("}")
        first, comma, last = limits.partition(",")
        if not closing or not first.isdecimal() or (last and not last.isdecimal()):
            raise Unreadable("a quantity that is no number")
        self._at += len(limits) + 2
        high = int(first) if not comma else int(last) if last else None
        return dataclasses.replace(item, low=int(first), high=high)

    def _escape(self) -> frozenset[str]:
        kind = self._next()
        tests = {"d": str.isdecimal, "s": " \t\n\r".__contains__}
        if kind.lower() in tests:
            chosen = frozenset(char for char in self._all if tests[kind.lower()](char))
            return chosen if kind.islower() else self._all - chosen
        if kind in "pPiIcCwW":
            # Kinds of letters are not told apart: they may overlap with anything.
            if kind in "pP":
                self._at = self._text.find("}", self._at) + 1 or len(self._text)
            return self._all
        return frozenset(_ESCAPES.get(kind, kind))

    def _class(self) -> frozenset[str]:
        negative = self._peek() == "^"
        self._at += negative
        chosen: set[str] = set()
        while (char := self._next()) != "]":
            if char == "[":
                raise Unreadable("a subtracted class")
            single = self._escape() if char == "\\" else frozenset(char)
            if (
                self._peek() == "-"
                and self._text[self._at + 1 : self._at + 2] not in ("]", "[", "")
                and len(single) == 1
            ):
                self._next()
                end = self._next()
                last = max(self._escape()) if end == "\\" else end
                chosen.update(symbol for symbol in self._all if max(single) <= symbol <= last)
            else:
                chosen.update(single)
        return self._all - chosen if negative else frozenset(chosen)
