"""A run that fails by our own fault keeps its package: parked, ordered again once, finished once, whatever dies."""

from __future__ import annotations

import threading
from concurrent import futures

import pytest
import sqlalchemy as sa

from storage import errors, journal, packages, tables, unfinished, verification, work
from tests.integration.storage import factories

LATER = factories.NOW + 2 * factories.LEASE
FACTS = {"incident": "77", "error": "ZeroDivisionError"}


def claim(database, worker="worker", now=factories.NOW):
    return work.claim(database, worker, factories.LEASE, now)


def fail(database, guid, worker="worker"):
    with database.write(point="fail") as connection:
        return work.fail(connection, guid, worker, b"<failure/>", FACTS, factories.NOW)


def retry(database, guid):
    with database.write(point="retry") as connection:
        return work.retry(connection, guid, factories.NOW)


def ask(database, question, *arguments):
    with database.read() as connection:
        return question(connection, *arguments)


def kinds(database):
    with database.read() as connection:
        assert list(verification.verify(connection)) == []
        return [entry.kind for entry in journal.entries(connection)]


@pytest.fixture
def parked(database):
    """MessageGUID of a package whose run has failed."""
    (guid,) = factories.stored(database, factories.accepted())
    claim(database)
    fail(database, guid)
    return guid


def test_failed__is_answered_with_the_failure_and_nobody_works_on_it(database, parked):
    assert ask(database, packages.answer, parked) == b"<failure/>"
    assert ask(database, packages.state, parked) == packages.State.DONE
    assert ask(database, packages.finished_among, "sender", "/house-management", [parked]) == [parked]
    assert claim(database, now=LATER) is None
    assert (ask(database, packages.waiting), ask(database, packages.parked)) == (0, 1)
    assert ask(database, packages.oldest_waiting) is None
    (listed,) = ask(database, lambda connection: list(unfinished.failed(connection)))
    assert (listed.package.message_guid, listed.incident, listed.error) == (parked, "77", "ZeroDivisionError")


def test_retried__is_run_again_and_the_failure_answers_until_the_result_does(database, parked):
    retry(database, parked)
    (listed,) = ask(database, lambda connection: list(unfinished.waiting(connection)))
    assert listed.stage is unfinished.Stage.RETRIED
    assert ask(database, packages.answer, parked) == b"<failure/>"
    assert claim(database).attempt == 1
    assert ask(database, packages.state, parked) == packages.State.DONE
    assert ask(database, packages.answer, parked) == b"<failure/>"
    factories.finished(database, parked, b"<result/>")
    assert ask(database, packages.answer, parked) == b"<result/>"
    assert kinds(database) == ["package-accepted", "run-failed", "retry-ordered", "result-made"]
    assert (ask(database, packages.waiting), ask(database, packages.parked)) == (0, 0)


def test_fails_again_and_again__each_failure_has_its_entry_and_the_latest_answers(database, parked):
    retry(database, parked)
    claim(database)
    with database.write() as connection:
        work.fail(connection, parked, "worker", b"<second/>", FACTS, LATER)
    assert ask(database, packages.answer, parked) == b"<second/>"
    retry(database, parked)
    assert claim(database).package.message_guid == parked
    assert kinds(database).count("run-failed") == 2


def test_retry_of_what_has_not_failed__is_refused_with_a_sentence(database, parked):
    good, waits = factories.stored(database, factories.accepted(), factories.accepted())
    factories.finished(database, good)
    for guid, sentence in ((good, "has its result"), (waits, "nothing has failed yet")):
        with pytest.raises(errors.NotFailed, match=sentence):
            retry(database, guid)
    retry(database, parked)
    with pytest.raises(errors.NotFailed, match="on the work list again already"):
        retry(database, parked)
    with pytest.raises(errors.NotFound, match="there is no package absent"):
        retry(database, "absent")
    assert kinds(database).count("retry-ordered") == 1


