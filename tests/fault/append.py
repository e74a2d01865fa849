"""One append, in a process whose system calls fail: a package, a file or a checkpoint, as the file `what` says.

What could not be done is tried once more in the same process. The lines are those of `day`, and `refused WHY`.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
from collections.abc import Callable
from pathlib import Path

from tests import stand as stands
from tests.fault import day

_PR_SET_PTRACER = 0x59616D61
_ANYBODY = ctypes.c_ulong(-1)


def main(folder: Path, database: str = "") -> None:
    what = (folder / "what").read_text("ascii")
    logging.disable()
    opened = stands.Reopened(day.settings(folder, database))
    _wait_for_tracer()
    try:
        STEPS[what](opened, folder, day.say)
    except day.FAULTS as error:
        day.say("refused", type(error).__name__)
        STEPS[what](opened, folder, day.say)
    # Faults are counted in each thread: a package is written by one of its own, and that alone shall meet any.
    if what != "package":
        opened.close()


def _wait_for_tracer() -> None:
    """Stop until somebody has attached himself; where the kernel has Yama it is told that anybody may."""
    ctypes.CDLL(None).prctl(_PR_SET_PTRACER, _ANYBODY, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)


STEPS: dict[str, Callable[[stands.Stand, Path, day.Say], None]] = {
    "package": day.send,
    "file": day.upload_whole,
    "checkpoint": day.publish,
}
