"""Verification in the background: what is new first, then everything again; each fault said once, all counted."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sqlite3
import threading
import time

import pytest

from gateway.journal import continuous, publishing
from gateway.journal.continuous import Standing
from gateway.web import metrics
from storage import journal
from tests.integration.storage import factories
from tests.unit.web.test_metrics import values

FAULT = "the journal is damaged"


@pytest.fixture(autouse=True)
def _small_slices(monkeypatch):
    monkeypatch.setattr(continuous, "SLICE", 100)


def grow(stand, count):
    with stand.house.database.write() as connection:
        journal.append(connection, [factories.event(number) for number in range(count)])


def sign(stand):
    publishing.make(stand.house.database, stand.house.key, stand.house.settings)


def tamper(stand, *statements):
    with stand.house.database.write() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def behind_its_back(stand, statement):
    """Change what foreign keys refuse too, which hold for each connection that asks for them."""
    tamper(stand)
    with contextlib.closing(sqlite3.connect(stand.settings.data / "gateway.db", isolation_level=None)) as connection:
        connection.execute(statement)


def catch_up(stand, standing):
    """Verify everything that is new; return how many slices that took."""
    slices = 0
    while continuous.new(stand.house, standing):
        slices += 1
    return slices


def go_round(stand, standing):
    while not continuous.again(stand.house, standing):
        pass


def said(caplog):
    return [(each.facts["index"], each.facts["what"]) for each in caplog.records if each.message == FAULT]


def size(stand):
    with stand.house.database.read() as connection:
        return journal.size(connection)


def test_what_is_new__is_verified_by_slices_with_its_checkpoints(stand):
    grow(stand, 250 - size(stand))
    sign(stand)
    standing = Standing()
    assert catch_up(stand, standing) == 4
    assert (standing.verified, standing.notes, standing.faults) == (250, 1, {})
    grow(stand, 1)
    assert catch_up(stand, standing) == 1
    go_round(stand, standing)
    assert (standing.verified, standing.again, standing.notes_again, standing.rounds) == (251, 0, 0, 1)


def test_fault_in_what_is_new__is_logged_once_and_counted(stand, caplog):
    grow(stand, 250 - size(stand))
    tamper(stand, "UPDATE journal_entry SET kind = 'x' WHERE entry_index IN (240, 241)")
    standing = Standing()
    catch_up(stand, standing)
    for _ in range(2):
        go_round(stand, standing)
    assert said(caplog) == [(index, "the columns do not repeat the record") for index in (240, 241)]
    assert [each.levelname for each in caplog.records if each.message == FAULT] == ["ERROR", "ERROR"]
    standing.write(stand.settings.data)
    assert values(stand)["gateway_journal_faults", ()] == 2
    # Another process goes on, and does not say it again.
    continued = Standing.read(stand.settings.data)
    assert continued == standing
    go_round(stand, continued)
    assert len(said(caplog)) == 2


def test_fault_in_what_was_verified__is_found_by_the_next_round_and_forgotten_when_it_is_mended(stand, caplog):
    grow(stand, 300 - size(stand))
    standing = Standing()
    catch_up(stand, standing)
    tamper(stand, "UPDATE journal_entry SET kind = kind || 'x' WHERE entry_index = 7")
    go_round(stand, standing)
    assert list(standing.faults.values()) == [7]
    tamper(stand, "UPDATE journal_entry SET kind = substr(kind, 1, length(kind) - 1) WHERE entry_index = 7")
    go_round(stand, standing)
    assert standing.faults == {}
    assert [index for index, _ in said(caplog)] == [7]


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        ("UPDATE journal_checkpoint SET note = note || 'x' WHERE number = 1", 100),
        ("DELETE FROM journal_tile", 0),
        ("INSERT INTO journal_payload VALUES (2000, 'request', x'00')", 2000),
    ],
)
def test_what_proves_the_journal__is_verified_by_each_round(stand, statement, index):
    for count in (100, 300):
        grow(stand, count - size(stand))
        sign(stand)
    standing = Standing()
    catch_up(stand, standing)
    go_round(stand, standing)
    assert standing.faults == {}
    behind_its_back(stand, statement)
    go_round(stand, standing)
    assert index in standing.faults.values()


def test_entry_far_away__is_found_without_walking_there(stand):
    before = size(stand)
    row = "kind, at, NULL, record, hash FROM journal_entry WHERE entry_index = 1"
    tamper(stand, f"INSERT INTO journal_entry SELECT 1099511627776, {row}")
    standing = Standing()
    catch_up(stand, standing)
    go_round(stand, standing)
    assert set(standing.faults.values()) == {before, 2**40}


def test_checkpoints_that_are_gone__are_said(stand, caplog):
    sign(stand)
    standing = Standing()
    catch_up(stand, standing)
    tamper(stand, "DELETE FROM journal_checkpoint")
    catch_up(stand, standing)
    assert said(caplog)[0] == (size(stand), "1 checkpoints were verified and there are 0")


def test_tail_that_is_gone__is_said_and_the_rest_verified_anew(stand, caplog):
    grow(stand, 200 - size(stand))
    standing = Standing()
    catch_up(stand, standing)
    tamper(stand, "DELETE FROM journal_entry WHERE entry_index >= 150")
    catch_up(stand, standing)
    assert said(caplog) == [
        (150, "200 entries were verified and there are 150: the tail was cut, or a copy restored"),
    ]
    assert standing.verified == 150


def test_entry_rewritten_where_it_had_come_to__is_said(stand, caplog):
    grow(stand, 200 - size(stand))
    standing = Standing()
    catch_up(stand, standing)
    tamper(stand, "UPDATE journal_entry SET hash = 'x' WHERE entry_index = 199")
    catch_up(stand, standing)
    assert said(caplog)[0] == (199, "the journal is another one than was verified")


def test_metrics__tell_how_far_it_is_and_how_old_the_first_unverified_entry(stand):
    assert not any(name.startswith("gateway_journal_verified") for name, _ in values(stand))
    grow(stand, 150 - size(stand))
    standing = Standing()
    continuous.new(stand.house, standing)
    standing.write(stand.settings.data)
    found = values(stand)
    assert found["gateway_journal_verified_entries", ()] == 100
    # The entries of the factory are of long ago.
    assert found["gateway_journal_oldest_unverified_seconds", ()] > 24 * 3600
    catch_up(stand, standing)
    standing.write(stand.settings.data)
    found = values(stand)
    assert found["gateway_journal_verified_entries", ()] == 150
    assert found["gateway_journal_oldest_unverified_seconds", ()] == 0
    assert found["gateway_journal_faults", ()] == 0


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{", b"\xff", b'{"verified": "x"}', b'{"other": 1}'])
def test_file_that_cannot_be_read__is_begun_anew_and_spoils_no_metrics(stand, damaged):
    (stand.settings.data / continuous.FILE).write_bytes(damaged)
    assert Standing.read(stand.settings.data) is None
    assert b"gateway_database_up 1.0" in metrics.exposition(stand.house)


def test_thread__verifies_writes_down_where_it_stands_and_ends_when_told(stand):
    stop = threading.Event()
    threads = [threading.Thread(target=continuous.run, args=(stand.house, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and getattr(Standing.read(stand.settings.data), "rounds", 0) < 1:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    standing = json.loads((stand.settings.data / continuous.FILE).read_text())
    assert (standing["verified"], standing["rounds"]) == (size(stand), 1)


def test_interval_of_nothing__verifies_nothing_and_tells_nothing(stand):
    Standing(verified=1).write(stand.settings.data)
    stand.house.settings = dataclasses.replace(stand.settings, verify_interval=0)
    continuous.run(stand.house, threading.Event())
    assert not any(name.startswith("gateway_journal_verified") for name, _ in values(stand))
