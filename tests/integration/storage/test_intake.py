from __future__ import annotations

import threading
from concurrent import futures

import pytest
import sqlalchemy as sa

from storage import errors, failpoints, intake, journal, packages, search, tables, verification
from storage.subjects import Subject
from tests.integration.storage import factories

THREADS = 64


@pytest.fixture
def writer(database):
    writer = intake.Writer(database)
    yield writer
    writer.close()


def _entries(database, kind=None):
    with database.read() as connection:
        assert list(verification.verify(connection)) == []
        return [entry for entry in journal.entries(connection) if kind in (None, entry.kind)]


def _together(work, items):
    """Run `work` on every item at the same moment, each in a thread of its own."""
    start = threading.Barrier(len(items))

    def run(item):
        start.wait()
        return work(item)

    with futures.ThreadPoolExecutor(len(items)) as pool:
        return list(pool.map(run, items))


def test_accepted__is_in_the_journal_with_its_bytes_before_the_answer(database, writer):
    item = factories.accepted(" ABC ", b"<a/>", verdict="valid")
    assert writer.accept(item) == intake.New(item.message_guid)
    with database.read() as connection:
        package = packages.get(connection, item.message_guid)
        assert packages.request(connection, item.message_guid) == b"<a/>"
    (entry,) = _entries(database)
    assert (package.requester_guid, package.requester_key, package.entry_index) == (" ABC ", "abc", entry.index)
    assert (entry.kind, entry.message, entry.facts["verdict"]) == ("package-accepted", item.message_guid, "valid")


def test_64_threads_one_guid__one_entry_and_64_equal_answers(database, writer):
    """P3."""
    items = [factories.accepted("guid", b"<a/>") for _ in range(THREADS)]
    outcomes = _together(writer.accept, items)
    assert len({outcome.message_guid for outcome in outcomes}) == 1
    assert [type(outcome) for outcome in outcomes].count(intake.New) == 1
    assert {type(outcome) for outcome in outcomes} == {intake.New, intake.Same}
    assert len(_entries(database)) == 1


def test_same_package_after_a_restart__same_answer(database, writer):
    """P2, P3: the first answer may have been lost."""
    first = writer.accept(factories.accepted("guid", b"<a/>"))
    writer.close()
    second = intake.Writer(database)
    assert second.accept(factories.accepted(" GUID", b"<a/>")) == intake.Same(first.message_guid)
    second.close()
    assert len(_entries(database)) == 1


def test_64_threads_one_guid_other_bytes__one_is_new_and_each_other_is_refused_with_both_digests(database, writer):
    """P4."""
    items = [factories.accepted("guid", f"<a>{number}</a>".encode()) for number in range(THREADS)]
    outcomes = _together(writer.accept, items)
    (new,) = [outcome for outcome in outcomes if isinstance(outcome, intake.New)]
    (accepted,) = _entries(database, journal.Kind.PACKAGE_ACCEPTED)
    first = accepted.payloads["request"].sha256
    assert accepted.message == new.message_guid
    assert set(outcomes) == {new, intake.Taken(new.message_guid, first)}
    refused = _entries(database, journal.Kind.PACKAGE_REFUSED)
    assert {entry.facts["digest"] for entry in refused} == {item.digest for item in items} - {first}
    assert {(entry.facts["code"], entry.facts["first_digest"], entry.facts["first_message"]) for entry in refused} == {
        ("EXP002002", first, new.message_guid)
    }


def test_one_guid_of_two_senders__are_two_packages(writer):
    first = writer.accept(factories.accepted("guid", b"<a/>", sender="one"))
    second = writer.accept(factories.accepted("guid", b"<b/>", sender="two"))
    assert (type(first), type(second)) == (intake.New, intake.New)


