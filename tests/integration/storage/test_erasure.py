"""What erasure destroys and what it leaves: on both databases, through kills, and down to the bytes of the files."""

from __future__ import annotations

import datetime as dt
import signal
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.journal import erasing
from storage import database as databases
from storage import erasure, errors, intake, journal, keys, merkle, packages, scrubbing, tables, work
from tests.integration.storage import factories
from tests.integration.storage.test_sealed import accept, ask, fail, faults, rows

REQUEST, RESULT = b"<request>\xd0\xb8\xd0\xbc\xd1\x8f</request>" * 500, b"<result/>" * 50
ORDER = erasure.Order("request 17", "operator")
LATER = factories.NOW + dt.timedelta(days=1)


def erase(database, index):
    return erasing.erase(database, index, ORDER, LATER)


def wrapped(database):
    return {row.key_id: row.wrapped for row in rows(database, tables.journal_key)}


@pytest.fixture
def two(database):
    """Two finished packages: one with a failed run (entries 0, 2, 4), one without (1, 5)."""
    first, second = factories.accepted(request=REQUEST), factories.accepted(request=b"<second/>")
    accept(database, first)
    accept(database, second)
    fail(database, first.message_guid)
    factories.finished(database, first.message_guid, RESULT)
    factories.finished(database, second.message_guid, RESULT)
    return first.message_guid, second.message_guid


def test_erased__its_documents_are_gone_and_nothing_else(database, two):
    first, second = two
    before = ask(database, lambda connection: list(journal.entries(connection)))
    root = ask(database, merkle.root, 6)
    told = erase(database, 0)
    assert (told.index, told.at, told.message_guid, told.entry) == (6, LATER, first, 0)
    for entry, role in ((0, "request"), (2, "result"), (4, "result")):
        with pytest.raises(errors.Erased, match="entry 6 of the journal"):
            ask(database, journal.payload, entry, role)
    assert ask(database, packages.request, second) == b"<second/>"
    assert ask(database, packages.answer, second) == RESULT
    assert list(wrapped(database)) == [keys.of_package(second)]
    assert ask(database, lambda connection: list(journal.entries(connection)))[:6] == before
    assert ask(database, merkle.root, 6) == root
    assert ask(database, packages.state, first) is packages.State.DONE
    assert faults(database) == []
    assert ask(database, erasure.orders, range(7)) == {0: 6, 2: 6, 4: 6}


def test_erasure__is_told_with_whose_package_it_was_and_by_whom(database, two):
    erase(database, 0)
    entry = ask(database, journal.entry, 6)
    assert (entry.kind, entry.message, entry.payloads) == ("payload-erased", two[0], {})
    accepted = ask(database, journal.entry, 0)
    assert entry.facts == {
        "entry": 0,
        "organisation": "sender",
        "operation": "importHouseUOData",
        "requester_guid": accepted.facts["requester_guid"],
        "roles": "request result",
        "reason": "request 17",
        "by": "operator",
    }


def test_erased_again__is_told_as_it_was_and_nothing_is_written(database, two):
    first = erase(database, 0)
    again = erasing.erase(database, 0, erasure.Order("another", "another"), LATER + dt.timedelta(days=1))
    assert again == first
    assert ask(database, journal.size) == 7


def test_same_package_again__gets_the_same_answer_and_nothing_comes_back(database):
    item = factories.accepted("GUID", REQUEST)
    accept(database, item)
    factories.finished(database, item.message_guid)
    erase(database, 0)
    assert accept(database, factories.accepted("GUID", REQUEST)) == [intake.Same(item.message_guid)]
    assert wrapped(database) == {}
    assert faults(database) == []


def test_package_of_an_earlier_release__loses_its_unsealed_rows(database):
    (guid,) = factories.stored(database, factories.accepted(request=REQUEST))
    factories.stored(database, factories.accepted())
    factories.finished(database, guid, RESULT)
    erase(database, 0)
    assert [(row.entry_index, row.role) for row in rows(database, tables.journal_payload)] == [
        (1, "request"),
        (2, "result"),
    ]
    assert wrapped(database) == {}
    for ask_for in (packages.request, packages.answer):
        with pytest.raises(errors.Erased):
            ask(database, ask_for, guid)
    assert faults(database) == []


def test_package_that_was_never_sealed__is_erased_without_a_key(url):
    database = databases.Database.open(url)
    (guid,) = factories.stored(database, factories.accepted(request=REQUEST))
    factories.finished(database, guid, RESULT)
    erase(database, 0)
    assert rows(database, tables.journal_payload) == []
    assert faults(database) == []
    database.close()


