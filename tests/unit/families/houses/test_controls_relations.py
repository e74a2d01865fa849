from __future__ import annotations

from tests.unit.families.houses import requests
from tests.unit.families.houses import rig as rig_module
from tests.unit.families.houses.requests import (
    COMMUNAL,
    FIAS,
    REASON,
    create,
    entrance,
    flat,
    lift,
    room,
    transport,
    update,
)
from tests.unit.families.houses.rig import Rig, codes


def test_same_number_in_another_child_house__is_another_entrance(rig: Rig) -> None:
    child = f"<FIASChildHouseGuid>{FIAS}</FIASChildHouseGuid>"
    told = codes(rig.play(create(entrance(2, "1"), entrance(3, "1", said=child), flat(4, "1", entrance="1"))))
    assert told.refused == {}


def test_entrance_with_a_new_number__takes_its_flats_and_lifts_along(rig: Rig) -> None:
    inside = flat(4, "1", entrance="1"), flat(5, "2", entrance="2"), lift(6, "1", said=requests.LIFT), flat(7, "3")
    rig.play(create(entrance(2, "1"), entrance(3, "2"), *inside))
    exchanged = entrance(9, "2", of=2), entrance(10, "1", of=3), flat(11, of=5, entrance="2")
    rig_module.accepted(rig.play(update(*exchanged, count=8)))
    stands_in = {count: rig.thing(FIAS, transport(count)).data.get("EntranceNum") for count in (4, 5, 6, 7)}
    assert stands_in == {4: "2", 5: "2", 6: "2", 7: None}


def test_flat_in_an_entrance_that_is_refused__is_refused_too(rig: Rig) -> None:
    bad = entrance(2, "1", said="<CreationYear>2214</CreationYear>")
    told = codes(rig.play(create(bad, flat(3, "1", entrance="1"), flat(4, "2"))))
    assert told.refused == {transport(2): ["INT004147"], transport(3): ["INT004100"]}


def test_flat_in_an_entrance_that_the_request_annuls__is_refused(rig: Rig) -> None:
    rig.play(create(entrance(2, "1")))
    told = codes(rig.play(update(entrance(4, "1", of=2, said=REASON), flat(5, "1", entrance="1"), count=3)))
    assert told.refused == {transport(5): ["INT004100"]}


def test_room_of_premises_whose_update_is_refused__is_judged_by_what_is_stored(rig: Rig) -> None:
    rig.play(create(flat(2, "1", kind=COMMUNAL), flat(3, "2")))
    parts = flat(5, "2", room(6, "1"), of=2), flat(7, "1", room(8, "1"), of=3, entrance="77")
    told = codes(rig.play(update(*parts, count=4)))
    assert told.refused == {
        transport(5): ["INT004057"],
        transport(7): ["INT004100"],
        transport(8): ["INT004030"],
    }
    assert rig.thing(FIAS, transport(6)).parent == rig.given[transport(2)]


def test_room_in_what_are_no_residential_premises__has_no_place(rig: Rig) -> None:
    rig.play(create(entrance(2, "1")))
    told = codes(rig.play(update(flat(4, "1", room(5, "1"), of=2), count=3)))
    assert told.refused == {transport(4): ["INT004096"], transport(5): ["INT004900"]}


def test_communal_flat_that_annuls_its_last_room__may_change_its_type(rig: Rig) -> None:
    rig.play(create(flat(2, "1", room(3, "1"), kind=COMMUNAL)))
    change = flat(5, "", room(6, of=3, said=REASON), of=2, kind=requests.SEPARATE)
    assert codes(rig.play(update(change, count=4))).refused == {}


def test_communal_flat_whose_room_is_not_annulled_after_all__keeps_its_type(rig: Rig) -> None:
    rig.play(create(flat(2, "1", room(3, "1"), kind=COMMUNAL), flat(4, "2", kind=COMMUNAL)))
    change = flat(6, of=2, kind=requests.SEPARATE), flat(7, "", room(8, of=3, said=REASON), of=4)
    told = codes(rig.play(update(*change, count=5)))
    assert told.refused == {transport(6): ["INT004117"], transport(8): ["INT004015"]}


def test_new_room_in_premises_that_the_request_annuls__is_refused(rig: Rig) -> None:
    rig.play(create(flat(2, "1", kind=COMMUNAL)))
    told = codes(rig.play(update(flat(4, "", room(5, "1"), of=2, said=REASON), count=3)))
    assert told.refused == {transport(5): ["INT004127"]}


def test_same_room_number_in_two_flats__is_accepted(rig: Rig) -> None:
    flats = flat(2, "1", room(3, "1"), kind=COMMUNAL), flat(4, "2", room(5, "1"), kind=COMMUNAL)
    assert codes(rig.play(create(*flats))).refused == {}
