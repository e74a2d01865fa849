"""P1, P5, P13, P14: PostgreSQL is stopped at once (`-m immediate`) between two statements, and comes back.

The gateway lives on, with connections that are none any more. It says that it cannot accept, and the next try succeeds;
a worker goes on with what it had. A sample of the statements and commits of an intake and of a run; before each of them
with HCS_LONG=1.
"""

from __future__ import annotations

import contextlib
import os
from concurrent import futures

import pytest
import sqlalchemy as sa

from gateway import errors
from tests import samples
from tests import stand as stands
from tests.fault import day, invariants

STEP = 1 if os.environ.get("HCS_LONG") else 6
FEWEST = 10
"""Statements that an intake or a run has at least."""

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@pytest.fixture
def stand(postgres, tmp_path):
    opened = stands.Stand(tmp_path / "data", database=postgres.new_database(), lease=0)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def restart(postgres):
    """Stops the server at once and starts it again, whatever thread asks."""

    def again():
        postgres.stop()
        postgres.start()

    # The server ends with the thread that has started it, and those of the gateway come and go.
    with futures.ThreadPoolExecutor(1) as thread:
        yield lambda: thread.submit(again).result()
        postgres.stop()
    postgres.start()


@pytest.fixture
def stopped(restart):
    """A context in which the server is stopped, and started again, before the n-th statement or commit."""

    @contextlib.contextmanager
    def at(number):
        made = []

        def count(*_: object) -> None:
            made.append(None)
            if len(made) == number:
                restart()

        for name in ("before_cursor_execute", "commit"):
            sa.event.listen(sa.Engine, name, count)
        try:
            yield made
        finally:
            for name in ("before_cursor_execute", "commit"):
                sa.event.remove(sa.Engine, name, count)

    return at


def test_stopped_in_intake__nothing_is_acknowledged_by_it_and_the_next_try_is(stand, stopped):
    seen, number, refused = [], 1, 0
    while True:
        raw = stands.package(samples.HOUSE)
        with stopped(number) as made:
            answer = stand.post(raw)
        if answer.status != 200:
            assert answer.code == errors.NOT_READY
            refused += 1
            answer = stand.post(raw)
        seen.append(invariants.Acknowledged(raw, answer.message_guid))
        if len(made) < number:
            break
        number += STEP
    assert number > FEWEST
    # A connection of the pool that is found broken at its first statement costs that try; none is lost besides.
    assert refused == len(seen) - 1
    stand.work()
    invariants.check(stand.settings, seen, finished=True)


def test_stopped_in_a_run__the_package_is_finished_once(stand, stopped):
    seen, number = [], 1
    while True:
        raw = stands.package(samples.HOUSE)
        seen.append(invariants.Acknowledged(raw, stand.post(raw).message_guid))
        with stopped(number) as made, contextlib.suppress(*day.FAULTS):
            stand.work()
        stand.work()
        if len(made) < number:
            break
        number += STEP
    assert number > FEWEST
    invariants.check(stand.settings, seen, finished=True)
