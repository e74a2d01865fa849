"""The work list: packages without a result, oldest first, and who is working on which.

    RECEIVED --claim--> IN_WORK --finish--> DONE
      ^   ^                |  |
      |   +----------------+  +--fail--> PARKED      lease over, or released: `attempt` grows with the next claim
      |                                     |
      +----------------retry----------------+

PARKED is a package whose run has failed by our own fault. Its sender has an answer (the failure), nobody works on it,
and it stays so until an administrator orders a repeated run; what the sender is answered changes once more, to the
result. Each arrow but the claim is an entry of the journal and one transaction: if the process dies before its commit,
the package is where the arrow began.

A claim is a hint that keeps two workers from doing the same work. If the worker dies, its lease ends and another
one starts again. What makes a package finished exactly once is the journal: a second result is refused, and
everything that came with it in the same transaction is rolled back (P14).
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from storage import errors, journal, keys, packages, subjects, tables
from storage.database import Database


@dataclasses.dataclass(frozen=True, slots=True)
class Claim:
    """One package in the hands of one worker."""

    package: packages.Package
    worker: str
    attempt: int
    """Counted from 1; more than one means that somebody began and did not finish."""
    until: dt.datetime
    """When the lease ends, unless it is renewed."""


def claim(database: Database, worker: str, lease: dt.timedelta, now: dt.datetime) -> Claim | None:
    """Take the oldest package that nobody works on, for the time of `lease`; None if there is none."""
    for _ in range(_TRIES):
        # Looking costs no turn: an idle worker may ask as often as it likes.
        with database.read() as connection:
            if connection.execute(_NEXT, {"now": now, "far": now + _FAR * lease}).first() is None:
                return None
        taken = _take(database, worker, lease, now)
        if taken is not None:
            return taken
    return None


def renew(database: Database, message_guid: str, worker: str, lease: dt.timedelta, now: dt.datetime) -> bool:
    """Begin the lease anew; False when the claim is no longer this worker's, so that it may as well stop."""
    with database.hint() as connection:
        values = {"guid": message_guid, "by": worker, "end": now + lease}
        return connection.execute(_SET_UNTIL, values).rowcount == 1


def release(database: Database, message_guid: str, worker: str, now: dt.datetime) -> bool:
    """Give the package back: whoever claims next may take it at once, and this attempt does not count.

    Attempts tell of workers that died; one that comes back to say that it could not go on is alive.
    """
    with database.hint() as connection:
        return connection.execute(_RELEASE, {"guid": message_guid, "by": worker, "end": now}).rowcount == 1


def finish(
    connection: sa.Connection,
    message_guid: str,
    worker: str,
    result: bytes,
    facts: journal.Facts,
    now: dt.datetime,
    about: Iterable[subjects.Pair] = (),
) -> journal.Entry:
    """Store the result of a package and its `result-made` entry, in the transaction of `connection`.

    That comes from `Database.write(point="finish")` and holds the changes of the registry too. The worker needs no
    valid lease, only to be first: raises AlreadyFinished otherwise, which must end the transaction. Raises NotFound
    for an unknown package. `about` is what the run has read and changed, for searching.
    """
    package = packages.get(connection, message_guid)
    if package is None:
        raise errors.NotFound(f"package {message_guid}")
    if package.result_index is not None:
        raise errors.AlreadyFinished(message_guid)
    payload = journal.Payload(packages.RESULT, result)
    event = journal.Event(journal.Kind.RESULT_MADE, now, message_guid, {**facts, "worker": worker}, (payload,))
    (entry,) = journal.append(connection, [_sealed(connection, event, message_guid)])
    more = {*packages.about(package), *about} - {*subjects.said(entry)}
    subjects.add_pairs(connection, ((entry.index, pair) for pair in sorted(more)))
    packages.project(connection, [entry])
    connection.execute(_DROP, {"guid": message_guid})
    return entry


def fail(
    connection: sa.Connection,
    message_guid: str,
    worker: str,
    answer: bytes,
    facts: journal.Facts,
    now: dt.datetime,
) -> journal.Entry:
    """Store that a run has failed by our own fault, with what its sender is answered meanwhile; nothing else is kept.

    In the transaction of `Database.write(point="fail")`. Unlike a result a failure is no news from a worker that has
    lost the package: raises ClaimLost then, AlreadyFinished where there is a result, NotFound for an unknown package.
    """
    package = packages.get(connection, message_guid)
    if package is None:
        raise errors.NotFound(f"package {message_guid}")
    if package.result_index is not None:
        raise errors.AlreadyFinished(message_guid)
    if connection.execute(_DROP_OWN, {"guid": message_guid, "by": worker}).rowcount != 1:
        raise errors.ClaimLost(message_guid)
    payload = journal.Payload(packages.RESULT, answer)
    event = journal.Event(journal.Kind.RUN_FAILED, now, message_guid, {**facts, "worker": worker}, (payload,))
    (entry,) = journal.append(connection, [_sealed(connection, event, message_guid)])
    subjects.add_pairs(connection, ((entry.index, pair) for pair in packages.about(package)))
    packages.project(connection, [entry])
    return entry


