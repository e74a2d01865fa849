from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from concurrent import futures

import pytest
import sqlalchemy as sa

from storage import errors, history, numbers, registry
from storage.registry import Thing
from tests.integration.storage import factories

NOW = factories.NOW
LATER = NOW + dt.timedelta(days=1)
HOUSE = Thing("h", "house", "house:1", key="1", data={"name": "Дом", "floors": ["1", "2"]})
FLAT = Thing("f", "premises", "house:1", parent="h", key="1:7", unique_number="P7", data={"number": "7"})


class Units:
    """Units of work on one database, and their application."""

    def __init__(self, database):
        self._database = database
        self.numbers = numbers.Numbers(database)

    def run(self, handler, message="m1", at=NOW, organisation="org"):
        """Do what the worker does: the handler on a snapshot, then all of it at once."""
        with self._database.read() as connection:
            unit = registry.Registry(connection, self.numbers)
            answer = handler(unit)
        self.apply(unit, message, at, organisation)
        return answer

    def apply(self, unit, message="m1", at=NOW, organisation="org"):
        with self._database.write() as connection:
            registry.apply(connection, unit, organisation=organisation, message=message, at=at)

    def put(self, *things, **author):
        self.run(lambda unit: [unit.put(thing) for thing in things], **author)

    def load(self, aggregate="house:1"):
        return self.run(lambda unit: unit.load(aggregate))


@pytest.fixture
def units(database):
    return Units(database)


def _change(unit, id_, **data):
    thing = unit.get(id_)
    unit.put(dataclasses.replace(thing, data={**thing.data, **data}))


def test_applied__is_there_for_the_next_one_with_version_and_origin(units):
    units.put(HOUSE, FLAT)
    stored = {"version": 1, "created_at": NOW, "changed_at": NOW, "message": "m1"}
    assert units.load() == [dataclasses.replace(HOUSE, **stored), dataclasses.replace(FLAT, **stored)]
    assert units.load("house:2") == []


def test_changed__keeps_its_birth_and_counts_versions(units):
    units.put(HOUSE)
    units.run(lambda unit: _change(unit, "h", name="Новый"), message="m2", at=LATER)
    (house,) = units.load()
    assert (house.version, house.created_at, house.changed_at, house.message) == (2, NOW, LATER, "m2")
    assert house.data == {"name": "Новый", "floors": ["1", "2"]}


def test_unit_of_work__sees_its_own_changes_by_every_way_of_asking(units):
    units.put(HOUSE, FLAT)

    def handler(unit):
        unit.load("house:1")
        _change(unit, "f", number="8")
        unit.put(dataclasses.replace(unit.get("f"), key="1:8"))
        unit.put(Thing("g", "premises", "house:1", key="1:9"))
        assert [thing.id for thing in unit.load("house:1")] == ["h", "f", "g"]
        assert unit.get("f").data == {"number": "8"}
        assert unit.find("premises", "1:7") is None
        assert unit.find("premises", "1:8").id == "f"
        assert unit.find("premises", "1:9").id == "g"
        assert [thing.id for thing in unit.changes] == ["f", "g"]
        unit.put(dataclasses.replace(unit.get("f"), ended_at=NOW))
        assert unit.find("premises", "1:8") is None

    units.run(handler)


def test_put_before_load__is_loaded_too(units):
    units.put(HOUSE)

    def handler(unit):
        unit.put(FLAT)
        _change(unit, "h", name="Новый")
        return unit.load("house:1")

    assert [(thing.id, thing.data.get("name")) for thing in units.run(handler)] == [("h", "Новый"), ("f", None)]


def test_many_keys__are_found_at_once_as_the_unit_sees_them(units):
    units.put(*(Thing(f"t{count}", "thing", f"a:{count}", key=f"k{count}") for count in range(1200)))

    def handler(unit):
        unit.put(dataclasses.replace(unit.get("t1"), ended_at=NOW))
        unit.put(Thing("new", "thing", "b", key="free"))
        unit.put(Thing("heir", "thing", "b", key="k1"))
        found = unit.find_all("thing", [f"k{count}" for count in range(1201)] + ["free"])
        assert len(found) == 1201
        assert [found[key].id for key in ("k0", "k1", "k1199", "free")] == ["t0", "heir", "t1199", "new"]
        assert unit.missed == {("thing", "k1200"): frozenset()}

    units.run(handler)


