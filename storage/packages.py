"""Packages and their results, as the journal tells of them: every row here is made from a journal entry.

The one thing that intake adds is the question of duplicates: one sender, one MessageGUID, one package (P3, P4).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from storage import errors, journal, subjects, tables

REQUEST: Final = "request"
RESULT: Final = "result"


class State(enum.IntEnum):
    """RequestState of the wire. A package only ever moves forward."""

    RECEIVED = 1
    IN_WORK = 2
    DONE = 3


@dataclasses.dataclass(frozen=True, slots=True)
class Accepted:
    """A package that passed every check of intake and shall be acknowledged once it is stored."""

    message_guid: str
    """MessageGUID that the gateway gives it, lower case."""
    sender: str
    """Who must not use a MessageGUID twice: the orgPPAGUID, or the information system where there is none."""
    requester_guid: str
    """MessageGUID of the sender, byte for byte."""
    organisation: str
    system: str
    path: str
    """Path of the service's address, to which getState must come."""
    service: str
    operation: str
    pack: str
    """Contract pack that judged it."""
    version: str
    """base:version that the request declares."""
    received_at: dt.datetime
    request: bytes = dataclasses.field(repr=False)
    """The HTTP body as it came."""
    facts: journal.Facts = dataclasses.field(default_factory=dict)
    """What else the journal shall know: verdict of the signature, digests, headers; no name of the fields above."""
    event: journal.Event = dataclasses.field(init=False, repr=False)
    """The journal entry to be, made at once so that its digest and compression cost nobody else any time."""

    def __post_init__(self) -> None:
        known = {name: getattr(self, name) for name in _FACTS}
        if twice := known.keys() & self.facts.keys():
            raise ValueError(f"facts given twice: {', '.join(sorted(twice))}")
        event = journal.Event(
            journal.Kind.PACKAGE_ACCEPTED,
            self.received_at,
            self.message_guid,
            {**known, **self.facts},
            (journal.Payload(REQUEST, self.request),),
        )
        object.__setattr__(self, "event", event)

    @property
    def digest(self) -> str:
        """SHA-256 of the request in hex: what decides between the same package and another one."""
        return self.event.payloads[0].sha256


@dataclasses.dataclass(frozen=True, slots=True)
class Refused:
    """A package that failed a check, for the journal (P6)."""

    code: str
    """Wire code of the first check that failed."""
    where: str
    """The place that the sender was told."""
    received_at: dt.datetime
    facts: journal.Facts = dataclasses.field(default_factory=dict)
    """What is known of it: sender, requester_guid, path, operation, digest, …"""
    request: bytes | None = dataclasses.field(default=None, repr=False)
    """The HTTP body, where it shall be kept."""
    event: journal.Event = dataclasses.field(init=False, repr=False)

    def __post_init__(self) -> None:
        payloads = () if self.request is None else (journal.Payload(REQUEST, self.request),)
        facts = {**self.facts, "code": self.code, "place": self.where}
        event = journal.Event(journal.Kind.PACKAGE_REFUSED, self.received_at, None, facts, payloads)
        object.__setattr__(self, "event", event)


@dataclasses.dataclass(frozen=True, slots=True)
class Fetched:
    """A result that is about to be handed out."""

    message_guid: str
    """MessageGUID that the gateway gave the package."""
    system: str
    """Login of the information system that asked."""
    at: dt.datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """The package that came first under a sender's MessageGUID."""

    message_guid: str
    digest: str


@dataclasses.dataclass(frozen=True, slots=True)
class Package:
    """An accepted package."""

    message_guid: str
    entry_index: int
    """Index of its `package-accepted` entry in the journal."""
    received_at: dt.datetime
    sender: str
    requester_guid: str
    requester_key: str
    digest: str
    organisation: str
    system: str
    path: str
    service: str
    operation: str
    pack: str
    version: str
    result_index: int | None
    """Index of its `result-made` entry, once it has one."""
    finished_at: dt.datetime | None
    failed_index: int | None
    """Index of its latest `run-failed` entry; the answer there counts until the result is made."""
    parked_index: int | None
    """The same while a repeated run has not been ordered: nobody works on the package meanwhile."""
    fetched_index: int | None
    """Index of its `result-fetched` entry, once the result was handed out."""

    @property
    def answer_index(self) -> int | None:
        """Index of the entry whose payload answers getState."""
        return self.failed_index if self.result_index is None else self.result_index

    @property
    def is_unfetched(self) -> bool:
        """Whether it has a result that nobody has fetched yet."""
        return self.result_index is not None and self.fetched_index is None


def key(requester_guid: str) -> str:
    """Return the form in which two spellings of a sender's MessageGUID are compared."""
    return requester_guid.strip().lower()