def test_refused__is_in_the_journal_with_its_code_and_is_no_package(database, writer):
    """P6."""
    writer.refuse(packages.Refused("FMT001300", "/a/b", factories.NOW, {"sender": "one"}, b"<a"))
    (entry,) = _entries(database)
    assert (entry.kind, entry.facts["code"], entry.facts["place"]) == ("package-refused", "FMT001300", "/a/b")
    with database.read() as connection:
        assert journal.payload(connection, entry.index, "request") == b"<a"
        assert packages.waiting(connection) == 0


def test_disk_full__nobody_is_acknowledged_and_the_retry_is_new(database, writer, monkeypatch):
    """P5, P13."""
    items = [factories.accepted() for _ in range(8)]
    monkeypatch.setenv(failpoints.VARIABLE, "journal.before-commit:enospc")

    def attempt(item):
        with pytest.raises(errors.NotReady):
            writer.accept(item)

    _together(attempt, items)
    assert _entries(database) == []
    monkeypatch.delenv(failpoints.VARIABLE)
    assert [writer.accept(item) for item in items] == [intake.New(item.message_guid) for item in items]


def test_defect_in_the_transaction__reaches_the_caller_and_the_retry_is_new(database, writer, monkeypatch, caplog):
    item = factories.accepted()
    monkeypatch.setenv(failpoints.VARIABLE, "journal.before-commit:raise")
    with pytest.raises(failpoints.FailPoint):
        writer.accept(item)
    assert _entries(database) == []
    assert "one by one" in caplog.text
    monkeypatch.delenv(failpoints.VARIABLE)
    assert writer.accept(item) == intake.New(item.message_guid)


def test_poisonous_package__does_not_harm_its_neighbours(database):
    writer = intake.Writer(database, window=1.0, max_batch=THREADS - 1)
    known = factories.accepted("first")
    factories.stored(database, known)
    poison = factories.accepted("second", message_guid=known.message_guid)
    items = [factories.accepted() for _ in range(THREADS - 1)] + [poison]

    def attempt(item):
        try:
            return writer.accept(item)
        except sa.exc.IntegrityError:
            return "poison"

    outcomes = _together(attempt, items)
    writer.close()
    assert outcomes == [*(intake.New(item.message_guid) for item in items[:-1]), "poison"]
    assert len(_entries(database)) == THREADS


def test_packages_that_arrive_together__share_commits(database, monkeypatch):
    commits = []
    writer = intake.Writer(database, window=1.0, max_batch=THREADS - 1)
    write = database.write
    monkeypatch.setattr(database, "write", lambda point: commits.append(point) or write(point))
    _together(writer.accept, [factories.accepted() for _ in range(THREADS)])
    writer.close()
    assert len(commits) < THREADS / 4
    assert len(_entries(database)) == THREADS


def test_closed_meanwhile__each_package_is_stored_and_acknowledged_or_neither(database):
    writer = intake.Writer(database)

    def attempt(item):
        if item is None:
            return writer.close()
        try:
            return writer.accept(item)
        except errors.NotReady:
            return None

    items = [factories.accepted() for _ in range(THREADS)]
    outcomes = _together(attempt, [*items[:-1], None, items[-1]])
    acknowledged = {outcome.message_guid for outcome in outcomes if outcome is not None}
    assert {entry.message for entry in _entries(database)} == acknowledged
    with pytest.raises(errors.NotReady, match="stopping"):
        writer.accept(factories.accepted())


def test_turn_does_not_come_in_time__not_ready_and_what_still_waits_is_never_stored(database, writer, monkeypatch):
    entered = threading.Event()
    write = database.write

    def entering(point):
        entered.set()
        return write(point)

    first, second = factories.accepted(), factories.accepted()
    with futures.ThreadPoolExecutor(1) as pool:
        with write():
            monkeypatch.setattr(database, "write", entering)
            answer = pool.submit(writer.accept, first)
            assert entered.wait(30)
            monkeypatch.setattr(intake, "PATIENCE", 0.01)
            with pytest.raises(errors.NotReady, match="not stored"):
                writer.accept(second)
        assert answer.result() == intake.New(first.message_guid)
    writer.close()
    assert [entry.message for entry in _entries(database)] == [first.message_guid]


