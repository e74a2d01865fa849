from __future__ import annotations

import datetime as dt
import threading
from concurrent import futures

import pytest
import sqlalchemy as sa

from storage import errors, journal, packages, tables, verification, work
from tests.integration.storage import factories

LATER = factories.NOW + 2 * factories.LEASE


def _claim(database, worker="worker", now=factories.NOW):
    return work.claim(database, worker, factories.LEASE, now)


def _results(database):
    with database.read() as connection:
        assert list(verification.verify(connection)) == []
        return [entry for entry in journal.entries(connection) if entry.kind == journal.Kind.RESULT_MADE]


def test_nothing_waits__nothing_to_claim(database):
    assert _claim(database) is None


def test_packages__are_claimed_oldest_first_and_once(database):
    guids = factories.stored(database, *(factories.accepted() for _ in range(3)))
    claims = [_claim(database, f"worker {number}") for number in range(4)]
    assert [claim and claim.package.message_guid for claim in claims] == [*guids, None]
    assert [claim.attempt for claim in claims[:3]] == [1, 1, 1]


def test_worker_died__its_package_is_taken_over_after_the_lease_and_the_attempts_are_counted(database):
    """P14."""
    (guid,) = factories.stored(database, factories.accepted())
    _claim(database, "first")
    assert _claim(database, "second", factories.NOW + factories.LEASE - dt.timedelta(seconds=1)) is None
    taken = _claim(database, "second", factories.NOW + factories.LEASE)
    assert (taken.package.message_guid, taken.worker, taken.attempt) == (guid, "second", 2)


def test_renewed__the_package_stays(database):
    (guid,) = factories.stored(database, factories.accepted())
    _claim(database, "first")
    assert work.renew(database, guid, "first", factories.LEASE, LATER)
    assert _claim(database, "second", LATER) is None


def test_renewed_by_one_who_has_lost_it__is_told(database):
    (guid,) = factories.stored(database, factories.accepted())
    _claim(database, "first")
    _claim(database, "second", LATER)
    assert not work.renew(database, guid, "first", factories.LEASE, LATER)
    assert not work.release(database, guid, "first", LATER)
    assert _claim(database, "third", LATER) is None


def test_released__is_taken_at_once_and_the_attempt_does_not_count(database):
    (guid,) = factories.stored(database, factories.accepted())
    _claim(database, "first")
    assert work.release(database, guid, "first", factories.NOW)
    assert _claim(database, "second").attempt == 1


def test_claim_of_somebody_who_looked_at_the_clock_later_and_was_faster__is_not_taken_away(database):
    factories.stored(database, factories.accepted())
    assert _claim(database, "faster", factories.NOW + dt.timedelta(microseconds=1)) is not None
    assert _claim(database, "slower", factories.NOW) is None


def test_claim_of_a_clock_that_is_ahead__keeps_the_package_from_nobody(database):
    factories.stored(database, factories.accepted())
    assert _claim(database, "ahead", factories.NOW + dt.timedelta(hours=3)) is not None
    assert _claim(database, "second", factories.NOW).attempt == 2


def test_finished__has_its_result_its_entry_and_no_claim(database):
    (guid,) = factories.stored(database, factories.accepted())
    _claim(database)
    entry = factories.finished(database, guid, b"<result/>")
    with database.read() as connection:
        assert packages.answer(connection, guid) == b"<result/>"
        assert connection.execute(sa.select(tables.claim)).all() == []
    assert (entry.message, entry.facts["worker"]) == (guid, "worker")
    assert _claim(database, now=LATER) is None


def test_finished_twice__the_second_is_refused_with_all_that_came_with_it(database):
    (guid,) = factories.stored(database, factories.accepted())
    factories.finished(database, guid, b"first")
    with pytest.raises(errors.AlreadyFinished), database.write() as connection:  # noqa: PT012  # one transaction
        connection.execute(sa.insert(tables.number_series), {"name": "change", "next": 1})
        work.finish(connection, guid, "late", b"second", {}, LATER)
    with database.read() as connection:
        assert packages.answer(connection, guid) == b"first"
        assert connection.execute(sa.select(tables.number_series)).all() == []
    assert len(_results(database)) == 1


def test_unknown_package__cannot_be_finished(database):
    with pytest.raises(errors.NotFound):
        factories.finished(database, "absent")


def test_many_workers__claim_each_package_once(database):
    guids = factories.stored(database, *(factories.accepted() for _ in range(40)))
    start = threading.Barrier(8)

    def run(worker):
        start.wait()
        claimed = []
        while claim := _claim(database, f"worker {worker}"):
            claimed.append(claim.package.message_guid)
        return claimed

    with futures.ThreadPoolExecutor(8) as pool:
        claimed = [guid for own in pool.map(run, range(8)) for guid in own]
    assert sorted(claimed) == sorted(guids)


def test_many_workers_on_one_package__exactly_one_result(database):
    """P14: leases may all be lost; the journal still takes one result."""
    (guid,) = factories.stored(database, factories.accepted())
    start = threading.Barrier(8)

    def run(worker):
        start.wait()
        try:
            factories.finished(database, guid, f"{worker}".encode(), f"{worker}")
        except errors.AlreadyFinished:
            return None
        return worker

    with futures.ThreadPoolExecutor(8) as pool:
        winners = [worker for worker in pool.map(run, range(8)) if worker is not None]
    (entry,) = _results(database)
    assert [str(winner) for winner in winners] == [entry.facts["worker"]]


WORK = """
    import sys
    from storage import work
    from storage.database import Database
    from tests.integration.storage import factories

    database = Database.open(sys.argv[1])
    now = factories.NOW + int(sys.argv[2]) * 2 * factories.LEASE
    while claim := work.claim(database, sys.argv[2], factories.LEASE, now):
        factories.finished(database, claim.package.message_guid, worker=sys.argv[2])
    database.close()
"""


@pytest.mark.parametrize(("point", "finished"), [("finish.before-commit", 2), ("finish.after-commit", 3)])
def test_worker_killed_around_the_commit__each_package_is_finished_exactly_once(database, url, point, finished):
    """P14."""
    guids = factories.stored(database, *(factories.accepted() for _ in range(6)))
    status, _ = factories.outcome(factories.script(WORK, url, "1", failpoint=f"{point}:kill:3"))
    assert (status, len(_results(database))) == (-9, finished)
    assert factories.outcome(factories.script(WORK, url, "2"))[0] == 0
    assert [entry.message for entry in _results(database)] == guids
