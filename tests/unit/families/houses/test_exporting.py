from __future__ import annotations

import datetime as dt

import pytest
from lxml import etree

from gateway import wire
from gateway.contracts import builtin, shape
from gateway.families import api
from gateway.families.houses import content
from tests import resources
from tests.unit.families.houses import rig as rig_module
from tests.unit.families.houses.rig import HM, Rig, sample, shapes

APARTMENT = "create-apartment-house"
BLOCKS = "create-living-house-of-blocks"


def _result(rig: Rig, name: str = "export-house-15.10.0.0") -> dict:
    answer = rig.play(sample(name))
    assert isinstance(answer, api.Exported)
    (item,) = answer.items
    return dict(item)


def as_result(item: dict, branch: str = "exportHouseResult") -> etree._Element:
    """The answer as the exchange writes it: a getStateResult of the built-in contract."""
    pack = builtin.pack()
    service = next(service for service in pack.services.values() if service.namespace == content.NAMESPACE)
    guid = "00000000-0000-4000-8000-000000000000"
    data = {"RequestState": "3", "MessageGUID": guid, branch: item}
    written = shape.write(
        shape.Shapes(pack, service).element(f"{HM}getStateResult"), data, wire.nsmap(service.namespace)
    )
    return etree.fromstring(etree.tostring(written))


def _answer(rig: Rig, name: str) -> etree._Element:
    answer = rig.play(sample(name))
    assert isinstance(answer, api.Exported)
    return as_result(dict(answer.items[0]), answer.branch)


def _play(rig: Rig, *names: str) -> None:
    for name in names:
        rig_module.accepted(rig.play(sample(name)))


STORIES = (
    ((APARTMENT,), "export-house-11.1.0.1"),
    ((APARTMENT, "update-apartment-house", "annul-premises"), "export-house-15.10.0.0"),
    ((APARTMENT, "replace-apartment-house"), "export-house-15.10.0.0"),
    ((BLOCKS, "update-living-house-of-blocks"), "export-living-house-of-blocks"),
    ((APARTMENT, "create-living-house", "demolish-houses"), "export-house-15.10.0.0"),
    ((APARTMENT, "annul-premises"), "export-brief-apartment-house"),
    ((APARTMENT, "create-living-house", "demolish-houses"), "export-brief-apartment-house"),
    ((APARTMENT, BLOCKS), "export-brief-basic-houses"),
    ((APARTMENT,), "export-brief-basic-houses"),
    (("create-living-house", BLOCKS), "export-brief-living-houses"),
    ((BLOCKS,), "export-brief-living-houses"),
)


@pytest.mark.parametrize(("before", "export"), STORIES)
def test_export__is_valid_under_the_built_in_contract(before: tuple[str, ...], export: str, rig: Rig) -> None:
    _play(rig, *before)
    rig_module.built_in_schema().assertValid(_answer(rig, export))


@pytest.mark.contracts
@pytest.mark.parametrize(("before", "export"), STORIES)
def test_export__is_valid_under_the_official_contract(before: tuple[str, ...], export: str, rig: Rig) -> None:
    root = resources.contracts_root()
    official = etree.XMLSchema(etree.parse(root / "house-management" / "hcs-house-management-types.xsd"))
    _play(rig, *before)
    official.assertValid(_answer(rig, export))


def test_apartment_house__comes_back_as_it_was_imported(rig: Rig) -> None:
    _play(rig, APARTMENT)
    element = etree.fromstring(sample(APARTMENT))
    sent = shape.read(element, shapes().element(element.tag))["ApartmentHouse"]
    house = _result(rig)["ApartmentHouse"]
    house_sent = sent["ApartmentHouseToCreate"]
    assert house["BasicCharacteristicts"] == house_sent["BasicCharacteristicts"]
    assert house["UndergroundFloorCount"] == house_sent["UndergroundFloorCount"]
    assert [_plain(each) for each in house["Entrance"]] == [_plain(each) for each in sent["EntranceToCreate"]]
    assert [_plain(each) for each in house["Lift"]] == [_plain(each) for each in sent["LiftToCreate"]]
    premises = sent["ResidentialPremises"]
    for back, wrapper in zip(house["ResidentialPremises"], premises, strict=True):
        assert _plain(back) == _plain(wrapper["ResidentialPremisesToCreate"])
        rooms = [_plain(room) for room in back.get("LivingRoom", [])]
        assert rooms == [_plain(room) for room in wrapper.get("LivingRoomToCreate", [])]


_REGISTRY = {"TransportGUID", "ModificationDate", "LivingRoom"}
_LINKS = {"NoCadastralNumber", "ConditionalNumber", "RightOrEncumbrance", "No_RSO_GKN_EGRP_Registered"}


