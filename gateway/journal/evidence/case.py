"""One package: what the journal tells of it, and its documents as far as they are kept."""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway.journal.replay.live import Damaged, Live
from storage import directory, errors, journal, packages, search
from storage.subjects import Subject

KINDS: Final = (
    journal.Kind.PACKAGE_ACCEPTED,
    journal.Kind.PACKAGE_REFUSED,
    journal.Kind.RUN_FAILED,
    journal.Kind.RETRY_ORDERED,
    journal.Kind.RESULT_MADE,
    journal.Kind.PAYLOAD_ERASED,
)
"""What is told of a package: what became of it, and not who looked at it afterwards."""
_MOST: Final = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Absent:
    """A document that is not there, and why."""

    reason: str
    russian: str


_NOT_MADE: Final = Absent("there is none yet", "он ещё не готов")
_NOT_KEPT: Final = Absent("it was refused before it was read", "пакет отклонён раньше, чем прочитан")


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One package."""

    records: tuple[journal.Entry, ...]
    """In their order; the first one accepts or refuses it."""
    request: bytes | Absent = dataclasses.field(repr=False)
    """The HTTP body as it came."""
    answer: journal.Entry | None
    """The record of what getState answers; None where there is no answer yet, or never will be."""
    result: bytes | Absent = dataclasses.field(repr=False)
    """The signed getStateResult of that record."""

    @property
    def entry(self) -> journal.Entry:
        """The record that accepts or refuses it."""
        return self.records[0]

    @property
    def accepted(self) -> bool:
        """Whether it was accepted."""
        return self.entry.kind == journal.Kind.PACKAGE_ACCEPTED

    @property
    def absent(self) -> dict[str, str]:
        """Why the request is not there, or the result of an accepted package, by their roles."""
        found = {packages.REQUEST: self.request} | ({packages.RESULT: self.result} if self.accepted else {})
        return {role: each.reason for role, each in found.items() if isinstance(each, Absent)}


def indexes(connection: directory.Connection, entry: journal.Entry) -> list[int]:
    """Return where the records of a package are, in their order; `entry` accepts or refuses it."""
    if entry.message is None:
        return [entry.index]
    query = search.Query(((Subject.MESSAGE, entry.message),), KINDS)
    told = (journal.entry(connection, index) for index in search.find(connection, query, limit=_MOST))
    # A sender may have given its own message a GUID that is ours.
    return sorted({entry.index, *(each.index for each in told if each.message == entry.message)})


def collect(live: Live, where: list[int]) -> Case:
    """Return the package whose records are these; raises Damaged where one of them cannot be read."""
    records = tuple(live.entry(index) for index in where)
    answers = {each.kind: each for each in records if packages.RESULT in each.payloads}
    answer = answers.get(journal.Kind.RESULT_MADE) or answers.get(journal.Kind.RUN_FAILED)
    return Case(
        records=records,
        request=_document(live, records[0], packages.REQUEST),
        answer=answer,
        result=_document(live, answer, packages.RESULT) if answer else _NOT_MADE,
    )


def _document(live: Live, entry: journal.Entry, role: str) -> bytes | Absent:
    try:
        return live.payload(entry, role)
    except errors.NotReady:
        raise
    except LookupError:
        return _NOT_KEPT
    except (Damaged, errors.StorageError) as error:
        return Absent(str(error), f"«{error}»")