def test_one_of_many_keys_taken_meanwhile__is_a_conflict(database, units):
    with database.read() as connection:
        unit = registry.Registry(connection, units.numbers)
        unit.find_all("thing", [f"k{count}" for count in range(1200)])
    units.put(Thing("t", "thing", "a", key="k999"))
    with pytest.raises(errors.Conflict, match="thing k999"):
        units.apply(unit)


def test_ended__stays_in_its_aggregate_and_is_not_found_by_key(units):
    units.put(HOUSE, FLAT)
    units.run(lambda unit: unit.put(dataclasses.replace(unit.get("f"), ended_at=LATER)))
    assert [thing.ended_at for thing in units.load()] == [None, LATER]
    assert units.run(lambda unit: unit.find("premises", "1:7")) is None
    assert units.run(lambda unit: unit.get("f")).ended_at == LATER


def test_number__finds_the_object_of_its_kind_live_or_ended_as_the_unit_sees_it(units):
    units.put(HOUSE, FLAT)

    def handler(unit):
        assert unit.numbered("premises", "P7").id == "f"
        assert (unit.numbered("house", "P7"), unit.numbered("premises", "P8")) == (None, None)
        unit.put(Thing("g", "premises", "house:1", unique_number="P8"))
        unit.put(dataclasses.replace(unit.get("f"), ended_at=NOW))
        assert unit.numbered("premises", "P8").id == "g"
        assert unit.numbered("premises", "P7").ended_at == NOW

    units.run(handler)
    assert units.run(lambda unit: unit.numbered("premises", "P7")).ended_at == NOW


def test_object_found_by_its_number_is_changed_meanwhile__conflict(database, units):
    units.put(HOUSE, FLAT)
    with database.read() as connection:
        unit = registry.Registry(connection, units.numbers)
        unit.numbered("premises", "P7")
        unit.put(Thing("x", "account", "account:1"))
    units.run(lambda other: _change(other, "f", number="8"))
    with pytest.raises(errors.Conflict):
        units.apply(unit)


def test_nothing_is_stored_before_it_is_applied(database, units):
    with database.read() as connection:
        registry.Registry(connection, units.numbers).put(HOUSE)
    assert units.load() == []


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"version": 7}, "version 7"),
        ({"version": 1, "aggregate": "house:2"}, "house:1"),
        ({"version": 1, "kind": "flat"}, "premises"),
    ],
)
def test_thing_that_was_not_made_from_what_was_read__is_a_defect(units, changes, what):
    units.put(HOUSE, FLAT)

    def handler(unit):
        unit.load("house:1")
        with pytest.raises(ValueError, match=what):
            unit.put(dataclasses.replace(FLAT, **changes))

    units.run(handler)


def _two(database, units, first, second):
    """Run two handlers on the same state; apply the first, then the second."""
    with database.read() as one, database.read() as two:
        units_of_work = registry.Registry(one, units.numbers), registry.Registry(two, units.numbers)
        for handler, unit in zip((first, second), units_of_work, strict=True):
            handler(unit)
    units.apply(units_of_work[0], "first")
    units.apply(units_of_work[1], "second")


def test_two_create_one_house__the_second_conflicts_and_then_sees_the_first(database, units):
    def create(unit):
        if not unit.load("house:1"):
            unit.put(dataclasses.replace(HOUSE, id=factories.guid()))

    with pytest.raises(errors.Conflict):
        _two(database, units, create, create)
    (house,) = units.load()
    assert house.message == "first"
    units.run(create)
    assert units.load() == [house]


def test_two_change_one_house__no_lost_update(database, units):
    units.put(HOUSE)
    with pytest.raises(errors.Conflict):
        _two(database, units, lambda unit: _change(unit, "h", a=1), lambda unit: _change(unit, "h", b=2))
    assert units.load()[0].data == {**HOUSE.data, "a": 1}


def test_two_change_two_houses__both_are_applied(database, units):
    units.put(HOUSE, Thing("h2", "house", "house:2"))
    _two(database, units, lambda unit: _change(unit, "h", a=1), lambda unit: _change(unit, "h2", b=2))
    assert (units.load("house:1")[0].data["a"], units.load("house:2")[0].data["b"]) == (1, 2)


