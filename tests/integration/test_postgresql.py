"""The same house over PostgreSQL: in, out, duplicates, two nodes, and a server that dies between statements."""

from __future__ import annotations

import threading

import pytest

from gateway import wire
from gateway.files import keeper
from storage import journal, verification
from tests import samples, uploads
from tests import stand as stands

pytestmark = pytest.mark.postgres


@pytest.fixture
def nodes(postgres, tmp_path):
    """Two gateways with one database, as behind a balancer."""
    url = postgres.new_database()
    first = stands.Stand(tmp_path / "data", database=url)
    second = stands.Reopened(first.settings)
    yield first, second
    second.close()
    first.close()


def entries(stand, kind):
    with stand.house.database.read() as connection:
        return [entry for entry in journal.entries(connection) if entry.kind == kind]


def test_house__goes_in_at_one_node_and_comes_out_of_the_other(nodes):
    first, second = nodes
    guid = first.send(samples.HOUSE).message_guid
    assert second.work() == 1
    imported = first.result(guid)
    assert imported.find(wire.base("ErrorMessage")) is None
    exported = second.result(second.send(samples.EXPORT).message_guid)
    assert exported.find(f"{{{wire.ROOT}house-management/}}exportHouseResult") is not None


def test_p3_one_guid_at_two_nodes_at_once__one_entry_and_equal_answers(nodes):
    raw = stands.package(samples.HOUSE)
    start, answers = threading.Barrier(16), []

    def send(node):
        start.wait()
        answers.append(node.post(raw).message_guid)

    threads = [threading.Thread(target=send, args=(nodes[number % 2],)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 16
    assert len(set(answers)) == 1
    assert len(entries(nodes[0], journal.Kind.PACKAGE_ACCEPTED)) == 1


def test_p14_two_workers_with_the_same_packages__each_is_finished_once(nodes):
    for _ in range(6):
        nodes[0].send(samples.HOUSE)
    threads = [threading.Thread(target=node.work) for node in nodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(entries(nodes[0], journal.Kind.RESULT_MADE)) == 6
    with nodes[0].house.database.read() as connection:
        assert list(verification.verify(connection)) == []


def test_server_whose_default_isolation_is_stricter__takes_packages_all_the_same(postgres, tmp_path):
    url = postgres.new_database()
    stand = stands.Stand(tmp_path / "data", database=f"{url}?options=-c%20default_transaction_isolation%3Dserializable")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(stand.send(samples.HOUSE).status)) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stand.close()
    assert answers == [200] * 24


def test_p13_server_dies__not_ready_and_nothing_acknowledged_until_it_is_back(postgres, tmp_path):
    stand = stands.Stand(tmp_path / "data", database=postgres.new_database())
    raw = stands.package(samples.HOUSE)
    postgres.stop()
    try:
        answer = stand.post(raw)
        assert (answer.status, answer.code) == (500, "EXP002001")
        assert stand.get("/readyz").status == 503
        assert stand.get("/healthz").status == 200
    finally:
        postgres.start()
    assert stand.post(raw).status == 200
    assert stand.get("/readyz").status == 200
    assert stand.work() == 1
    stand.close()


def test_not_ready__tells_a_stranger_nothing_of_the_database(nodes, postgres):
    postgres.stop()
    try:
        answer = nodes[0].get("/readyz")
    finally:
        postgres.start()
    assert (answer.status, answer.body) == (503, b"the database is not ready\n")


def test_upload__goes_on_at_the_other_node_and_is_a_file_at_both(nodes):
    first, second = (uploads.Client(node) for node in nodes)
    content = uploads.ARCHIVE + bytes(uploads.PART)
    id_ = uploads.id_of(first.begin(len(content), "a.zip"))
    for number, (piece, client) in enumerate(zip(uploads.split(content), (first, second), strict=True), 1):
        assert client.part(id_, piece, number).status == 200
    assert first.head(id_).headers["X-Upload-Completed-Parts"] == "1,2"
    assert second.finish(id_).status == 200
    assert first.get(id_).body == content
    keeper.clean(nodes[0].house, unnamed=0)
    assert keeper.digest_next(nodes[1].house, threading.Event())
    assert not keeper.digest_next(nodes[0].house, threading.Event())
    assert second.get(id_).body == content