def test_refused_package__is_erased_by_its_entry(database):
    writer = intake.Writer(database)
    writer.refuse(packages.Refused("FMT001300", "", factories.NOW, {"requester_guid": "GUID"}, b"<broken"))
    writer.refuse(packages.Refused("FMT001300", "", factories.NOW, {}, b"<other"))
    writer.close()
    told = erase(database, 0)
    assert (told.message_guid, told.entry) == (None, 0)
    with pytest.raises(errors.Erased):
        ask(database, journal.payload, 0, "request")
    assert ask(database, journal.payload, 1, "request") == b"<other"
    assert faults(database) == []


def test_erasing__needs_no_key_of_the_installation(url, database, two):
    without = databases.Database.open(url)
    erase(without, 0)
    without.close()
    assert list(wrapped(database)) == [keys.of_package(two[1])]


@pytest.mark.parametrize(
    ("index", "why"),
    [
        (0, "has no result yet: what is still to be executed is not erased"),
        (1, "its run has failed, and it may be run again; `gateway exchange retry"),
        (2, "nothing of the package that entry 2 refuses was kept"),
        (3, "entry 3 is run-failed, which accepts or refuses no package: name the package by its message"),
        (4, "entry 4 is contract-installed, which accepts or refuses no package"),
    ],
)
def test_refused_to_erase__says_why_and_writes_nothing(database, index, why):
    waits, failed = factories.accepted(), factories.accepted()
    accept(database, waits)
    accept(database, failed)
    writer = intake.Writer(database)
    writer.refuse(packages.Refused("FMT001300", "", factories.NOW))
    writer.close()
    run_and_fail(database, waits.message_guid, failed.message_guid)
    with database.write() as connection:
        journal.append(connection, [factories.event()])
    with pytest.raises(errors.NotErasable, match=why.partition("`")[0]):
        erase(database, index)
    assert ask(database, journal.size) == 5
    assert len(wrapped(database)) == 2


def run_and_fail(database, waits, failed):
    for guid in (waits, failed):
        assert work.claim(database, "worker", factories.LEASE, factories.NOW).package.message_guid == guid
    with database.write() as connection:
        work.fail(connection, failed, "worker", b"<failure/>", {}, factories.NOW)


def test_entry_that_is_not_there__is_not_found(database):
    with pytest.raises(errors.NotFound, match="there is no entry 7"):
        erase(database, 7)


def test_due__are_finished_and_refused_packages_of_before_that_are_not_erased(database):
    old, recent = factories.NOW - dt.timedelta(days=2), factories.NOW
    for at in (old, recent):
        done, waits = factories.accepted(at=at), factories.accepted(at=at)
        accept(database, done, waits)
        factories.finished(database, done.message_guid)
        writer = intake.Writer(database)
        writer.refuse(packages.Refused("FMT001300", "", at, {}, b"<broken"))
        writer.refuse(packages.Refused("FMT001300", "", at))
        writer.close()
    assert ask(database, lambda connection: list(erasure.due(connection, recent))) == [0, 3]
    assert ask(database, erasure.unfinished, recent) == 1
    erase(database, 3)
    assert ask(database, lambda connection: list(erasure.due(connection, recent))) == [0]
    assert ask(database, lambda connection: list(erasure.due(connection, LATER))) == [0, 5, 8]


def test_due__goes_from_page_to_page(database, monkeypatch):
    for _ in range(3):
        item = factories.accepted()
        accept(database, item)
        factories.finished(database, item.message_guid)
    monkeypatch.setattr(erasure, "_DUE", erasure._DUE.limit(2))  # noqa: SLF001  # a page of 500 would cost a minute
    assert ask(database, lambda connection: list(erasure.due(connection, LATER))) == [0, 2, 4]


def test_sweep__erases_in_bounded_transactions_and_passes_by_what_is_erased(database, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)
    for _ in range(5):
        item = factories.accepted()
        accept(database, item)
        factories.finished(database, item.message_guid)
    due = ask(database, lambda connection: list(erasure.due(connection, LATER)))
    erase(database, due[1])
    steps = []
    swept = erasing.sweep(database, due, ORDER, lambda: LATER, steps.append)
    assert (swept, steps) == (erasing.Swept(4, 11, 14), [2, 2, 1])
    assert wrapped(database) == {}
    assert faults(database) == []
    assert ask(database, lambda connection: list(erasure.due(connection, LATER))) == []


