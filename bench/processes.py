"""Servers under measurement: started with a stand of their own, watched through /proc, stopped."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from gateway import settings

ROOT: Final = Path(__file__).resolve().parents[1]
_TICK: Final = os.sysconf("SC_CLK_TCK")
_PATIENCE: Final = 60.0


@contextlib.contextmanager
def running(
    command: Sequence[str], conf: settings.Settings, *, descriptors: Sequence[int] = (), errors: Path
) -> Iterator[int]:
    """Run a server until the block ends; yields the pid under which all its processes are. Logs go to a file."""
    environ = {**os.environ, **settings.environment(conf), "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])}
    with errors.open("ab") as log:
        process = subprocess.Popen(command, env=environ, stdout=log, stderr=log, pass_fds=descriptors, cwd=ROOT)
    try:
        until_ready(conf.host, conf.port, process)
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT if "uwsgi" in command[0] else signal.SIGTERM)
        process.wait(_PATIENCE)


def until_ready(host: str, port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until /readyz answers 200; raises RuntimeError where the server ends or the time does."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.client.OK:
                return
        time.sleep(0.1)
    raise RuntimeError("the server does not become ready")


def family(pid: int) -> list[int]:
    """Return a process and everything that it has started, directly or not."""
    children = [int(each) for task in Path(f"/proc/{pid}/task").iterdir() for each in _words(task / "children")]
    return [pid, *(found for child in children for found in family(child))]


def cpu_seconds(pids: Sequence[int]) -> float:
    """Return the processor time, user and system, that the processes have used so far."""
    return sum(sum(map(int, _fields(pid)[11:13])) for pid in pids) / _TICK


def memory_mb(pids: Sequence[int]) -> float:
    """Return the memory of the processes, shared pages divided among those who share them (PSS)."""
    return sum(_memory(pid).get("Pss:", 0) for pid in pids) / 1024


def address(url: str) -> tuple[str, int]:
    """Return host and port of an address."""
    parts = urlsplit(url)
    return str(parts.hostname), int(parts.port or 80)


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except FileNotFoundError:
        return []


def _memory(pid: int) -> Mapping[str, int]:
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    return {words[0]: int(words[1]) for words in lines}
