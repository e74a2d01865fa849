"""P1, P2, P5, P14: SIGKILL at every named point between read and reply, and in every step of the worker.

After each kill the same is asked: every acknowledgement that left is in the journal, the same package sent again is
acknowledged with the same id, every package reaches its result exactly once, and the chain verifies.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from storage import journal, packages, verification
from tests import samples
from tests import stand as stands

ROOT = Path(__file__).resolve().parents[2]
HOUSES = ("houses/create-apartment-house.xml", "houses/create-living-house.xml", "houses/update-living-house.xml")
INTAKE = ("endpoint.read", "pipeline.judged", "journal.before-commit", "journal.after-commit", "endpoint.before-reply")
WORK = ("worker.claimed", "worker.executed", "finish.before-commit", "finish.after-commit")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sent():
    """Signed packages: what a client keeps to send again."""
    return {f"{number}.xml": stands.package(samples.valid(name)) for number, name in enumerate(HOUSES)}


def run(folder: Path, point: str | None) -> tuple[int, dict[str, str]]:
    """Run the sender in a process of its own; return its exit code and the acknowledgements that it saw."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HCS_SHARED": os.environ.get("HCS_SHARED", "")}
    environ.pop("GATEWAY_FAILPOINT", None)
    if point:
        environ["GATEWAY_FAILPOINT"] = point
    command = [sys.executable, "-m", "tests.fault.sender", str(folder)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, dict(re.findall(r"^acknowledged (\S+) (\S+)$", done.stdout, re.MULTILINE))


def prepare(folder: Path, sent: dict[str, bytes]) -> None:
    stands.Stand(folder / "data").close()
    for name, raw in sent.items():
        (folder / name).write_bytes(raw)


def check(folder: Path, acknowledged: dict[str, str]) -> None:
    opened = stands.open_database(folder / "data")
    with opened.read() as connection:
        entries = list(journal.entries(connection))
        accepted = [entry.message for entry in entries if entry.kind == journal.Kind.PACKAGE_ACCEPTED]
        finished = [entry.message for entry in entries if entry.kind == journal.Kind.RESULT_MADE]
        assert set(acknowledged.values()) <= set(accepted)
        assert len(accepted) == len(set(accepted))
        assert len(finished) == len(set(finished))
        assert list(verification.verify(connection)) == []
        assert packages.waiting(connection) == len(accepted) - len(finished)
    opened.close()


@pytest.mark.parametrize("passage", [1, 2])
@pytest.mark.parametrize("point", INTAKE + WORK)
def test_killed_at__nothing_acknowledged_is_lost_and_nothing_done_twice(tmp_path, sent, point, passage):
    prepare(tmp_path, sent)
    code, before = run(tmp_path, f"{point}:kill:{passage}")
    assert code == -signal.SIGKILL
    check(tmp_path, before)
    code, after = run(tmp_path, None)
    assert code == 0
    assert {name: after[name] for name in before} == before
    check(tmp_path, after)
    opened = stands.open_database(tmp_path / "data")
    with opened.read() as connection:
        assert packages.waiting(connection) == 0
        assert len(after) == len(sent)
    opened.close()
