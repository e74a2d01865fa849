"""How a process follows what is changed beside it while it works: a thread looks once a second.

Looking must be cheap where nothing has changed. Whatever goes wrong, what was in force stays.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
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
