"""`gateway demo month`: it comes out as expected on a fresh stand, and is told where it does not."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import client, demo, wire, xml
from gateway.cli import main
from gateway.client import message
from gateway.stories import month
from gateway.stories.month import beginning

# It starts a whole gateway, once.
pytestmark = pytest.mark.slow
STOP_SECONDS = 30


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A month that was played and whose stand is kept: the process, what it has printed, and the folders."""
    temporary, letters = tmp_path_factory.mktemp("tmp"), tmp_path_factory.mktemp("letters")
    command = [sys.executable, "-m", "gateway.cli", "demo", "month", "--keep", "--save", str(letters)]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "Ctrl-C" in line:
                break
        try:
            yield process, "".join(printed), letters, temporary
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=STOP_SECONDS)


def test_month__comes_out_as_expected_and_says_so(played):
    _, printed, _, _ = played
    assert "Everything came out as expected" in printed
    assert all(f"{number:2}. {step.title}\n" in printed for number, step in enumerate(month.STEPS, 1))
    assert re.search(r"✗ INT004171 .*✓ importContractData", printed, re.DOTALL)
    assert "100 accounts, ЕЛС 10АА000001 … 10АА000100" in printed
    assert "✗ INT002034 " in printed
    assert "102 accounts, each as it was sent; closed: 10АА000033, 10АА000066" in printed
    assert "\x1b[" not in printed


def test_saved_messages__are_signed_and_have_their_results_beside_them(played):
    _, printed, letters, _ = played
    sent, came = sorted(letters.glob("*.request.xml")), sorted(letters.glob("*.result.xml"))
    assert f"{len(sent)} packages were sent and answered" in printed
    assert [file.name.replace(".result.", ".request.") for file in came] == [file.name for file in sent]
    accounts = min(letters.glob("*-import-accounts.request.xml"))
    request = message.open_envelope(xml.parse(accounts.read_bytes()))
    assert wire.local(request[0].tag) == "Signature"
    assert sum(1 for each in request if wire.local(each.tag) == "Account") == 100


def test_next_command__works_as_it_was_printed(played):
    _, printed, _, _ = played
    (command,) = re.findall(r"(?m)^  (\S.* send .*)$", printed)
    done = subprocess.run(shlex.split(command), check=False, capture_output=True, text=True, timeout=STOP_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("acknowledged") == 2


def test_month_on_a_stand_that_had_one__is_told_as_a_surprise_with_exit_code_1(played, monkeypatch):
    _, printed, _, _ = played
    (file,) = re.findall(r"--stand (\S+)", printed)
    asked = []

    @contextlib.contextmanager
    def running(options):
        asked.append(options)
        yield client.Stand.load(Path(file))

    monkeypatch.setattr(demo, "running", running)
    result = CliRunner().invoke(main, ["demo", "month"])
    assert result.exit_code == 1, result.output
    assert asked == [("--house-basis", "contract")]
    # The company's own services are there already: both are refused.
    (title,) = (step.title for step in month.STEPS if step.play is beginning.place_services)
    refused = [line for line in result.output.splitlines() if "✗ importAdditionalServices: INT016" in line]
    assert len(refused) == 2
    assert "The month ends here" in result.output
    assert f"2 answers were not as expected:\n  {title}: importAdditionalServices: INT016" in result.output
    assert "contract" not in result.output.partition(title)[2]
    assert "Everything" not in result.output


def test_interrupt__ends_the_kept_stand_in_order(played):
    process, _, _, temporary = played
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "Stopped." in out
    assert list(temporary.iterdir()) == []
