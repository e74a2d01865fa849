from __future__ import annotations

import datetime as dt

import pytest

from gateway.families import api
from tests.unit.families.houses import rig as rig_module
from tests.unit.families.houses.requests import COMMUNAL, FIAS, REASON, create, entrance, flat, room, transport, update
from tests.unit.families.houses.rig import BASE, HM, NOW, OGRN, Rig, codes, sample

_BASE, _HM = BASE.strip("{}"), HM.strip("{}")
OTHER = FIAS[:-1] + "0"


def demolish(*houses: str) -> bytes:
    spaces = f'xmlns="{_HM}" xmlns:b="{_BASE}" b:version="11.1.0.1"'
    return f"<demolishHouseRequest {spaces}>{''.join(houses)}</demolishHouseRequest>".encode()


def house(count: int, *, fias: str = FIAS, date: str = "2026-03-16", why: str | None = "Пожар") -> str:
    reason = "" if why is None else f"<DemolishionReason><Description>{why}</Description></DemolishionReason>"
    return (
        f"<HouseToDemolish><FIASHouseGuid>{fias}</FIASHouseGuid><DemolishionDate>{date}</DemolishionDate>{reason}"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID></HouseToDemolish>"
    )


def test_demolished_house__ends_with_everything_in_it(rig: Rig) -> None:
    rig.play(create(entrance(2, "1"), flat(3, "1", room(4, "1"), kind=COMMUNAL), flat(5, "2")))
    earlier = NOW - dt.timedelta(days=1)
    rig.play(update(flat(7, of=5, said=REASON), count=6), now=earlier)
    before = rig.things(FIAS)
    answer = rig.play(demolish(house(8, fias=FIAS.upper())))
    assert isinstance(answer, api.Imported)
    (one,) = answer.outcomes
    things = rig.things(FIAS)
    (stored,) = (thing for thing in things.values() if thing.parent is None)
    assert (one.guid, one.unique_number, one.updated_at) == (FIAS.upper(), stored.unique_number, NOW)
    ended = {count: rig.thing(FIAS, transport(count)).ended_at for count in (2, 3, 4, 5)}
    assert ended == {2: NOW, 3: NOW, 4: NOW, 5: earlier}
    assert stored.data["LifeCycleStage"]["Code"] == "5"
    assert all(things[id_].data == thing.data for id_, thing in before.items() if thing.parent is not None)


def test_demolished_house__is_not_created_or_changed_again(rig: Rig) -> None:
    rig.play(create())
    rig.play(demolish(house(2)))
    for count, again in ((3, create(count=3)), (4, update(count=4)), (5, demolish(house(5)))):
        answer = rig.play(again)
        assert codes(answer).refused == {transport(count): ["INT004160"]}
        assert f"16.03.2026 организацией с ОГРН {OGRN}" in answer.outcomes[0].problems[0].text
    assert len(rig.things(FIAS)) == 1


def test_house_of_another_organisation__tells_neither_that_it_is_there_nor_its_fate(rig: Rig) -> None:
    unknown = rig.play(demolish(house(2)), basis=False)
    rig.play(create())
    standing = rig.play(demolish(house(2)), basis=False)
    rig.play(demolish(house(2)))
    assert unknown == standing == rig.play(demolish(house(2)), basis=False)
    assert codes(unknown).refused == {transport(2): ["INT004171"]}
    assert codes(rig.play(create(count=3), basis=False)).refused == {transport(3): ["INT004171"]}


def test_bad_house__spoils_no_other(rig: Rig) -> None:
    rig.play(create())
    rig.play(create(count=2).replace(FIAS.encode(), OTHER.encode()))
    told = codes(rig.play(demolish(house(3, date="2030-01-01"), house(4, fias=OTHER), house(5, fias=OTHER[:-1] + "1"))))
    assert told.refused == {transport(3): ["INT004165"], transport(5): ["INT002000"]}
    assert told.accepted == [transport(4)]
    assert [thing.ended_at for thing in rig.things(FIAS).values()] == [None]


def test_house_named_twice__is_demolished_by_the_first_that_is_right(rig: Rig) -> None:
    rig.play(create())
    told = codes(rig.play(demolish(house(2, date="1899-12-31"), house(3), house(4))))
    assert told.refused == {transport(2): ["INT004165"], transport(4): ["INT004123"]}
    assert told.accepted == [transport(3)]


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("1899-12-31", ["INT004165"]),
        ("1900-01-01", None),
        ("2026-04-01", None),  # already today in Moscow
        ("2026-04-01+03:00", None),
        ("2026-04-02", ["INT004165"]),
        ("12026-01-01", ["INT004165"]),
        ("-2020-01-01", ["INT004165"]),
    ],
)
def test_date__is_judged_at_the_borders(date: str, told: list | None, rig: Rig) -> None:
    rig.play(create())
    assert codes(rig.play(demolish(house(2, date=date)))).refused.get(transport(2)) == told


@pytest.mark.parametrize(("state", "told"), [("2", ["INT004902"]), ("1", None)])
def test_reason__is_needed_unless_the_house_is_dangerous(state: str, told: list | None, rig: Rig) -> None:
    rig_module.accepted(rig.play(create(state=state)))
    assert codes(rig.play(demolish(house(2, why=None)))).refused.get(transport(2)) == told


def test_demolished_house__is_exported_with_its_end(rig: Rig) -> None:
    for name in ("create-apartment-house", "create-living-house", "demolish-houses"):
        rig_module.accepted(rig.play(sample(name)))
    (item,) = rig.play(sample("export-house-15.10.0.0")).items
    basic = item["ApartmentHouse"]["BasicCharacteristicts"]
    assert basic["DemolishionDate"] == "2026-03-15"
    assert basic["DemolishionReason"]["Document"][0]["Name"] == "reshenie-o-snose.pdf"
    assert {flat["TerminationDate"] for flat in item["ApartmentHouse"]["ResidentialPremises"]} == {"2026-04-01"}
    (brief,) = rig.play(sample("export-brief-apartment-house")).items
    assert brief["ApartmentHouseInfo"]["DemolishionReason"] == "Реновация квартала"


def test_thousand_houses__are_demolished_by_one_request(rig: Rig) -> None:
    addresses = [f"{count:08x}{FIAS[8:]}" for count in range(1000)]
    for fias in addresses[::250]:
        rig.play(create().replace(FIAS.encode(), fias.encode()))
    told = codes(rig.play(demolish(*(house(count, fias=fias) for count, fias in enumerate(addresses)))))
    assert told.accepted == [transport(count) for count in range(0, 1000, 250)]
    assert set(map(tuple, told.refused.values())) == {("INT002000",)}
