"""The life of a process that a supervisor has started: until SIGTERM, or until the supervisor is gone.

Both end in the same graceful stop, and a stop that takes too long ends by force, so nothing lingers.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from typing import Final, NoReturn

from gateway import supervisor

log: Final = logging.getLogger("gateway.processes")

OVERDUE: Final = supervisor.GRACE + 5.0
"""Later than the supervisor's own patience: this is for the child whose supervisor is gone."""


def prepare() -> None:
    """Block the signals that are awaited later; before any thread is started, because threads inherit it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})


def settle() -> None:
    """Tell the collector that what stands now stands for long: it need not look at it again until the next call."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def wait(lifeline: int) -> None:
    """Return when it is time to stop; from then on the process has `GRACE` seconds before it ends by force."""
    threading.Thread(target=_watch, args=(lifeline,), name="lifeline", daemon=True).start()
    signal.sigwait({signal.SIGTERM})
    overdue = threading.Timer(OVERDUE, _give_up)
    overdue.daemon = True
    overdue.start()


def leave(code: int) -> NoReturn:
    """End the process here and now, its work done.

    The interpreter is not taken down piece by piece: threads of native libraries are still in it, and those of granian
    abort the process when they find it gone.
    """
    logging.shutdown()
    sys.stderr.flush()
    os._exit(code)


def _watch(lifeline: int) -> None:
    # Nobody ever writes: the read ends when the last writer, the supervisor, is gone.
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)


def _give_up() -> None:
    log.error("stop takes too long")
    os._exit(1)
