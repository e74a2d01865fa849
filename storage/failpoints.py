"""Named places where a test can make this process fail as the real world does: killed, broken, disk full.

`GATEWAY_FAILPOINT=name:action[:n]` acts at the n-th passage of the point, without a number at every one; the
actions are `kill` (SIGKILL to itself), `raise` (FailPoint) and `enospc` (OSError, disk full).
Without the variable a point costs one look into the environment.
"""

from __future__ import annotations

import collections
import errno
import os
import signal
import threading
from typing import Final

VARIABLE: Final = "GATEWAY_FAILPOINT"

_passages: collections.Counter[str] = collections.Counter()
_counting: Final = threading.Lock()


class FailPoint(RuntimeError):
    """Raised by the action `raise`: stands for a defect of our own at this place."""


def reach(name: str) -> None:
    """Fail here if the environment asks for it; raises ValueError for an action that does not exist."""
    spec = os.environ.get(VARIABLE)
    if not spec:
        return
    wanted, _, rest = spec.partition(":")
    if wanted != name:
        return
    action, _, nth = rest.partition(":")
    with _counting:
        _passages[name] += 1
        due = not nth or _passages[name] == int(nth)
    if due:
        _act(action, name)


def forget() -> None:
    """Begin to count passages anew."""
    with _counting:
        _passages.clear()


def _act(action: str, name: str) -> None:
    if action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "raise":
        raise FailPoint(name)
    elif action == "enospc":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    else:
        raise ValueError(f"{VARIABLE}: no such action: {action!r}")
