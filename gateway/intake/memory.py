"""Answers remembered for a short time, so many and no more; when there is no room the oldest goes."""

from __future__ import annotations

import threading
import time
from collections.abc import Hashable
from typing import Final

MISSING: Final = object()
"""What `Memory.get` returns for a question that has no remembered answer."""


class Memory:
    """A bounded store of answers; safe for threads."""

    def __init__(self, most: int) -> None:
        """`most`: number of answers that are kept at the same time."""
        self._most = most
        self._answers: dict[Hashable, tuple[float, object]] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> object:
        """Return the answer, or MISSING when there is none or its time is over."""
        found = self._answers.get(key)
        return found[1] if found and found[0] > time.monotonic() else MISSING

    def put(self, key: Hashable, answer: object, seconds: float) -> None:
        """Remember an answer for so many seconds."""
        with self._lock:
            self._answers.pop(key, None)
            while len(self._answers) >= self._most:
                del self._answers[next(iter(self._answers))]
            self._answers[key] = (time.monotonic() + seconds, answer)
