"""What goes in comes out: every field of the contract, in the shape of the export (property test)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.families.metering import kinds, request
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import FIAS, account, flat, house, place, transport
from tests.unit.families.accounts.requests import accounts as opened
from tests.unit.families.accounts.rig import shapes
from tests.unit.families.metering import requests as r
from tests.unit.families.metering.rig import HM, OURS, Rig, codes

_EXAMPLES = 400 if os.environ.get("HCS_LONG") else 30
REQUEST = shapes().element(f"{HM}importMeteringDeviceDataRequest")
RESULT = shapes().element(f"{HM}getStateResult")
LIVING = "1c2d3e4f-5061-4728-9394-a5b6c7d8e9f0"
NOT_EXPORTED = {
    *("TransportGUID", "DeviceDataToCreate", "DeviceDataToUpdate", *(verb.value for verb in request.Verb)),
    *(
        "TemperatureSensorInformation",
        "PressureSensorInformation",
        "AddressChatacteristicts",
        "isChangeToFIASHouseGuid",
    ),
    *("ArchivingReason", "VerificationDate", "PlannedVerification", "ReasonVerification"),
    "ReplacingMeteringDeviceVersionGUID",
    *("DeviceValueMunicipalResourceNotElectric", "DeviceValueMunicipalResourceElectric", "VolumeDeviceValues"),
} - {"LinkedWithMetering"}
"""What an export has no place for: who is told in one request, why and by what a device was replaced or archived, and
the words of corrections, which come back under the names of the whole."""
ONLY_EXPORTED = {
    *("MeteringDeviceRootGUID", "StatusRootDoc", "VersionNumber", "StatusVersion", "UpdateDateTime", "MeteringOwner"),
    *("orgRootEntityGUID", "MeteringDeviceGISGKHNumber", "MeteringValueInDefaultUnit", "DefaultUnit", "ReadingsSource"),
    "orgPPAGUID",
}
"""What no import states."""
LETTERS = st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№\"'<&")
DATES = st.dates().map(lambda date: date.isoformat())
TRUTH = st.sampled_from(("true", "false"))
VALUES = st.from_regex(r"[0-9]{1,15}(\.[0-9]{1,7})?", fullmatch=True)
RATIOS = st.decimals(1, 9999, places=4).map(str)


def _words(longest: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=longest).filter(str.strip)


def _entry(number: int, code: str) -> dict:
    return {"Code": code, "GUID": builtin.guid(number, code)}


def _block(required: dict, **optional: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(required, optional=optional)


PAPERS = st.lists(
    _block({
        "Name": _words(50), "Description": _words(50),
        "Attachment": _block({"AttachmentGUID": st.uuids().map(str)}),
    }, AttachmentHASH=st.from_regex(r"[0-9a-f]{32}", fullmatch=True)),
    min_size=1, max_size=2,
)  # fmt: skip
BOUND = {"AccountGUID": st.sampled_from((["first"], ["first", "second"]))}
PLACES = st.one_of(
    _block({"CollectiveDevice": _block({"FIASHouseGuid": st.just([FIAS])}, Certificate=PAPERS,
            TemperatureSensingElementInfo=_words(99), PressureSensingElementInfo=_words(99),
            ProjectRegistrationNode=PAPERS)}),
    _block({"ApartmentHouseDevice": _block(
        {"FIASHouseGuid": st.just([LIVING]), "AccountGUID": st.just(["living"])}, Certificate=PAPERS)}),
    *(_block({kind: _block({"PremiseGUID": st.just([named]), **BOUND}, Certificate=PAPERS)}) for kind, named in (
        ("ResidentialPremiseDevice", "flat"), ("CollectiveApartmentDevice", "flat"),
        ("NonResidentialPremiseDevice", "shop"))),
    _block({"LivingRoomDevice": _block({"LivingRoomGUID": st.just(["room"]), **BOUND}, Certificate=PAPERS)}),
)  # fmt: skip
WATER = [_block({"MunicipalResource": st.just(_entry(2, code)), "MeteringValue": VALUES}, Unit=st.just("113"))
         for code in ("1", "2", "8")]  # fmt: skip
MEASURED = st.one_of(
    *(_block({"MunicipalResourceNotEnergy": st.tuples(*WATER[:count]).map(list)}) for count in (1, 2, 3)),
    _block({"MunicipalResourceEnergy": st.one_of(
        _block({"MeteringValueT1": VALUES}, TransformationRatio=RATIOS, Unit=st.just("245")),
        _block({f"MeteringValueT{n}": VALUES for n in (1, 2, 3)}, TransformationRatio=RATIOS))}),
    _block({"MunicipalResources": _block(
        {"MunicipalResource": st.just(_entry(2, "3"))}, Unit=st.just("245"), TransformationRatio=RATIOS,
        TariffCount=st.sampled_from("123")).map(lambda row: [row])}),
)  # fmt: skip
BASIC = _block(
    {"MeteringDeviceNumber": _words(50), "MeteringDeviceStamp": _words(100), "MeteringDeviceModel": _words(100),
     "CommissioningDate": DATES, "RemoteMeteringMode": TRUTH, "RemoteMeteringInfo": _words(99),
     "FirstVerificationDate": DATES, "VerificationInterval": st.just(_entry(16, "4")), "FactorySealDate": DATES,
     "TemperatureSensor": TRUTH, "PressureSensor": TRUTH},
    InstallationDate=DATES,
)  # fmt: skip
LINKS = st.one_of(
    _block({"NotLinkedWithMetering": st.just("true")}),
    _block({"LinkedWithMetering": _block(
        {"InstallationPlace": st.sampled_from(("in", "out"))},
        LinkedMeteringDeviceVersionGUID=st.just(["other"]))}),
)  # fmt: skip
DEVICE = st.builds(
    lambda basic, placed, measured, links: {request.BASIC: {**basic, **placed, **(
        {"ConsumedVolume": "true"} if "MunicipalResources" in measured else {}
    )}, **measured, **links},
    BASIC, PLACES, MEASURED, LINKS,
)  # fmt: skip


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    """One rig for all examples: two houses with everything a device can serve, accounts, and a device to link with."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        room = (
            "</ResidentialPremisesToCreate><LivingRoomToCreate>"
            "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered><RoomNumber>1</RoomNumber>"
            f"<b:TransportGUID>{transport(500)}</b:TransportGUID></LivingRoomToCreate>"
        )
        shop = (
            "</ApartmentHouseToCreate><NonResidentialPremiseToCreate>"
            "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered><PremisesNum>I</PremisesNum>"
            f"<b:TransportGUID>{transport(501)}</b:TransportGUID></NonResidentialPremiseToCreate>"
        )
        communal = r.entry(30, "2")
        made = house().decode().replace(
            "<HasNoEntrance>true</HasNoEntrance>",
            f"<HasNoEntrance>true</HasNoEntrance><PremisesCharacteristic>{communal}</PremisesCharacteristic>", 1,
        ).replace("</ResidentialPremisesToCreate>", room, 1).replace("</ApartmentHouseToCreate>", shop)  # fmt: skip
        assert codes(rig.play(made.encode())) == {}
        living = house(LIVING, 0, 701).decode().replace("ApartmentHouse", "LivingHouse")
        living = living.replace("<UndergroundFloorCount>0</UndergroundFloorCount>", "").replace(
            "</BasicCharacteristicts>", "</BasicCharacteristicts><HasBlocks>false</HasBlocks>"
            "<HasMultipleHousesWithSameAddress>false</HasMultipleHousesWithSameAddress>"
        )  # fmt: skip
        assert codes(rig.play(living.encode())) == {}
        rows = (account(1, flat(101)), account(2, flat(102)), account(3, place("FIASHouseGuid", LIVING)))
        assert codes(rig.play(opened(*rows))) == {}
        assert codes(rig.play(r.devices(r.create(9)))) == {}
        yield rig
        rig.close()


