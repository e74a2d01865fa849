"""Rows and processes that the tests of storage are made of."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import textwrap
import uuid
from pathlib import Path

import sqlalchemy as sa

from storage import directory, failpoints, journal, packages, sealing, work

ROOT = Path(__file__).resolve().parents[3]
NOW = dt.datetime(2026, 1, 31, 9, 30, tzinfo=dt.UTC)
KEYRING = sealing.Keyring({b"\x01\x02\x03\x04": bytes(range(32))})
LEASE = dt.timedelta(seconds=60)


def add_plain(connection, entry: journal.Entry) -> None:
    """Store an entry as releases did that knew nothing of subjects."""
    connection.execute(
        sa.text(
            "INSERT INTO journal_entry (entry_index, kind, at, message, record, hash)"
            " VALUES (:index, :kind, :at, :message, :record, :hash)"
        ),
        {
            "index": entry.index,
            "kind": entry.kind,
            "at": journal.moment(entry.at),
            "message": entry.message,
            "record": entry.record,
            "hash": entry.hash,
        },
    )


def guid() -> str:
    return str(uuid.uuid4())


def accepted(requester_guid=None, request=b"<request/>", sender="sender", message_guid=None, at=None, **facts):
    return packages.Accepted(
        message_guid=message_guid or guid(),
        sender=sender,
        requester_guid=requester_guid or guid(),
        organisation=sender,
        system="system",
        path="/house-management",
        service="HouseManagement",
        operation="importHouseUOData",
        pack="built-in",
        version="13.2.3.2",
        received_at=at or NOW,
        request=request,
        facts=facts,
    )


def event(number=0, *payloads, kind=journal.Kind.CONTRACT_INSTALLED, message=None):
    return journal.Event(kind, NOW, message, {"number": number}, payloads)


def stored(database, *items):
    """Store accepted packages past the group commit and return their MessageGUIDs."""
    with database.write() as connection:
        packages.project(connection, journal.append(connection, [item.event for item in items]))
    return [item.message_guid for item in items]


def finished(database, message_guid, result=b"<result/>", worker="worker"):
    with database.write(point="finish") as connection:
        return work.finish(connection, message_guid, worker, result, {}, NOW)


def organisation(connection, guid="org", **changes):
    new = directory.Organisation(guid, changes.pop("ogrn", "1027700900017"), "УК «Дом»", "УО", **changes)
    directory.add_organisation(connection, new, NOW)
    return new


def script(code, *arguments, failpoint=None):
    """Start Python on `code` in the project's folder; its arguments are in `sys.argv[1:]`."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
    if failpoint is not None:
        environment[failpoints.VARIABLE] = failpoint
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process):
    """Wait for a script; return its exit status and what it printed, and fail with its traceback if it had one."""
    output, problems = process.communicate(timeout=60)
    assert not problems, problems
    return process.returncode, output.split()
