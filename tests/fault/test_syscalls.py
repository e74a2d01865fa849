"""P1, P5, P13: one append is repeated once for each of its system calls, and that call fails: EIO, ENOSPC, or SIGKILL.

The append is a package, a file, or a checkpoint that is published; the calls are all that change something on the disk,
whatever library makes them. Then either it was promised and is there, or nothing was, and the next try succeeds.
A sample of the calls, all of them with HCS_LONG=1.
"""

from __future__ import annotations

import collections
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests import stand as stands
from tests.fault import append, day
from tests.uploads import Client

CALLS = "write,pwrite64,fsync,fdatasync,ftruncate,fallocate,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat"
FAULTS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "KILL": "signal=KILL"}
STEP = 1 if os.environ.get("HCS_LONG") else 20

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """An installation and one package for it, to be copied."""
    made = day.prepare(tmp_path_factory.mktemp("prepared"))
    for name in sorted(made.sent)[1:]:
        (made.folder / name).unlink()
        del made.sent[name]
    return made


@pytest.fixture(scope="module")
def traced(nursery):
    """Runs one append under strace, with a fault or none; returns the process and the calls that strace saw."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not on this machine (Debian: apt-get install strace)")

    def run(folder, fault=""):
        child = nursery.begin("append", folder)
        _until(lambda: _state(child.pid) in "TtZ", "the process stops")
        options = ["-f", "-y", "-o", str(folder / "trace"), "-e", f"trace={CALLS}"]
        inject = ["-e", f"inject={fault}"] if fault else []
        command = ["strace", *options, *inject, "-p", str(child.pid)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
            said = strace.stderr.readline()
            os.kill(child.pid, signal.SIGCONT)
            child.wait()
        if "attached" not in said:
            pytest.skip(f"strace may not trace here: {said.strip()}")
        return child, (folder / "trace").read_text("utf-8")

    return run


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(") ")[2][0]


def _until(condition, what):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.002)


def copy(prepared, folder, what):
    shutil.copytree(prepared.folder, folder, dirs_exist_ok=True)
    (folder / "what").write_text(what, encoding="ascii")
    return type(prepared)(folder, day.settings(folder), prepared.sent)


def go_on(installation):
    """Do everything again, as clients that have heard nothing, and finish the work."""
    stand = stands.Reopened(installation.settings)
    said = []
    for step in (day.send, day.upload_whole, day.work_off, day.retry, day.work_off, day.publish):
        step(stand, installation.folder, lambda *words: said.append(words))
    kept = {about[0] for word, *about in said if word == "whole"} | installation.files["whole"]
    assert all(Client(stand).get(id_).body == day.WHOLE for id_ in kept)
    stand.close()
    for name, guid in (about for word, *about in said if word == "acknowledged"):
        assert installation.acknowledged.setdefault(name, guid) == guid


def counted(trace):
    """Return the calls of a trace as strace counts them: the name, and the how-many-th of that name in its thread."""
    made = collections.Counter()
    for call in re.findall(r"^(\d+) +(\w+)\(", trace, re.MULTILINE):
        made[call] += 1
        yield call[1], made[call]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("what", append.STEPS)
def test_call_fails__it_was_promised_and_is_there_or_the_next_try_succeeds(tmp_path, prepared, traced, what, fault):
    _, clean = traced(copy(prepared, tmp_path / "clean", what).folder)
    calls = [*counted(clean)]
    assert {"fsync", "fdatasync"} & {name for name, _ in calls}
    for number, (name, nth) in [*enumerate(calls)][[*FAULTS].index(fault) :: STEP]:
        installation = copy(prepared, tmp_path / str(number), what)
        child, trace = traced(installation.folder, f"{name}:{FAULTS[fault]}:when={nth}")
        assert child.was_killed is (fault == "KILL")
        assert trace.count("(INJECTED)") + trace.count("killed by SIGKILL") >= 1
        installation.hear(child)
        installation.check(replay=False)
        go_on(installation)
        installation.check(finished=True)