def _named(rig: Rig, content: dict) -> dict:
    """The content with the GUIDs that the registry has given."""
    counts = {"flat": 101, "room": 500, "shop": 501, "first": 1, "second": 2, "living": 3}
    ours = {name: rig.given[transport(count)] for name, count in counts.items()} | {"other": rig.versions[transport(9)]}

    def put(value: object) -> object:
        if isinstance(value, dict):
            return {name: put(each) for name, each in value.items()}
        return [put(each) for each in value] if isinstance(value, list) else ours.get(value, value)

    return put(content)


def _expected(sent: dict) -> dict:
    """What an import ignores is not there: words about what is said not to be (annotations of their elements)."""
    basic = dict(sent[request.BASIC])
    if basic["RemoteMeteringMode"] == "false":
        del basic["RemoteMeteringInfo"]
    kind = kinds.of(basic)
    place_ = dict(basic[kind.element])
    for flag in ("Temperature", "Pressure"):
        if basic[f"{flag}Sensor"] == "false":
            place_.pop(f"{flag}SensingElementInfo", None)
    return {**sent, request.BASIC: {**basic, kind.element: place_}}


def _described(content: dict) -> dict:
    """The content with all that its flags demand."""
    basic = dict(content[request.BASIC])
    if "CollectiveDevice" in basic:
        told = {f"{flag}SensingElementInfo": "узел" for flag in ("Temperature", "Pressure")}
        basic["CollectiveDevice"] = {**told, **basic["CollectiveDevice"]}
    return {**content, request.BASIC: basic}


