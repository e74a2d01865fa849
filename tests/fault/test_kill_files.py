"""SIGKILL in the middle of uploads: what was promised is there, and what was not is taken the next time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.files import keeper
from gateway.settings import Settings
from storage import verification
from tests import stand as stands
from tests.fault.uploader import LONG, WHOLE
from tests.uploads import Client

ROOT = Path(__file__).resolve().parents[2]
POINTS = (
    "files.before-rename:kill:2",
    "file-part.before-commit:kill:1",
    "file.before-commit:kill:2",
    "file.after-commit:kill:1",
    "files.removed:kill:1",
)

pytestmark = pytest.mark.slow


def run(folder: Path, point: str | None) -> tuple[int, str]:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    environ.pop("GATEWAY_FAILPOINT", None)
    if point:
        environ["GATEWAY_FAILPOINT"] = point
    command = [sys.executable, "-m", "tests.fault.uploader", str(folder)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("point", POINTS)
def test_killed_at__what_was_promised_is_there_and_the_upload_is_resumed(tmp_path, point):
    stands.Stand(tmp_path / "data").close()
    code, before = run(tmp_path, point)
    assert code == -signal.SIGKILL
    parts = re.findall(r"^part (\d)$", before, re.MULTILINE)
    code, after = run(tmp_path, None)
    assert code == 0
    # A part that was acknowledged need not come again.
    assert not {*parts} & {*re.findall(r"^part (\d)$", after, re.MULTILINE)}
    stand = stands.Reopened(Settings(data=tmp_path / "data", house_basis="open", min_free=0))
    keeper.clean(stand.house, unnamed=0)
    client = Client(stand)
    for id_ in re.findall(r"^whole (\S+)$", before + after, re.MULTILINE):
        assert client.get(id_).body == WHOLE
    (id_,) = re.findall(r"^completed (\S+)$", after, re.MULTILINE)
    assert client.get(id_).body == LONG
    kept = [path for path in (tmp_path / "data" / "files" / "blobs").rglob("*") if path.is_file()]
    assert len(kept) == 2
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []
    stand.close()
