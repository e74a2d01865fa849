"""A Python that has imported and compiled everything, and forks the processes that are killed: milliseconds for each.

`Nursery` is its other end. A process that it forks runs a function `main(folder, database)` of a module beside this
one, and is like a freshly started one in all that matters: it opens the installation itself, and nothing of it is open
before.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import json
import logging
import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Self

from storage import failpoints
from storage.database import Database

ROOT = Path(__file__).resolve().parents[2]
LONG = 120.0
"""Seconds after which a process hangs."""


class Nursery:
    """Starts processes one after another, and tells how each has ended."""

    def __init__(self) -> None:
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        environ.pop(failpoints.VARIABLE, None)
        command = [sys.executable, "-m", "tests.fault.nursery"]
        self._process = subprocess.Popen(
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait(LONG)
        self._process.stdout.close()

    def begin(self, name: str, folder: Path, database: str = "", *, point: str = "") -> Child:
        """Fork a process that runs `tests.fault.NAME`, killed at a point or not."""
        log = folder / "said"
        log.write_bytes(b"")
        order = [name, str(folder), database, str(log), point]
        self._process.stdin.write(f"{json.dumps(order)}\n")
        pid = int(self._process.stdout.readline())
        return Child(pid, os.pidfd_open(pid), log, self)

    def run(self, name: str, folder: Path, database: str = "", *, point: str = "") -> Child:
        """Fork a process and wait for its end."""
        child = self.begin(name, folder, database, point=point)
        child.wait()
        return child

    def status(self, child: Child) -> int:
        """Wait for the end of the process that was begun last; one that hangs is killed, and AssertionError raised."""
        ends = select.select([self._process.stdout], [], [], LONG)[0]
        if not ends:
            child.kill()
        code = int(self._process.stdout.readline())
        assert ends, f"the process hangs:\n{child.log.read_text('utf-8')}"
        return code


@dataclasses.dataclass(slots=True)
class Child:
    """A process that may be killed."""

    pid: int
    descriptor: int
    log: Path
    nursery: Nursery
    code: int | None = None

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def wait(self) -> int:
        """Return its exit code, negative for a signal; its traceback is raised if it had one."""
        if self.code is None:
            self.code = self.nursery.status(self)
            os.close(self.descriptor)
        if self.code not in (0, -signal.SIGKILL):
            raise AssertionError(f"exit {self.code}:\n{self.log.read_text('utf-8')}")
        return self.code

    @property
    def was_killed(self) -> bool:
        return self.wait() == -signal.SIGKILL

    def said(self, word: str) -> list[list[str]]:
        """Return what follows on the whole lines that begin with `word`."""
        lines = re.findall(rf"^{word} (.*)\n", self.log.read_text("utf-8"), re.MULTILINE)
        return [line.split() for line in lines]


def serve() -> None:
    """Fork a process for each order that is read, until there are no more."""
    _warm()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            os._exit(_child(*order))
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _child(name: str, folder: str, database: str, log: str, point: str) -> int:
    if point:
        os.environ[failpoints.VARIABLE] = point
    said = os.open(log, os.O_WRONLY | os.O_APPEND)
    os.dup2(said, 1)
    os.dup2(said, 2)
    try:
        importlib.import_module(f"tests.fault.{name}").main(Path(folder), database)
    except BaseException:  # noqa: BLE001  # whatever it was: it is told
        traceback.print_exc()
        return 1
    return 0


def _warm() -> None:
    """Do once what every process would do first: import, read the contract, compile its schemas in this thread."""
    from tests.fault import busy, day  # only here: a test that imports `Nursery` needs none of it

    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        day.prepare(Path(folder))
        for each in (day, busy):
            each.main(Path(folder), say=lambda *_: None)
    Database.open("postgresql://nobody@nowhere/nothing").close()
    logging.disable(logging.NOTSET)


if __name__ == "__main__":
    serve()
