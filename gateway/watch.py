"""How processes live beside each other: each follows what is changed, and some work only one does.

A thread looks once a second. Looking must be cheap where nothing has changed. Whatever goes wrong, what was in force
stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

EVERY: Final = 1.0
"""Seconds between two looks."""
PAUSE: Final = 10.0
"""Seconds until the next look after one that has failed."""


def follow(
    stop: threading.Event,
    refresh: Callable[[], bool],
    changed: Callable[[], None],
    *,
    log: logging.Logger,
    failure: str,
) -> None:
    """Call `refresh` once a second until `stop` is set, and `changed` each time it says that something changed.

    What it raises is logged under the name `failure`.
    """
    pause = EVERY
    while not stop.wait(pause):
        pause = EVERY
        try:
            if refresh():
                changed()
        except Exception:  # whatever it is, what was in force stays
            log.exception(failure)
            pause = PAUSE


@contextlib.contextmanager
def alone(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Hold the lock file `path` for the block; False where another one holds it, unless it is waited for."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        is_ours = True
    except BlockingIOError:
        is_ours = False
    try:
        yield is_ours
    finally:
        os.close(descriptor)
