"""Epochs: whether the database is the one that was written last (P20).

Asked of every append, in its turn, before its entries get their place. Where the database is another one, the entry
that says so (`restored-from-backup`) comes first and is committed with them: nothing is acknowledged before it, and
several processes or nodes write it once. Two things are compared:

    mark        how far this node has seen the journal, kept outside of the database (`storage.mark`)
    identity    which database this is, kept inside of it and compared with what is true of the real one

A mark is behind the journal after a crash, or where other nodes have written; that is no reason to doubt. One of an
earlier epoch says nothing any more: somebody has recognised the change since. What has no mark and no other identity
cannot be told from the original, as a snapshot of the whole machine: a witness and receipts find that.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage import errors, failpoints, journal, tables
from storage import mark as marks
from storage.mark import Mark

_log = logging.getLogger(__name__)


class Reason(enum.StrEnum):
    """Why an epoch began."""

    OLDER_COPY = "older-copy"
    """The journal is shorter than it was."""
    OTHER_HISTORY = "other-history"
    """It has another entry where this node has last written one."""
    OTHER_PLACE = "other-place"
    """No entry is missing, as far as is known, but the database was copied, moved, restored or failed over."""
    DECLARED = "declared"
    """The operator has said so."""


class Guard:
    """What one process knows of the database; the mark is shared by all processes of a data folder."""

    def __init__(self, mark: Path, database: Path | None) -> None:
        """`mark`: the file of the mark; `database`: that of the database, None for PostgreSQL."""
        self._mark = mark
        self._database = database
        self._opened = 0
        self._is_told = False

    def check_place(self) -> None:
        """Raise NotReady where the file of the database is another one than when it was first asked about.

        What is open then is a file without a name, and what is written there is lost. Nobody in this process goes over
        to the new file: SQLite deletes the -wal file of that as the last connection to the old one is closed.
        """
        if self._database is None:
            return
        try:
            found = self._database.stat().st_ino
        except FileNotFoundError:
            found = 0
        self._opened = self._opened or found
        if not found or found != self._opened:
            raise errors.NotReady(f"{self._database} was replaced while it was open: start the gateway anew")

    def breach(self, connection: sa.Connection, size: int, head: str) -> journal.Event | None:
        """Return the event that has to come before all others now; its epoch has begun in the same transaction.

        None where the database is the one that it was. The turn has to be ours; the journal has `size` entries, the
        last of them with the hash `head`. Raises NotReady as `check_place`.
        """
        self.check_place()
        seen, epoch = self._seen(), connection.info.get(_EPOCH)
        if epoch is not None and _agree(seen, epoch, size, head):
            connection.info[_PENDING] = Mark(epoch, size, head)
            return None
        number, before = _latest(connection)
        now, seen = _identity(connection, self._database), _of_epoch(seen, number)
        if before is None:
            connection.execute(_ADD, {"number": number, "identity": now})
        reason = _doubt(connection, seen, size) or (Reason.OTHER_PLACE if before not in (None, now) else None)
        event = None
        if reason is not None:
            number, event = _begin(connection, reason, seen, size, {"identity": now, "identity_before": before})
            _log.warning("the database is not the one that was written last", extra={"facts": dict(event.facts)})
        connection.info[_PENDING] = Mark(number, size, head)
        return event

    def appended(self, connection: sa.Connection, size: int, head: str) -> None:
        """Remember how long the journal is by now, until the transaction is committed."""
        connection.info[_PENDING] = Mark(connection.info[_PENDING].epoch, size, head)

    def is_breached(self, connection: sa.Connection) -> bool:
        """Return whether the next append begins an epoch, as far as a reader can see; NotReady as `check_place`."""
        self.check_place()
        size, _ = journal.head(connection)
        number, before = _latest(connection)
        moved = before not in (None, _identity(connection, self._database))
        return moved or _doubt(connection, _of_epoch(self._seen(), number), size) is not None

    @contextlib.contextmanager
    def marking(self, transaction: contextlib.AbstractContextManager[sa.Connection]) -> Iterator[sa.Connection]:
        """Set the mark when a transaction is committed that has appended something.

        A file that cannot be written is told once and costs nobody a commit: the mark stays behind.
        """
        with transaction as connection:
            known = connection.info
            known.pop(_PENDING, None)  # of a transaction that was rolled back
            yield connection
            pending: Mark | None = known.pop(_PENDING, None)
        if pending is not None:
            failpoints.reach("mark.before-write")
            known[_EPOCH] = pending.epoch
            self._set(pending)

    def _set(self, mark: Mark) -> None:
        try:
            if mark.size:
                marks.write(self._mark, mark)
        except OSError as error:
            self._tell(error)

    def _seen(self) -> Mark | None:
        try:
            return marks.read(self._mark)
        except OSError as error:
            self._tell(error)
            return None

    def _tell(self, error: OSError) -> None:
        if not self._is_told:
            self._is_told = True
            facts = {"file": str(self._mark), "reason": error.strerror}
            _log.warning("the mark of the journal cannot be kept", extra={"facts": facts})


def number(connection: sa.Connection) -> int:
    """Return how often the database was recognised as restored or moved."""
    return _latest(connection)[0]


def declare(connection: sa.Connection, note: str) -> journal.Entry:
    """Begin an epoch because the operator says so, where nothing can be noticed; `note` is why, in his words.

    `connection` comes from `Database.write()`.
    """
    journal.append(connection, [])  # what can be noticed comes first
    size, _ = journal.head(connection)
    _, identity = _latest(connection)
    _, event = _begin(connection, Reason.DECLARED, None, size, {"note": note, "identity": identity})
    connection.info.pop(_EPOCH, None)  # it has just ended
    (entry,) = journal.append(connection, [event])
    return entry


_EPOCH: Final = "journal_epoch"
_PENDING: Final = "journal_mark"
"""What is known of a connection of the driver: the epoch in which it is, and the mark to be set at its commit."""

_TABLE: Final = tables.journal_epoch
_LATEST: Final = sa.select(_TABLE.c.number, _TABLE.c.identity).order_by(_TABLE.c.number.desc()).limit(1)
_ADD: Final = sa.insert(_TABLE)
_HASH: Final = sa.select(tables.journal_entry.c.hash).where(tables.journal_entry.c.entry_index == sa.bindparam("index"))
# The timeline as the WAL has it: pg_control_checkpoint() hears of a failover only at the first checkpoint after it.
_PLACE: Final = sa.text("""
    SELECT (SELECT oid FROM pg_database WHERE datname = current_database()) AS database,
           CAST(CAST('journal_entry' AS regclass) AS oid) AS table,
           substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) AS timeline,
           has_function_privilege('pg_control_system()', 'execute') AS may_ask
