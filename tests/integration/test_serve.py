"""The real processes on a real port: readiness, graceful stop, and who takes the place of the dead (P1, P7, P13)."""

from __future__ import annotations

import contextlib
import dataclasses
import http.client
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import settings, signatures
from gateway.web import bodies
from storage import database, directory, journal
from tests import samples
from tests import stand as stands
from tests.served import HEADERS, LONG, PROGRAM, ROOT, Served, new, until

pytestmark = pytest.mark.slow

OTHER = "other"
"""Login of a second information system, with the same password."""


@pytest.fixture(scope="module")
def shared(tmp_path_factory) -> Iterator[Served]:
    """One server for the tests that do it no harm."""
    served = Served(new(tmp_path_factory.mktemp("shared") / "data", processes=2, exchange_workers=1))
    yield served
    code = served.stop()
    served.close()
    assert code == 0


@pytest.fixture
def conf(tmp_path: Path) -> settings.Settings:
    return new(tmp_path / "data")


@pytest.fixture
def serve(conf):
    with contextlib.ExitStack() as stack:

        def start(**changes) -> Served:
            served = Served(dataclasses.replace(conf, **changes))
            stack.callback(served.close)
            return served

        yield start


def refusal(conf: settings.Settings) -> str:
    """Run a server that is expected not to start; return what it says."""
    environ = {**os.environ, **settings.environment(conf), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environ, capture_output=True, text=True, timeout=LONG, check=False
    )
    assert done.returncode == 1
    return done.stderr


def acknowledged(conf: settings.Settings) -> set[str]:
    opened = database.Database.open(conf.database_url)
    with opened.read() as connection:
        found = {entry.message for entry in journal.entries(connection) if entry.kind == journal.Kind.PACKAGE_ACCEPTED}
    opened.close()
    return found


