"""Logs for machines: one JSON object a line on stderr, and never business data (P16).

    {"time": …, "level": …, "logger": …, "event": …, "pid": …, "facts": {…}, "error": {…}}

`event` is what happened, in words that never change from one time to the next; what differs stands in `facts`, given as
`extra={"facts": {…}}`. An exception is told by its type and the places it passed. Its message is left out, because
messages quote values, except where the operating system or SQLite speaks, who know no values.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import sqlite3
import sys
import traceback
from typing import Final, TextIO

from gateway import errors
from storage import errors as storage_errors

LEVELS: Final = ("debug", "info", "warning", "error")

_SPEAKING: Final = (OSError, sqlite3.OperationalError, storage_errors.StorageError, errors.Unavailable)
_MOST_CAUSES: Final = 8


class Formatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        line: dict[str, object] = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "pid": record.process,
        }
        facts = getattr(record, "facts", None)
        if facts:
            line["facts"] = facts
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = _explain(record.exc_info[1])
        return json.dumps(line, default=str)


def configure(level: str, stream: TextIO | None = None) -> None:
    """Send every log of this process, warnings too, to `stream` (stderr) as JSON lines; `level` is one of LEVELS.

    May be called again; libraries speak from `warning` on, except at the level `debug`.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper() if level == "debug" else max(logging.WARNING, _number(level)))
    for name in ("gateway", "signing", "storage"):
        logging.getLogger(name).setLevel(_number(level))
    logging.captureWarnings(capture=True)


def _number(level: str) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _explain(error: BaseException) -> dict[str, object]:
    """Return the error and what it came from, the nearest cause first."""
    causes: list[dict[str, object]] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _MOST_CAUSES:
        causes.append(_tell(cause))
        cause = cause.__cause__ or cause.__context__
    told = _tell(error)
    return {**told, "causes": causes} if causes else told


def _tell(error: BaseException) -> dict[str, object]:
    told: dict[str, object] = {"type": _type(error), "traceback": _places(error)}
    if isinstance(error, _SPEAKING):
        told["message"] = str(error)
    return told


def _type(error: BaseException) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


def _places(error: BaseException) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