def test_commit_fails_after_it_happened__no_second_entry(database, writer, monkeypatch):
    failpoints.forget()
    monkeypatch.setenv(failpoints.VARIABLE, "journal.after-commit:raise:1")
    item = factories.accepted("guid", b"<a/>")
    assert writer.accept(item).message_guid == item.message_guid
    assert len(_entries(database)) == 1


def _fetched(item, system="system"):
    return packages.Fetched(item.message_guid, system, factories.NOW)


def test_result_is_fetched__one_entry_however_often_and_found_by_whose_it_is(database, writer):
    item = factories.accepted(sender="uk")
    writer.accept(item)
    result = factories.finished(database, item.message_guid)
    _together(lambda number: writer.fetch(_fetched(item, f"system-{number}"), 30), range(8))
    writer.fetch(_fetched(item), 30)
    (entry,) = _entries(database, "result-fetched")
    assert (entry.message, entry.facts["result_index"]) == (item.message_guid, result.index)
    assert str(entry.facts["system"]).startswith("system-")
    with database.read() as connection:
        assert packages.get(connection, item.message_guid).fetched_index == entry.index
        wanted = search.Query(((Subject.ORGANISATION, "uk"), (Subject.OPERATION, item.operation)))
        assert entry.index in search.find(connection, wanted, limit=10)


def test_package_without_a_result__is_not_fetched(database, writer):
    item = factories.accepted()
    writer.accept(item)
    writer.fetch(_fetched(item), 30)
    writer.fetch(_fetched(factories.accepted()), 30)
    assert len(_entries(database)) == 1


def test_second_fetch__cannot_enter_the_journal(database, writer):
    item = factories.accepted()
    writer.accept(item)
    factories.finished(database, item.message_guid)
    writer.fetch(_fetched(item), 30)
    event = factories.event(kind=journal.Kind.RESULT_FETCHED, message=item.message_guid)
    with pytest.raises(sa.exc.IntegrityError), database.write() as connection:
        journal.append(connection, [event])


ACCEPT = """
    import sys
    from storage import intake
    from storage.database import Database
    from tests.integration.storage import factories

    database = Database.open(sys.argv[1])
    writer = intake.Writer(database)
    for number in range(12):
        outcome = writer.accept(factories.accepted(f"guid-{number}", message_guid=f"ours-{number}"))
        print(type(outcome).__name__, flush=True)
    writer.close()
    database.close()
"""


@pytest.mark.parametrize(("point", "stored"), [("journal.before-commit", 4), ("journal.after-commit", 5)])
def test_killed_around_the_commit__every_acknowledgement_is_in_the_journal(database, url, point, stored):
    """P1: what a client was told is there; what it was not told is there once at most after its retry (P2)."""
    status, answers = factories.outcome(factories.script(ACCEPT, url, failpoint=f"{point}:kill:5"))
    assert (status, answers) == (-9, ["New"] * 4)
    assert [entry.message for entry in _entries(database)] == [f"ours-{number}" for number in range(stored)]
    status, answers = factories.outcome(factories.script(ACCEPT, url))
    assert (status, answers) == (0, ["Same"] * stored + ["New"] * (12 - stored))
    assert [entry.message for entry in _entries(database)] == [f"ours-{number}" for number in range(12)]


def test_projection__is_what_the_journal_says(database, writer):
    items = [factories.accepted() for _ in range(5)]
    _together(writer.accept, items)
    factories.finished(database, items[2].message_guid)
    writer.fetch(_fetched(items[2]), 30)
    statement = sa.select(tables.package).order_by(tables.package.c.entry_index)
    with database.read() as connection:
        before = connection.execute(statement).all()
    with database.write() as connection:
        packages.rebuild(connection)
    with database.read() as connection:
        assert connection.execute(statement).all() == before