def test_failure_of_a_worker_that_has_lost_the_package__is_not_kept(database):
    (guid,) = factories.stored(database, factories.accepted())
    claim(database, "slow")
    claim(database, "second", LATER)
    with pytest.raises(errors.ClaimLost):
        fail(database, guid, "slow")
    factories.finished(database, guid, worker="second")
    with pytest.raises(errors.AlreadyFinished):
        fail(database, guid, "second")
    with pytest.raises(errors.NotFound):
        fail(database, "absent")
    assert kinds(database) == ["package-accepted", "result-made"]


def test_result_of_a_slow_worker__ends_a_failure_too(database):
    (guid,) = factories.stored(database, factories.accepted())
    claim(database, "slow")
    claim(database, "second", LATER)
    fail(database, guid, "second")
    factories.finished(database, guid, b"<result/>", worker="slow")
    assert ask(database, packages.answer, guid) == b"<result/>"
    with pytest.raises(errors.NotFailed):
        retry(database, guid)


def test_many_retries_at_once__one_is_taken(database, parked):
    start = threading.Barrier(8)

    def order(_):
        start.wait()
        try:
            retry(database, parked)
        except errors.NotFailed:
            return 0
        return 1

    with futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(order, range(8))) == 1
    assert claim(database, "first").package.message_guid == parked
    assert claim(database, "second") is None


def test_rebuilt_from_the_journal__packages_are_as_they_were(database, parked):
    again, good = factories.stored(database, factories.accepted(), factories.accepted())
    factories.finished(database, good)
    claim(database)
    fail(database, again)
    retry(database, again)
    before = ask(database, lambda connection: connection.execute(sa.select(tables.package)).all())
    with database.write() as connection:
        packages.rebuild(connection)
    assert ask(database, lambda connection: connection.execute(sa.select(tables.package)).all()) == before
    assert claim(database).package.message_guid == again
    assert ask(database, packages.answer, parked) == b"<failure/>"


def test_failure_tampered_with__is_found(sqlite):
    (guid,) = factories.stored(sqlite, factories.accepted())
    claim(sqlite)
    fail(sqlite, guid)
    with sqlite.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER journal_payload_no_update")
        of_request = "(SELECT data FROM journal_payload WHERE role = 'request')"
        connection.exec_driver_sql(f"UPDATE journal_payload SET data = {of_request}")  # noqa: S608  # a literal
    with sqlite.read() as connection:
        (fault,) = verification.verify(connection)
    assert (fault.index, fault.what) == (1, "payload 'result': not the bytes that were recorded")


STEPS = """
    import sys
    from storage import work
    from storage.database import Database
    from tests.integration.storage import factories

    database = Database.open(sys.argv[1])
    now = factories.NOW + int(sys.argv[2]) * 2 * factories.LEASE
    with database.read() as connection:
        from storage import unfinished
        stopped = [each.package.message_guid for each in unfinished.failed(connection)]
    for guid in stopped:
        with database.write(point="retry") as connection:
            work.retry(connection, guid, now)
    while claim := work.claim(database, sys.argv[2], factories.LEASE, now):
        guid = claim.package.message_guid
        if claim.package.failed_index is None:
            with database.write(point="fail") as connection:
                facts = {"incident": "1", "error": "E"}
                work.fail(connection, guid, sys.argv[2], b"<failure/>", facts, now)
        else:
            factories.finished(database, guid, worker=sys.argv[2])
    database.close()
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", ["fail", "retry", "finish"])
def test_killed_around_any_commit__nothing_is_lost_and_nothing_done_twice(database, url, step, when):
    """P14: one run fails, one retries and finishes; whichever step dies, the next process goes on where it stood."""
    guids = factories.stored(database, *(factories.accepted() for _ in range(3)))
    kill, codes = f"{step}.{when}-commit:kill:2", []
    for number in range(1, 5):
        status, _ = factories.outcome(factories.script(STEPS, url, str(number), failpoint=kill if number < 3 else None))
        codes.append(status)
    assert -9 in codes
    assert codes[-1] == 0
    entries = kinds(database)
    assert {kind: entries.count(kind) for kind in set(entries)} == dict.fromkeys(
        ("package-accepted", "run-failed", "retry-ordered", "result-made"), len(guids)
    )
    assert {ask(database, packages.answer, guid) for guid in guids} == {b"<result/>"}
