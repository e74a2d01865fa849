"""The one place that asks for the time and for fresh identifiers, so that tests and replay can answer instead."""

from __future__ import annotations

import datetime as dt
import itertools
import uuid
from collections.abc import Callable

MOSCOW = dt.timezone(dt.timedelta(hours=3), "MSK")


def now() -> dt.datetime:
    """Return the current moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def wire(moment: dt.datetime) -> str:
    """Return `moment` as the wire writes it: xs:dateTime, milliseconds, +03:00 (protocol §1.6)."""
    return moment.astimezone(MOSCOW).isoformat(timespec="milliseconds")


def new_guid() -> str:
    """Return a new lower-case GUID for a message or an object."""
    return str(uuid.uuid4())


def guids_of(message: str) -> Callable[[], str]:
    """Return a source of GUIDs that are the same each time the package `message` (a MessageGUID) is run.

    Version 5 over the MessageGUID and a count: as unique and as hard to guess as that one, which is random.
    """
    root, count = uuid.UUID(message), itertools.count(1)
    return lambda: str(uuid.uuid5(root, str(next(count))))
