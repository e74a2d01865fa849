"""A private PostgreSQL for tests: from the binaries of the machine, in a folder of its own, gone afterwards.

Runs as a user other than root (PostgreSQL insists), on a free port of the loopback, with fsync on. Where there are
no binaries, or root has no other user to become, the tests that need it are skipped and say why.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from storage.database import Database

_FOLDERS = "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin"
_USERS = "postgres", "nobody"
_SECONDS = 60
_COLLATION = "C"  # the same order on every machine


Statement = tuple[str, Any]
"""SQL and its parameters, as the driver gets them."""


@dataclasses.dataclass(slots=True)
class Server:
    """A running PostgreSQL."""

    binaries: Path
    folder: Path
    port: int
    _names: Iterator[int] = dataclasses.field(default_factory=itertools.count)
    _process: subprocess.Popen[bytes] | None = None
    _clean: str | None = None
    _migration: list[Statement] = dataclasses.field(default_factory=list)
    """What made the schema of the clean database, to be said again without finding it out again."""

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://tests@127.0.0.1:{self.port}/{database}"

    def new_database(self) -> str:
        """Create an empty database and return its URL; it goes when the server goes."""
        name = f"test_{next(self._names)}"
        self._execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def kept_database(self, name: str) -> str:
        """Return the URL of a database that stays in a folder that is kept; it is created where it is not there."""
        with contextlib.suppress(sa.exc.ProgrammingError):  # it is there
            self._execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def clean_database(self) -> str:
        """Return the URL of a database with nothing but the current schema: always the same one, made clean."""
        if self._clean is None:
            self._clean = self.new_database()
            with _noted() as self._migration:
                database = Database.open(self._clean)
                database.migrate()
                database.close()
        else:
            self._execute(
                # Whoever the last test has left behind would keep its tables locked.
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()",
                "BEGIN",
                "DROP SCHEMA public CASCADE",
                "CREATE SCHEMA public",
                *self._migration,
                "COMMIT",
                database=str(sa.make_url(self._clean).database),
            )
        return self._clean

    def start(self) -> None:
        """Start it as our child, and wait until it answers."""
        options = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=on", "log_min_messages=fatal")
        settings = [word for option in options for word in ("-c", option)]
        command = [str(self.binaries / "postgres"), "-D", str(self.folder / "data"), "-p", str(self.port), *settings]
        # If this process is killed, its server must not stay behind.
        self._process = subprocess.Popen(
            _as_server("--pdeathsig=INT", *command), cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + _SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL did not start")
            time.sleep(0.05)

    def stop(self, sent: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it: SIGQUIT at once, as a crash does; SIGINT in order."""
        if self._process is not None:
            self._process.send_signal(sent)
            self._process.wait(_SECONDS)
            self._process = None

    def _answers(self) -> bool:
        with contextlib.suppress(sa.exc.OperationalError):
            self._execute("SELECT 1")
            return True
        return False

    def _execute(self, *statements: str | Statement, database: str = "postgres") -> None:
        url = self.url(database).replace("postgresql:", "postgresql+psycopg:")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                text, parameters = (statement, None) if isinstance(statement, str) else statement
                connection.exec_driver_sql(text, parameters or None)


@contextlib.contextmanager
def _noted() -> Iterator[list[Statement]]:
    """Note every statement that SQLAlchemy executes."""
    noted: list[Statement] = []

    def note(connection, cursor, statement, parameters, context, executemany):
        noted.append((statement, parameters))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for the whole run; a test that stops it starts it again."""
    with running() as server:
        yield server


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Make a server, and leave nothing of it behind."""
    folder = Path(tempfile.mkdtemp(prefix="hcs-gateway-postgres-"))
    try:
        with _served(folder, signal.SIGQUIT) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def kept(folder: Path) -> Iterator[Server]:
    """Run the server of a folder, which is made the first time, and stop it in order."""
    folder.mkdir(exist_ok=True)
    with _served(folder, signal.SIGINT) as server:
        yield server


@contextlib.contextmanager
def _served(folder: Path, end: signal.Signals) -> Iterator[Server]:
    server = Server(_binaries(), folder, _free_port())
    if os.geteuid() == 0:
        shutil.chown(folder, _other_user())
    if not (folder / "data").exists():
        _make_cluster(server)
    try:
        server.start()
        yield server
    finally:
        server.stop(end)


def _make_cluster(server: Server) -> None:
    command = [str(server.binaries / "initdb"), "-D", str(server.folder / "data"), "-U", "tests"]
    options = ["--auth=trust", f"--locale={_COLLATION}", "--encoding=UTF8", "--no-sync"]
    done = subprocess.run(
        _as_server(*command, *options), cwd="/", stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False
    )
    if done.returncode:
        raise RuntimeError(f"initdb: {done.stderr.decode(errors='replace')}")


def _as_server(*command: str) -> list[str]:
    """Return the command line that runs `command` as a user that PostgreSQL accepts."""
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not there: it makes the server end with the tests, and not run as root")
    become = [f"--reuid={_other_user()}", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *become, *command]


def _binaries() -> Path:
    found = [path.parent for pattern in _FOLDERS for path in Path("/").glob(f"{pattern[1:]}/initdb")]
    on_path = shutil.which("initdb")
    if on_path is not None:
        found.append(Path(on_path).resolve().parent)
    if not found:
        pytest.skip("PostgreSQL's server binaries are not on this machine (Debian: apt-get install postgresql)")
    return max(found, key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))])


def _other_user() -> str:
    for name in _USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    pytest.skip(f"PostgreSQL does not run as root, and there is no user {' or '.join(_USERS)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
