from __future__ import annotations

from tests.unit.families.houses.requests import (
    FIAS,
    REASON,
    create,
    flat,
    transport,
    update,
)
from tests.unit.families.houses.rig import Rig, codes

HOUSE = transport(1)


def _number(rig: Rig, count: int) -> str:
    return rig.thing(FIAS, transport(count)).data["PremisesNum"]


def test_number_of_an_annulled_flat__is_free_again_in_the_same_request(rig: Rig) -> None:
    rig.play(create(flat(2, "1")))
    assert codes(rig.play(update(flat(4, "1"), flat(5, of=2, said=REASON), count=3))).refused == {}


def test_two_new_flats_of_one_number__are_both_refused(rig: Rig) -> None:
    told = codes(rig.play(create(flat(2, "1"), flat(3, "1"), flat(4, "2"))))
    assert told.refused == {transport(2): ["INT004057"], transport(3): ["INT004057"]}
    assert told.accepted == [HOUSE, transport(4)]


def test_new_flat_with_the_number_of_an_updated_one__is_refused_alone(rig: Rig) -> None:
    rig.play(create(flat(2, "1")))
    told = codes(rig.play(update(flat(4, "1"), flat(5, "1", of=2), count=3)))
    assert told.refused == {transport(4): ["INT004057"]}


def test_flats_that_exchange_their_numbers__are_both_accepted(rig: Rig) -> None:
    rig.play(create(flat(2, "1"), flat(3, "2")))
    assert codes(rig.play(update(flat(5, "2", of=2), flat(6, "1", of=3), count=4))).refused == {}
    assert (_number(rig, 2), _number(rig, 3)) == ("2", "1")


def test_refused_change__gives_its_old_number_back_to_the_end_of_the_chain(rig: Rig) -> None:
    rig.play(create(flat(2, "1"), flat(3, "2"), flat(4, "3"), flat(5, "4")))
    chain = (flat(7, "2", of=2), flat(8, "3", of=3), flat(9, "4", of=4), flat(10, "5", of=5, entrance="77"))
    told = codes(rig.play(update(*chain, count=6)))
    taken = ["INT004057"]
    assert told.refused == {transport(7): taken, transport(8): taken, transport(9): taken, transport(10): ["INT004100"]}
    assert [_number(rig, count) for count in (2, 3, 4, 5)] == ["1", "2", "3", "4"]
