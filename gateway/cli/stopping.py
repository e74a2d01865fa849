"""SIGTERM ends a command as Ctrl-C does: what was begun is put away, no process and no folder is left behind."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """Leave the block with exit code 0 at SIGTERM; a server that runs inside may have handlers of its own."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
