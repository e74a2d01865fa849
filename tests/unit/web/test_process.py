"""The turns of a web process: so many packages at once, and nobody waits for another one's network."""

from __future__ import annotations

import io
import threading

import pytest

from gateway.web import process

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


def test_request_that_fails_in_the_application__is_answered_with_500_and_logged_without_its_message(caplog):
    def broken(_environ, _start):
        raise ValueError("Иванов")

    answers = []

    class Reply:
        def response_bytes(self, status, headers, body):
            answers.append((status, headers, body))

    process.adapt(broken)(Reply(), {"REQUEST_METHOD": "GET"})
    assert answers == [(500, [], b"")]
    assert [record.message for record in caplog.records] == ["request failed"]
