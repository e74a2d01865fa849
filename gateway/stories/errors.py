"""What can end a story before its time.

GatewayError
└── Surprise    an answer is not the one that was expected; what comes later stands on it, so nothing comes later
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gateway import errors


class Surprise(errors.GatewayError):
    """An answer that is not as expected."""

    def __init__(self, differences: Iterable[str]) -> None:
        self.differences: Final = tuple(differences)
        """What was found, and what was expected; one sentence each, at least one."""
        super().__init__("; ".join(self.differences))
