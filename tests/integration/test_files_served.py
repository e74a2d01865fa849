"""The file store over real HTTP: how much memory it takes, and what becomes of an upload that is broken off."""

from __future__ import annotations

import concurrent.futures
import contextlib
import http.client
import os
import re
import socket
from pathlib import Path

import pytest

from gateway.files import errors, request
from tests import stand as stands
from tests.served import HEADERS, LONG, Served, new, until
from tests.uploads import ARCHIVE, PART, part_headers, session_headers, whole_headers

pytestmark = pytest.mark.slow

MB = 2**20
MEMORY = 64
"""MB that a process may need above what it had, whatever the size of a file."""
PLACE = f"{request.PREFIX}/homemanagement"
AUTHORIZATION = {"Authorization": HEADERS["Authorization"]}


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    opened = Served(new(tmp_path_factory.mktemp("files") / "data", threads=2, body_timeout=5))
    yield opened
    code = opened.stop()
    opened.close()
    assert code == 0


def ask(served: Served, method: str, end: str, body: bytes | None = None, **headers: str) -> tuple[int, dict, bytes]:
    connection = http.client.HTTPConnection(served.host, served.port, timeout=LONG)
    with contextlib.closing(connection):
        lines = {**AUTHORIZATION, "X-Upload-OrgPPAGUID": stands.PROVIDER, **headers}
        connection.request(method, PLACE + end, body, lines)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()


def memory(served: Served, name: str) -> float:
    """Return a figure of the web process, MB."""
    (pid,) = served.children("web")
    return int(re.search(rf"{name}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def reset_peak(served: Served) -> float:
    (pid,) = served.children("web")
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return memory(served, "VmRSS")


def test_file_of_200_mb__is_taken_and_given_in_bounded_memory(served):
    piece, count = ARCHIVE + os.urandom(PART - 4), 40
    assert ask(served, "PUT", "/", piece, **whole_headers(piece, "warm.zip"))[0] == 200
    before = reset_peak(served)
    status, headers, _ = ask(served, "POST", "/?upload", **session_headers(count * PART, "a.zip"))
    assert status == 200
    id_ = headers["x-upload-uploadid"]

    def put(number: int) -> int:
        return ask(served, "PUT", f"/{id_}", piece, **part_headers(piece, number))[0]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(put, reversed(range(1, count + 1)))) == {200}
    status, headers, _ = ask(served, "POST", f"/{id_}?completed")
    assert (status, headers["connection"]) == (200, "close")
    status, headers, got = ask(served, "GET", f"/{id_}?getfile", Range=f"bytes={PART - 5}-{2 * PART - 6}")
    assert (status, got) == (206, piece[-5:] + piece[:-5])
    assert headers["content-length"] == str(PART)
    status, headers, got = ask(served, "GET", f"/{id_}?getfile")
    assert (status, headers["content-length"], len(got)) == (200, str(count * PART), count * PART)
    assert got == piece * count
    assert memory(served, "VmHWM") - before < MEMORY


def test_downloads_that_nobody_takes__cost_no_memory_and_hinder_nobody(served):
    piece = ARCHIVE + os.urandom(PART - 4)
    _, headers, _ = ask(served, "POST", "/?upload", **session_headers(4 * PART, "a.zip"))
    id_ = headers["x-upload-uploadid"]
    for number in range(1, 5):
        assert ask(served, "PUT", f"/{id_}", piece, **part_headers(piece, number))[0] == 200
    assert ask(served, "POST", f"/{id_}?completed")[0] == 200
    before = reset_peak(served)
    line = f"GET {PLACE}/{id_}?getfile HTTP/1.1\r\nHost: gateway\r\nX-Upload-OrgPPAGUID: {stands.PROVIDER}\r\n"
    with contextlib.ExitStack() as stack:
        for _ in range(80):
            connection = stack.enter_context(socket.create_connection((served.host, served.port), timeout=LONG))
            connection.sendall(f"{line}Authorization: {HEADERS['Authorization']}\r\n\r\n".encode())
            assert connection.recv(100).startswith(b"HTTP/1.1 200")
        assert ask(served, "HEAD", f"/{id_}")[0] == 200
        assert memory(served, "VmHWM") - before < MEMORY


def stalled(served: Served, sent: bytes, length: int) -> socket.socket:
    connection = socket.create_connection((served.host, served.port), timeout=LONG)
    lines = {**AUTHORIZATION, **whole_headers(b"x", "a.txt"), "Content-Length": str(length), "Host": "gateway"}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    connection.sendall(f"PUT {PLACE}/ HTTP/1.1\r\n{head}\r\n".encode() + sent)
    return connection


def blobs_of(served: Served) -> list[Path]:
    return [path for path in (served.log.parent / "files").rglob("*") if path.is_file()]


def test_connection_lost_in_the_middle__leaves_no_file(served):
    before = set(blobs_of(served))
    with stalled(served, b"x" * 1000, 2000):
        until(lambda: set(blobs_of(served)) - before, "the draft is there")
    until(lambda: set(blobs_of(served)) == before, "the draft is gone")


def test_uploads_that_stall__end_by_themselves_and_keep_nobody_waiting(served):
    with contextlib.ExitStack() as stack:
        waiting = [stack.enter_context(stalled(served, b"x", 2000)) for _ in range(20)]
        assert ask(served, "PUT", "/", b"fresh", **whole_headers(b"fresh", "a.txt"))[0] == 200
        assert served.get("/healthz")[0] == 200
        answer = waiting[0].recv(10_000).decode().lower()
    assert answer.startswith("http/1.1 408")
    assert f"x-upload-error: {errors.SIZE}".lower() in answer


def test_stranger__is_told_before_his_file_is_read(served):
    status, headers, _ = ask(served, "PUT", "/", b"x", Authorization="Basic eDp5")
    assert status == 401
    assert headers["x-upload-error"] == errors.CERTIFICATE
