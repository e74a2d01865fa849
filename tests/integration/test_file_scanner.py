"""The virus scanner: what it calls clean is a file, and nothing else is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from gateway import settings
from gateway.files import errors
from tests import stand as stands
from tests.clamd import VIRUS, Clamd
from tests.uploads import ARCHIVE, PART, Client, id_of, split


@contextlib.contextmanager
def scanned(folder, address: str) -> Iterator[Client]:
    stand = stands.Stand(folder / "data", virus_scanner=address)
    try:
        yield Client(stand)
    finally:
        stand.close()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_clean_file__is_taken_and_was_seen_whole(tmp_path, kind):
    clamd = Clamd(path=None if kind == "tcp" else tmp_path / "clamd.ctl")
    with contextlib.closing(clamd), scanned(tmp_path, clamd.address) as client:
        assert client.put(b"clean", "a.txt").status == 200
        content = ARCHIVE + bytes(PART)
        id_ = id_of(client.begin(len(content), "a.zip"))
        for number, piece in enumerate(split(content), 1):
            client.part(id_, piece, number)
        assert client.finish(id_).status == 200
        assert clamd.seen == [b"clean", content]


def test_infected_file__is_none(tmp_path):
    clamd = Clamd()
    with contextlib.closing(clamd), scanned(tmp_path, clamd.address) as client:
        answer = client.put(b"an " + VIRUS, "a.txt")
        assert (answer.status, answer.headers["X-Upload-Error"]) == (400, errors.INFECTED)
        assert "Test.Virus" in answer.body.decode()
        content = ARCHIVE + bytes(PART - 4 - 5) + VIRUS
        id_ = id_of(client.begin(len(content), "a.zip"))
        for number, piece in enumerate(split(content), 1):
            client.part(id_, piece, number)
        assert client.finish(id_).headers["X-Upload-Error"] == errors.INFECTED
        assert client.get(id_).headers["X-Upload-Error"] == errors.STATUS


@pytest.mark.parametrize("says", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"x" * 9000, b"stream: \0"])
def test_scanner_that_does_not_say_clean__lets_nothing_pass(tmp_path, says, caplog):
    clamd = Clamd(says=says)
    with contextlib.closing(clamd), scanned(tmp_path, clamd.address) as client:
        answer = client.put(b"clean", "a.txt")
    assert (answer.status, answer.headers["X-Upload-Error"]) == (400, errors.NOT_CHECKED)
    assert "files cannot be scanned" in caplog.messages


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_scanner_that_is_away__lets_nothing_pass_and_the_upload_may_be_completed_later(tmp_path, kind):
    clamd = Clamd(path=None if kind == "tcp" else tmp_path / "clamd.ctl")
    clamd.close()
    with scanned(tmp_path, clamd.address) as client:
        assert client.put(b"clean", "a.txt").headers["X-Upload-Error"] == errors.NOT_CHECKED
        id_ = id_of(client.begin(5, "a.txt"))
        client.part(id_, b"clean", 1)
        assert client.finish(id_).headers["X-Upload-Error"] == errors.NOT_CHECKED
        object.__setattr__(client.stand.settings, "virus_scanner", "")
        assert client.finish(id_).status == 200


@pytest.mark.parametrize("address", ["clamd", "http://127.0.0.1:3310", "tcp://", "tcp://host:port", "unix://"])
def test_address_that_is_none__is_a_mistake_of_the_settings(tmp_path, address):
    with pytest.raises(settings.SettingsError, match="virus_scanner"):
        settings.load(tmp_path, virus_scanner=address)