def test_what_was_only_read_is_changed_meanwhile__conflict(database, units):
    units.put(HOUSE)

    def account(unit):
        unit.load("house:1")
        unit.put(Thing("a", "account", "account:a"))

    with pytest.raises(errors.Conflict, match="house:1"):
        _two(database, units, lambda unit: _change(unit, "h", demolished=True), account)
    assert units.load("account:a") == []


def test_what_was_looked_for_in_vain_appears_meanwhile__conflict(database, units):
    def open_account(id_):
        def handler(unit):
            if unit.find("account", "№ 1") is None:
                unit.put(Thing(id_, "account", f"account:{id_}", key="№ 1"))

        return handler

    with pytest.raises(errors.Conflict, match="№ 1"):
        _two(database, units, open_account("a"), open_account("b"))
    assert units.run(lambda unit: unit.find("account", "№ 1")).id == "a"


def test_reader_without_changes__conflicts_too_because_it_may_have_refused_for_what_is_no_longer_so(database, units):
    units.put(HOUSE)
    with pytest.raises(errors.Conflict):
        _two(database, units, lambda unit: _change(unit, "h", a=1), lambda unit: unit.load("house:1"))


def test_conflict__rolls_back_the_whole_transaction(database, units):
    units.put(HOUSE)
    with database.read() as connection:
        unit = registry.Registry(connection, units.numbers)
        unit.put(Thing("x", "thing", "aaa"))
        _change(unit, "h", a=1)
    units.run(lambda other: _change(other, "h", a=2))
    with pytest.raises(errors.Conflict):
        units.apply(unit)
    assert units.load("aaa") == []


def test_many_threads_add_to_one_house__every_addition_is_there(units):
    units.put(HOUSE)
    start = threading.Barrier(6)

    def add(worker):
        start.wait()
        for number in range(4):
            for _ in range(1000):
                try:
                    units.run(lambda unit, name=f"{worker}-{number}": _change(unit, "h", **{name: True}))
                    break
                except errors.Conflict:
                    continue

    with futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(6)))
    (house,) = units.load()
    assert set(house.data) == {"name", "floors"} | {f"{worker}-{number}" for worker in range(6) for number in range(4)}
    assert house.version == 25


def test_history__tells_each_version_who_and_when(database, units):
    units.put(FLAT)
    units.run(lambda unit: _change(unit, "f", number="7а"), message="m2", at=LATER, organisation="other")
    units.run(
        lambda unit: unit.put(dataclasses.replace(unit.get("f"), ended_at=LATER, key=None)), message="m3", at=LATER
    )
    with database.read() as connection:
        first, second, third = history.versions(connection, "f")
        assert history.versions(connection, "absent") == []
    assert first == registry_version(1, NOW, "org", "m1", {"number": "7"})
    assert second == registry_version(2, LATER, "other", "m2", {"number": "7а"})
    assert third == dataclasses.replace(
        registry_version(3, LATER, "org", "m3", {"number": "7а"}), key=None, ended_at=LATER
    )


def registry_version(version, at, organisation, message, data):
    return history.Version(version, at, organisation, message, data, "h", "1:7", "P7", None)


def test_numbers__begin_at_one_and_series_do_not_share_them(units):
    drawn = [units.run(lambda unit: unit.next_number("house")) for _ in range(5)]
    assert drawn == [1, 2, 3, 4, 5]
    assert units.run(lambda unit: unit.next_number("premises")) == 1


def test_numbers_of_many_processes__never_twice(database, url):
    code = """
        import sys
        from storage.database import Database
        from storage.numbers import Numbers

        database = Database.open(sys.argv[1])
        numbers = Numbers(database)
        print(*(numbers.next("house") for _ in range(200)))
        database.close()
    """
    processes = [factories.script(code, url) for _ in range(3)]
    drawn = [int(number) for process in processes for number in factories.outcome(process)[1]]
    assert len(set(drawn)) == len(drawn) == 600


