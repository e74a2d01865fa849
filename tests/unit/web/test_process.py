"""The turns of a web process: so many packages at once, and nobody waits for another one's network."""

from __future__ import annotations

import dataclasses
import io
import threading

import pytest

from gateway import settings
from gateway.web import bodies, process

LONG = 30.0


class App:
    """A WSGI application that tells how many requests are inside, and keeps them until it is told."""

    def __init__(self) -> None:
        self.inside = 0
        self.most = 0
        self.arrived = threading.Semaphore(0)
        self.go = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, environ, start_response):
        environ["wsgi.input"].read(1)
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.arrived.release()
        assert self.go.wait(LONG)
        with self._lock:
            self.inside -= 1
        start_response("200 OK", [])
        return [b"done"]


class Network(io.BytesIO):
    """A body that does not come before it is told."""

    def __init__(self) -> None:
        super().__init__(b"x")
        self.asked = threading.Event()
        self.come = threading.Event()

    def read(self, size: int | None = -1, /) -> bytes:
        self.asked.set()
        assert self.come.wait(LONG)
        return super().read(size)


def post(turns: process.Turns, body: io.BytesIO, method: str = "POST") -> threading.Thread:
    environ = {"REQUEST_METHOD": method, "wsgi.input": body}
    thread = threading.Thread(target=lambda: list(turns(environ, lambda *_: None)), daemon=True)
    thread.start()
    return thread


def test_more_requests_than_turns__are_worked_on_in_turn():
    app = App()
    turns = process.Turns(app, 2)
    threads = [post(turns, io.BytesIO(b"x")) for _ in range(6)]
    for _ in range(2):
        assert app.arrived.acquire(timeout=LONG)
    app.go.set()
    for thread in threads:
        thread.join(LONG)
    assert app.most == 2
    assert app.inside == 0


def test_body_that_does_not_come__keeps_no_turn():
    app = App()
    turns = process.Turns(app, 1)
    slow = Network()
    waiting = post(turns, slow)
    assert slow.asked.wait(LONG)
    app.go.set()
    quick = post(turns, io.BytesIO(b"x"))
    quick.join(LONG)
    assert not quick.is_alive()
    assert waiting.is_alive()
    slow.come.set()
    waiting.join(LONG)
    assert not waiting.is_alive()


def test_health_check__is_answered_while_every_turn_is_taken():
    app = App()
    turns = process.Turns(app, 1)
    post(turns, io.BytesIO(b"x"))
    assert app.arrived.acquire(timeout=LONG)
    post(turns, io.BytesIO(b"x"), "GET")
    assert app.arrived.acquire(timeout=LONG)
    app.go.set()


def test_network_that_fails__leaves_the_turns_as_they_were():
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise ConnectionResetError(size)

    app = App()
    app.go.set()
    turns = process.Turns(app, 1)
    for _ in range(3):
        with pytest.raises(ConnectionResetError):
            turns({"REQUEST_METHOD": "POST", "wsgi.input": Broken()}, lambda *_: None)
    post(turns, io.BytesIO(b"x")).join(LONG)
    assert app.most == 1


@dataclasses.dataclass
class Scope:
    """What the server tells of a request."""

    method: str = "GET"
    path: str = "/"
    query_string: str = ""
    scheme: str = "http"
    http_version: str = "1.1"
    server: str = "127.0.0.1:8080"
    client: str = "127.0.0.1:40000"
    authority: str | None = None
    headers: dict[str, str] | Lines = dataclasses.field(default_factory=dict)


class Lines:
    """Headers of which some come twice."""

    def __init__(self, *lines: tuple[str, str]) -> None:
        self._lines = list(lines)

    def items(self) -> list[tuple[str, str]]:
        return self._lines


def answered(app) -> list[tuple[int, dict[str, str], bytes]]:
    """Return what the server was given for one request."""
    answers = []

    class Exchange:
        def response_bytes(self, status, headers, body):
            answers.append((status, dict(headers), body))

    process.adapt(app, bodies.Bodies(settings.Settings()))(Scope(), Exchange())
    return answers


def failing_at_once(_environ, _start):
    raise ValueError("Иванов")


def failing_after_the_headers(_environ, start):
    start("200 OK", [("Content-Type", "text/plain")])
    raise ValueError("Иванов")


def answering_nothing(_environ, _start):
    return [b"no status"]


@pytest.mark.parametrize("app", [failing_at_once, failing_after_the_headers, answering_nothing])
def test_application_that_fails__is_answered_with_a_fault_and_logged_without_its_message(app, caplog):
    ((status, headers, body),) = answered(app)
    assert status == 500
    assert headers["Content-Type"] == "text/xml; charset=utf-8"
    assert headers["Content-Length"] == str(len(body))
    (record,) = caplog.records
    assert record.message == "request failed"
    assert b"EXP001000" in body
    assert record.facts["incident"].encode() in body
    assert "Иванов".encode() not in body


def test_path_of_the_server__becomes_that_of_wsgi():
    environ = process.environment(Scope(path="/а", query_string="wsdl=%20", http_version="1", authority="host:1"))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/а"
    assert environ["QUERY_STRING"] == "wsdl=%20"
    assert environ["SERVER_PROTOCOL"] == "HTTP/1"
    assert environ["HTTP_HOST"] == "host:1"


@pytest.mark.parametrize(
    ("client", "address"),
    [("10.0.0.1:40000", "10.0.0.1"), ("[::1]:40000", "::1"), ("::ffff:10.0.0.1:1", "::ffff:10.0.0.1")],
)
def test_address_of_the_client__is_told_without_its_port(client, address):
    environ = process.environment(Scope(client=client, server="[::1]:8080"))
    assert environ["REMOTE_ADDR"] == address
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("::1", "8080")


def test_header_that_comes_twice__is_one_list():
    lines = Lines(("host", "h"), ("x-a", "1"), ("x-a", "2"), ("content-type", "text/xml"), ("content-length", "5"))
    environ = process.environment(Scope(authority="other", headers=lines))
    assert environ["HTTP_X_A"] == "1,2"
    assert environ["HTTP_HOST"] == "h"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/xml", "5")


def test_body_in_many_pieces__waits_for_its_turn_once():
    class Counted:
        released = 0

        def release(self) -> None:
            self.released += 1

        def acquire(self) -> None:
            pass

    turns = Counted()
    body = process._Patient(io.BytesIO(b"abc"), turns)  # noqa: SLF001  # the turn is all that it is about
    assert [body.read(1) for _ in range(4)] == [b"a", b"b", b"c", b""]
    assert turns.released == 1


def test_header_name_with_underscores__does_not_pass_for_the_one_that_a_proxy_vouches_for():
    sent = {"x_client_cert_fingerprint": "stolen", "x-client-cert-fingerprint": "00", "authorization_": "x"}
    environ = process.environment(Scope(headers=sent))
    assert environ["HTTP_X_CLIENT_CERT_FINGERPRINT"] == "00"
    assert "HTTP_AUTHORIZATION_" not in environ
