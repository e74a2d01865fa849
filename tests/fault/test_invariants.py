"""The invariants can fail: each of them does so, alone, for what it is there to find."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3

import pytest

from storage import journal
from storage.database import Database
from tests.fault import day, invariants, ledger
from tests.fault.invariants import Acknowledged

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A day that went well."""
    made = day.prepare(tmp_path_factory.mktemp("day"))
    day.main(made.folder, say=lambda *_: None)
    made.check()
    return made


@pytest.fixture
def installation(finished, tmp_path):
    """A copy of it, to be broken."""
    shutil.copytree(finished.folder, tmp_path, dirs_exist_ok=True)
    return ledger.Ledger(tmp_path, day.settings(tmp_path), finished.sent)


@contextlib.contextmanager
def by_hand(installation):
    """The database, for somebody who owns it and takes the triggers away first."""
    with contextlib.closing(sqlite3.connect(installation.settings.data / "gateway.db")) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection


def broken(installation, seen=()):
    with pytest.raises(invariants.Broken) as found:
        invariants.check(installation.settings, [*seen], finished=True)
    assert all(found.value.found.values())
    return [*found.value.found]


def accepted(installation):
    database = Database.open(installation.settings.database_url)
    with database.read() as connection:
        found = [each for each in journal.entries(connection) if each.kind == journal.Kind.PACKAGE_ACCEPTED]
    database.close()
    return found


def test_acknowledgement_of_what_is_not_there__is_told(installation):
    seen = [Acknowledged(b"", "00000000-0000-4000-8000-000000000000")]
    assert broken(installation, seen) == ["every_acknowledgement_is_in_the_journal"]


def test_acknowledgement_for_other_bytes__is_told(installation):
    seen = [Acknowledged(b"<Envelope/>", accepted(installation)[0].message)]
    assert broken(installation, seen) == ["every_acknowledgement_is_in_the_journal"]


def test_entry_that_is_there_twice__is_told(installation):
    """Appended as it has to be: hashes and tree are sound."""
    database = Database.open(installation.settings.database_url)
    with database.write() as connection:
        first = next(each for each in journal.entries(connection) if each.kind == journal.Kind.KEY_CHANGED)
        journal.append(connection, [journal.Event(journal.Kind.KEY_CHANGED, first.at, None, first.facts)])
    database.close()
    assert broken(installation) == ["no_entry_is_there_twice"]


def test_payload_that_nobody_has_recorded__is_told(installation):
    with by_hand(installation) as connection:
        connection.execute("INSERT INTO journal_payload VALUES (1, 'request', x'00')")
    assert broken(installation) == ["the_chain_verifies"]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM package WHERE message_guid = ?",
        "UPDATE package SET result_index = NULL, finished_at = NULL, failed_index = NULL WHERE message_guid = ?",
    ],
)
def test_package_that_is_lost__or_done_and_on_the_work_list__is_told(installation, statement):
    with by_hand(installation) as connection:
        connection.execute(statement, [accepted(installation)[0].message])
    assert broken(installation) == ["every_package_reaches_state_3_once"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_object SET data = '{}' WHERE sequence = (SELECT max(sequence) FROM registry_object)",
        "DELETE FROM registry_version WHERE id = (SELECT max(id) FROM registry_version)",
    ],
)
def test_registry_that_no_package_has_made__is_told(installation, statement):
    with by_hand(installation) as connection:
        connection.execute(statement)
    assert broken(installation) == ["the_registry_equals_its_replay"]
