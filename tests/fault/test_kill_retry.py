"""P2, P14: SIGKILL while runs fail and while they are repeated; in the end every package has one result."""

from __future__ import annotations

import collections
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage import journal, packages, unfinished, verification
from tests import samples
from tests import stand as stands

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("houses/create-apartment-house.xml", "houses/create-living-house.xml", "houses/update-living-house.xml")
BREAKING = ("worker.claimed", "worker.executed", "fail.before-commit", "fail.after-commit")
RETRYING = (
    "retry.before-commit",
    "retry.after-commit",
    "worker.claimed",
    "finish.before-commit",
    "finish.after-commit",
)

pytestmark = pytest.mark.slow


def run(folder: Path, what: str, point: str | None = None) -> int:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    environ.pop("GATEWAY_FAILPOINT", None)
    if point:
        environ["GATEWAY_FAILPOINT"] = f"{point}:kill:2"
    command = [sys.executable, "-m", "tests.fault.breaker", str(folder), what]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.fixture
def taken(tmp_path):
    """Three packages that are acknowledged and wait."""
    stand = stands.Stand(tmp_path / "data")
    guids = [stand.send(samples.valid(name)).message_guid for name in HOUSES]
    stand.close()
    return guids


def opened(folder: Path):
    return stands.open_database(folder / "data")


def check(folder: Path, guids: list[str], *, finished: bool) -> None:
    database = opened(folder)
    with database.read() as connection:
        assert list(verification.verify(connection)) == []
        kinds = collections.Counter((each.message, each.kind) for each in journal.entries(connection) if each.message)
        assert {kinds[guid, "package-accepted"] for guid in guids} == {1}
        assert max(kinds[guid, "result-made"] for guid in guids) <= 1
        assert all(kinds[guid, "retry-ordered"] <= kinds[guid, "run-failed"] for guid in guids)
        left = [*unfinished.failed(connection), *unfinished.waiting(connection)]
        assert len(left) == sum(1 for guid in guids if not kinds[guid, "result-made"])
        if finished:
            assert left == []
            answers = [packages.answer(connection, guid) for guid in guids]
            assert not any(b"EXP001000" in answer for answer in answers)
    database.close()


@pytest.mark.parametrize("point", BREAKING)
def test_killed_while_runs_fail__nothing_is_lost_and_a_retry_finishes_each_once(tmp_path, taken, point):
    assert run(tmp_path, "break", point) == -signal.SIGKILL
    check(tmp_path, taken, finished=False)
    run(tmp_path, "break")
    check(tmp_path, taken, finished=False)
    assert run(tmp_path, "retry") == 0
    check(tmp_path, taken, finished=True)


@pytest.mark.parametrize("point", RETRYING)
def test_killed_while_runs_are_repeated__each_package_has_one_result_in_the_end(tmp_path, taken, point):
    assert run(tmp_path, "break") == 0
    assert run(tmp_path, "retry", point) == -signal.SIGKILL
    check(tmp_path, taken, finished=False)
    assert run(tmp_path, "retry") == 0
    check(tmp_path, taken, finished=True)
