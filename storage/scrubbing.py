"""What was deleted leaves the files of the database too: a data key that was destroyed must not be found in them."""

from __future__ import annotations

import datetime as dt
import time
from typing import Final

import sqlalchemy as sa

from storage import errors

PATIENCE: Final = 10.0
"""Seconds to wait for those who still read what was there before."""
_LOOK: Final = 0.1


def sqlite(engine: sa.Engine) -> bool:
    """Write the -wal file into the database and empty it; False where somebody reads an older snapshot from it.

    In the turn of the writer, whose deletions have written zeros over what was there. SQLite waits for readers as long
    as for any lock.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        ((busy, _, _),) = cursor.fetchall()
        cursor.close()
    finally:
        connection.close()
    return not busy


def postgresql(engine: sa.Engine, patience: float = PATIENCE) -> bool:
    """Rewrite the table of data keys into a new file; False where somebody still sees what was deleted.

    VACUUM alone frees the place of a row and leaves its bytes there. The rewriting locks the table, which is small; it
    is given up rather than let everybody wait behind a reader.
    """
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        began = connection.execute(_NOW).scalar_one()
        if not _is_seen_no_more(connection, began, patience):
            return False
        connection.exec_driver_sql("SET lock_timeout = '5s'")
        try:
            with errors.translated():
                connection.exec_driver_sql("VACUUM (FULL) journal_key")
        except errors.NotReady:
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def _is_seen_no_more(connection: sa.Connection, began: dt.datetime, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while connection.execute(_OLDER, {"began": began}).scalar_one():
        if time.monotonic() >= deadline:
            return False
        time.sleep(_LOOK)
    return True


_NOW: Final = sa.text("SELECT clock_timestamp()")
_OLDER: Final = sa.text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    AND backend_xmin IS NOT NULL AND xact_start < :began
""")
