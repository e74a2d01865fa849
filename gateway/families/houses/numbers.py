"""Unique registry numbers: `PHc00004` is premises number 200 004 of this installation.

Two letters say what it is, then a counter follows that never repeats: letters that count the hundred thousands
(a, b, …, z, aa, …) and five digits. ГИС ЖКХ leaves the form open (xs:string).
"""

from __future__ import annotations

from typing import Final

from storage import registry

_PREFIXES: Final = {"house": "HH", "premises": "PH", "room": "RH", "block": "BH"}
_DIGITS: Final = 5
_LETTERS: Final = 26


def next_number(series: str, things: registry.Registry) -> str:
    """Return a unique number that the registry has never given out; `series` is one of house, premises, room, block."""
    return number(series, things.next_number(f"{series}-number"))


def number(series: str, count: int) -> str:
    """Return the `count`-th number of a series, from 1."""
    thousands, rest = divmod(count, 10**_DIGITS)
    letters = ""
    thousands += 1
    while thousands:
        thousands, letter = divmod(thousands - 1, _LETTERS)
        letters = chr(ord("a") + letter) + letters
    return f"{_PREFIXES[series]}{letters}{rest:0{_DIGITS}}"
