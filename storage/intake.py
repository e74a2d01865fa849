"""Group commit: packages that arrive together share one transaction, and one wait for the disk.

Tens of threads call `Writer.accept`; one thread per process takes what has gathered, takes the turn, looks for
duplicates in the database and among the neighbours, appends to the journal, commits once and wakes everybody. Refusals
and the first fetch of each result go the same way.
Nobody is woken before the commit returned (P1); a batch that failed leaves nothing behind (P5).
"""

from __future__ import annotations

import collections
import dataclasses
import logging
import secrets
import threading
from collections.abc import Sequence
from concurrent import futures
from typing import Final, TypeAlias

import sqlalchemy as sa

from storage import errors, journal, keys, packages, sealing, subjects
from storage.database import Database
from storage.packages import Accepted, Fetched, Refused

REUSED: Final = "EXP002002"
"""Wire code under which the journal keeps a package whose MessageGUID belongs to another one."""
PATIENCE: Final = 30.0
"""Seconds that a caller waits for its commit before it says that the gateway is not ready."""

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class New:
    """Stored now, for the first time."""

    message_guid: str


@dataclasses.dataclass(frozen=True, slots=True)
class Same:
    """The same bytes came before: the acknowledgement is that of the first (P3)."""

    message_guid: str


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """Other bytes came before under this MessageGUID: refused, and journaled as such (P4)."""

    message_guid: str
    digest: str
    """SHA-256 of the package that came first."""


Outcome: TypeAlias = New | Same | Taken
Item: TypeAlias = Accepted | Refused | Fetched


@dataclasses.dataclass(frozen=True, slots=True)
class _Ticket:
    item: Item
    event: journal.Event | None = None
    """The entry to be of a package, its payloads sealed."""
    outcome: futures.Future[Outcome | None] = dataclasses.field(default_factory=futures.Future)


class Writer:
    """The one who writes what arrives in this process. Thread-safe; its thread starts with the first package.

    `window` (seconds) is how long a batch of more than one waits for more; a single package never waits.
    """

    def __init__(self, database: Database, *, window: float = 0.002, max_batch: int = 256) -> None:
        self._database = database
        self._window = window
        self._max_batch = max_batch
        self._queue: collections.deque[_Ticket] = collections.deque()
        self._arrival = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    def accept(self, package: Accepted) -> Outcome:
        """Store a package durably, once, and say what became of it.

        Raises NotReady when it could not be stored, or not in time: it must not be acknowledged then. If it was
        stored all the same, its repetition is answered with Same.
        """
        outcome = self._submit(_Ticket(package, self._sealed(package)), PATIENCE)
        assert outcome is not None  # noqa: S101  # for mypy: only a refusal has no outcome
        return outcome

    def refuse(self, package: Refused) -> None:
        """Store durably that a package was refused; raises NotReady when that could not be done."""
        self._submit(_Ticket(package, self._sealed(package)), PATIENCE)

    def fetch(self, result: Fetched, patience: float) -> None:
        """Store durably that a result is handed out, unless that was told before.

        Raises NotReady when that could not be done, or not within `patience` seconds.
        """
        self._submit(_Ticket(result), patience)

    def close(self) -> None:
        """Take nothing more, store what was taken, and end the thread."""
        with self._arrival:
            self._closed = True
            self._arrival.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _sealed(self, item: Accepted | Refused) -> journal.Event:
        # By the thread that calls: in the turn it would cost everybody's time.
        keyring = self._database.keyring
        if keyring is None or not item.event.payloads:
            return item.event
        own = item.message_guid if isinstance(item, Accepted) else None
        key_id = secrets.token_bytes(sealing.KEY_ID_BYTES) if own is None else keys.of_package(own)
        return item.event.sealed(keyring.new(key_id), new=True)

    def _submit(self, ticket: _Ticket, patience: float) -> Outcome | None:
        with self._arrival:
            if self._closed:
                raise errors.NotReady("the gateway is stopping")
            self._queue.append(ticket)
            self._start()
            self._arrival.notify_all()
        try:
            return ticket.outcome.result(patience)
        except futures.TimeoutError:
            ticket.outcome.cancel()
            raise errors.NotReady(f"not stored within {patience:g} s") from None

    def _start(self) -> None:
        # Not in the constructor: threads do not survive the fork of a server that prepares before it forks.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while batch := self._gather():
            self._settle(batch)

    def _gather(self) -> list[_Ticket]:
        with self._arrival:
            self._arrival.wait_for(lambda: self._queue or self._closed)
            if len(self._queue) > 1:
                self._arrival.wait_for(lambda: len(self._queue) >= self._max_batch or self._closed, self._window)
            count = min(len(self._queue), self._max_batch)
            return [self._queue.popleft() for _ in range(count)]

    def _settle(self, batch: list[_Ticket]) -> None:
        wanted = [ticket for ticket in batch if ticket.outcome.set_running_or_notify_cancel()]
        if not wanted:
            return
        try:
            outcomes = self._store(wanted)
        except errors.NotReady as error:
            for ticket in wanted:
                # One exception each: a traceback is not for several threads to write in.
                ticket.outcome.set_exception(errors.NotReady(str(error)))
        except Exception:  # noqa: BLE001  # whatever one package has broken, its neighbours must not suffer
            _log.exception("a batch of %d packages failed; they are now stored one by one", len(wanted))
            for ticket in wanted:
                self._settle_alone(ticket)
        else:
            for ticket, outcome in zip(wanted, outcomes, strict=True):
                ticket.outcome.set_result(outcome)

    def _settle_alone(self, ticket: _Ticket) -> None:
        try:
            (outcome,) = self._store([ticket])
        except Exception as error:  # noqa: BLE001  # it belongs to the caller of this package, who raises it
            ticket.outcome.set_exception(error)
        else:
            ticket.outcome.set_result(outcome)

    def _store(self, tickets: Sequence[_Ticket]) -> list[Outcome | None]:
        with self._database.write(point="journal") as connection:
            outcomes, events = _judge(connection, tickets)
            fetched = _unfetched(connection, [ticket.item for ticket in tickets])
            entries = journal.append(connection, [*events, *(_fetch(*each) for each in fetched)])
            packages.project(connection, entries)
            about = zip(entries[len(events) :], fetched, strict=True)
            subjects.add_pairs(
                connection, ((entry.index, pair) for entry, (_, of) in about for pair in packages.about(of))
            )
        return outcomes


