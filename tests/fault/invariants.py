"""The five invariants: what is so after every fault, whatever was killed, cut or full.

Each is a generator of sentences about what is wrong, so that a run tells all of it at once.
"""

from __future__ import annotations

import collections
import dataclasses
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from gateway.journal.replay.findings import Fate
from gateway.settings import Settings
from storage import errors, journal, packages, tables, verification
from storage.database import Database
from tests import replayed
from tests import stand as stands


@dataclasses.dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement that a client saw."""

    raw: bytes = dataclasses.field(repr=False)
    """The request, as it was sent."""
    message_guid: str
    """What the gateway called it."""


class Broken(AssertionError):
    """An invariant does not hold; `found` has the sentences by the names of the invariants."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        super().__init__("\n".join(f"{name}: {each}" for name, all_ in found.items() for each in all_))
        self.found = found


def every_acknowledgement_is_in_the_journal(
    connection: sa.Connection, seen: list[Acknowledged], *, finished: bool
) -> Iterator[str]:
    """P1, P2: with the bytes that were sent."""
    there = {each.message for each in journal.entries(connection) if each.kind == journal.Kind.PACKAGE_ACCEPTED}
    for each in seen:
        if each.message_guid not in there:
            yield f"{each.message_guid} was acknowledged, and is not there"
        elif packages.request(connection, each.message_guid) != each.raw:
            yield f"{each.message_guid} was acknowledged for other bytes"


def no_entry_is_there_twice(connection: sa.Connection, seen: list[Acknowledged], *, finished: bool) -> Iterator[str]:
    """P3: no event, and no package of a sender under two names."""
    events: collections.Counter[tuple[object, ...]] = collections.Counter()
    sent: collections.Counter[tuple[object, ...]] = collections.Counter()
    for each in journal.entries(connection):
        events[each.kind, each.at, each.message, tuple(sorted(each.facts.items())), *sorted(each.payloads)] += 1
        if each.kind == journal.Kind.PACKAGE_ACCEPTED:
            sent[each.facts["sender"], packages.key(str(each.facts["requester_guid"]))] += 1
    yield from (f"event {event} is there {count} times" for event, count in events.items() if count > 1)
    yield from (f"package {place} was accepted {count} times" for place, count in sent.items() if count > 1)


def the_chain_verifies(connection: sa.Connection, seen: list[Acknowledged], *, finished: bool) -> Iterator[str]:
    """P9: records, payloads, and the tiles of the tree."""
    yield from (f"entry {fault.index}: {fault.what}" for fault in verification.verify(connection))


def every_package_reaches_state_3_once(
    connection: sa.Connection, seen: list[Acknowledged], *, finished: bool
) -> Iterator[str]:
    """P14: at most once while work is left, exactly once when it is `finished`; the work list says the same."""
    kinds = collections.Counter((each.kind, each.message) for each in journal.entries(connection))
    accepted = [message for kind, message in kinds if kind == journal.Kind.PACKAGE_ACCEPTED]
    for kind, message in kinds:
        if kind == journal.Kind.RESULT_MADE and message not in accepted:
            yield f"{message} has a result, and was never accepted"
    for message in accepted:
        results = kinds[journal.Kind.RESULT_MADE, message]
        failures, retries = (kinds[kind, message] for kind in (journal.Kind.RUN_FAILED, journal.Kind.RETRY_ORDERED))
        if results > 1 or (finished and not results):
            yield f"{message} has {results} results"
        if retries > failures:
            yield f"{message} has failed {failures} times, and was ordered again {retries} times"
        try:
            is_done = packages.state(connection, message) is packages.State.DONE
        except errors.NotFound:
            yield f"{message} is in the journal, and no package"
            continue
        if is_done != bool(results or failures):
            yield f"{message} has {results} results, and its state says otherwise"
        elif is_done and not packages.answer(connection, message):
            yield f"{message} is done, and has no answer"
    left = connection.execute(_UNFINISHED).scalar_one()
    if left != len(accepted) - sum(1 for message in accepted if kinds[journal.Kind.RESULT_MADE, message]):
        yield f"{left} packages are on the work list or parked"


def the_registry_equals_its_replay(settings: Settings) -> Iterator[str]:
    """P12: every verdict and every result is made again, and the registry from nothing."""
    stand = stands.Reopened(settings)
    folder = Path(tempfile.mkdtemp(prefix="hcs-gateway-fault-"))
    try:
        report = replayed.replay(stand, folder / "replay")
        yield from (str(finding) for finding in report.findings if finding.fate is Fate.DIFFERENT)
        if report.registries is None or not report.registries.equal:
            yield f"the registries differ: {report.registries}"
    finally:
        shutil.rmtree(folder)
        stand.close()


IN_ONE_SNAPSHOT = (
    every_acknowledgement_is_in_the_journal,
    no_entry_is_there_twice,
    the_chain_verifies,
    every_package_reaches_state_3_once,
)


def check(settings: Settings, seen: list[Acknowledged], *, finished: bool, replay: bool = True) -> None:
    """Ask all five of an installation in which nobody works; raises Broken.

    `finished`: no work may be left. Without `replay`, which is the dear one, only four are asked.
    """
    found = _snapshot(settings, seen, finished=finished)
    if replay and (parting := list(the_registry_equals_its_replay(settings))):
        found[the_registry_equals_its_replay.__name__] = parting
    if found:
        raise Broken(found)


def _snapshot(settings: Settings, seen: list[Acknowledged], *, finished: bool) -> dict[str, list[str]]:
    database = Database.open(settings.database_url)
    try:
        with database.read() as connection:
            told = {each.__name__: list(each(connection, seen, finished=finished)) for each in IN_ONE_SNAPSHOT}
    finally:
        database.close()
    return {name: sentences for name, sentences in told.items() if sentences}


_UNFINISHED = sa.select(sa.func.count()).select_from(tables.package).where(tables.package.c.result_index.is_(None))
