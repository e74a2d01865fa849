"""Packages that are executed at once, by the real worker of each: nobody stores before everybody has executed.

All of them see one and the same state then, the worst that can happen; whoever stores later has to run again.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Sequence

import pytest
from lxml import etree

from gateway import wire
from gateway.exchange import execution, worker
from storage import journal
from tests import stand as stands

SECONDS = 60
"""After which whoever still waits is taken for a deadlock."""


@dataclasses.dataclass(frozen=True, slots=True)
class Played:
    """What came of packages that were executed at once."""

    results: list[etree._Element]
    """In the order in which they were sent."""
    runs: int
    """More than there are packages where some had to run again."""
    stored: list[str]
    """MessageGUIDs in the order in which their results entered the journal."""
    sent: list[str]
    """MessageGUIDs in the order of sending."""

    @property
    def codes(self) -> list[list[str]]:
        """The codes of each result."""
        return [[each.text for each in result.iter(wire.base("ErrorCode"))] for result in self.results]

    @property
    def order(self) -> list[int]:
        """The places in the order of sending, in the order of storing."""
        return [self.sent.index(guid) for guid in self.stored]


def play(stand: stands.Stand, sent: Sequence[str], *, first: int | None = None) -> Played:
    """Execute accepted packages (their MessageGUIDs), each by a worker in a thread of its own.

    `first`: the one that stores before any other tries to; without it they race.
    """
    everybody, stored, runs = threading.Barrier(len(sent)), threading.Event(), []
    run = execution.Execution.run

    def executed(self: execution.Execution, package: object) -> execution.Done | execution.Broken:
        done = run(self, package)
        again = package.message_guid in runs
        runs.append(package.message_guid)
        if not again:
            everybody.wait(SECONDS)
            if first is not None and package.message_guid != sent[first]:
                assert stored.wait(SECONDS), "the first is never through"
        return done

    store = worker.Worker._store  # noqa: SLF001  # the moment after which the others may store

    def storing(self: worker.Worker, package: object, done: execution.Done | execution.Broken) -> None:
        store(self, package, done)
        if first is not None and package.message_guid == sent[first]:
            stored.set()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(execution.Execution, "run", executed)
        patched.setattr(worker.Worker, "_store", storing)
        _work([worker.Worker(stand.house, f"worker {count}") for count in range(len(sent))], everybody)
    return Played([stand.result(guid) for guid in sent], len(runs), _order(stand, sent), list(sent))


def _work(workers: Sequence[worker.Worker], everybody: threading.Barrier) -> None:
    """Let each worker execute one package, all at once; a failure of any is told here."""
    failures: list[BaseException] = []

    def work(one: worker.Worker) -> None:
        try:
            while not one.run_once():  # another worker was faster at the package that it had seen
                pass
        except BaseException as error:  # noqa: BLE001  # told by the test, in its own thread
            failures.append(error)
            everybody.abort()

    threads = [threading.Thread(target=work, args=(one,), daemon=True) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    if failures:
        raise failures[0]
    assert not any(thread.is_alive() for thread in threads), "deadlock"


def _order(stand: stands.Stand, sent: Sequence[str]) -> list[str]:
    with stand.house.database.read() as connection:
        made = [entry.message for entry in journal.entries(connection) if entry.kind == journal.Kind.RESULT_MADE]
    return [guid for guid in made if guid in sent]
