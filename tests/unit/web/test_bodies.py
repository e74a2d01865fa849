"""What bodies are allowed: time that grows with what has come, memory that is shared, and places by sender."""

from __future__ import annotations

import base64
import concurrent.futures
import dataclasses
import threading
from pathlib import Path

import pytest

from gateway import errors, settings, supervisor
from gateway.intake import guard
from gateway.web import bodies

LONG = 30.0
MANY = 10 * bodies.SMALL
CONF = settings.Settings(data=Path("data"), max_body=MANY, body_memory=2 * MANY, body_timeout=3600)


class Network:
    """The server's side of a body: gives what it is handed, then lets wait for ever, or ends."""

    def __init__(self, *pieces: bytes, ends: bool = True) -> None:
        self._pieces = list(pieces)
        self._ends = ends
        self.missing: concurrent.futures.Future[bytes] = concurrent.futures.Future()
        self.asked = threading.Event()
        """Set when the piece that does not come is waited for."""

    def __aiter__(self) -> Network:
        return self

    def __anext__(self) -> concurrent.futures.Future[bytes]:
        if not self._pieces and (self._ends or self.missing.done()):
            raise StopAsyncIteration
        if not self._pieces:
            self.asked.set()
            return self.missing
        piece: concurrent.futures.Future[bytes] = concurrent.futures.Future()
        piece.set_result(self._pieces.pop(0))
        return piece


def limits(**changes: int) -> bodies.Bodies:
    return bodies.Bodies(dataclasses.replace(CONF, **changes))


def headers(login: str = "sit", length: int | None = None) -> dict[str, str]:
    token = base64.b64encode(f"{login}:secret".encode()).decode()
    declared = {} if length is None else {"CONTENT_LENGTH": str(length)}
    return {"HTTP_AUTHORIZATION": f"Basic {token}", **declared}


def read_in_thread(body: bodies.Body) -> tuple[threading.Thread, list[object]]:
    """Start to read a body elsewhere; the list gets what became of it."""
    outcome: list[object] = []

    def read() -> None:
        try:
            outcome.append(body.read(1))
        except errors.GatewayError as error:
            outcome.append(error)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread, outcome


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
@pytest.mark.parametrize("piece", [1, 1000, 300_000], ids=["bytes", "pieces", "blocks"])
def test_body__is_read_as_it_was_sent(piece, declared):
    raw = bytes(range(256)) * (4 if piece == 1 else 4000)
    network = Network(*(raw[at : at + piece] for at in range(0, len(raw), piece)))
    body = limits().body(network, headers(length=len(raw) if declared else None))
    assert b"".join(iter(lambda: body.read(777), b"")) == raw
    assert body.read(777) == b""


def test_chunked_body_over_the_limit__is_not_received_further_than_needed_to_see_it():
    block = bytes(bodies.SMALL)
    network = Network(*[block] * 100, ends=False)
    body = limits().body(network, headers())
    with pytest.raises(guard.HttpRefused, match="больше допустимых"):
        guard.body({"wsgi.input": body}, max_body=MANY)
    assert body.size == MANY + len(block)


def test_body_that_does_not_come__is_given_up_with_408_and_its_source_is_let_go():
    network = Network(b"half", ends=False)
    body = limits(body_timeout=0).body(network, headers(length=100))
    with pytest.raises(guard.HttpRefused) as refused:
        body.read(100)
    assert refused.value.status == "408 Request Timeout"
    assert refused.value.code == errors.TRANSPORT_INVALID
    assert "получено байт 4" in refused.value.text
    assert network.missing.cancelled()


def test_piece_that_comes_while_it_is_waited_for__is_read():
    network = Network(ends=False)
    thread, outcome = read_in_thread(limits().body(network, headers(length=1)))
    assert network.asked.wait(LONG)
    network.missing.set_result(b"x")
    thread.join(LONG)
    assert outcome == [b"x"]


def test_every_piece__earns_time_by_its_size():
    allowed = limits(body_timeout=30)
    body = allowed.body(Network(), headers())
    body.began, body.size = 1000.0, 3 * bodies.RATE
    assert allowed.deadline(body) == 1033.0


def test_stop__gives_up_what_does_not_come_and_leaves_time_before_the_kill(monkeypatch):
    monkeypatch.setattr(bodies, "LAST", 0.0)
    allowed = limits()
    network = Network(b"half", ends=False)
    thread, outcome = read_in_thread(allowed.body(network, headers(length=100)))
    assert network.asked.wait(LONG)
    allowed.hurry()
    thread.join(LONG)
    assert [error.status for error in outcome] == ["408 Request Timeout"]


def test_time_of_a_stop__is_less_than_half_of_the_supervisors_patience():
    assert bodies.LAST < supervisor.GRACE / 2