def count(served: Served, **labels: str) -> float:
    """Return how many answers with these labels the processes have counted."""
    wanted = ",".join(f'{name}="{labels[name]}"' for name in sorted(labels))
    found = re.search(rf"^gateway_answers_total{{{wanted}}} (.+)$", served.get("/metrics")[1], re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_signed_package_over_http__is_acknowledged_executed_and_counted(shared):
    served = shared
    before = count(served, kind="acknowledgement", status="200", code="")
    status, answer = served.send(stands.package(samples.HOUSE))
    assert status == 200, answer
    guid = re.search("<ns4:MessageGUID>([^<]+)</ns4:MessageGUID><ns4:Requester", answer)[1]
    asked = f'<b:getStateRequest xmlns:b="{stands.wire.BASE}"><b:MessageGUID>{guid}</b:MessageGUID></b:getStateRequest>'
    until(
        lambda: "RequestState>3<" in served.send(stands.package(asked.encode(), key=None))[1], "the package is executed"
    )
    assert count(served, kind="acknowledgement", status="200", code="") == before + 1
    assert "gateway_packages_waiting 0.0" in served.get("/metrics")[1]
    lines = [each["facts"] for each in served.events("answered")]
    line = next(each for each in lines if each["operation"] == "importHouseUOData")
    assert line["path"] == stands.HOUSES
    assert line["status"] == 200
    assert served.get("/healthz") == (200, "ok\n")


def test_metrics_of_all_processes__are_told_by_any(shared):
    kind = {"kind": "fault", "status": "404", "code": "FMT001902"}
    before = count(shared, **kind)
    for _ in range(20):
        assert shared.request("POST", "/nowhere")[0] == 404
    assert {count(shared, **kind) for _ in range(8)} == {before + 20}


def test_stop_while_packages_are_in_flight__loses_no_acknowledged_one(serve, conf):
    served = serve(processes=2)
    template = stands.package(samples.HOUSE, guid=str(uuid.UUID(int=0))).decode()
    seen: set[str] = set()
    broken: list[str] = []
    enough = threading.Event()

    def send() -> None:
        while True:
            body = template.replace(str(uuid.UUID(int=0)), str(uuid.uuid4())).encode()
            try:
                status, answer = served.send(body)
            except (OSError, http.client.HTTPException):
                return
            if status != 200:
                broken.append(answer)
                return
            seen.add(re.search("<ns4:MessageGUID>([^<]+)</ns4:MessageGUID><ns4:Requester", answer)[1])
            if len(seen) >= 40:
                enough.set()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert enough.wait(LONG)
    assert served.stop() == 0
    for thread in threads:
        thread.join(LONG)
    assert not broken
    assert seen <= acknowledged(conf)


def upload(served: Served, length: int, *lines: str) -> socket.socket:
    """Return a connection on which the headers of a package were sent."""
    connection = socket.create_connection((served.host, served.port), timeout=LONG)
    head = [f"POST {stands.HOUSES} HTTP/1.1", "Host: gateway", f"Content-Length: {length}", *lines]
    head += [f"{name}: {value}" for name, value in HEADERS.items()]
    connection.sendall("\r\n".join([*head, "", ""]).encode())
    return connection


@contextlib.contextmanager
def upload_begun(served: Served, length: int) -> Iterator[socket.socket]:
    """Yield a connection on which the gateway waits for a body of this length."""
    with upload(served, length, "Expect: 100-continue") as begun:
        # The interim answer says that the sender is known and the body is being read.
        assert b" 100 " in begun.recv(1000)
        yield begun


def rest(connection: socket.socket) -> bytes:
    """Return what comes until the gateway closes the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


def test_upload_begun_before_the_stop__is_finished_and_answered(serve):
    served = serve()
    body = stands.package(samples.HOUSE)
    with upload_begun(served, len(body)) as upload:
        served.process.terminate()
        until(lambda: served.events("stopping"), "the server begins to stop")
        upload.sendall(body)
        answer = upload.recv(65536)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert served.process.wait(LONG) == 0


def test_second_signal_while_stopping__ends_at_once_and_says_so(serve):
    served = serve()
    with upload_begun(served, 100):
        served.process.terminate()
        until(lambda: served.events("stopping"), "the server begins to stop")
        served.process.terminate()
        assert served.process.wait(LONG) == 1
    assert served.events("process killed")


def test_web_process_killed__another_takes_its_place_on_the_same_port(serve):
    served = serve()
    (pid,) = served.children("web")
    os.kill(pid, signal.SIGKILL)
    # The listening socket outlives the process: the request waits for its successor and is not refused.
    assert served.get("/readyz") == (200, "ready\n")
    assert served.children("web") != [pid]
    assert served.stop() == 0


def test_worker_killed__another_takes_its_place(serve):
    served = serve(exchange_workers=1)
    (pid,) = served.children("exchange")
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: [each for each in served.children("exchange") if each != pid], "a new worker is started")
    assert served.stop() == 0


def test_parent_killed__no_process_lingers(serve):
    served = serve(processes=2, exchange_workers=1)
    assert len(served.children("")) == 3
    served.process.kill()
    served.process.wait()
    until(lambda: not served.children(""), "every child has ended")


def test_interrupt_from_the_keyboard__stops_gracefully(serve):
    served = serve(exchange_workers=1)
    for pid in (served.process.pid, *served.children("")):
        os.kill(pid, signal.SIGINT)
    assert served.process.wait(LONG) == 0
    assert not served.events("process ended")


def test_key_gone__not_ready_and_nothing_acknowledged(serve, conf):
    served = serve()
    signatures.key_paths(conf)[0].unlink()
    until(lambda: served.get("/readyz")[0] == 503, "the missing key is noticed")
    status, answer = served.send(stands.package(samples.HOUSE))
    assert status == 500
    assert "AckRequest" not in answer
    assert served.get("/healthz")[0] == 200


def test_less_free_space_than_demanded__never_becomes_ready(serve, conf):
    free = shutil.disk_usage(conf.data).free
    port = free_port()
    environ = settings.environment(dataclasses.replace(conf, min_free=free * 2, port=port))
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: answer_of(port), "the server answers") == (503, "the disk is full")
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=LONG)
    assert process.returncode == 0
    assert said == b""


def answer_of(port: int) -> tuple[int, str] | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LONG)
    with contextlib.closing(connection), contextlib.suppress(ConnectionError, http.client.HTTPException):
        connection.request("GET", "/readyz")
        answer = connection.getresponse()
        return answer.status, answer.read().decode().partition(":")[0]
    return None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def test_port_taken__says_so_and_starts_nothing(conf):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refusal(dataclasses.replace(conf, port=port))
    assert f"Unavailable: cannot listen on 127.0.0.1:{port}: Address already in use" in said


def test_folder_never_initialised__says_so(tmp_path):
    said = refusal(settings.Settings(data=tmp_path / "nothing", port=0))
    assert "Unavailable: " in said
    assert "run `gateway init`" in said


def test_idle_and_stalled_connections__block_nobody(serve):
    served = serve(threads=1)
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(socket.create_connection((served.host, served.port)))
        for _ in range(20):
            stack.enter_context(upload_begun(served, 100))
        status, answer = served.send(stands.package(samples.HOUSE))
    assert status == 200, answer


def test_client_that_hangs_up_in_the_middle__leaves_a_server_that_goes_on(shared):
    served = shared
    with upload_begun(served, 1000) as broken:
        broken.sendall(b"half")
        broken.shutdown(socket.SHUT_WR)
        answer = broken.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert served.send(stands.package(samples.HOUSE))[0] == 200


def introduce_other(conf: settings.Settings) -> None:
    """Make a second information system known, which may act for the same organisation."""
    opened = database.Database.open(conf.database_url)
    with opened.write() as connection:
        known = directory.system_by_login(connection, stands.LOGIN)
        directory.add_system(connection, dataclasses.replace(known, login=OTHER), stands.NOW)
        directory.grant(connection, stands.PROVIDER, OTHER, stands.NOW)
    opened.close()


def test_sender_with_150_stalled_bodies__stops_neither_health_nor_others(serve, conf):
    introduce_other(conf)
    served = serve()
    with contextlib.ExitStack() as stack:
        stalled = [stack.enter_context(upload(served, 100_000)) for _ in range(150)]
        for connection in stalled:
            connection.sendall(b"<")
        until(lambda: len(served.events("answered")) == 150 - bodies.EACH, "what goes beyond the share is answered")
        assert served.get("/healthz") == (200, "ok\n")
        assert served.get("/readyz") == (200, "ready\n")
        status, answer = served.send(stands.package(samples.HOUSE), OTHER)
        assert status == 200, answer
        status, answer = served.send(stands.package(samples.HOUSE))
        assert (status, "EXP002001" in answer) == (500, True)
    # His connections are closed now, and he is served again.
    until(lambda: served.send(stands.package(samples.HOUSE))[0] == 200, "the sender is served again")


def test_body_that_does_not_come__is_refused_with_408_and_its_connection_closed(serve):
    served = serve(body_timeout=1)
    with upload_begun(served, 1000) as stalled:
        stalled.sendall(b"half")
        answer = rest(stalled)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"FMT001901" in answer
    assert served.send(stands.package(samples.HOUSE))[0] == 200


def test_held_uploads__take_no_more_memory_than_they_are_given(serve, conf):
    introduce_other(conf)
    size, budget = 8 * 2**20, 32 * 2**20
    served = serve(body_memory=budget, max_body=size, body_timeout=3600)
    (pid,) = served.children("web")
    before = resident(pid)
    with contextlib.ExitStack() as stack:
        begun = [stack.enter_context(upload(served, size, "Expect: 100-continue")) for _ in range(12)]
        # Half of the memory is this sender's: so many are asked for their bytes, and never another one.
        received = until(lambda: enough(begun, budget // 2 // size), "the first uploads are begun")
        for each in received:
            assert b" 100 " in each.recv(1000)
            each.sendall(bytes(size - 1))
        until(lambda: resident(pid) - before > budget // 4, "the bytes have arrived")
        assert not enough([each for each in begun if each not in received], 1)
        assert resident(pid) - before < budget
        assert served.send(stands.package(samples.HOUSE))[0] == 200


def enough(connections: list[socket.socket], number: int) -> list[socket.socket]:
    """Return the connections that have something to read, if there are so many."""
    readable, _, _ = select.select(connections, [], [], 0)
    return readable if len(readable) >= number else []


def resident(pid: int) -> int:
    """Return the bytes of memory that a process has for itself."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def test_stop_with_a_body_that_does_not_come__is_graceful(serve):
    served = serve()
    with upload_begun(served, 1000) as stalled:
        served.process.terminate()
        answer = rest(stalled)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert served.process.wait(LONG) == 0
    assert not served.events("process killed")


def test_folder_of_counters_removed__nobody_notices_and_the_next_process_counts_again(serve, conf):
    served = serve()
    (folder,) = conf.data.glob(".counters-*")
    shutil.rmtree(folder)
    assert served.get("/healthz") == (200, "ok\n")
    status, answer = served.send(stands.package(samples.HOUSE))
    assert (status, "AckRequest" in answer) == (200, True)
    assert "gateway_database_up 1.0" in served.get("/metrics")[1]
    (pid,) = served.children("web")
    os.kill(pid, signal.SIGKILL)
    assert served.get("/healthz") == (200, "ok\n")
    status, answer = served.send(stands.package(samples.HOUSE))
    assert (status, "AckRequest" in answer) == (200, True)
    assert count(served, kind="acknowledgement", status="200", code="") == 1


def test_end_of_the_gateway__leaves_no_counters_behind(serve, conf):
    served = serve()
    assert served.stop() == 0
    assert not list(conf.data.glob(".counters-*"))