def _plain(part: dict) -> dict:
    """A part without what the registry adds, and without the cadastre, which the export tells in other words."""
    ours = _REGISTRY | _LINKS
    return {k: v for k, v in part.items() if k not in ours and not k.endswith(("GUID", "UniqueNumber"))}


def test_no_link_to_the_cadastre__is_exported_in_the_words_of_the_export(rig: Rig) -> None:
    _play(rig, APARTMENT)
    by_number = {each["PremisesNum"]: each for each in _result(rig)["ApartmentHouse"]["ResidentialPremises"]}
    assert by_number["1"]["CadastralNumber"] == "77:01:0004012:2001"
    for number in ("2", "3", "4"):
        assert by_number[number]["No_RSO_GKN_EGRP_Registered"] == "true"
        assert by_number[number].keys().isdisjoint(_LINKS - {"No_RSO_GKN_EGRP_Registered"})


def test_room__is_exported_in_the_words_of_its_import(rig: Rig) -> None:
    marked = sample("create-living-house").replace(b"No_RSO_GKN_EGRP_Registered", b"NoCadastralNumber")
    rig_module.accepted(rig.play(marked))
    house = _result_of(rig, "b1f0c7e2-7a0e-4f0e-9f2b-6c1d5b7e2202")["LivingHouse"]
    assert {room["NoCadastralNumber"] for room in house["LivingRoom"]} == {"true"}
    assert house["BasicCharacteristicts"]["No_RSO_GKN_EGRP_Registered"] == "true"


def test_house_guid__is_filled_from_version_15_6_on(rig: Rig) -> None:
    _play(rig, APARTMENT)
    older, newer = _result(rig, "export-house-11.1.0.1"), _result(rig, "export-house-15.10.0.0")
    assert "HouseGUID" not in older
    assert newer["HouseGUID"] in rig.things("a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101")


def test_annulled_parts__are_exported_with_the_day_in_moscow(rig: Rig) -> None:
    _play(rig, APARTMENT, "annul-premises")
    house = _result(rig)["ApartmentHouse"]
    ended = {each["PremisesNum"]: each.get("TerminationDate") for each in house["ResidentialPremises"]}
    assert ended == {"1": None, "2": None, "3": "2026-04-01", "4": None}
    flat = next(each for each in house["ResidentialPremises"] if each["PremisesNum"] == "3")
    assert flat["AnnulmentInfo"] == "Объединена с квартирой 4"
    assert {room["TerminationDate"] for room in flat["LivingRoom"]} == {"2026-04-01"}
    assert {room["AnnulmentReason"]["Code"] for room in flat["LivingRoom"]} == {"1"}


def test_modification_date__is_of_the_object_that_was_changed(rig: Rig) -> None:
    _play(rig, APARTMENT)
    later = rig_module.NOW + dt.timedelta(days=1)
    rig_module.accepted(rig.play(sample("replace-apartment-house"), now=later))
    result = _result(rig)
    dates = {each["PremisesNum"]: each["ModificationDate"] for each in result["ApartmentHouse"]["ResidentialPremises"]}
    assert result["ModificationDate"] == "2026-04-02T01:30:00.000+03:00"
    assert dates["1"] == "2026-04-01T01:30:00.000+03:00"
    assert dates["2А"] == "2026-04-02T01:30:00.000+03:00"


def test_unknown_house__is_not_in_the_registry(rig: Rig) -> None:
    answer = rig.play(sample("export-house-15.10.0.0"))
    assert isinstance(answer, api.Failed)
    assert answer.problem.code == "INT002000"
    assert "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101" in answer.problem.text


def test_no_basis__tells_nothing_about_whether_the_house_exists(rig: Rig) -> None:
    unknown = rig.play(sample("export-house-15.10.0.0"), basis=False)
    _play(rig, APARTMENT)
    known = rig.play(sample("export-house-15.10.0.0"), basis=False)
    assert known == unknown
    assert isinstance(known, api.Failed)
    assert known.problem.code == "AUT011003"


def test_hostel__is_exported_with_what_the_municipality_said(rig: Rig) -> None:
    rig_module.accepted(rig.play(sample("create-apartment-house-by-municipality"), role="ОМС"))
    fias = "d27b9e64-3f55-4d0c-b8de-1b7c42f04404"
    house = _result_of(rig, fias)["ApartmentHouse"]
    assert house["BasicCharacteristicts"]["ExportHostelData"]["IsMunicipalProperty"] == "true"
    assert house["HouseManagementType"]["Code"] == "1"


def _result_of(rig: Rig, fias_guid: str) -> dict:
    request = sample("export-house-15.10.0.0").replace(b"a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101", fias_guid.encode())
    answer = rig.play(request)
    assert isinstance(answer, api.Exported)
    return dict(answer.items[0])
