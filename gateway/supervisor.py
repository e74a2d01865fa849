"""The parent of a group of processes: starts them, starts again what dies, and ends them together.

Signals are awaited, never handled: SIGTERM, SIGINT and SIGCHLD are blocked here and, by inheritance, in every child, so
none can arrive at a bad moment, and Ctrl-C reaches the parent alone. Each child holds the reading end of a pipe, its
lifeline: when the parent is gone, however it went, the pipe ends, and so does the child (`gateway.child`).
"""

from __future__ import annotations

import dataclasses
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

log: Final = logging.getLogger("gateway.processes")

GRACE: Final = 30.0
"""Seconds that processes have to finish what they are doing before they are killed."""
_WATCHED: Final = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})
_SOON: Final = 5.0
"""A process that lived shorter than this many seconds is started again after a pause, doubled each time."""
_PAUSES: Final = (0.2, 10.0)


@dataclasses.dataclass(frozen=True, slots=True)
class Command:
    """What a process runs: a module of ours and its arguments; the lifeline's descriptor is added as the last one."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()
    """Open files that the process inherits."""


@dataclasses.dataclass(slots=True)
class _Place:
    """Where one process after the other runs a command."""

    command: Command
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    pause: float = _PAUSES[0]
    due: float = 0.0
    """Monotonic time at which a process that died is started again."""


class Supervisor:
    """A group of processes with one fate; to be used in the main thread, inside `watching()`."""

    def __init__(
        self, commands: Sequence[Command], environ: Mapping[str, str], *, on_exit: Callable[[int], None]
    ) -> None:
        """`on_exit` is told the pid of every process that has ended."""
        self._places = [_Place(command) for command in commands]
        # The children import what this process imports, wherever it was started from.
        self._environ = {**environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._on_exit = on_exit
        self._lifeline, self._end_of_lifeline = os.pipe()
        self.deaths = 0
        """How many processes have ended without being asked to."""

    def start(self) -> None:
        """Start every process."""
        for place in self._places:
            self._spawn(place)

    def wait(self, seconds: float | None = None) -> bool:
        """Keep the processes alive for so long, or without end; True as soon as a signal asks to stop."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while True:
            if _await(_nearest(deadline, *(place.due for place in self._places if place.process is None))):
                return True
            self._bury()
            for place in self._places:
                if place.process is None and place.due <= time.monotonic():
                    self._spawn(place)
            if deadline is not None and time.monotonic() >= deadline:
                return False

    def stop(self) -> bool:
        """Ask every process to finish and wait for them; False where one had to be killed or failed at the end.

        A second signal means at once.
        """
        for place in self._places:
            if place.process is not None:
                place.process.terminate()
        deadline = time.monotonic() + GRACE
        while self._running() and time.monotonic() < deadline:
            if _await(deadline):
                break
        codes = [_end(place.process, place.command.name) for place in self._places if place.process is not None]
        os.close(self._lifeline)
        os.close(self._end_of_lifeline)
        return not any(codes)

    def _running(self) -> bool:
        return any(place.process is not None and place.process.poll() is None for place in self._places)

    def _spawn(self, place: _Place) -> None:
        command = place.command
        place.born = time.monotonic()
        place.process = subprocess.Popen(  # noqa: S603  # our own modules
            [sys.executable, "-P", "-m", command.module, *command.arguments, str(self._lifeline)],
            env=self._environ,
            pass_fds=(self._lifeline, *command.descriptors),
            stdin=subprocess.DEVNULL,
        )
        log.info("process started", extra={"facts": {"process": command.name, "child": place.process.pid}})

    def _bury(self) -> None:
        for place in self._places:
            if place.process is None or place.process.poll() is None:
                continue
            code, pid = place.process.returncode, place.process.pid
            now = time.monotonic()
            place.pause = min(place.pause * 2, _PAUSES[1]) if now - place.born < _SOON else _PAUSES[0]
            place.process, place.due = None, now + place.pause
            self.deaths += 1
            self._on_exit(pid)
            facts = {"process": place.command.name, "child": pid, "exit": code, "again_in": place.pause}
            log.error("process ended", extra={"facts": facts})


@contextmanager
def watching() -> Iterator[None]:
    """Block the signals that the supervisor awaits for as long as the block lasts."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _await(deadline: float | None) -> bool:
    """Wait for a signal until the deadline; True if it asks to stop."""
    if deadline is None:
        return signal.sigwait(_WATCHED) != signal.SIGCHLD
    told = signal.sigtimedwait(_WATCHED, max(deadline - time.monotonic(), 0.0))
    return told is not None and told.si_signo != signal.SIGCHLD


def _end(process: subprocess.Popen[bytes], name: str) -> int:
    """Kill a process that is still there; return its exit code, and say what is wrong with it."""
    late = process.poll() is None
    if late:
        process.kill()
    code = process.wait()
    if code:
        log.error("process killed" if late else "process failed", extra={"facts": {"process": name, "exit": code}})
    return code


def _nearest(*deadlines: float | None) -> float | None:
    return min((each for each in deadlines if each is not None), default=None)
