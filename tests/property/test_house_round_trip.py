"""What goes into a house comes out of exportHouseData, in its shape, or docs/houses.md says that it does not."""

from __future__ import annotations

import copy
import os
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import builtin, shape
from gateway.families import api
from gateway.families import fields as fields_module
from gateway.families.houses import kinds
from tests.property import house_requests
from tests.property.house_requests import Data, Writer
from tests.unit.families.houses import rig as rig_module
from tests.unit.families.houses import test_exporting

DOCS = Path(__file__).resolve().parents[2] / "docs" / "houses.md"
REQUESTS = {"UO": "УО", "OMS": "ОМС", "ESP": "ЕСП"}
FIAS = "0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9"
EXAMPLES = 200 if os.environ.get("HCS_LONG") else 12
NOT_EXPORTED = {
    "MinFloorCount",
    "ManagementPeriodFrom",
    "HouseManagementType of LivingHouse",
    "NoCadastralNumber",
    "ConditionalNumber",
    "RightOrEncumbrance",
}
"""Of everything but rooms, whose export has the last three."""
_ADDED = {"ModificationDate", "TerminationDate", "LivingRoom", "PremisesUniqueNumber", "LivingRoomUniqueNumber"}
_ADDED |= {"BlockUniqueNumber", *(kind.guid for kind in kinds.PARTS)}


def _request(role: str) -> shape.Shape:
    return rig_module.shapes().element(f"{rig_module.HM}importHouse{role}Request")


def _wire(pattern: shape.Shape, content: Data) -> bytes:
    pack = builtin.pack()
    version = {"UO": "13.2.3.2"}.get(wire.local(pattern.name)[len("importHouse") : -len("Request")], "15.10.0.0")
    nsmap = wire.nsmap(pack.service("house-management").namespace)
    data = etree.tostring(shape.write(pattern, {**content, "@version": version}, nsmap))
    rig_module.built_in_schema().assertValid(etree.fromstring(data))
    return data


def _exported(rig: rig_module.Rig) -> Data:
    request = rig_module.sample("export-house-15.10.0.0")
    answer = rig.play(re.sub(rb"(FIASHouseGuid>)[^<]*", rb"\g<1>" + FIAS.encode(), request))
    assert isinstance(answer, api.Exported)
    element = test_exporting.as_result(dict(answer.items[0]))
    rig_module.built_in_schema().assertValid(element)
    read = shape.read(element, rig_module.shapes().element(f"{rig_module.HM}getStateResult"))
    result: Any = read["exportHouseResult"]
    return dict(result)


def expected_house(kind: kinds.HouseKind, own: Data) -> Data:
    """What exportHouseResult has to say of a house that was asked for like this."""
    basic = dict(own["BasicCharacteristicts"])
    hostel = {name: basic.pop(name) for name in ("IsMunicipalProperty", "IsRegionProperty") if name in basic}
    hostel |= basic.pop("HostelData", {})
    basic = expected_part(None, basic) | ({"ExportHostelData": hostel} if hostel else {})
    dropped = ["BasicCharacteristicts", "MinFloorCount", "ManagementPeriodFrom", "TransportGUID"]
    dropped += ["HouseManagementType"] if kind is kinds.LIVING_HOUSE else []
    return {"BasicCharacteristicts": basic, **fields_module.without(own, dropped)}


def expected_part(kind: kinds.PartKind | None, sent: Data) -> Data:
    """What the export has to say of a part, or of the characteristics of a house."""
    names = ("TransportGUID", *(each.guid for each in kinds.PARTS))
    known = fields_module.without(sent, names)
    if kind is kinds.ROOM:
        return known
    links = {name: known.pop(name) for name in fields_module.CADASTRE if name in known}
    if "CadastralNumber" in links:
        return known | {"CadastralNumber": links["CadastralNumber"]}
    return known | ({"No_RSO_GKN_EGRP_Registered": "true"} if links else {})


def found_parts(house: Data) -> dict[str, Data]:
    """Every part of an exported house by its GUID, without what the registry adds."""
    found: dict[str, Data] = {}
    for kind in kinds.PARTS:
        for part in house.get(kind.exported, ()):
            found[part[kind.guid]] = fields_module.without(part, _ADDED)
            found |= found_parts({"LivingRoom": part.get("LivingRoom", ())})
    return found


def created(writer: Writer, role: str) -> Data:
    pattern = _request(role)
    while True:
        sent = writer.block(pattern, role)
        kind, house = house_requests.houses(sent)
        updates = [name for name in house if name.endswith("ToUpdate")]
        if kind.create not in house:
            continue
        for name in updates:
            del house[name]
        for wrapped, only in (("ResidentialPremises", kinds.RESIDENTIAL), ("Blocks", kinds.BLOCK)):
            inside = [each for each in house.get(wrapped, ()) if only.create in each]
            for each in inside:
                each.pop("LivingRoomToUpdate", None)
            house.pop(wrapped, None)
            if inside:
                house[wrapped] = inside
        return house_requests.conforming(writer, sent, FIAS)


