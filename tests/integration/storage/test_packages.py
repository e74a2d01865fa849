from __future__ import annotations

import pytest

from storage import errors, journal, packages, work
from tests.integration.storage import factories


def _read(database, question, *arguments):
    with database.read() as connection:
        return question(connection, *arguments)


def test_unknown_guid__is_none_or_not_found(database):
    assert _read(database, packages.get, "absent") is None
    for question in (packages.state, packages.request, packages.answer):
        with pytest.raises(errors.NotFound):
            _read(database, question, "absent")


def test_package__goes_from_received_through_work_to_done_and_never_back(database):
    (guid,) = factories.stored(database, factories.accepted())
    states = [_read(database, packages.state, guid)]
    work.claim(database, "worker", factories.LEASE, factories.NOW)
    states.append(_read(database, packages.state, guid))
    work.release(database, guid, "worker", factories.NOW)
    states.append(_read(database, packages.state, guid))
    assert _read(database, packages.answer, guid) is None
    factories.finished(database, guid, b"<result/>")
    states.append(_read(database, packages.state, guid))
    assert states == [1, 2, 2, 3]
    assert _read(database, packages.answer, guid) == b"<result/>"


def test_duplicate__is_found_by_any_spelling_of_its_guid_for_its_sender_only(database):
    item = factories.accepted(" ABC-D", sender="one")
    factories.stored(database, item)
    known = packages.Known(item.message_guid, item.digest)
    assert _read(database, packages.find_duplicate, "one", packages.key("abc-d ")) == known
    assert _read(database, packages.find_duplicate, "two", "abc-d") is None


def test_finished_among__are_those_of_the_sender_with_a_result_in_the_order_asked(database, monkeypatch):
    monkeypatch.setattr(packages, "_CHUNK", 2)
    own = factories.stored(database, *(factories.accepted(sender="one") for _ in range(5)))
    foreign = factories.stored(database, factories.accepted(sender="two"))
    for guid in (own[4], own[1], *foreign):
        factories.finished(database, guid)
    asked = [*reversed(own), *foreign, "absent"]
    assert _read(database, packages.finished_among, "one", "/house-management", asked) == [own[4], own[1]]
    assert _read(database, packages.finished_among, "one", "/other", asked) == []


def test_waiting__counts_packages_without_result_and_knows_the_oldest(database):
    assert (_read(database, packages.waiting), _read(database, packages.oldest_waiting)) == (0, None)
    guids = factories.stored(database, factories.accepted(), factories.accepted())
    assert (_read(database, packages.waiting), _read(database, packages.oldest_waiting)) == (2, factories.NOW)
    factories.finished(database, guids[0])
    assert _read(database, packages.waiting) == 1


def test_rebuild_from_the_journal__gives_the_same_packages_and_forgets_claims(database, monkeypatch):
    monkeypatch.setattr(packages, "_CHUNK", 2)
    guids = factories.stored(database, *(factories.accepted() for _ in range(5)))
    factories.finished(database, guids[1])
    work.claim(database, "worker", factories.LEASE, factories.NOW)
    before = [_read(database, packages.get, guid) for guid in guids]
    with database.write() as connection:
        packages.rebuild(connection)
    assert [_read(database, packages.get, guid) for guid in guids] == before
    assert _read(database, packages.state, guids[0]) == packages.State.RECEIVED


def test_result_of_an_unknown_package__is_refused_by_the_projection(database):
    event = factories.event(kind=journal.Kind.RESULT_MADE, message="absent")
    with pytest.raises(errors.AlreadyFinished), database.write() as connection:
        packages.project(connection, journal.append(connection, [event]))
