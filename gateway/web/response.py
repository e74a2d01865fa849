"""One HTTP answer as a value."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from gateway.soap import envelope

XML: Final = "text/xml; charset=utf-8"
TEXT: Final = "text/plain; charset=utf-8"

_EXTRA: Final = {"401": ("WWW-Authenticate", 'Basic realm="hcs-gateway"'), "405": ("Allow", "POST")}


@dataclasses.dataclass(frozen=True, slots=True)
class Response:
    """Status line, media type and body; code, operation and acceptance are for log and metrics."""

    status: str
    media_type: str
    body: bytes = b""
    code: str = ""
    """Wire code of a fault."""
    operation: str = ""
    """Operation that was answered, where it was."""
    accepted: bool = False
    """Whether the answer acknowledges a package."""
    lines: tuple[tuple[str, str], ...] = ()
    """Further header lines."""
    stream: Iterable[bytes] | None = None
    """A body that is too large to be in memory, in place of `body`."""
    length: int = 0
    """Bytes of `stream`."""

    @property
    def kind(self) -> str:
        """What sort of answer it is: acknowledgement, answer, fault or page."""
        if self.code:
            return "fault"
        if self.accepted:
            return "acknowledgement"
        return "answer" if self.operation else "page"

    def headers(self) -> list[tuple[str, str]]:
        """Return the header lines, with those that the status demands (RFC 9110 §11.6.1, §15.5.6)."""
        length = len(self.body) if self.stream is None else self.length
        lines = [("Content-Type", self.media_type), ("Content-Length", str(length)), *self.lines]
        extra = _EXTRA.get(self.status[:3])
        return [*lines, extra] if extra else lines


def fault(status: str, code: str, text: str) -> Response:
    """Return a SOAP fault under this HTTP status."""
    return Response(status, XML, envelope.fault(code, text), code)
