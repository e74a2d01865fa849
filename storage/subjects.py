"""What an entry of the journal is about, for searching: rows (kind, value, index), made with the entry.

They repeat the journal and what a run has read and changed; they are no part of the chain, and can be lost without harm
to it.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

import sqlalchemy as sa

from storage import tables

if TYPE_CHECKING:
    from storage import journal


class Subject(enum.StrEnum):
    """By what entries are found."""

    ORGANISATION = "organisation"
    """orgPPAGUID, lower case."""
    OPERATION = "operation"
    CODE = "code"
    """Of a refusal, of a result, or of an object in it."""
    MESSAGE = "message"
    """MessageGUID, lower case: the sender's or the one that the gateway has given."""
    CERTIFICATE = "certificate"
    """SHA-256 of it, or its serial number; both hexadecimal, lower case."""
    HOUSE = "house"
    """FIASHouseGuid, lower case."""
    ACCOUNT = "account"
    """AccountGUID, lower case, or ЕЛС."""


Pair: TypeAlias = tuple[Subject, str]

_FACTS: Final = {
    "organisation": Subject.ORGANISATION,
    "operation": Subject.OPERATION,
    "code": Subject.CODE,
    "requester_guid": Subject.MESSAGE,
    "certificate_sha256": Subject.CERTIFICATE,
    "certificate_serial": Subject.CERTIFICATE,
    "house": Subject.HOUSE,
}
_AS_WRITTEN: Final = frozenset({Subject.OPERATION, Subject.CODE})


def normal(kind: Subject, value: str) -> str:
    """Return a value in the form in which it is stored and compared."""
    stripped = value.strip()
    if kind in _AS_WRITTEN:
        return stripped
    # An ЕЛС has capital letters; GUIDs and fingerprints come in either case.
    return stripped.upper() if any(char > "\x7f" for char in stripped) else stripped.lower().replace(":", "")


def add(connection: sa.Connection, entries: Iterable[journal.Entry]) -> None:
    """Store what entries say themselves."""
    add_pairs(connection, ((entry.index, pair) for entry in entries for pair in said(entry)))


def add_pairs(connection: sa.Connection, pairs: Iterable[tuple[int, Pair]]) -> None:
    """Store what entries, by index, are about besides; each pair once for an entry, and none that `add` has stored."""
    rows = [{"kind": kind.value, "value": value, "entry_index": index} for index, (kind, value) in pairs]
    if rows:
        connection.execute(_ADD, rows)


def said(entry: journal.Entry) -> Iterator[Pair]:
    """Yield what an entry says of itself, each pair once."""
    found = [(kind, str(entry.facts[name])) for name, kind in _FACTS.items() if entry.facts.get(name)]
    if entry.message is not None:
        found.append((Subject.MESSAGE, entry.message))
    yield from dict.fromkeys((kind, normal(kind, value)) for kind, value in found)


_ADD: Final = sa.insert(tables.journal_subject)
