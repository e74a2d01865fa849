from __future__ import annotations

import pytest

from gateway.families import api
from tests.unit.families.houses import rig as rig_module
from tests.unit.families.houses.rig import BASE, HM, Rig, sample

APARTMENT, LIVING = "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101", "b1f0c7e2-7a0e-4f0e-9f2b-6c1d5b7e2202"
BLOCKS = "c6a3e5d8-0d9b-4be1-a1a7-90f6f2a93303"
STRANGE = "0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9"
_SPACES = f'xmlns="{HM.strip("{}")}" xmlns:b="{BASE.strip("{}")}" b:version="13.2.3.2"'


@pytest.fixture
def town(rig: Rig) -> Rig:
    for name in ("create-apartment-house", "create-living-house", "create-living-house-of-blocks"):
        rig_module.accepted(rig.play(sample(name)))
    return rig


def basic(*criteria: tuple[str, str]) -> bytes:
    return _request("exportBriefBasicHouse", [f"<Criteria><{name}>{it}</{name}></Criteria>" for name, it in criteria])


def living(*guids: str) -> bytes:
    return _request("exportBriefLivingHouse", [f"<HouseGuid>{guid}</HouseGuid>" for guid in guids])


def apartment(guid: str) -> bytes:
    name = "exportBriefApartmentHouseRequest"
    return f"<{name} {_SPACES}><HouseGuid>{guid}</HouseGuid></{name}>".encode()


def _request(name: str, items: list[str]) -> bytes:
    rows = "".join(
        f"<RequestItem><b:TransportGUID>{_label(count)}</b:TransportGUID>{item}</RequestItem>"
        for count, item in enumerate(items)
    )
    return f"<{name}Request {_SPACES}>{rows}</{name}Request>".encode()


def _label(count: int) -> str:
    return f"AAAAAAAA-0000-4000-8000-{count:012x}"


def items(answer: api.Answer) -> list[dict]:
    assert isinstance(answer, api.Exported)
    (found,) = answer.items
    rows = list(found["ResultItem"])
    assert [row["TransportGUID"] for row in rows] == [_label(count) for count in range(len(rows))]
    return rows


def found(answer: api.Answer) -> list[str]:
    """What each search has led to: the FIASHouseGUID of a house, or a code."""
    return [
        row["Error"][0]["ErrorCode"] if "Error" in row else row["BasicHouseInfo"]["LocationInfo"]["FIASHouseGUID"]
        for row in items(answer)
    ]


def test_every_number__leads_to_its_house(town: Rig) -> None:
    answer = town.play(
        basic(
            ("HouseUniqueNumber", "HHa00002"),
            ("PremisesUniqueNumber", "PHa00001"),
            ("LivingRoomUniqueNumber", "RHa00001"),
            ("BlockUniqueNumber", "BHa00001"),
            ("FIASHouseGuid", APARTMENT.upper()),
        )
    )
    assert found(answer) == [LIVING, APARTMENT, APARTMENT, BLOCKS, APARTMENT]


def test_number_of_another_kind_of_object__leads_nowhere(town: Rig) -> None:
    answer = town.play(basic(("HouseUniqueNumber", "PHa00001"), ("PremisesUniqueNumber", "RHa00001")))
    assert found(answer) == ["INT002012", "INT002012"]


def test_unknown_house__has_an_error_of_its_own_beside_those_that_are_found(town: Rig) -> None:
    answer = town.play(basic(("FIASHouseGuid", STRANGE), ("FIASHouseGuid", BLOCKS)))
    assert found(answer) == ["INT002012", BLOCKS]
    assert STRANGE in items(answer)[0]["Error"][0]["Description"]


def test_annulled_premises_and_demolished_houses__are_still_found(town: Rig) -> None:
    rig_module.accepted(town.play(sample("annul-premises")))
    rig_module.accepted(town.play(sample("demolish-houses")))
    numbers = [thing.unique_number for thing in town.things(APARTMENT).values() if "PremisesNum" in thing.data]
    answer = town.play(basic(*(("PremisesUniqueNumber", number) for number in numbers), ("FIASHouseGuid", LIVING)))
    assert found(answer) == [APARTMENT] * len(numbers) + [LIVING]
    assert items(answer)[-1]["BasicHouseInfo"]["BasicCharacteristicts"]["DemolishionDate"] == "2026-03-16"


def test_p16_foreign_number__is_answered_like_one_that_nobody_has(town: Rig) -> None:
    mine = frozenset({BLOCKS})
    asked = [
        ("PremisesUniqueNumber", "PHa00001"),
        ("PremisesUniqueNumber", "PHz99999"),
        ("BlockUniqueNumber", "BHa00001"),
    ]
    answer = town.play(basic(*asked), basis=mine)
    assert found(answer) == ["INT002012", "INT002012", BLOCKS]
    texts = [items(answer)[index]["Error"][0]["Description"] for index in (0, 1)]
    assert texts[0].replace("PHa00001", "") == texts[1].replace("PHz99999", "")


def test_p16_foreign_address__is_denied_whether_there_is_a_house_or_not(town: Rig) -> None:
    asked = [("FIASHouseGuid", APARTMENT), ("FIASHouseGuid", STRANGE)]
    assert found(town.play(basic(*asked), basis=False)) == ["AUT011003", "AUT011003"]
    codes = [town.play(apartment(guid), basis=False).problem.code for guid in (APARTMENT, STRANGE)]
    assert codes == ["AUT011003", "AUT011003"]


def test_house_guid__is_that_of_the_address_register_or_of_this_registry(town: Rig) -> None:
    (by_fias,) = town.play(apartment(APARTMENT)).items
    (by_ours,) = town.play(apartment(by_fias["ApartmentHouseInfo"]["HCSHouseGUID"].upper())).items
    assert by_ours == by_fias
    assert town.play(apartment(by_fias["ApartmentHouseInfo"]["HCSHouseGUID"]), basis=False).problem.code == "AUT011003"


def test_apartment_house__comes_with_entrances_and_premises_in_short(town: Rig) -> None:
    rig_module.accepted(town.play(sample("annul-premises")))
    (item,) = town.play(apartment(APARTMENT)).items
    info = item["ApartmentHouseInfo"]
    assert [flat["PremisesNum"] for flat in info["ResidentialPremises"]] == ["1", "2", "3", "4"]
    assert [flat.get("TerminationDate") for flat in info["ResidentialPremises"]] == [None, None, "2026-04-01", None]
    assert "TotalArea" not in info["ResidentialPremises"][0]
    assert "OGFData" not in info


def test_living_houses__come_with_rooms_or_blocks(town: Rig) -> None:
    plain, blocks = (row["LivingHouseInfo"] for row in items(town.play(living(LIVING, BLOCKS))))
    assert (plain["HasBlocks"], blocks["HasBlocks"]) == ("false", "true")
    assert [room["RoomNumber"] for room in plain["LivingRoom"]] == ["1", "2"]
    assert "Block" in blocks


def test_house_of_the_other_kind__is_nothing_to_export(town: Rig) -> None:
    assert town.play(apartment(LIVING)).problem.code == "INT002012"
    assert items(town.play(living(APARTMENT)))[0]["Error"][0]["ErrorCode"] == "INT002012"
