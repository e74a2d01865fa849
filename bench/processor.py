"""Processor time: that of this process and of the PostgreSQL backends on this machine that work for a database.

Others use the machine too, so what a clock on the wall says is worth little. Waiting for the disk is not in it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

_NANOSECONDS: Final = 1e9


def seconds(step: Callable[[], object], database: str = "") -> float:
    """Return what one step costs; `database` is the name of the PostgreSQL database, empty for SQLite."""
    before = _now(database)
    step()
    return _now(database) - before


def _now(database: str) -> float:
    return time.process_time() + (sum(_backends(database)) if database else 0.0)


def _backends(database: str) -> Iterator[float]:
    """Yield the seconds of each backend: its title is `postgres: user database address state`, its schedstat ns."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended meanwhile
            title = (process / "cmdline").read_bytes().split(b" ")
            if title[0] == b"postgres:" and database.encode() in title[1:3]:
                yield int((process / "schedstat").read_bytes().split()[0]) / _NANOSECONDS
