"""What a search of the journal shows of each entry that it finds: facts, never the content of a message."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator

from storage import directory, erasure, journal, packages, search


@dataclasses.dataclass(frozen=True, slots=True)
class Found:
    """One entry."""

    index: int
    at: dt.datetime
    kind: str
    message_guid: str | None
    requester_guid: str | None
    """MessageGUID of the sender."""
    operation: str | None
    """Of a change of the directory: what was changed; of a contract: its pack."""
    organisation: str | None
    """orgPPAGUID."""
    code: str | None
    outcome: str | None
    """Of a result; of a new epoch: why it began."""
    certificate_sha256: str | None
    erased_index: int | None
    """Of the entry that tells that its documents were destroyed by order."""


def found(connection: directory.Connection, query: search.Query, *, before: int | None, limit: int) -> Iterator[Found]:
    """Yield what a query finds, the newest entry first; raises ValueError, with the index, for a damaged entry."""
    while limit > 0:
        indexes = search.find(connection, query, before=before, limit=min(limit, _PAGE))
        entries = [_entry(connection, index) for index in indexes]
        known = packages.find_all(connection, [entry.message for entry in entries if entry.message])
        erased = erasure.orders(connection, indexes)
        for entry in entries:
            yield _found(entry, known.get(entry.message or ""), erased.get(entry.index))
        if len(indexes) < min(limit, _PAGE):
            return
        limit -= len(indexes)
        before = indexes[-1]


_PAGE = 500


def _entry(connection: directory.Connection, index: int) -> journal.Entry:
    try:
        return journal.entry(connection, index)
    except ValueError as error:
        raise ValueError(f"entry {index} is damaged: {error}") from error


def _found(entry: journal.Entry, package: packages.Package | None, erased: int | None) -> Found:
    facts = entry.facts
    return Found(
        entry.index,
        entry.at,
        entry.kind,
        entry.message,
        package.requester_guid if package else _text(facts.get("requester_guid")),
        package.operation if package else _text(facts.get("operation") or facts.get("change") or facts.get("pack")),
        (package.organisation if package else _text(facts.get("organisation"))) or None,
        _text(facts.get("code")),
        _text(facts.get("outcome") or facts.get("reason")),
        _text(facts.get("certificate_sha256")),
        erased,
    )


def _text(value: journal.Fact) -> str | None:
    return None if value is None else str(value)