def updated(writer: Writer, role: str, sent: Data, given_guids: dict[str, str]) -> Data:
    """A request that says everything of the same house and its parts anew."""
    kind, before = house_requests.houses(sent)
    pattern = _request(role).child(kind.branch).shape
    house: Data = {kind.update: writer.block(pattern.child(kind.update).shape, f"{role}/{kind.branch}/{kind.update}")}
    own = house[kind.update]["BasicCharacteristicts"]
    own["FIASHouseGuid"] = FIAS
    own |= {name: "false" for name in ("IsMunicipalProperty", "IsRegionProperty") if name in own}
    house_requests.describe_house(writer, kind, own)
    in_use = {
        part.get("EntranceNum") for each, _, part, _ in house_requests.parts(before) if each is not kinds.ENTRANCE
    }

    def change(part_kind: kinds.PartKind, old: Data, around: shape.Shape, wrapper: Data | None) -> Data:
        new = writer.block(around.child(part_kind.update).shape, f"{role}/…/{part_kind.update}")
        for name in (part_kind.number, *part_kind.kept):
            new[name] = old[name]
        for name in ("EntranceNum", "HasNoEntrance", "FIASChildHouseGuid"):
            new.pop(name, None)
            new |= {name: old[name]} if name in old else {}
        new[part_kind.guid] = given_guids[old["TransportGUID"]]
        holds = part_kind in (kinds.RESIDENTIAL, kinds.BLOCK) and wrapper is not None and len(wrapper) > 1
        if holds or (part_kind is kinds.ENTRANCE and old["EntranceNum"] in in_use):
            new.pop("AnnulmentReason", None)
        if "AnnulmentReason" not in new:
            new.pop("AnnulmentInfo", None)
        house_requests.agree(writer, part_kind, new, wrapper)
        return new

    for name in ("NonResidentialPremiseToCreate", "EntranceToCreate", "LiftToCreate", "LivingRoomToCreate"):
        part_kind = next(each for each in kinds.PARTS if each.create == name)
        if before.get(name):
            house[part_kind.update] = [change(part_kind, old, pattern, None) for old in before[name]]
    for name, part_kind in (("ResidentialPremises", kinds.RESIDENTIAL), ("Blocks", kinds.BLOCK)):
        for wrapper in before.get(name, ()):
            around = pattern.child(name).shape
            new: Data = {part_kind.update: change(part_kind, wrapper[part_kind.create], around, wrapper)}
            rooms = [change(kinds.ROOM, old, around, None) for old in wrapper.get("LivingRoomToCreate", ())]
            house.setdefault(name, []).append(new | ({"LivingRoomToUpdate": rooms} if rooms else {}))
    return {kind.branch: house}


def check(rig: rig_module.Rig, sent: Data, given_guids: dict[str, str]) -> None:
    kind, house = house_requests.houses(sent)
    result = _exported(rig)[kind.branch]
    inside = {each.exported for each in kinds.PARTS}
    own = house.get(kind.create) or house[kind.update]
    told = fields_module.without(result, (*inside, "HouseGUID"))
    expected = expected_house(kind, own)
    if kind.update in house and kind is kinds.LIVING_HOUSE:  # what only the creation can say stays
        told = fields_module.without(told, ("HasBlocks", "HasMultipleHousesWithSameAddress"))
    if kind.update in house and "HostelData" not in own["BasicCharacteristicts"]:
        told["BasicCharacteristicts"] = fields_module.without(told["BasicCharacteristicts"], ("ExportHostelData",))
        expected["BasicCharacteristicts"].pop("ExportHostelData", None)
    assert told == expected
    found = found_parts(result)
    for part_kind, _, part, _ in house_requests.parts(house):
        told = found.pop(part.get(part_kind.guid) or given_guids[part["TransportGUID"]])
        expected = expected_part(part_kind, part)
        if "AnnulmentReason" in part:  # what is annulled keeps saying what it was, beside what is said now
            assert told | expected | {"OGFData": told.get("OGFData", [])} == {"OGFData": []} | told
            assert [row for row in expected.get("OGFData", ()) if row not in told["OGFData"]] == []
        else:
            assert told == expected
    assert found == {}


def play(writer: Writer, role: str, folder: Path) -> None:
    rig = rig_module.Rig(folder)
    sent = created(writer, role)
    rig_module.accepted(rig.play(_wire(_request(role), sent), role=REQUESTS[role]))
    check(rig, sent, dict(rig.given))
    changed = updated(writer, role, copy.deepcopy(sent), dict(rig.given))
    rig_module.accepted(rig.play(_wire(_request(role), changed), role=REQUESTS[role]))
    check(rig, changed, rig.given)
    rig.close()


@pytest.mark.parametrize("role", REQUESTS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_whatever_is_imported__is_exported(role: str, seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        play(Writer(seed, REQUESTS[role]), role, Path(folder))


@pytest.mark.parametrize("role", REQUESTS)
def test_every_field_of_the_contract__is_tried(role: str) -> None:
    writer = Writer(7, REQUESTS[role])
    for _ in range(400):
        writer.block(_request(role), role)
    assert _leaves(_request(role), role) <= writer.seen


def _leaves(pattern: shape.Shape, path: str) -> set[str]:
    if pattern.is_text or (pattern.child("GUID") is not None and pattern.child("Code") is not None):
        return {path}
    inside = [child for child in pattern.children if wire.local(child.name) != "Signature"]
    return set().union(*(_leaves(child.shape, f"{path}/{wire.local(child.name)}") for child in inside))


def test_what_is_not_exported__is_listed_in_the_docs() -> None:
    listed = set(re.findall(r"^\| `([^`]*)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == {name.partition(" ")[0] for name in NOT_EXPORTED}
