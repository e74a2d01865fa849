"""One database under all of the gateway's processes: who may write, when, and what a commit promises.

Writers take turns, because a hash chain has one head: on SQLite by a lock that blocks (its own busy handler sleeps
and polls), on PostgreSQL by an advisory lock of the transaction. A commit that returned is on the disk (P1).
Readers see one snapshot and never wait for the writer.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import urllib.parse
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event, pool

from storage import archived, epochs, errors, failpoints, journal, keys, schema, scrubbing, sealing, tables, turn

BUSY_SECONDS: Final = 10
"""How long a statement waits for a lock that is not ours to take in turn: a checkpoint, a foreign tool."""
PING_SECONDS: Final = 2.0
"""How long `Database.ping` waits for its turn before it says that the database is not ready."""
FREE_BYTES: Final = 32 * 1024 * 1024
"""Free space under which `Database.ping` says that the disk is full, before SQLite has to."""

# A row that moves to another page leaves nothing behind: no copy of a data key may outlive its erasure.
_PRAGMAS: Final = (
    "journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL", "journal_size_limit=67108864", "secure_delete=FAST",
)  # fmt: skip
_OPTION: Final = "storage_begin"
_READ: Final = ("PRAGMA query_only=ON", "BEGIN")
_WRITE: Final = ("PRAGMA query_only=OFF", "PRAGMA synchronous=FULL", "BEGIN IMMEDIATE")
_HINT: Final = ("PRAGMA query_only=OFF", "PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE")

# All of it belongs to the transaction, so that a pooler between us and the server does no harm. An acknowledgement
# promises a durable commit, whatever the server's default is (P1); whoever stops in the middle loses the turn.
# The number of the lock spells "hcs" in ASCII; any other would do, but it must never change.
_TURN: Final = sa.text("""
    SELECT set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'), true),
           set_config('idle_in_transaction_session_timeout', '60s', true),
           set_config('lock_timeout', '30s', true),
           pg_advisory_xact_lock(6841203)
