from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage import errors, journal, tables, verification
from storage.database import Database
from tests.integration.storage import factories

WRITE = """
    import sys
    from storage import journal
    from storage.database import Database
    from tests.integration.storage import factories

    database = Database.open(sys.argv[1])
    for number in range(int(sys.argv[3])):
        payload = journal.Payload("request", sys.argv[2].encode() * number)
        with database.write() as connection:
            journal.append(connection, [factories.event(number, payload), factories.event(number)])
    database.close()
"""


def _append(database, *events):
    with database.write() as connection:
        return journal.append(connection, events)


def test_entries__come_back_as_they_were_appended(database):
    appended = _append(database, factories.event(1, journal.Payload("request", b"<a/>")), factories.event(2))
    appended += _append(database, factories.event(3, kind=journal.Kind.KEY_CHANGED, message="m"))
    with database.read() as connection:
        assert list(journal.entries(connection)) == appended
        assert journal.size(connection) == 3
    assert [entry.index for entry in appended] == [0, 1, 2]
    assert [entry.previous for entry in appended] == [journal.GENESIS, appended[0].hash, appended[1].hash]


def test_nothing_to_append__appends_nothing(database):
    assert _append(database) == []
    with database.read() as connection:
        assert journal.size(connection) == 0
        assert list(verification.verify(connection)) == []


def test_range_over_several_pages__is_that_range(database, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 3)
    _append(database, *(factories.event(number) for number in range(10)))
    with database.read() as connection:
        assert [entry.index for entry in journal.entries(connection, 2, 9)] == list(range(2, 9))
        assert [entry.facts["number"] for entry in journal.entries(connection, 7)] == [7, 8, 9]


def test_payload__comes_back_byte_for_byte(database):
    data = bytes(range(256)) * 40
    (entry,) = _append(database, factories.event(1, journal.Payload("request", data), journal.Payload("result", b"")))
    with database.read() as connection:
        assert journal.payload(connection, entry.index, "request") == data
        assert journal.payload(connection, entry.index, "result") == b""
        with pytest.raises(errors.NotFound):
            journal.payload(connection, entry.index, "verdict")


def test_rolled_back__leaves_no_gap(database):
    _append(database, factories.event(1))
    with pytest.raises(KeyError), database.write() as connection:  # noqa: PT012  # the block is what is tested
        journal.append(connection, [factories.event(2)])
        raise KeyError
    assert _append(database, factories.event(3))[0].index == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET hash = hash",
        "UPDATE journal_payload SET data = data",
        "DELETE FROM journal_payload",
        "DELETE FROM journal_entry WHERE entry_index = 1",
    ],
)
def test_change_of_the_past__is_refused_by_the_database_itself(database, statement):
    _append(database, factories.event(1, journal.Payload("request", b"<a/>")), factories.event(2))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO journal_entry SELECT * FROM journal_entry WHERE entry_index = 0",
        "INSERT OR REPLACE INTO journal_payload SELECT * FROM journal_payload",
        "INSERT INTO journal_entry SELECT 7, kind, at, message, record, hash FROM journal_entry WHERE entry_index = 0",
    ],
)
def test_change_by_insertion__is_refused_by_sqlite_too(sqlite, statement):
    _append(sqlite, factories.event(1, journal.Payload("request", b"<a/>")))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), sqlite.write() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.postgres
def test_truncate__is_refused_by_postgresql_too(postgres):
    database = Database.open(postgres.clean_database())
    _append(database, factories.event(1))
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as connection:
        connection.exec_driver_sql("TRUNCATE journal_entry CASCADE")
    database.close()


@pytest.mark.parametrize("kind", [journal.Kind.PACKAGE_ACCEPTED, journal.Kind.RESULT_MADE])
def test_second_acceptance_or_result_of_one_message__cannot_be_written(database, kind):
    _append(database, factories.event(1, kind=kind, message="m"))
    with pytest.raises(sa.exc.IntegrityError):
        _append(database, factories.event(2, kind=kind, message="m"))
    _append(database, factories.event(3, kind=journal.Kind.PACKAGE_REFUSED, message="m"))


def test_several_processes__make_one_chain(database, url):
    processes = [factories.script(WRITE, url, letter, "25") for letter in "abc"]
    for process in processes:
        assert factories.outcome(process) == (0, [])
    with database.read() as connection:
        assert journal.size(connection) == 3 * 25 * 2
        assert list(verification.verify(connection)) == []


def test_process_killed_between_its_writes__leaves_a_whole_chain(database, url):
    process = factories.script(
        WRITE.replace("write()", 'write("test")'), url, "a", "25", failpoint="test.before-commit:kill:9"
    )
    assert factories.outcome(process) == (-9, [])
    with database.read() as connection:
        assert journal.size(connection) == 8 * 2
        assert list(verification.verify(connection)) == []
    assert _append(database, factories.event(1))[0].index == 16


def test_columns_of_an_entry__repeat_its_record(database):
    (entry,) = _append(database, factories.event(1, kind=journal.Kind.KEY_CHANGED, message="m"))
    with database.read() as connection:
        row = connection.execute(sa.select(tables.journal_entry)).one()
    assert tuple(row) == (0, "key-changed", "2026-01-31T09:30:00.000000Z", "m", entry.record, entry.hash)
