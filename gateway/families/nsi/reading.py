"""Dictionaries as files: what a CSV or a message of ГИС ЖКХ says of them, checked, and nothing stored.

A file is read whole or refused whole, with the line. One file may hold several dictionaries, and the pages of one may
come in several files: `Collected` puts them together and says what is missing.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Final

from gateway.families import api
from gateway.families.nsi import builtin, kinds
from gateway.families.nsi.errors import BadDictionary

CODE: Final = re.compile(r"A?\d+((\.A?|A)\d+)*\.?")
"""Codes of the contract (nsiCodeType)."""
GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_NOT_XML: Final = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_CODE_LENGTH: Final = 20
_NUMBER_DIGITS: Final = 10
_NAME_LENGTH: Final = 2500
_LEVELS: Final = 20
"""More than any dictionary has; a reader of a deeper answer would give up."""


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """One entry of a file, and where it stands."""

    line: int
    item: api.Item
    """Its GUID is empty where the file has none."""


@dataclasses.dataclass(slots=True)
class Collected:
    """One dictionary as the files that were read so far have it."""

    number: int
    name: str = ""
    """Empty where no file says it: messages of ГИС ЖКХ do not."""
    rows: dict[str, Row] = dataclasses.field(default_factory=dict)
    """By code without its last dot."""
    pages: set[int] = dataclasses.field(default_factory=set)
    total_pages: int = 0

    def add(self, place: str, row: Row) -> None:
        """Take an entry in; raises BadDictionary where it has another one's code or GUID, or is not of the contract."""
        code = builtin.normal(row.item.code)
        if not CODE.fullmatch(row.item.code) or len(row.item.code) > _CODE_LENGTH:
            raise BadDictionary(place, row.line, f"«{row.item.code}» is not a code of the contract")
        if row.item.guid and not GUID.fullmatch(row.item.guid):
            raise BadDictionary(place, row.line, f"«{row.item.guid}» is not a GUID")
        check_text(place, row.line, row.item.name)
        if code in self.rows:
            raise BadDictionary(place, row.line, f"code {code} is in dictionary {self.number} twice")
        self.rows[code] = row

    def check(self, place: str) -> None:
        """Raise BadDictionary unless the whole is a dictionary: every parent and every page is there, no GUID twice."""
        missing = sorted(set(range(1, self.total_pages + 1)) - self.pages)
        if missing:
            raise BadDictionary(place, None, f"page {missing[0]} of {self.total_pages} is missing: give all of them")
        seen: set[str] = set()
        for row in self.rows.values():
            if row.item.guid in seen:
                raise BadDictionary(place, row.line, f"GUID {row.item.guid} is there twice")
            seen |= {row.item.guid} - {""}
            self._check_parents(place, row)

    def _check_parents(self, place: str, row: Row) -> None:
        above, levels = row.item.parent, 0
        while above is not None:
            parent = self.rows.get(builtin.normal(above))
            if parent is None:
                raise BadDictionary(place, row.line, f"parent {above} is not in dictionary {self.number}")
            above, levels = parent.item.parent, levels + 1
            if levels > _LEVELS:
                raise BadDictionary(place, row.line, f"stands under itself, or deeper than {_LEVELS} levels")


def number_of(place: str, line: int, text: str) -> int:
    """Return a registry number; raises BadDictionary for what is none, or is kept by the organisations themselves."""
    if not (text.isascii() and text.isdigit() and int(text) and len(text) <= _NUMBER_DIGITS):
        raise BadDictionary(place, line, f"«{text}» is not a registry number")
    if int(text) in kinds.ALL:
        raise BadDictionary(place, line, f"dictionary {text} is kept by each organisation itself: it is not loaded")
    return int(text)


def check_text(place: str, line: int, text: str) -> None:
    """Raise BadDictionary for text that could not stand in a message."""
    found = _NOT_XML.search(text)
    if found:
        raise BadDictionary(place, line, f"has the character U+{ord(found[0]):04X}, which XML cannot hold")


def name_of(place: str, line: int, text: str) -> str:
    """Return the name of a dictionary; raises BadDictionary where it is too long for the contract."""
    check_text(place, line, text)
    if len(text) > _NAME_LENGTH:
        raise BadDictionary(place, line, f"the name of the dictionary has more than {_NAME_LENGTH} characters")
    return text


def checked(place: str, found: Mapping[int, Collected]) -> tuple[Collected, ...]:
    """Return the dictionaries, each checked as a whole; raises BadDictionary, also where there is none."""
    if not found:
        raise BadDictionary(place, None, "holds no dictionary")
    for each in found.values():
        each.check(place)
    return tuple(found.values())


def order(code: str) -> tuple[tuple[int, str], ...]:
    """Return the key by which codes are sorted."""
    parts = builtin.normal(code).replace("A", ".A").strip(".").split(".")
    return tuple((int(part.lstrip("A")), part) for part in parts)