def test_numbers_after_a_crash_or_a_rerun__are_new_ones(database):
    first = [numbers.Numbers(database).next("house") for _ in range(3)]
    allocator = numbers.Numbers(database)
    second = [allocator.next("house") for _ in range(3)]
    assert len({*first, *second}) == 6
    assert sorted(first + second) == first + second


def test_number_asked_in_the_middle_of_a_write__is_a_defect_and_no_deadlock(database):
    with database.write(), pytest.raises(RuntimeError, match="already writing"):
        numbers.Numbers(database).next("house")


def _linked(units, *links):
    return [thing.id for thing in units.run(lambda unit: unit.linked("premises", links))]


def test_linked__are_found_live_and_ended_in_the_order_of_creation(units):
    units.put(HOUSE, dataclasses.replace(FLAT, links=frozenset({"street:1", "cellar"})))
    units.put(Thing("g", "premises", "house:2", links=frozenset({"street:1"}), ended_at=NOW))
    units.put(Thing("x", "lift", "house:2", links=frozenset({"street:1"})))
    assert _linked(units, "street:1") == ["f", "g"]
    assert _linked(units, "cellar", "street:1") == ["f", "g"]
    assert _linked(units, "cellar") == ["f"]
    assert _linked(units, "street:2") == []
    assert _linked(units) == []


def test_links__stay_unless_others_are_put(units):
    units.put(HOUSE, dataclasses.replace(FLAT, links=frozenset({"a", "b"})))
    units.run(lambda unit: _change(unit, "f", number="8"))
    assert _linked(units, "a") == ["f"]
    units.run(lambda unit: unit.put(dataclasses.replace(unit.get("f"), links=frozenset({"b", "c"}))))
    assert [_linked(units, link) for link in "abc"] == [[], ["f"], ["f"]]
    units.run(lambda unit: unit.put(dataclasses.replace(unit.get("f"), links=frozenset())))
    assert _linked(units, "a", "b", "c") == []


def test_unit_of_work__sees_its_own_links(units):
    units.put(HOUSE, dataclasses.replace(FLAT, links=frozenset({"a"})))

    def handler(unit):
        unit.put(Thing("g", "premises", "house:1", links=frozenset({"a"})))
        assert [thing.id for thing in unit.linked("premises", ["a"])] == ["f", "g"]
        _change(unit, "f", number="9")
        assert [thing.data.get("number") for thing in unit.linked("premises", ["a"])] == ["9", None]
        unit.put(dataclasses.replace(unit.get("f"), links=frozenset({"b"})))
        assert [thing.id for thing in unit.linked("premises", ["a"])] == ["g"]
        assert [thing.id for thing in unit.linked("premises", ["b"])] == ["f"]

    units.run(handler)


def test_many__are_got_at_once_as_the_unit_of_work_sees_them(units):
    units.put(*(Thing(f"t{count}", "thing", f"a:{count}") for count in range(1200)))

    def handler(unit):
        unit.put(dataclasses.replace(unit.get("t7"), data={"new": True}))
        asked = [f"t{count}" for count in reversed(range(1200))]
        found = unit.get_all([*asked, "absent", "t3"])
        assert list(found) == asked
        assert found["t7"].data == {"new": True}
        assert unit.revisions["a:1199"] == 1
        assert len(unit.linked("thing", [f"none:{count}" for count in range(1200)])) == 0

    units.run(handler)


def test_change_of_one_of_many__is_a_conflict(database, units):
    units.put(*(Thing(f"t{count}", "thing", f"a:{count}") for count in range(1200)))
    with database.read() as connection:
        unit = registry.Registry(connection, units.numbers)
        unit.get_all([f"t{count}" for count in range(1200)])
        unit.put(Thing("new", "thing", "b"))
    units.run(lambda other: _change(other, "t999", x=1))
    with pytest.raises(errors.Conflict, match="a:999"):
        units.apply(unit)


def test_finds__use_an_index(sqlite, units):
    asked = []
    with sqlite.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
        unit = registry.Registry(connection, units.numbers)
        unit.linked("account", ["house:1", "house:2"])
        unit.get_all(["a", "b"])
        unit.find_all("account", ["org:1", "org:2"])
        for statement, values in asked[:]:
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
            assert [step for step in plan if step.startswith("SCAN")] == []
            assert [step for step in plan if step.startswith("SEARCH")]
    assert len(asked) > 3
