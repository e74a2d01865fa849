"""What can be wrong with a dictionary that somebody wants to load."""

from __future__ import annotations

from gateway import errors


class BadDictionary(errors.GatewayError):
    """The file is refused whole; the message says where and why."""

    def __init__(self, place: str, line: int | None, reason: str) -> None:
        super().__init__(f"{place}{f':{line}' if line else ''}: {reason}")
        self.line = line
        self.reason = reason