def find_duplicate(connection: sa.Connection, sender: str, requester_key: str) -> Known | None:
    """Return the package that `sender` has already sent under this key, or None."""
    return find_duplicates(connection, [requester_key]).get((sender, requester_key))


def find_duplicates(connection: sa.Connection, requester_keys: Sequence[str]) -> dict[tuple[str, str], Known]:
    """Return every known package under these keys, by (sender, key): one statement for a whole batch."""
    return {
        (row.sender, row.requester_key): Known(row.message_guid, row.digest)
        for row in connection.execute(_DUPLICATES, {"keys": requester_keys})
    }


def get(connection: sa.Connection, message_guid: str) -> Package | None:
    """Return the package to which the gateway gave this MessageGUID (lower case), or None."""
    row = connection.execute(_GET, {"guid": message_guid}).first()
    return None if row is None else from_row(row)


def about(package: Package) -> Iterator[subjects.Pair]:
    """Yield whose package it is and what it asks for: its later entries do not say so themselves."""
    yield subjects.Subject.OPERATION, package.operation
    if package.organisation:
        yield subjects.Subject.ORGANISATION, package.organisation


def named(connection: sa.Connection, guid: str) -> list[Package]:
    """Return the packages under a MessageGUID, lower case: the gateway's own, or else senders', who may share one."""
    found = get(connection, guid)
    if found is not None:
        return [found]
    return [from_row(row) for row in connection.execute(_NAMED, {"key": guid})]


def find_all(connection: sa.Connection, message_guids: Iterable[str]) -> dict[str, Package]:
    """Return those of many packages that there are, by the MessageGUID that the gateway gave: few statements."""
    wanted = list(dict.fromkeys(message_guids))
    found: dict[str, Package] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = {"guids": wanted[start : start + _CHUNK]}
        found |= {row.message_guid: from_row(row) for row in connection.execute(_GET_ALL, chunk)}
    return found


def state(connection: sa.Connection, message_guid: str) -> State:
    """Return how far the package is; raises NotFound for an unknown one."""
    row = connection.execute(_STATE, {"guid": message_guid}).first()
    if row is None:
        raise errors.NotFound(f"package {message_guid}")
    if row.result_index is not None or row.failed_index is not None:
        return State.DONE
    return State.RECEIVED if row.worker is None else State.IN_WORK


def request(connection: sa.Connection, message_guid: str) -> bytes:
    """Return the HTTP body of a package as it came; raises NotFound for an unknown one."""
    found = get(connection, message_guid)
    if found is None:
        raise errors.NotFound(f"package {message_guid}")
    return journal.payload(connection, found.entry_index, REQUEST)


def answer(connection: sa.Connection, message_guid: str) -> bytes | None:
    """Return what getState answers byte for byte: the result, until then that of a run that has failed, or None.

    Raises NotFound for an unknown package.
    """
    found = get(connection, message_guid)
    if found is None:
        raise errors.NotFound(f"package {message_guid}")
    return None if found.answer_index is None else journal.payload(connection, found.answer_index, RESULT)


def finished_among(connection: sa.Connection, sender: str, path: str, message_guids: Sequence[str]) -> list[str]:
    """Return those of `message_guids` that `sender` has sent to `path` and that have an answer, in the order asked."""
    finished: set[str] = set()
    for start in range(0, len(message_guids), _CHUNK):
        chunk = message_guids[start : start + _CHUNK]
        finished.update(connection.execute(_FINISHED, {"sender": sender, "path": path, "guids": chunk}).scalars())
    return [guid for guid in message_guids if guid in finished]


def waiting(connection: sa.Connection) -> int:
    """Return the number of packages that a worker still has to run; those whose run has failed are not among them."""
    return connection.execute(_WAITING).scalar_one()


def oldest_waiting(connection: sa.Connection) -> dt.datetime | None:
    """Return when the oldest package that a worker still has to run was received, None if none waits."""
    return connection.execute(_OLDEST).scalar()


def parked(connection: sa.Connection) -> int:
    """Return the number of packages whose run has failed and that nobody has ordered to be run again."""
    return connection.execute(_PARKED_COUNT).scalar_one()


def project(connection: sa.Connection, entries: Iterable[journal.Entry]) -> None:
    """Bring the packages up to date with new journal entries, given in their order.

    Raises AlreadyFinished for the result, or a failed run, of a package that has a result or is unknown, and for a
    second first fetch.
    """
    entries = list(entries)
    accepted = [_row(entry) for entry in entries if entry.kind == journal.Kind.PACKAGE_ACCEPTED]
    if accepted:
        connection.execute(_ADD, accepted)
    for entry in entries:
        change = _CHANGES.get(entry.kind)
        if change is not None:
            values = {"guid": entry.message, "index": entry.index, "at": entry.at}
            if connection.execute(change, values).rowcount != 1:
                raise errors.AlreadyFinished(entry.message)


