r"""Strings that match a pattern facet: a sampler for the regular expressions of XML Schema, appendix F.

It knows what the contracts use: literals, `.`, classes and their negations, `\d \D \s \S \w \W`, groups,
branches and quantifiers. An unknown construct raises: a sampler that guesses would prove nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

Sampler = Callable[[Random], str]

# One Arabic-Indic digit: `\d` means every decimal digit of Unicode, and both judges must agree on it.
_DIGITS = "0123456789" * 3 + "٣"
_LETTERS = "AZazЁяЖ"
_SPACES = " \t"
_MARKS = ".,-_!№"
_ALPHABET = _DIGITS + _LETTERS * 3 + _SPACES + _MARKS
_ESCAPES = {
    "d": _DIGITS,
    "D": _LETTERS + _SPACES + _MARKS,
    "s": _SPACES,
    "S": _DIGITS + _LETTERS + _MARKS,
    "w": _DIGITS + _LETTERS,
    "W": _SPACES + ".,!",
    "n": "\n",
    "r": "\r",
    "t": "\t",
}
_MANY = 4


def sampler(pattern: str, *, many: int = _MANY) -> Sampler:
    """Compile one pattern into a function that draws matching strings; raises ValueError for an unknown construct.

    `many`: how often `*` and `+` repeat at most; long runs are the business of the length facets.

    >>> sampler("A?[0-9]{3,4}")(Random(1)).lstrip("A").isdecimal()
    True
    """
    reader = _Reader(pattern, many)
    draw = reader.branches()
    if not reader.at_end():
        raise ValueError(f"the pattern {pattern!r} cannot be sampled beyond position {reader.position}")
    return draw


class _Reader:
    """Recursive descent over one pattern: branches, pieces, atoms."""

    def __init__(self, pattern: str, many: int) -> None:
        self.pattern = pattern
        self.many = many
        self.position = 0

    def at_end(self) -> bool:
        return self.position == len(self.pattern)

    def branches(self) -> Sampler:
        found = [self._branch()]
        while self._skip("|"):
            found.append(self._branch())
        return lambda random: random.choice(found)(random)

    def _branch(self) -> Sampler:
        pieces: list[Sampler] = []
        while not self.at_end() and self._peek() not in "|)":
            pieces.append(self._piece())
        return lambda random: "".join(piece(random) for piece in pieces)

    def _piece(self) -> Sampler:
        atom = self._atom()
        low, high = self._quantifier()
        return lambda random: "".join(atom(random) for _ in range(random.randint(low, high)))

    def _atom(self) -> Sampler:
        letter = self._take()
        if letter == "(":
            inner = self.branches()
            self._expect(")")
            return inner
        if letter in "?*+{":
            raise ValueError(f"nothing to repeat at position {self.position} of {self.pattern!r}")
        letters = self._class() if letter == "[" else self._letters(letter)
        return lambda random: random.choice(letters)

    def _letters(self, letter: str) -> str:
        if letter == ".":
            return _ALPHABET
        if letter == "\\":
            escaped = self._take()
            return _ESCAPES.get(escaped, escaped)
        return letter

    def _class(self) -> str:
        negated = self._skip("^")
        letters = ""
        while not self._skip("]"):
            found = self._letters(self._take())
            if self._peek() == "-" and self.pattern[self.position + 1] != "]":
                self._take()
                found = "".join(map(chr, range(ord(found), ord(self._take()) + 1)))
            letters += found
        return "".join(letter for letter in _ALPHABET if letter not in letters) if negated else letters

    def _quantifier(self) -> tuple[int, int]:
        if self._skip("?"):
            return 0, 1
        if self._skip("*"):
            return 0, self.many
        if self._skip("+"):
            return 1, self.many
        if not self._skip("{"):
            return 1, 1
        end = self.pattern.index("}", self.position)
        low, _, high = self.pattern[self.position : end].partition(",")
        exact = "," not in self.pattern[self.position : end]
        self.position = end + 1
        return int(low), int(low) if exact else int(high or int(low) + self.many)

    def _peek(self) -> str:
        return self.pattern[self.position]

    def _take(self) -> str:
        self.position += 1
        return self.pattern[self.position - 1]

    def _skip(self, letter: str) -> bool:
        found = not self.at_end() and self._peek() == letter
        self.position += found
        return found

    def _expect(self, letter: str) -> None:
        if not self._skip(letter):
            raise ValueError(f"{letter!r} expected at position {self.position} of {self.pattern!r}")
