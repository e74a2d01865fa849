"""Text that is damaged is read all the same, so that it can be judged: SQLite answers it with an error otherwise."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa

_Read = TypeVar("_Read")


def read(connection: sa.Connection, fetch: Callable[[], _Read]) -> _Read:
    """Return what `fetch` fetches; in text that is not UTF-8 each byte that cannot be is a lone surrogate."""
    driver = connection.connection.driver_connection
    try:
        return fetch()
    except sa.exc.OperationalError:
        if not isinstance(driver, sqlite3.Connection):
            raise
    # Only now, for it is called for every text.
    driver.text_factory = functools.partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        return fetch()
    finally:
        driver.text_factory = str