""")
_FORGETFUL: Final = sa.text(
    "SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', '30s', true)"
)
_BEAT: Final = sa.update(tables.heartbeat).values(beats=tables.heartbeat.c.beats + 1)


class Database:
    """A database and its pool of connections; shared by the threads of a process, and safe to inherit by a fork.

    A child of a process that was in the middle of a statement is refused on SQLite, rather than let do harm.
    """

    def __init__(
        self,
        url: str,
        keyring: sealing.Keyring | None = None,
        mark: Path | None = None,
        archives: Path | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        """See `open`."""
        self.keyring: Final = keyring
        self.archives: Final = archives
        self._url = _normalised(url)
        self._file = _file_of(self._url)
        self._mark = mark
        self._guard = None if mark is None else epochs.Guard(mark, self._file)
        self._read_only = read_only
        self._inherited: list[sa.Engine] = []
        self._used_by_parent = False
        self._turn_of = threading.local()
        self._connect()
        _opened.add(self)

    @classmethod
    def open(
        cls,
        url: str,
        keyring: sealing.Keyring | None = None,
        mark: Path | None = None,
        archives: Path | None = None,
        *,
        read_only: bool = False,
    ) -> Database:
        """Return the database at `url`: `sqlite:///path` or `postgresql://user@host/name`; connects when first used.

        With a `keyring` payloads of packages are sealed and opened; without one they are stored as they are, and
        sealed ones stay closed. By the file `mark` it is recognised when it is not the one that was written last
        (`storage.epochs`). Payloads that were dropped are read from the folder `archives`. With `read_only` a file is
        not written, not even by SQLite itself, and may stand where nobody can write; else SQLite keeps its `-shm` and
        an empty `-wal` beside it. Raises Unsupported for another kind of database, and for one in memory, which could
        promise nothing.
        """
        return cls(url, keyring, mark, archives, read_only=read_only)

    def __reduce__(self) -> tuple[Callable[..., Database], tuple[object, ...]]:
        """Let a spawned process open the same database."""
        url = self._url.render_as_string(hide_password=False)
        return _reopened, (url, self.keyring, self._mark, self.archives, self._read_only)

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is one file beside us."""
        return self._file is not None

    def migrate(self) -> None:
        """Bring the schema to this release, from nothing or from any earlier one; does nothing when it is there."""
        with errors.translated():
            if self._file is not None:
                _create(self._file)
        with self.write() as connection:
            schema.upgrade(connection)

    def check_schema(self) -> None:
        """Raise NotInitialised unless the schema is exactly that of this release."""
        with errors.translated():
            if self._file is not None and not self._file.exists():
                raise errors.NotInitialised(f"{self._file} does not exist; run `gateway init`")
        with self.read() as connection:
            schema.check(connection)

    def recognise(self) -> None:
        """Begin an epoch of the journal if the database is not the one that was written last; cheap where it is."""
        if self._guard is None:
            return
        with self.read() as connection:
            if not self._guard.is_breached(connection):
                return
        with self.write(point="epoch") as connection:
            journal.append(connection, [])

    def ping(self) -> None:
        """Raise NotReady unless a transaction can be written now; cheap enough to be asked every second."""
        with errors.translated():
            if self._file is not None and _free_bytes(self._file) < FREE_BYTES:
                raise errors.NotReady("the disk of the database is full")
            if self._guard is not None:
                self._guard.check_place()
        with self._transaction(self._hinting, PING_SECONDS) as connection:
            connection.execute(_BEAT)
            failpoints.reach("ping.before-commit")

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Open a connection on one snapshot, that of its first statement; writing through it fails."""
        with errors.translated(), self._reading.connect() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self, point: str | None = None) -> Iterator[sa.Connection]:
        """Take the turn, and commit durably when the block ends well; any exception rolls everything back.

        If the process dies before the commit returned, either all of the block is stored or nothing of it.
        `point` names the fail points `<point>.before-commit` and `<point>.after-commit`. Raises NotReady when
        nothing could be stored, RuntimeError when this thread already has the turn.
        """
        with self._transaction(self._writing, None) as connection:
            if self._file is None:
                connection.execute(_TURN)
            yield connection
            if point is not None:
                failpoints.reach(f"{point}.before-commit")
        if point is not None:
            with errors.translated():
                failpoints.reach(f"{point}.after-commit")

    @contextlib.contextmanager
    def hint(self) -> Iterator[sa.Connection]:
        """Open a transaction that a crash of the machine may forget: for hints, never for what was promised.

        It saves the wait for the disk. On PostgreSQL it does not take the turn either: guard by row locks.
        """
        with self._transaction(self._hinting, None) as connection:
            if self._file is None:
                connection.execute(_FORGETFUL)
            yield connection

    def scrub(self) -> bool:
        """Take deleted data keys out of the files too, after the commit; False where a reader still keeps them there.

        Then it is to be done again when those who read for long (a backup, a replay) have ended.
        """
        with errors.translated(), self._turn(None):
            return scrubbing.postgresql(self._engine) if self._file is None else scrubbing.sqlite(self._engine)

    def close(self) -> None:
        """Close every idle connection; those in use close when they are given back."""
        self._engine.dispose()

    def _connect(self) -> None:
        if self._file is None:
            self._engine = _postgresql(self._url)
        else:
            opener = _reader if self._read_only else _opener
            self._engine = _sqlite(_refuse if self._used_by_parent else opener(self._file))
        shelf = None if self.archives is None else archived.Shelf(self.archives)
        self._engine.update_execution_options(**{keys.OPTION: self.keyring, archived.OPTION: shelf})
        self._writing = self._engine.execution_options(**{_OPTION: _WRITE})
        self._hinting = self._engine.execution_options(**{_OPTION: _HINT})
        if self._file is not None:
            self._reading = self._engine.execution_options(**{_OPTION: _READ})
        else:
            self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            # Whatever the server's default is: what a writer reads must be no older than its turn.
            self._writing = self._hinting = self._engine.execution_options(isolation_level="READ COMMITTED")
        if self._guard is not None:
            self._writing = self._writing.execution_options(**{journal.GUARD: self._guard})

    def _before_fork(self) -> None:
        # SQLite keeps its locks in memory of the process: a child that inherits any would believe to hold them.
        if self._file is not None and isinstance(self._engine.pool, pool.QueuePool):
            self._used_by_parent = self._engine.pool.checkedout() > 0
            if not self._used_by_parent:
                self._engine.dispose()

    def _after_fork(self) -> None:
        # What the parent has open stays, unused and never closed here: it is still the parent's.
        self._inherited.append(self._engine)
        self._turn_of = threading.local()
        self._connect()

    @contextlib.contextmanager
    def _transaction(self, engine: sa.Engine, patience: float | None) -> Iterator[sa.Connection]:
        with errors.translated(), self._turn(patience):
            transaction = engine.begin() if self._guard is None else self._guard.marking(engine.begin())
            with transaction as connection:
                yield connection

    @contextlib.contextmanager
    def _turn(self, patience: float | None) -> Iterator[None]:
        if getattr(self._turn_of, "mine", False):
            raise RuntimeError("this thread is already writing; it would wait for itself")
        self._turn_of.mine = True
        try:
            if self._file is None:
                yield
            else:
                with turn.taken(self._file, patience):
                    yield
        finally:
            self._turn_of.mine = False


def _reopened(
    url: str,
    keyring: sealing.Keyring | None,
    mark: Path | None,
    archives: Path | None,
    read_only: bool,  # noqa: FBT001  # as pickle hands it over
) -> Database:
    return Database(url, keyring, mark, archives, read_only=read_only)


_opened: Final[weakref.WeakSet[Database]] = weakref.WeakSet()


def _before_fork() -> None:
    for database in list(_opened):
        database._before_fork()  # noqa: SLF001  # same module: part of the class


def _after_fork() -> None:
    for database in list(_opened):
        database._after_fork()  # noqa: SLF001  # same module: part of the class


os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def _normalised(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        raise errors.Unsupported("the URL cannot be read; use sqlite:///path or postgresql://user@host/name") from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername != "sqlite":
        raise errors.Unsupported(
            f"not a database of this gateway: {parsed.drivername}; use sqlite:/// or postgresql://"
        )
    if parsed.database in {None, "", ":memory:"}:
        raise errors.Unsupported("a database in memory promises nothing; name a file: sqlite:///path")
    return parsed


def _file_of(url: sa.URL) -> Path | None:
    return Path(str(url.database)).absolute() if url.drivername == "sqlite" else None


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    # Messages hold personal data: nobody but the gateway's user reads the file (SQLite gives its -wal the same mode).
    os.close(os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))


def _free_bytes(file: Path) -> int:
    disk = os.statvfs(file.parent)
    return disk.f_bavail * disk.f_frsize


def _opener(file: Path) -> Callable[[], sqlite3.Connection]:
    address = f"file:{urllib.parse.quote(str(file))}?mode=rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def _reader(file: Path) -> Callable[[], sqlite3.Connection]:
    # Without a -wal nobody has the database open; where nobody can write, nobody will: then no lock is needed either,
    # which could not be kept there. In every other case readers and writers have to know of each other.
    is_fixed, wal = not os.access(file.parent, os.W_OK), Path(f"{file}-wal")
    if is_fixed and wal.exists() and not Path(f"{file}-shm").exists():
        raise errors.NotReady(
            f"{wal} may hold entries, and to read it something has to be written beside it: copy both files to a "
            "folder that can be written"
        )
    is_frozen = is_fixed and not wal.exists()
    address = f"file:{urllib.parse.quote(str(file))}?mode=ro{'&immutable=1' if is_frozen else ''}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    return connect


def _refuse() -> sqlite3.Connection:
    raise RuntimeError("forked while its parent used the database: SQLite cannot be used here without harm")


def _sqlite(connect: Callable[[], sqlite3.Connection]) -> sa.Engine:
    engine = sa.create_engine(
        "sqlite://", creator=connect, poolclass=pool.QueuePool, pool_size=16, max_overflow=112, pool_timeout=10
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    # sqlite3 would begin by itself, too late and never IMMEDIATE; with isolation_level None it leaves that to us.
    cursor = connection.connection.cursor()
    for statement in connection.get_execution_options().get(_OPTION, _READ):
        cursor.execute(statement)
    cursor.close()


def _postgresql(url: sa.URL) -> sa.Engine:
    # A network that swallows everything must end in an error too, and not in waiting for ever.
    bounds = {"connect_timeout": BUSY_SECONDS, "tcp_user_timeout": 30_000}
    return sa.create_engine(url, pool_size=8, max_overflow=24, pool_timeout=10, connect_args=bounds)
