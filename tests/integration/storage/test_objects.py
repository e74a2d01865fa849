"""Objects that were put by no package come out of the journal as they went in."""

from __future__ import annotations

import pytest

from storage import dump, numbers, objects, registry
from tests.integration.storage.factories import NOW

THINGS = (
    registry.Thing("a", "entry", "nsi:1", data={"имя": "Вода", "fields": []}, links=frozenset({"x", "y"})),
    registry.Thing("b", "entry", "nsi:1", parent="a", key="k", unique_number="7", ended_at=NOW),
)


@pytest.fixture
def filled(database):
    database.migrate()
    return database


def put(database, payload):
    with database.read() as connection:
        unit = registry.Registry(connection, numbers.Recorded(""))
        objects.put(unit, payload)
    with database.write() as connection:
        registry.apply(connection, unit, organisation="administration", message="load", at=NOW)


def lines(database):
    with database.read() as connection:
        return list(dump.lines(connection, lambda kind, id_, value: value))


def test_what_was_put__is_put_again_and_changed(filled):
    put(filled, objects.written(THINGS))
    before = lines(filled)
    assert [id_ for id_, _ in before] == ["a", "b"]
    assert b'"links":["x","y"]' in before[0][1]
    put(filled, objects.written([THINGS[1]]))
    after = lines(filled)
    assert after[0] == before[0]
    assert after[1][1].count(b'"version":2') == 2
    with filled.read() as connection:
        assert dump.find(connection, ["b", "none"], lambda kind, id_, value: value) == {"b": after[1][1]}


@pytest.mark.parametrize("payload", [b"{}", b"[1]", b"\xff", b'{"id":"a","kind":"entry","aggregate":"n"}'])
def test_payload_that_is_none__is_refused(filled, payload):
    with pytest.raises(ValueError, match="not objects of the registry"), filled.read() as connection:
        objects.put(registry.Registry(connection, numbers.Recorded("")), payload)