def test_one_more_body_of_a_sender__is_refused_and_another_sender_is_served():
    allowed = limits()
    stalled = [Network(ends=False) for _ in range(bodies.EACH)]
    for network in stalled:
        read_in_thread(allowed.body(network, headers(length=100)))
    assert all(network.asked.wait(LONG) for network in stalled)
    with pytest.raises(errors.Unavailable, match="one sender"):
        allowed.body(Network(b"x"), headers(length=1)).read(1)
    assert allowed.body(Network(b"x"), headers("other", length=1)).read(1) == b"x"


def test_places_of_a_sender__are_free_again_after_each_body():
    allowed = limits()
    for _ in range(bodies.EACH + 1):
        assert allowed.body(Network(b"x"), headers(length=1)).read(1) == b"x"


def test_memory_of_a_sender_taken__his_next_large_body_is_refused_but_small_ones_and_others_are_not():
    allowed = limits(body_timeout=0)
    first = allowed.body(Network(bytes(MANY)), headers(length=MANY))
    first.read(1)
    assert first.held == MANY
    with pytest.raises(errors.Unavailable, match="memory"):
        allowed.body(Network(), headers(length=bodies.SMALL + 1)).read(1)
    small = allowed.body(Network(bytes(bodies.SMALL)), headers(length=bodies.SMALL))
    assert small.read(1) == b"\0"
    assert small.held == 0
    other = allowed.body(Network(bytes(MANY)), headers("other", length=MANY))
    assert other.read(1) == b"\0"
    with pytest.raises(errors.Unavailable, match="memory"):
        allowed.body(Network(), headers("third", length=MANY)).read(1)


def test_large_chunked_body__holds_the_memory_that_it_may_come_to_need():
    body = limits().body(Network(bytes(bodies.SMALL), b"x"), headers())
    body.read(1)
    assert body.held == MANY


def test_memory_given_back__lets_the_next_one_in():
    allowed = limits()
    first = allowed.body(Network(bytes(MANY)), headers(length=MANY))
    first.read(1)
    thread, outcome = read_in_thread(allowed.body(Network(bytes(MANY)), headers(length=MANY)))
    first.close()
    thread.join(LONG)
    assert outcome == [b"\0"]
    first.close()


def test_stop__lets_nobody_wait_for_memory():
    allowed = limits()
    allowed.body(Network(bytes(MANY)), headers(length=MANY)).read(1)
    thread, outcome = read_in_thread(allowed.body(Network(bytes(MANY)), headers(length=MANY)))
    allowed.hurry()
    thread.join(LONG)
    assert [type(error) for error in outcome] == [errors.Unavailable]


@pytest.mark.parametrize("value", ["Basic c2l0OmE=", "basic c2l0OmE=", "BASIC  c2l0OmI=", "Basic c2l0OmI= "])
def test_login_however_it_is_spelled__is_one_sender(value):
    assert bodies.sender({"HTTP_AUTHORIZATION": value}) == "sit"


@pytest.mark.parametrize("value", ["AB:CD", "abcd", " abcd "])
def test_fingerprint_however_it_is_spelled__is_one_sender(value):
    assert bodies.sender({"HTTP_X_CLIENT_CERT_FINGERPRINT": value}) == "abcd"


def test_fingerprint_beside_a_login__changes_nothing():
    assert bodies.sender({**headers("sit"), "HTTP_X_CLIENT_CERT_FINGERPRINT": "any"}) == "sit"


# --- bodies of the file store -----------------------------------------------------------------------------------------


def test_stream__is_read_while_it_arrives_and_keeps_nothing():
    body = limits().stream(Network(b"ab", bytes(MANY), b"c"), headers(length=MANY + 3))
    assert body.read(1) == b"a"
    assert body.size == 2
    assert body.read(9) == b"b"
    assert body.read(MANY) == bytes(MANY)
    assert body.held == 0
    assert (body.read(9), body.read(9), body.read(9)) == (b"c", b"", b"")


def test_stream_that_does_not_come__is_given_up():
    body = limits(body_timeout=0).stream(Network(b"half", ends=False), headers(length=100))
    with pytest.raises(guard.HttpRefused) as refused:
        [body.read(9) for _ in range(2)]
    assert refused.value.status == "408 Request Timeout"


def test_place_of_a_stream__is_taken_from_its_first_read_until_it_is_closed():
    allowed = limits()
    streams = [allowed.stream(Network(b"x"), headers(length=1)) for _ in range(bodies.EACH)]
    assert [stream.read(1) for stream in streams] == [b"x"] * bodies.EACH
    with pytest.raises(errors.Unavailable, match="one sender"):
        allowed.stream(Network(b"x"), headers(length=1)).read(1)
    assert allowed.stream(Network(b"x"), headers("other", length=1)).read(1) == b"x"
    streams[0].close()
    assert allowed.stream(Network(b"x"), headers(length=1)).read(1) == b"x"