def _play(rig: Rig, action: dict) -> str:
    element = shape.write(
        REQUEST, {"MeteringDevice": [{"TransportGUID": transport(90), **action}]}, wire.nsmap(HM.strip("{}"))
    )
    answer = rig.play(etree.tostring(element))
    assert codes(answer) == {}, [one.problems for one in answer.outcomes]
    return answer.outcomes[0].guid


def _back(rig: Rig, guid: str) -> dict:
    asked = r.by_root(guid, version="11.1.0.2").replace(
        b"</MeteringDeviceRootGUID>",
        b"</MeteringDeviceRootGUID><IncludeFIASHouseGuid>true</IncludeFIASHouseGuid>",
    )
    (found,) = rig.play(asked).items
    kept = {name: value for name, value in found.items() if name not in ONLY_EXPORTED | {"MeteringDeviceVersionGUID"}}

    def without(row: dict) -> dict:
        assert row["orgPPAGUID"] == OURS
        return {name: value for name, value in row.items() if name not in ONLY_EXPORTED}

    if "MunicipalResourceNotEnergy" in kept:
        kept["MunicipalResourceNotEnergy"] = [without(row) for row in kept["MunicipalResourceNotEnergy"]]
    if "MunicipalResourceEnergy" in kept:
        kept["MunicipalResourceEnergy"] = without(kept["MunicipalResourceEnergy"])
    return kept


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(content=DEVICE, after=DEVICE)
def test_device__comes_back_as_it_was_sent(lasting: Rig, content: dict, after: dict) -> None:
    sent = _described(_named(lasting, content))
    guid = _play(lasting, {"DeviceDataToCreate": sent})
    assert _back(lasting, guid) == _expected(sent)
    changed = _described(_named(lasting, after))
    version = lasting.versions[transport(90)]
    _play(lasting, {"DeviceDataToUpdate": {"MeteringDeviceVersionGUID": version, "UpdateBeforeDevicesValues": changed}})
    assert _back(lasting, guid) == _expected(changed)


def leaves(pattern: shape.Shape) -> set[str]:
    """Local names of all elements below a shape."""
    found = set()
    for child in pattern.children:
        found |= {wire.local(child.name)} | leaves(child.shape)
    return found


def test_every_field_of_the_import__is_exported_or_told_not_to_be() -> None:
    device, result = REQUEST.child("MeteringDevice"), RESULT.child("exportMeteringDeviceDataResult")
    assert device is not None
    assert result is not None
    assert leaves(device.shape) - leaves(result.shape) == NOT_EXPORTED
    assert leaves(result.shape) - leaves(device.shape) - ONLY_EXPORTED == set()