def rebuild(connection: sa.Connection) -> None:
    """Forget every package and read them again from the journal; claims are forgotten too."""
    connection.execute(sa.delete(tables.claim))
    connection.execute(sa.delete(_PACKAGE))
    batch: list[journal.Entry] = []
    for entry in journal.entries(connection):
        batch.append(entry)
        if len(batch) == _CHUNK:
            project(connection, batch)
            batch.clear()
    project(connection, batch)


def from_row(row: tables.Row) -> Package:
    """Return the package in a row that begins with the columns of the table `package`."""
    return Package(*row[: len(_COLUMNS)])


_CHUNK: Final = 500
_FACTS: Final = (
    "sender", "requester_guid", "organisation", "system", "path", "service", "operation", "pack", "version",
)  # fmt: skip
_PACKAGE: Final = tables.package
_COLUMNS: Final = [_PACKAGE.c[field.name] for field in dataclasses.fields(Package)]
SELECT: Final = sa.select(*_COLUMNS)
"""What `from_row` reads."""

_GUID: Final = _PACKAGE.c.message_guid == sa.bindparam("guid")
_GET: Final = SELECT.where(_GUID)
_NAMED: Final = SELECT.where(_PACKAGE.c.requester_key == sa.bindparam("key")).order_by(_PACKAGE.c.message_guid)
_GET_ALL: Final = SELECT.where(_PACKAGE.c.message_guid.in_(sa.bindparam("guids", expanding=True)))
_STATE: Final = (
    sa.select(_PACKAGE.c.result_index, _PACKAGE.c.failed_index, tables.claim.c.worker)
    .select_from(_PACKAGE.outerjoin(tables.claim))
    .where(_GUID)
)
_DUPLICATES: Final = sa.select(
    _PACKAGE.c.sender, _PACKAGE.c.requester_key, _PACKAGE.c.message_guid, _PACKAGE.c.digest
).where(_PACKAGE.c.requester_key.in_(sa.bindparam("keys", expanding=True)))
_FINISHED: Final = sa.select(_PACKAGE.c.message_guid).where(
    _PACKAGE.c.message_guid.in_(sa.bindparam("guids", expanding=True)),
    _PACKAGE.c.sender == sa.bindparam("sender"),
    _PACKAGE.c.path == sa.bindparam("path"),
    sa.or_(_PACKAGE.c.result_index.is_not(None), _PACKAGE.c.failed_index.is_not(None)),
)
_UNFINISHED: Final = _PACKAGE.c.result_index.is_(None)
WAITS: Final = sa.and_(_UNFINISHED, _PACKAGE.c.parked_index.is_(None))
"""Whether a worker still has to run a package."""
PARKED: Final = _PACKAGE.c.parked_index.is_not(None)
"""Whether the run of a package has failed and no other one is ordered."""
_WAITING: Final = sa.select(sa.func.count()).select_from(_PACKAGE).where(WAITS)
_PARKED_COUNT: Final = sa.select(sa.func.count()).select_from(_PACKAGE).where(PARKED)
_OLDEST: Final = sa.select(_PACKAGE.c.received_at).where(WAITS).order_by(_PACKAGE.c.entry_index).limit(1)
_ADD: Final = sa.insert(_PACKAGE)
_FINISH: Final = (
    sa.update(_PACKAGE)
    .where(_GUID, _UNFINISHED)
    .values(result_index=sa.bindparam("index"), finished_at=sa.bindparam("at"), parked_index=None)
)
_FAIL: Final = (
    sa.update(_PACKAGE)
    .where(_GUID, _UNFINISHED)
    .values(failed_index=sa.bindparam("index"), parked_index=sa.bindparam("index"))
)
_FETCH: Final = (
    sa.update(_PACKAGE).where(_GUID, _PACKAGE.c.fetched_index.is_(None)).values(fetched_index=sa.bindparam("index"))
)
_UNPARK: Final = sa.update(_PACKAGE).where(_GUID, _UNFINISHED).values(parked_index=None)
_CHANGES: Final[Mapping[str, sa.Update]] = {
    journal.Kind.RESULT_MADE: _FINISH,
    journal.Kind.RUN_FAILED: _FAIL,
    journal.Kind.RETRY_ORDERED: _UNPARK,
    journal.Kind.RESULT_FETCHED: _FETCH,
}
"""What an entry of each kind changes in the package that it is about."""


def _row(entry: journal.Entry) -> dict[str, object]:
    return {
        **{name: entry.facts[name] for name in _FACTS},
        "message_guid": entry.message,
        "entry_index": entry.index,
        "received_at": entry.at,
        "requester_key": key(str(entry.facts["requester_guid"])),
        "digest": entry.payloads[REQUEST].sha256,
    }
