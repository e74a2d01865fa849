from __future__ import annotations

import errno
import os
import pickle
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import exc

from storage import errors


def _from_driver(error, *, invalidated=False):
    wrapper = (
        exc.OperationalError
        if isinstance(error, (sqlite3.OperationalError, psycopg.OperationalError))
        else exc.DBAPIError
    )
    return wrapper("SELECT 1", {}, error, connection_invalidated=invalidated)


def _sqlite(message, code):
    error = sqlite3.OperationalError(message)
    error.sqlite_errorcode = code
    return _from_driver(error)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "disk full"),
        OSError(errno.EROFS, "read-only"),
        exc.TimeoutError("QueuePool limit"),
        _sqlite("database or disk is full", sqlite3.SQLITE_FULL),
        _sqlite("database is locked", sqlite3.SQLITE_BUSY_SNAPSHOT),
        _sqlite("disk I/O error", sqlite3.SQLITE_IOERR_WRITE),
        _sqlite("database disk image is malformed", sqlite3.SQLITE_CORRUPT),
        _from_driver(psycopg.errors.DiskFull("could not extend file")),
        _from_driver(psycopg.errors.AdminShutdown("terminating connection")),
        _from_driver(psycopg.errors.LockNotAvailable("lock timeout")),
        _from_driver(psycopg.errors.ReadOnlySqlTransaction("read-only")),
        _from_driver(psycopg.OperationalError("connection refused")),
        _from_driver(psycopg.InterfaceError("closed"), invalidated=True),
    ],
    ids=lambda error: str(getattr(error, "orig", error)),
)
def test_resource_is_missing__not_ready(error):
    assert isinstance(errors.classify(error), errors.NotReady)


@pytest.mark.parametrize(
    "error",
    [
        _sqlite("no such table: package", sqlite3.SQLITE_ERROR),
        _from_driver(psycopg.errors.UndefinedTable('relation "package" does not exist')),
    ],
    ids=["sqlite", "postgresql"],
)
def test_table_is_missing__not_initialised_and_says_the_command(error):
    found = errors.classify(error)
    assert isinstance(found, errors.NotInitialised)
    assert "gateway init" in str(found)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOENT, "no file"),
        _sqlite("near SELEC: syntax error", sqlite3.SQLITE_ERROR),
        _from_driver(sqlite3.IntegrityError("UNIQUE")),
        _from_driver(psycopg.errors.UniqueViolation("duplicate key")),
        _from_driver(psycopg.errors.SyntaxError("syntax error")),
        _from_driver(psycopg.InterfaceError("wrong use")),
        exc.InvalidRequestError("wrong use"),
    ],
    ids=lambda error: str(getattr(error, "orig", error)),
)
def test_fault_is_ours__passes_unchanged(error):
    assert errors.classify(error) is None
    with pytest.raises(type(error)) as caught, errors.translated():
        raise error
    assert caught.value is error


@pytest.mark.parametrize("error", [errors.Archived("journal-2026-01.zip", Path("archives")), errors.Erased(7)])
def test_raised_in_another_process__says_and_knows_the_same(error):
    came = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own
    assert (type(came), str(came), vars(came)) == (type(error), str(error), vars(error))


def test_translated__keeps_the_cause():
    cause = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    with pytest.raises(errors.NotReady) as caught, errors.translated():
        raise cause
    assert caught.value.__cause__ is cause
