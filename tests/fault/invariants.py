"""The five invariants: what is so after every fault, whatever was killed, cut or full.

Each is a generator of sentences about what is wrong, so that a run tells all of it at once.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from gateway import vault
from gateway.contracts import builtin, catalogue, force, schema
from gateway.journal.replay.findings import Fate
from gateway.settings import Settings
from storage import errors, journal, packages, tables, verification
from storage.database import Database
from tests import replayed


@dataclasses.dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement that a client saw."""

    raw: bytes = dataclasses.field(repr=False)
    """The request, as it was sent."""
    message_guid: str
    """What the gateway called it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Snapshot:
    """An installation as it is at one moment, and what is known of it outside."""

    connection: sa.Connection
    entries: list[journal.Entry]
    seen: list[Acknowledged]
    finished: bool
    """Whether no work may be left."""


class Broken(AssertionError):
    """An invariant does not hold; `found` has the sentences by the names of the invariants."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        super().__init__("\n".join(f"{name}: {each}" for name, all_ in found.items() for each in all_))
        self.found = found


def every_acknowledgement_is_in_the_journal(now: Snapshot) -> Iterator[str]:
    """P1, P2: with the bytes that were sent."""
    there = {each.message for each in now.entries if each.kind == journal.Kind.PACKAGE_ACCEPTED}
    for each in now.seen:
        if each.message_guid not in there:
            yield f"{each.message_guid} was acknowledged, and is not there"
        elif packages.request(now.connection, each.message_guid) != each.raw:
            yield f"{each.message_guid} was acknowledged for other bytes"


def no_entry_is_there_twice(now: Snapshot) -> Iterator[str]:
    """P3: no event, and no package of a sender under two names."""
    events: collections.Counter[tuple[object, ...]] = collections.Counter()
    sent: collections.Counter[tuple[object, ...]] = collections.Counter()
    for each in now.entries:
        events[each.kind, each.at, each.message, tuple(sorted(each.facts.items())), *sorted(each.payloads)] += 1
        if each.kind == journal.Kind.PACKAGE_ACCEPTED:
            sent[each.facts["sender"], packages.key(str(each.facts["requester_guid"]))] += 1
    yield from (f"event {event} is there {count} times" for event, count in events.items() if count > 1)
    yield from (f"package {place} was accepted {count} times" for place, count in sent.items() if count > 1)


def the_chain_verifies(now: Snapshot) -> Iterator[str]:
    """P9: records, payloads, and the tiles of the tree."""
    yield from (f"entry {fault.index}: {fault.what}" for fault in verification.verify(now.connection))


def every_package_reaches_state_3_once(now: Snapshot) -> Iterator[str]:
    """P14: at most once while work is left, exactly once when it is `finished`; the work list says the same."""
    kinds = collections.Counter((each.kind, each.message) for each in now.entries)
    accepted = [message for kind, message in kinds if kind == journal.Kind.PACKAGE_ACCEPTED]
    for kind, message in kinds:
        if kind == journal.Kind.RESULT_MADE and message not in accepted:
            yield f"{message} has a result, and was never accepted"
    for message in accepted:
        results = kinds[journal.Kind.RESULT_MADE, message]
        failures, retries = (kinds[kind, message] for kind in (journal.Kind.RUN_FAILED, journal.Kind.RETRY_ORDERED))
        if results > 1 or (now.finished and not results):
            yield f"{message} has {results} results"
        if retries > failures:
            yield f"{message} has failed {failures} times, and was ordered again {retries} times"
        try:
            is_done = packages.state(now.connection, message) is packages.State.DONE
        except errors.NotFound:
            yield f"{message} is in the journal, and no package"
            continue
        if is_done != bool(results or failures):
            yield f"{message} has {results} results, and its state says otherwise"
        elif is_done and not packages.answer(now.connection, message):
            yield f"{message} is done, and has no answer"
    left = now.connection.execute(_UNFINISHED).scalar_one()
    if left != len(accepted) - sum(1 for message in accepted if kinds[journal.Kind.RESULT_MADE, message]):
        yield f"{left} packages are on the work list or parked"


def the_registry_equals_its_replay(settings: Settings) -> Iterator[str]:
    """P12: every verdict and every result is made again, and the registry from nothing."""
    with tempfile.TemporaryDirectory(prefix="hcs-gateway-fault-") as folder:
        report = replayed.replay_of(settings, _contracts(), Path(folder) / "replay")
    yield from (str(finding) for finding in report.findings if finding.fate is Fate.DIFFERENT)
    if report.registries is None or not report.registries.equal:
        yield f"the registries differ: {report.registries}"


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
    database = Database.open(settings.database_url, vault.keyring(vault.path(settings)))
    try:
        with database.read() as connection:
            now = Snapshot(connection, list(journal.entries(connection)), seen, finished)
            told = {each.__name__: list(each(now)) for each in IN_ONE_SNAPSHOT}
    finally:
        database.close()
    return {name: sentences for name, sentences in told.items() if sentences}


@functools.cache
def _contracts() -> force.Contracts:
    """The built-in contract, compiled once in a process: no installation here has any other."""
    return force.Contracts(catalogue.Catalogue((builtin.pack(),)), schema.Schemas())


_UNFINISHED = sa.select(sa.func.count()).select_from(tables.package).where(tables.package.c.result_index.is_(None))
