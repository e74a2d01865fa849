"""`gateway sandbox` and `gateway demo` as processes: one JSON line, a stand that works, and nothing left behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from gateway import client, clock, stand
from gateway.client import message
from signing import trust
from tests import resources as material

SAMPLE = (resources.files("samples") / "valid" / "houses" / "create-living-house.xml").read_bytes()
STOP_SECONDS = 30
# Each of them starts and stops whole gateways.
pytestmark = pytest.mark.slow
GATEWAY = [sys.executable, "-m", "gateway.cli"]


@contextlib.contextmanager
def sandbox(temporary: Path, *options: str, json_line: bool = True) -> Iterator[subprocess.Popen[str]]:
    """Start a sandbox whose temporary folders are made in `temporary`."""
    temporary.mkdir(exist_ok=True)
    command = [*GATEWAY, "sandbox", "--suite", "p256", *(["--json"] if json_line else []), *options]
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(STOP_SECONDS)


def fetch(url: str) -> bytes:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as answer:
        return answer.read()


def stop(process: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
    """Stop the sandbox; return its exit code and what else it said."""
    process.send_signal(how)
    out, err = process.communicate(timeout=STOP_SECONDS)
    return process.returncode, out, err


def test_json__is_one_complete_line_and_the_stand_works(tmp_path):
    with sandbox(tmp_path / "tmp") as process:
        line = process.stdout.readline()
        given = json.loads(line)
        assert set(given) == {
            "url", "user", "password", "org_ppa_guid", "organisations", "key", "certificate", "ca", "data", "wsdl",
            "dictionaries", "packs",
        }  # fmt: skip
        assert [each["role"] for each in given["organisations"]] == ["УО", "РСО", "ОМС", "ТСЖ", "ЕСП", "Банк", "ОИС"]
        files = [given[name] for name in ("key", "certificate", "ca")]
        files += [each[name] for each in given["organisations"] for name in ("key", "certificate")]
        assert all(Path(file).read_bytes().startswith(b"-----BEGIN") for file in files)
        assert "registry_number" in Path(given["dictionaries"]).read_text("utf-8")
        assert b"importHouseUOData" in fetch(given["wsdl"])

        gateway = client.Client(client.Stand.parse(line))
        ack = gateway.submit(message.parse(SAMPLE))
        result = gateway.wait(ack.path, ack.message_guid)
        assert [each.problems for each in result.outcomes] == [(), (), ()]
        assert result.verify(trust.TrustStore(trust.load(Path(given["ca"]))), clock.now()).good
        code, rest, errors = stop(process)
    assert (code, rest, errors) == (0, "", "")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_interrupt__ends_it_just_as_well(tmp_path):
    with sandbox(tmp_path / "tmp") as process:
        assert process.stdout.readline()
        code, _, _ = stop(process, signal.SIGINT)
    assert code == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def test_text__says_what_to_try_next(tmp_path):
    with sandbox(tmp_path / "tmp", json_line=False) as process:
        lines = [process.stdout.readline()]
        while "Ctrl-C" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], "the sandbox ended"
    text = "".join(lines)
    (hint,) = [line.split() for line in lines if " send " in line]
    assert hint[:4] == [sys.executable, "-m", "gateway.cli", "send"]
    assert Path(hint[4]).is_file()
    assert "ТСЖ" in text


def test_kept_stand__goes_on_with_the_same_keys_password_and_data(tmp_path):
    seen = []
    for _ in range(2):
        with sandbox(tmp_path / "tmp", "--data", str(tmp_path / "stand")) as process:
            seen.append(client.Stand.parse(process.stdout.readline()))
            code, _, _ = stop(process)
            assert code == 0
    first, second = seen
    assert (first.password, first.organisations) == (second.password, second.organisations)
    assert client.Stand.load(tmp_path / "stand" / stand.FILE) == second


def test_installation_for_work__is_never_made_a_stand(tmp_path):
    data = tmp_path / "data"
    subprocess.run([*GATEWAY, "--data", str(data), "init", "--suite", "p256"], check=True, capture_output=True)
    before = {path: path.read_bytes() for path in data.rglob("*") if path.is_file()}
    with sandbox(tmp_path / "tmp", "--data", str(data)) as process:
        out, err = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, out) == (3, "")
    assert "is no stand" in err
    assert {path: path.read_bytes() for path in data.rglob("*") if path.is_file()} == before


def test_port_that_is_taken__is_told_and_nothing_is_left(tmp_path):
    with sandbox(tmp_path / "one") as process:
        url = client.Stand.parse(process.stdout.readline()).url
        with sandbox(tmp_path / "two", "--port", url.rpartition(":")[2]) as second:
            out, err = second.communicate(timeout=STOP_SECONDS)
    assert (second.returncode, out) == (3, "")
    assert "cannot listen" in err
    assert "Traceback" not in err
    assert list((tmp_path / "two").iterdir()) == []


def test_interrupt_of_the_whole_group__ends_a_kept_demo_in_order(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [*GATEWAY, "demo", "--keep"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    ) as process:
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        # What a terminal does at Ctrl-C: not the process alone, its whole group is signalled.
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=STOP_SECONDS)
    assert (process.returncode, err) == (0, "")
    assert "Stopped." in out
    assert list(tmp_path.iterdir()) == []


def test_terminal_that_is_closed__ends_the_stand_and_its_demo(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([*GATEWAY, "demo", "--keep"], stdout=subprocess.PIPE, text=True, env=environment) as process:
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        code, _, _ = stop(process, signal.SIGHUP)
    assert code == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.contracts
def test_request_without_an_organisation__is_sent_with_the_pack_and_the_operators_key_of_the_stand(tmp_path):
    request = tmp_path / "request.xml"
    request.write_text(
        '<n:exportNsiListRequest xmlns:n="http://dom.gosuslugi.ru/schema/integration/nsi-common/"'
        ' xmlns:b="http://dom.gosuslugi.ru/schema/integration/base/" b:version="10.0.1.2"/>'
    )
    with sandbox(tmp_path / "tmp", "--pack", str(material.contracts_root("16.3.0.0"))) as process:
        (tmp_path / "stand.json").write_text(process.stdout.readline())
        command = [*GATEWAY, "send", str(request), "--stand", str(tmp_path / "stand.json"), "--wait", "--json"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    report = json.loads(done.stdout)
    assert report["ack"]["operation"] == "exportNsiList"
    assert report["result"]["state"] == "done"


@pytest.mark.contracts
def test_official_pack__is_served_beside_the_built_in_one(tmp_path):
    root = material.contracts_root("16.3.0.0")
    with sandbox(tmp_path / "tmp", "--pack", str(root)) as process:
        served = client.Stand.parse(process.stdout.readline())
        url = served.url
        assert [Path(pack).name for pack in served.packs] == ["16.3.0.0"]
        assert b"importPaymentDocumentData" in fetch(f"{url}/ext-bus-bills-service/services/BillsAsync?wsdl")


def test_demo__plays_every_sample_as_expected_and_says_so():
    done = subprocess.run([*GATEWAY, "demo"], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert "Everything came out as expected" in done.stdout
    assert "\x1b[" not in done.stdout
    assert all(code in done.stdout for code in ("INT004110", "SRV004016", "FMT001310"))


def test_kept_demo__is_ended_by_sigterm_and_leaves_nothing(tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [*GATEWAY, "demo", "--keep"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        url = ""
        for line in process.stdout:
            if line.startswith("address"):
                url = line.split()[1]
            if "Ctrl-C" in line:
                break
        assert fetch(f"{url}/healthz") == b"ok\n"
        code, _, _ = stop(process)
    assert code == 0
    with pytest.raises(urllib.error.URLError):
        fetch(url)
    assert list(tmp_path.iterdir()) == []
