"""First step: what HTTP alone can refuse, before any byte of the body is looked at (design, "intake.guard").

Method, media type, size and completeness of the body. Nothing here is about XML.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.message import Message
from typing import Any, Final, Protocol

from gateway import errors

_MEDIA_TYPES: Final = frozenset({"text/xml", "application/soap+xml", "application/xml"})
_CHUNK: Final = 1 << 20
_LENGTH_DIGITS: Final = 18
"""More digits than any length has; Python itself refuses to read thousands of them."""

Environ = Mapping[str, Any]
"""A WSGI environment (PEP 3333)."""


class HttpRefused(errors.Rejected):
    """HTTP itself is wrong; `status` is the status line that goes with the fault."""

    def __init__(self, status: str, code_id: str, detail: str) -> None:
        self.status: Final = status
        super().__init__(code_id, detail)


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def inspect(environ: Environ, *, max_body: int) -> None:
    """Refuse by the headers alone; raises HttpRefused with 405, 415, 413 or 400."""
    if environ["REQUEST_METHOD"] != "POST":
        raise HttpRefused("405 Method Not Allowed", errors.TRANSPORT_INVALID, "пакеты принимаются методом POST")
    _check_media_type(environ)
    length = _declared(environ)
    if length is not None and length > max_body:
        raise _too_large(max_body)


def body(environ: Environ, *, max_body: int) -> bytes:
    """Return the whole body; raises HttpRefused with 413, or 400 where it ends before its declared length."""
    declared = _declared(environ)
    raw = _read_all(environ["wsgi.input"], declared, max_body)
    if declared is not None and len(raw) != declared:
        raise HttpRefused(
            "400 Bad Request",
            errors.TRANSPORT_INVALID,
            f"тело оборвано: объявлено байт {declared}, получено {len(raw)}",
        )
    return raw


def _check_media_type(environ: Environ) -> None:
    message = Message()
    message["Content-Type"] = environ.get("CONTENT_TYPE", "")
    media_type, charset = message.get_content_type(), message.get_content_charset("utf-8")
    if media_type not in _MEDIA_TYPES or charset not in ("utf-8", "us-ascii"):
        raise HttpRefused(
            "415 Unsupported Media Type",
            errors.TRANSPORT_INVALID,
            "нужен Content-Type: text/xml; charset=utf-8 (или application/soap+xml)",
        )
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise HttpRefused("415 Unsupported Media Type", errors.TRANSPORT_INVALID, "сжатое тело не принимается")


def length(environ: Environ) -> int | None:
    """Return Content-Length in bytes; None where there is none, or none that is a number."""
    declared = environ.get("CONTENT_LENGTH") or ""
    is_number = declared.isascii() and declared.isdigit() and len(declared) <= _LENGTH_DIGITS
    return int(declared) if is_number else None


def _declared(environ: Environ) -> int | None:
    """Return Content-Length; None for a chunked body, which has none."""
    declared = length(environ)
    if declared is None and environ.get("CONTENT_LENGTH"):
        raise HttpRefused("400 Bad Request", errors.TRANSPORT_INVALID, "неверный Content-Length")
    return declared


def _read_all(stream: _Stream, declared: int | None, limit: int) -> bytes:
    """Read to the declared length, or to the end of a chunked body, never past the limit."""
    chunks, size = [], 0
    while declared is None or size < declared:
        chunk = stream.read(_CHUNK if declared is None else min(_CHUNK, declared - size))
        if not chunk:
            break
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> HttpRefused:
    return HttpRefused("413 Content Too Large", errors.TOO_LARGE, f"пакет больше допустимых {limit} байт")
