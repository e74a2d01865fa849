"""ГОСТ digests of stored files: computed once, in the background, and equal to an independent one."""

from __future__ import annotations

import threading

import pytest

from gateway.files import digests, keeper
from storage import files
from tests import stand as stands
from tests.uploads import Client, id_of

KNOWN = {
    b"message digest": "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0",
    b"This is message, length=32 bytes": "2cefc2f7b7bdc514e18ea57fa74ff357e7fa17d652c75f69cb1be7893ede48eb",
}
"""Test vectors of the CryptoPro parameter set (those of libgcrypt and of PHP's `gost-crypto`)."""


@pytest.fixture
def client(tmp_path):
    stand = stands.Stand(tmp_path / "data")
    yield Client(stand)
    stand.close()


def stored(client: Client, id_: str) -> files.File:
    with client.stand.house.database.read() as connection:
        return files.find(connection, id_)


@pytest.mark.parametrize("backend", ["auto", "pure", "off"])
def test_digest__is_that_of_the_cryptopro_set(tmp_path, backend):
    stand = stands.Stand(tmp_path / "data", gost_backend=backend)
    client = Client(stand)
    ids = {id_of(client.put(content, "a.txt")): digest for content, digest in KNOWN.items()}
    assert [stored(client, id_).gost94 for id_ in ids] == [None, None]
    go = threading.Event()
    assert [keeper.digest_next(stand.house, go) for _ in range(3)] == [True, True, False]
    assert {id_: stored(client, id_).gost94 for id_ in ids} == ids
    stand.close()


def test_digest__is_computed_once(client, monkeypatch):
    id_ = id_of(client.put(b"message digest", "a.txt"))
    house = client.stand.house
    made = keeper.digest(house, stored(client, id_))
    monkeypatch.setattr(digests, "gost94", None)
    assert keeper.digest(house, stored(client, id_)) == made


def test_stop_in_the_middle__leaves_the_digest_for_the_next_time(client):
    id_ = id_of(client.put(b"message digest", "a.txt"))
    stop = threading.Event()
    stop.set()
    with pytest.raises(digests.Stopped):
        keeper.digest_next(client.stand.house, stop)
    assert stored(client, id_).gost94 is None


def test_two_keepers_of_one_folder__one_works_and_ends_when_it_is_told(client, monkeypatch):
    monkeypatch.setattr(keeper, "EVERY", 0.01)
    monkeypatch.setattr(keeper, "_RETRY", 0.01)
    id_ = id_of(client.put(b"message digest", "a.txt"))
    stop = threading.Event()
    threads = [threading.Thread(target=keeper.run, args=(client.stand.house, stop)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(3000):
        if stored(client, id_).gost94:
            break
        stop.wait(0.01)
    stop.set()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    assert stored(client, id_).gost94 == KNOWN[b"message digest"]
