"""SIGTERM and a closed terminal end a command as Ctrl-C does: no process and no folder is left behind."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def orderly() -> Iterator[None]:
    """Leave the block with exit code 0 at SIGTERM and SIGHUP; a server inside may have handlers of its own."""

    def leave(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signals = [signal.SIGTERM]
    # nohup asks to stay: its wish is kept.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signals.append(signal.SIGHUP)
    before = {each: signal.signal(each, leave) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
