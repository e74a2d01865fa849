"""The one place that asks for the time and for fresh identifiers, so that tests and replay can answer instead."""

from __future__ import annotations

import datetime as dt
import functools
import uuid

MOSCOW = dt.timezone(dt.timedelta(hours=3), "MSK")


def now() -> dt.datetime:
    """Return the current moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


@functools.lru_cache(maxsize=16)  # a package tells its own moment a thousand times
def wire(moment: dt.datetime) -> str:
    """Return `moment` as the wire writes it: xs:dateTime, milliseconds, +03:00 (protocol §1.6)."""
    return moment.astimezone(MOSCOW).isoformat(timespec="milliseconds")


def new_guid() -> str:
    """Return a new lower-case GUID for a message or an object."""
    return str(uuid.uuid4())