""")
_SYSTEM: Final = sa.text("SELECT system_identifier FROM pg_control_system()")


def _agree(seen: Mark | None, epoch: int, size: int, head: str) -> bool:
    """Return whether the mark gives no reason to look closer, on a connection that was looked at before."""
    if seen is None:
        return True
    return seen.epoch == epoch and (seen.size < size or (seen.size, seen.head) == (size, head))


def _of_epoch(seen: Mark | None, epoch: int) -> Mark | None:
    """Return the mark unless it is of an earlier epoch: then somebody has recognised the change since."""
    return None if seen is None or seen.epoch < epoch else seen


def _doubt(connection: sa.Connection, seen: Mark | None, size: int) -> Reason | None:
    if seen is None:
        return None
    if seen.size > size:
        return Reason.OLDER_COPY
    is_same = connection.execute(_HASH, {"index": seen.size - 1}).scalar() == seen.head
    return None if is_same else Reason.OTHER_HISTORY


def _latest(connection: sa.Connection) -> tuple[int, str | None]:
    row = connection.execute(_LATEST).first()
    return (0, None) if row is None else (row.number, row.identity)


def _identity(connection: sa.Connection, file: Path | None) -> str:
    """Return which database this is: what a copy of it cannot have as well."""
    if file is not None:
        return f"sqlite inode {file.stat().st_ino}"
    row = connection.execute(_PLACE).one()
    system = connection.execute(_SYSTEM).scalar() if row.may_ask else "unknown"
    return f"postgresql system {system} timeline {int(row.timeline, 16)} database {row.database} table {row.table}"


def _begin(
    connection: sa.Connection, reason: Reason, seen: Mark | None, size: int, more: journal.Facts
) -> tuple[int, journal.Event]:
    """Begin the next epoch; one that this node has seen, and that the copy does not know, is not counted again."""
    number = max(_latest(connection)[0], seen.epoch if seen else 0) + 1
    connection.execute(_ADD, {"number": number, "identity": more["identity"]})
    is_known = seen is not None and reason in (Reason.OLDER_COPY, Reason.OTHER_PLACE)
    facts = {
        **more,
        "epoch": number,
        "reason": reason.value,
        "node": socket.gethostname(),
        "marked_size": seen.size if seen else None,
        "marked_head": seen.head if seen else None,
        "missing": max(seen.size - size, 0) if seen and is_known else None,
    }
    return number, journal.Event(journal.Kind.RESTORED, dt.datetime.now(dt.UTC), None, facts)