def _judge(connection: sa.Connection, tickets: Sequence[_Ticket]) -> tuple[list[Outcome | None], list[journal.Event]]:
    arrived = {packages.key(each.item.requester_guid) for each in tickets if isinstance(each.item, Accepted)}
    known = packages.find_duplicates(connection, sorted(arrived)) if arrived else {}
    outcomes: list[Outcome | None] = []
    events: list[journal.Event] = []
    for ticket in tickets:
        item, event = ticket.item, ticket.event
        outcome = _judge_one(item, known) if isinstance(item, Accepted) else None
        outcomes.append(outcome)
        if event is None or isinstance(outcome, Same):
            continue
        if isinstance(item, Accepted) and isinstance(outcome, Taken):
            event = _reuse(event, item.digest, outcome)
        events.append(event)
    return outcomes, events


def _unfetched(connection: sa.Connection, items: Sequence[Item]) -> list[tuple[Fetched, packages.Package]]:
    """Return the first fetch of each result that was not told before, and its package."""
    first = {item.message_guid: item for item in reversed(items) if isinstance(item, Fetched)}
    found = packages.find_all(connection, sorted(first)) if first else {}
    return [(first[guid], package) for guid, package in found.items() if package.is_unfetched]


def _fetch(item: Fetched, package: packages.Package) -> journal.Event:
    facts = {"result_index": package.result_index, "system": item.system}
    return journal.Event(journal.Kind.RESULT_FETCHED, item.at, item.message_guid, facts)


def _judge_one(item: Accepted, known: dict[tuple[str, str], packages.Known]) -> Outcome:
    place = (item.sender, packages.key(item.requester_guid))
    first = known.get(place)
    if first is None:
        known[place] = packages.Known(item.message_guid, item.digest)
        return New(item.message_guid)
    if first.digest == item.digest:
        return Same(first.message_guid)
    return Taken(first.message_guid, first.digest)


def _reuse(event: journal.Event, digest: str, outcome: Taken) -> journal.Event:
    facts = {
        **event.facts,
        "code": REUSED,
        "place": "MessageGUID",
        "digest": digest,
        "first_digest": outcome.digest,
        "first_message": outcome.message_guid,
    }
    return dataclasses.replace(event, kind=journal.Kind.PACKAGE_REFUSED, message=None, facts=facts)
