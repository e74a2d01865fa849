from __future__ import annotations

import re

import pytest
from lxml import etree

from gateway.families import api
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
from tests.unit.families.houses.rig import NOW, Rig, codes, sample

HOUSE = transport(1)
ROLES = {"УО", "ТСЖ", "ТСН", "ЖСК", "ЖК", "Кооператив", "ОМС", "ОГВ", "ЕСП", "РСО", "ОИС"}


def _imported(answer: api.Answer) -> tuple[api.Outcome, ...]:
    assert isinstance(answer, api.Imported)
    return answer.outcomes


def test_created_house__is_answered_by_the_fias_guid_as_sent(rig: Rig) -> None:
    request = create().replace(FIAS.encode(), FIAS.upper().encode(), 1).replace(FIAS.encode(), FIAS.upper().encode())
    (house,) = _imported(rig.play(request))
    assert (house.guid, house.transport_guid, house.updated_at) == (FIAS.upper(), HOUSE, NOW)
    assert re.fullmatch(r"HH[a-z]\d{5}", house.unique_number)
    (stored,) = rig.things(FIAS).values()
    assert (stored.kind, stored.key, stored.unique_number) == ("apartment-house", FIAS, house.unique_number)


def test_created_parts__get_guids_and_only_premises_and_rooms_get_numbers(rig: Rig) -> None:
    parts = (entrance(2, "1"), flat(3, "1", room(4, "1"), kind=COMMUNAL), lift(5, "1", said=requests.LIFT))
    _, *outcomes = _imported(rig.play(create(*parts)))
    stored = rig.things(FIAS)
    assert [stored[one.guid].unique_number for one in outcomes] == [one.unique_number for one in outcomes]
    assert [(one.unique_number or "--")[:2] for one in outcomes] == ["--", "PH", "RH", "--"]
    assert stored[outcomes[2].guid].parent == outcomes[1].guid


def test_outcomes__stand_in_the_order_of_the_request(rig: Rig) -> None:
    data = sample("create-apartment-house")
    sent = [element.text for element in etree.fromstring(data).iter(f"{rig_module.BASE}TransportGUID")]
    assert [one.transport_guid for one in _imported(rig.play(data))] == sent


def test_two_runs_of_one_task__answer_alike(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = Rig(tmp_path_factory.mktemp("other"))
    names = ("create-apartment-house", "update-apartment-house", "annul-premises")
    assert [rig.play(sample(name)) for name in names] == [other.play(sample(name)) for name in names]
    other.close()


def test_bad_part__spoils_neither_the_house_nor_its_neighbours(rig: Rig) -> None:
    told = codes(rig.play(create(flat(2, "1"), flat(3, "2", entrance="9"), flat(4, "3"))))
    assert told.refused == {transport(3): ["INT004100"]}
    assert told.accepted == [HOUSE, transport(2), transport(4)]
    assert len(rig.things(FIAS)) == 3


def test_bad_house__is_answered_alone_and_nothing_is_stored(rig: Rig) -> None:
    answer = rig.play(create(flat(2, "1")), basis=False)
    assert codes(answer).refused == {HOUSE: ["INT004171"]}
    assert len(_imported(answer)) == 1
    assert rig.things(FIAS) == {}


def test_several_faults_of_one_object__are_told_together(rig: Rig) -> None:
    year = "<CreationYear>2214</CreationYear>"
    told = codes(rig.play(create(entrance(2, "1", said=f"{year}<InformationConfirmed>true</InformationConfirmed>"))))
    assert told.refused == {transport(2): ["INT004147", "INT004144"]}


def test_client_that_falls_back_from_create_to_update__gets_through(rig: Rig) -> None:
    rig.play(create(flat(2, "1")))
    assert codes(rig.play(create(flat(2, "1"), flat(3, "2")))).refused == {HOUSE: ["SRV004016"]}
    assert codes(rig.play(update(flat(4, "2"), count=3))).refused == {}
    assert len(rig.things(FIAS)) == 3


def test_update_that_inherits__keeps_what_is_not_stated(rig: Rig) -> None:
    rig.play(create())
    rig.play(update(said="<TotalSquare>1000</TotalSquare>"))
    (house,) = rig.things(FIAS).values()
    assert (house.data["TotalSquare"], house.data["FloorCount"], house.version) == ("1000", "5", 2)


def test_update_without_inheritance__resets_what_is_not_stated(rig: Rig) -> None:
    rig.play(create())
    rig.play(update(said="<TotalSquare>1000</TotalSquare>", inherits=False))
    (house,) = rig.things(FIAS).values()
    assert house.data == {"No_RSO_GKN_EGRP_Registered": "true", "FIASHouseGuid": FIAS, "TotalSquare": "1000"}


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("create-apartment-house", {"УО", "ТСЖ", "ТСН", "ЖСК", "ЖК", "Кооператив"}),
        ("create-apartment-house-by-municipality", {"ОМС", "ОГВ"}),
        ("create-apartment-house-by-single-provider", {"ЕСП"}),
    ],
)
def test_operation__is_for_the_roles_that_it_names(name: str, roles: set[str], rig: Rig) -> None:
    refused = set()
    for role in ROLES:
        told = [code for each in codes(rig.play(sample(name), role=role)).refused.values() for code in each]
        refused |= {role} if told == ["INT004170"] else set()
        assert told in (["INT004170"], [], ["SRV004016"])
    assert refused == ROLES - roles


