"""The one place that asks for the time and for fresh identifiers, so that tests and replay can answer instead."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import os
import time
import uuid
from collections.abc import Callable

MOSCOW = dt.timezone(dt.timedelta(hours=3), "MSK")
_LOWER = 62
"""Bits of chance in the lower half of a GUID, behind its variant; twelve more stand behind its version."""


def now() -> dt.datetime:
    """Return the current moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


@functools.lru_cache(maxsize=16)  # a package tells its own moment a thousand times
def wire(moment: dt.datetime) -> str:
    """Return `moment` as the wire writes it: xs:dateTime, milliseconds, +03:00 (protocol §1.6)."""
    return moment.astimezone(MOSCOW).isoformat(timespec="milliseconds")


def new_guid() -> str:
    """Return a new lower-case GUID for a message or an object: a UUID of version 7 (RFC 9562), milliseconds first.

    What is made together, as the accounts of a house, lies together in every index that way, and a package changes a
    few pages of it; by GUIDs of chance alone it would change one page of a large registry for every object.
    """
    return _guid(time.time_ns() // 1_000_000, 7, int.from_bytes(os.urandom(10), "big"))


def guids_of(message: str) -> Callable[[], str]:
    """Return a source of GUIDs that are the same each time the package `message` (a MessageGUID) is run.

    Version 8, our own: they begin as the MessageGUID does, with its milliseconds, and go on with a digest of it and a
    count: as unique and as hard to guess as the MessageGUID, which has as much chance in it.
    """
    root, count = uuid.UUID(message), itertools.count(1)
    return lambda: _guid(root.int >> 80, 8, uuid.uuid5(root, str(next(count))).int)


def _guid(milliseconds: int, version: int, chance: int) -> str:
    upper, lower = chance >> _LOWER & 0xFFF, chance & ((1 << _LOWER) - 1)
    return str(uuid.UUID(int=milliseconds << 80 | version << 76 | upper << 64 | 2 << _LOWER | lower))
