"""The turn of the one writer of a SQLite file: a lock between threads and processes that blocks instead of polling."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

from storage import errors


@contextlib.contextmanager
def taken(file: Path, patience: float | None) -> Iterator[None]:
    """Hold the lock `<file>.lock` for the block; the system gives it back when the process dies.

    Waits for as long as it takes, or at most `patience` seconds and then raises NotReady.
    """
    # A file description of its own for every turn: threads exclude each other by it just as processes do.
    descriptor = os.open(f"{file}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor, patience)
        try:
            yield
        finally:
            # Said aloud, because a child forked meanwhile holds the same description and would keep the lock.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, patience: float | None) -> None:
    if patience is None:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise errors.NotReady(f"another writer has had the turn for {patience:g} s") from None
            time.sleep(0.01)
        else:
            return