def retry(connection: sa.Connection, message_guid: str, now: dt.datetime) -> journal.Entry:
    """Put a package whose run has failed on the work list again, in the transaction of `Database.write(point="retry")`.

    Its attempts are counted anew. Raises NotFailed, with the reason, for a package that has a result or still waits
    for its run, NotFound for an unknown one.
    """
    package = packages.get(connection, message_guid)
    if package is None:
        raise errors.NotFound(f"package {message_guid}")
    if package.parked_index is None:
        raise errors.NotFailed(_why_not(package))
    facts = {"failed_index": package.parked_index}
    (entry,) = journal.append(connection, [journal.Event(journal.Kind.RETRY_ORDERED, now, message_guid, facts)])
    subjects.add_pairs(connection, ((entry.index, pair) for pair in packages.about(package)))
    packages.project(connection, [entry])
    return entry


def _sealed(connection: sa.Connection, event: journal.Event, message_guid: str) -> journal.Event:
    """Return the event with its payload sealed by the data key of its package.

    A package that an earlier release has accepted has none: it gets one now. Raises KeyMissing where the package is
    sealed and the installation's key is not here.
    """
    key = keys.find(connection, keys.of_package(message_guid))
    if key is not None:
        return event.sealed(key, new=False)
    keyring = keys.keyring(connection)
    return event if keyring is None else event.sealed(keyring.new(keys.of_package(message_guid)), new=True)


def _why_not(package: packages.Package) -> str:
    if package.result_index is not None:
        return f"package {package.message_guid} has its result: it is not run again"
    if package.failed_index is not None:
        return f"package {package.message_guid} is on the work list again already"
    return f"package {package.message_guid} waits for its run: nothing has failed yet"


def _take(database: Database, worker: str, lease: dt.timedelta, now: dt.datetime) -> Claim | None:
    until, far = now + lease, now + _FAR * lease
    with database.hint() as connection:
        row = connection.execute(_NEXT_LOCKED, {"now": now, "far": far}).first()
        if row is None:
            return None
        package = packages.from_row(row)
        values = {
            "message_guid": package.message_guid,
            "worker": worker,
            "until": until,
            "attempt": 1,
            "now": now,
            "far": far,
        }
        take = _TAKE_SQLITE if database.is_sqlite else _TAKE_POSTGRESQL
        attempt = connection.execute(take, values).scalar()
    return None if attempt is None else Claim(package, worker, attempt, until)


# Between looking and taking another worker may be faster; after so many defeats there is no lack of workers.
_TRIES: Final = 8
_PACKAGE: Final = tables.package
_CLAIM: Final = tables.claim
_NOW: Final = sa.bindparam("now", type_=tables.UTC)
# A lease that ends much later than one that begins now was written by a clock that is ahead: it counts as over.
# A little later is no proof: whoever was faster may have looked at the clock after us.
_FAR: Final = 2
_OVER: Final = sa.or_(_CLAIM.c.until <= _NOW, _CLAIM.c.until > sa.bindparam("far", type_=tables.UTC))
_NEXT: Final = (
    packages.SELECT.select_from(_PACKAGE.outerjoin(_CLAIM))
    .where(packages.WAITS, sa.or_(_CLAIM.c.until.is_(None), _OVER))
    .order_by(_PACKAGE.c.entry_index)
    .limit(1)
)
_NEXT_LOCKED: Final = _NEXT.with_for_update(skip_locked=True, of=_PACKAGE)


def _taking(insert: sqlite.Insert | postgresql.Insert) -> sa.Executable:
    # The condition decides, not the look before it: whoever comes second takes nothing.
    return insert.on_conflict_do_update(
        index_elements=[_CLAIM.c.message_guid],
        set_={
            "worker": insert.excluded.worker,
            "until": insert.excluded.until,
            "attempt": _CLAIM.c.attempt + 1,
        },
        where=_OVER,
    ).returning(_CLAIM.c.attempt)


_TAKE_SQLITE: Final = _taking(sqlite.insert(_CLAIM))
_TAKE_POSTGRESQL: Final = _taking(postgresql.insert(_CLAIM))
_SET_UNTIL: Final = (
    sa.update(_CLAIM)
    .where(_CLAIM.c.message_guid == sa.bindparam("guid"), _CLAIM.c.worker == sa.bindparam("by"))
    .values(until=sa.bindparam("end"))
)
_RELEASE: Final = _SET_UNTIL.values(attempt=_CLAIM.c.attempt - 1)
_DROP: Final = sa.delete(_CLAIM).where(_CLAIM.c.message_guid == sa.bindparam("guid"))
_DROP_OWN: Final = _DROP.where(_CLAIM.c.worker == sa.bindparam("by"))
