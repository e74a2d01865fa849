"""A sample of the long run (`python -m tests.fault`): an installation in full swing, killed at random."""

from __future__ import annotations

import contextlib
import shutil

import pytest

from tests.fault import __main__ as long_run
from tests.fault import invariants

pytestmark = pytest.mark.slow

KILLS = 8


@pytest.fixture
def generation(nursery):
    made = long_run.Generation(long_run.Tally("sqlite", seed=1), 0, nursery, None)
    yield made
    shutil.rmtree(made.folder, ignore_errors=True)


def test_killed_at_random__all_five_invariants_hold_when_the_work_is_finished(generation):
    generation.run(KILLS)
    assert generation.tally.kills.total() == KILLS
    assert f"sqlite, seed 1: {KILLS} kills, 0 findings" in generation.tally.text()


def test_what_a_kill_has_broken__is_told_with_the_command_that_makes_it_again(monkeypatch, nursery):
    def broken(*_: object) -> None:
        raise invariants.Broken({"the_chain_verifies": ["entry 7: missing"]})

    monkeypatch.setattr(long_run.Generation, "run", broken)
    monkeypatch.setattr(long_run.nursery, "Nursery", lambda: contextlib.nullcontext(nursery))
    tally = long_run.run("sqlite", kills=1, seed=5, only=3)
    (finding,) = tally.findings
    assert "the_chain_verifies: entry 7: missing" in finding
    assert "again: python -m tests.fault sqlite --seed 5 --only 3" in finding