@pytest.mark.parametrize(("point", "is_erased"), [("erase.before-commit", False), ("erase.after-commit", True)])
def test_killed__the_package_is_erased_and_told_of_or_neither(url, database, two, point, is_erased):
    code = """
        import datetime as dt, sys
        from gateway.journal import erasing
        from storage import erasure
        from storage.database import Database
        now = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
        erasing.erase(Database.open(sys.argv[1]), 0, erasure.Order("reason", "by"), now)
    """
    assert factories.outcome(factories.script(code, url, failpoint=f"{point}:kill"))[0] == -signal.SIGKILL
    assert (ask(database, erasing.told, 0) is not None) == is_erased
    assert ask(database, journal.size) == (7 if is_erased else 6)
    assert len(wrapped(database)) == (1 if is_erased else 2)
    assert faults(database) == []
    erase(database, 0)
    assert ask(database, journal.size) == 7


@pytest.fixture
def file(sqlite, tmp_path):
    """A file with many packages, so that keys and payloads share pages with others, and the wrapped keys of two."""
    plain = [factories.accepted(request=b"%d plain " % number + REQUEST) for number in range(3)]
    factories.stored(sqlite, *plain)
    sealed = [factories.accepted(request=REQUEST) for _ in range(60)]
    accept(sqlite, *sealed)
    for item in (*plain, *sealed):
        factories.finished(sqlite, item.message_guid, RESULT)
    return tmp_path / "gateway.db"


def in_files(file: Path) -> bytes:
    return b"".join(path.read_bytes() for path in file.parent.iterdir())


def test_file__has_no_byte_of_a_destroyed_key_and_no_unsealed_document(sqlite, file):
    known = wrapped(sqlite)
    by_entry = {row.entry_index: known[keys.of_package(row.message_guid)] for row in rows(sqlite, tables.package)}
    plain = {row.entry_index: row.data for row in rows(sqlite, tables.journal_payload) if row.entry_index in (1, 2)}
    erased = {1, 7, *range(20, 60)}
    before = in_files(file)
    assert all(key in before for key in by_entry.values())
    assert plain[1][-24:] in before
    for index in erased:
        erase(sqlite, index)
    assert sqlite.scrub()
    found = in_files(file)
    assert file.with_name("gateway.db-wal").stat().st_size == 0
    assert {index for index, key in by_entry.items() if key not in found} == erased
    assert {index for index, key in by_entry.items() if key[-24:] not in found} == erased
    assert not any(plain[1][at : at + 24] in found for at in range(0, len(plain[1]) - 24, 24))
    assert plain[2][-24:] in found
    assert faults(sqlite) == []


def test_scrub__says_that_a_reader_keeps_what_was_there(sqlite, file, monkeypatch):
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0.1)
    slow = databases.Database.open(f"sqlite:///{file}")
    last = rows(sqlite, tables.package)[-1]
    key = wrapped(sqlite)[keys.of_package(last.message_guid)]
    with sqlite.read() as reader:
        reader.execute(sa.select(tables.package)).first()
        erase(slow, last.entry_index)
        assert not slow.scrub()
        assert key in in_files(file)
    assert slow.scrub()
    assert key not in in_files(file)
    slow.close()


@pytest.mark.postgres
def test_postgresql__has_no_byte_of_a_destroyed_key_in_the_file_of_the_table(postgres, monkeypatch):
    database = databases.Database.open(postgres.clean_database(), factories.KEYRING)
    items = [factories.accepted(request=REQUEST) for _ in range(3)]
    accept(database, *items)
    for item in items:
        factories.finished(database, item.message_guid, RESULT)
    stored = wrapped(database)
    with database.read() as reader:
        reader.execute(sa.select(tables.package)).first()
        erase(database, 1)
        monkeypatch.setattr(scrubbing.postgresql, "__defaults__", (0.2,))
        assert not database.scrub()
    assert database.scrub()
    with database.write() as connection:
        connection.exec_driver_sql("CHECKPOINT")
    table = "SELECT pg_read_binary_file(pg_relation_filepath('journal_key'))"
    found = ask(database, lambda connection: connection.exec_driver_sql(table).scalar_one())
    assert [key in found for key in stored.values()] == [True, False, True]
    assert list(wrapped(database)) == [keys.of_package(items[number].message_guid) for number in (0, 2)]
    assert faults(database) == []
    database.close()


def test_erasure_of_one_package__lets_no_key_of_another_go(database, two):
    told = erase(database, 0)
    wrong = {"entry_index": told.index, "key_id": keys.of_package(two[1]), "erased_index": 1}
    with pytest.raises(sa.exc.DatabaseError, match="journaled first"), database.write() as connection:
        connection.execute(sa.insert(tables.journal_erasure), wrong)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), database.write() as connection:
        connection.execute(sa.delete(tables.journal_key))
