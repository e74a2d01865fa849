"""Fetching: http and https alone, few redirections, limits of size and time, and never half of a list."""

from __future__ import annotations

import socket

import pytest

from gateway.trust import errors, sources
from tests import served_lists


@pytest.fixture
def server():
    with served_lists.serving() as opened:
        yield opened


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def failure(address):
    with pytest.raises(errors.TrustError) as told:
        sources.fetch(address)
    return str(told.value)


def test_what_is_there__is_returned_whole(server):
    body = bytes(range(256)) * 1000
    assert sources.fetch(server.put("/a.crl", body)) == body
    assert sources.fetch(server.put("/empty.crl")) == b""


def test_redirections__are_followed_a_few_times(server):
    server.put("/5", b"list")
    for number in range(5):
        server.put(f"/{number}", status=302, Location=server.address(f"/{number + 1}"))
    assert sources.fetch(server.address("/0")) == b"list"
    server.put("/more", status=301, Location="/0")
    assert "redirect" in failure(server.address("/more"))


def test_redirection_in_a_circle__ends(server):
    server.put("/a", status=302, Location="/b")
    assert "redirect" in failure(server.put("/b", status=302, Location="/a"))


@pytest.mark.parametrize(
    ("target", "reason"),
    [("file:///etc/hostname", "not allowed"), ("data:,x", "not allowed"), ("ftp://127.0.0.1/x", "is wanted")],
)
def test_redirection_elsewhere__is_not_followed(server, target, reason):
    assert reason in failure(server.put("/a", status=302, Location=target))


@pytest.mark.parametrize(
    "address",
    ["file:///etc/hostname", "ftp://127.0.0.1/x", "ldap://127.0.0.1/x", "http://", "http:///x", "http://[::1", "x",
     "http://127.0.0.1/a b", "http://127.0.0.1/a\r\nHost: b"],
)  # fmt: skip
def test_other_address__is_not_fetched(address):
    assert "http://… or https://… is wanted" in failure(address)


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_refusal_of_the_server__is_told(server, status):
    assert str(status) in failure(server.put("/a.crl", b"x", status))


def test_nobody_there__is_told():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert "cannot be fetched" in failure(f"http://127.0.0.1:{port}/a.crl")


def test_too_large__is_given_up(server, monkeypatch):
    monkeypatch.setattr(sources, "MOST", 2**20)
    assert len(sources.fetch(server.put("/most.crl", bytes(2**20)))) == 2**20
    assert "larger than 1 MB" in failure(server.put("/more.crl", bytes(2**20 + 1)))


def test_too_slow__is_given_up(server, monkeypatch):
    monkeypatch.setattr(sources, "PATIENCE", -1)
    assert "not come within" in failure(server.put("/a.crl", b"x"))


def test_silence__is_given_up(monkeypatch):
    monkeypatch.setattr(sources, "SILENCE", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        assert "timed out" in failure(f"http://127.0.0.1:{mute.getsockname()[1]}/a.crl")


def test_half_of_it__is_none(server):
    assert "before the whole of it" in failure(server.put("/a.crl", b"half", Content_Length="8"))


def test_addresses__are_remembered_once_in_their_order(tmp_path):
    assert sources.remembered(tmp_path) == []
    sources.remember(tmp_path, ["http://b/", "http://a/", "http://b/"])
    assert sources.remembered(tmp_path) == ["http://b/", "http://a/"]
    assert [sources.is_address(each) for each in ("http://a/", "a.crl", "./http/a.crl", "ftp://a")] == [
        True, False, False, True,
    ]  # fmt: skip