def test_replacement_by_a_management_company__keeps_what_only_others_can_say(rig: Rig) -> None:
    rig.play(sample("create-apartment-house-by-municipality"), role="ОМС")
    fias = "d27b9e64-3f55-4d0c-b8de-1b7c42f04404"
    rig_module.accepted(rig.play(update(inherits=False).replace(FIAS.encode(), fias.encode())))
    (house,) = (thing for thing in rig.things(fias).values() if thing.kind == "apartment-house")
    assert house.data["HouseManagementType"]["Code"] == "1"
    assert house.data["HostelData"]["IsMunicipalProperty"] == "true"
    assert "TotalSquare" not in house.data


def test_replacement_by_the_municipality__resets_what_it_could_have_said(rig: Rig) -> None:
    rig.play(sample("create-apartment-house-by-municipality"), role="ОМС")
    fias = "d27b9e64-3f55-4d0c-b8de-1b7c42f04404"
    data = update(inherits=False).replace(FIAS.encode(), fias.encode())
    data = data.replace(b"importHouseUORequest", b"importHouseOMSRequest").replace(b"13.2.3.2", b"15.10.0.0")
    rig_module.accepted(rig.play(data, role="ОМС"))
    (house,) = (thing for thing in rig.things(fias).values() if thing.kind == "apartment-house")
    assert house.data.keys() == {"No_RSO_GKN_EGRP_Registered", "FIASHouseGuid"}


def test_replacement_of_a_house_of_blocks__leaves_it_a_house_of_blocks(rig: Rig) -> None:
    rig.play(sample("create-living-house-of-blocks"))
    fias = "c6a3e5d8-0d9b-4be1-a1a7-90f6f2a93303"
    data = update(inherits=False).replace(FIAS.encode(), fias.encode()).replace(b"ApartmentHouse", b"LivingHouse")
    rig_module.accepted(rig.play(data))
    (house,) = (thing for thing in rig.things(fias).values() if thing.kind == "living-house")
    assert house.data["HasBlocks"] == "true"


def test_replacement_of_a_lift__keeps_what_the_export_cannot_do_without(rig: Rig) -> None:
    rig.play(create(entrance(2, "1"), lift(3, "1", said=requests.LIFT)))
    rig_module.accepted(rig.play(update(lift(5, "1", of=3), count=4, inherits=False)))
    assert rig.thing(FIAS, transport(3)).data.keys() == {"EntranceNum", "FactoryNum", "Type"}


def test_annulled_part__keeps_saying_what_it_was(rig: Rig) -> None:
    rig.play(create(flat(2, "1", kind=COMMUNAL)))
    rig_module.accepted(rig.play(update(flat(4, of=2, said=REASON), count=3, inherits=False)))
    ended = rig.thing(FIAS, transport(2))
    assert (ended.ended_at, ended.data["PremisesNum"]) == (NOW, "1")
    assert ended.data["PremisesCharacteristic"]["Code"] == "2"


def test_annulled_premises__take_their_rooms_along(rig: Rig) -> None:
    rig.play(create(flat(2, "1", room(3, "1"), room(4, "2"), kind=COMMUNAL), flat(5, "2", room(6, "1"), kind=COMMUNAL)))
    rig.play(update(flat(8, of=2, said=REASON), count=7))
    ended = {count: rig.thing(FIAS, transport(count)).ended_at for count in (2, 3, 4, 5, 6)}
    assert ended == {2: NOW, 3: NOW, 4: NOW, 5: None, 6: None}
    assert rig.thing(FIAS, transport(3)).data["AnnulmentReason"]["Code"] == "1"


def test_room_that_is_annulled_with_its_premises__keeps_its_own_reason(rig: Rig) -> None:
    rig.play(create(flat(2, "1", room(3, "1"), kind=COMMUNAL)))
    own = f"{REASON}<AnnulmentInfo>Комната</AnnulmentInfo>"
    around = f"{REASON}<AnnulmentInfo>Квартира</AnnulmentInfo>"
    rig_module.accepted(rig.play(update(flat(5, "", room(6, of=3, said=own), of=2, said=around), count=4)))
    assert rig.thing(FIAS, transport(3)).data["AnnulmentInfo"] == "Комната"
    assert rig.thing(FIAS, transport(2)).data["AnnulmentInfo"] == "Квартира"


def test_annulment__needs_nothing_that_a_confirmation_needs(rig: Rig) -> None:
    rig.play(create(flat(2, "1")))
    said = f"{REASON}<InformationConfirmed>true</InformationConfirmed>"
    assert codes(rig.play(update(flat(4, of=2, said=said), count=3, inherits=False))).refused == {}


def test_guid_in_capitals__is_the_same_guid(rig: Rig) -> None:
    rig.play(create(entrance(2, "1")))
    rig.given[transport(2)] = rig.given[transport(2)].upper()
    assert codes(rig.play(update(entrance(4, "2", of=2), count=3))).refused == {}


def test_part_of_another_house__is_not_a_part_of_this_one(rig: Rig) -> None:
    other = FIAS[:-1] + "0"
    rig.play(create(entrance(2, "1")).replace(FIAS.encode(), other.encode()))
    rig.play(create())
    told = codes(rig.play(update(entrance(4, "5", of=2), count=3)))
    assert told.refused == {transport(4): ["INT004014"]}
    assert rig.thing(other, transport(2)).data["EntranceNum"] == "1"


def test_refused_house_of_the_wrong_type__stays_what_it_was(rig: Rig) -> None:
    rig.play(create())
    before = rig.things(FIAS)
    living = update(inherits=False).replace(b"ApartmentHouse", b"LivingHouse")
    answer = rig.play(living)
    assert codes(answer).refused == {transport(2): ["INT004007"]}
    assert "Многоквартирный" in _imported(answer)[0].problems[0].text
    assert rig.things(FIAS) == before
