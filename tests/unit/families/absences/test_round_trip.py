"""What goes in comes out: every field of an act, in the shape of the export (property test)."""

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
from gateway.families.nsi import builtin
from storage import directory
from tests.unit.families.absences import requests as r
from tests.unit.families.absences.rig import HM, OURS, Rig, codes
from tests.unit.families.accounts.requests import FIAS, house, transport
from tests.unit.families.accounts.rig import shapes

_EXAMPLES = 400 if os.environ.get("HCS_LONG") else 30
REQUEST = shapes().element(f"{HM}importAbsenceDeviceInfoRequest")
RESULT = shapes().element(f"{HM}getStateResult")
NOT_EXPORTED = {
    *("TransportGUID", "PlacingAbsenceDeviceInfo", "EditAbsenceDeviceInfo", "AnnulmentAbsenceDeviceInfo"),
    "AnnulDate",
}
"""Who is told in one request; AnnulDate comes back as ActAnnulDate."""
ONLY_EXPORTED = {
    *("AbsenceDeviceInfoGUID", "ActAnnulDate", "StatusRootDoc", "StatusVersion", "UpdateDateTime", "OwnerOrg"),
    "VersionNumber",
}
WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№\"'<&"), min_size=1, max_size=40
).filter(str.strip)


def _entry(number: int, code: str) -> dict:
    return {"Code": code, "GUID": builtin.guid(number, code)}


PAPERS = st.lists(
    st.fixed_dictionaries({
        "Name": WORDS, "Description": WORDS,
        "Attachment": st.fixed_dictionaries({"AttachmentGUID": st.uuids().map(str)}),
    }, optional={"AttachmentHASH": st.from_regex(r"[0-9a-f]{32}", fullmatch=True)}),
    min_size=1, max_size=2,
)  # fmt: skip
OBJECTS = {
    "1": [[("101", "Apartment")], [("101", "Apartment"), ("103", "Apartment")]],
    "2": [[(FIAS, "House")]],
    "3": [[("102", "Apartment")]],
}
"""What the devices of each type are missing in; flats by the count of their TransportGUID."""
ACTS = st.sampled_from(sorted(OBJECTS)).flatmap(lambda device: st.fixed_dictionaries({
    "ActCreateDate": st.dates(max_value=r.LAST_DAY).map(lambda date: date.isoformat()),
    "DeviceTypeBase": st.just(_entry(27, device)),
    "MunicipalResources": st.sampled_from((["1", "2"], ["2", "1"], *([code] for code in "123458"))).map(
        lambda some: [_entry(2, code) for code in some]),
    "DeviceInstallBlockingReason": st.sampled_from("123").map(lambda code: _entry(379, code)),
    "ExamineOrg": st.fixed_dictionaries({"orgRootEntityGUID": st.uuids().map(str)}),
    "ActAbsenceDevice": PAPERS,
    "ObjectAbsenceDeviceInfo": st.sampled_from(OBJECTS[device]).map(
        lambda named: [{"HMObjectGUID": guid, "AddressType": type_} for guid, type_ in named]),
}))  # fmt: skip


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        assert codes(rig.play(house())) == {}
        yield rig
        rig.close()


def _named(rig: Rig, act: dict) -> dict:
    """The act with the GUIDs that the registry has given."""
    rows = [dict(row) for row in act["ObjectAbsenceDeviceInfo"]]
    for row in rows:
        guid = row["HMObjectGUID"]
        row["HMObjectGUID"] = rig.given[transport(int(guid))] if guid.isdigit() else guid
    return {**act, "ObjectAbsenceDeviceInfo": rows}


def _play(rig: Rig, action: dict) -> str:
    data = {"AbsenceDeviceInfo": [{"TransportGUID": transport(90), **action}]}
    answer = rig.play(etree.tostring(shape.write(REQUEST, data, wire.nsmap(HM.strip("{}")))))
    assert codes(answer) == {}, [one.problems for one in answer.outcomes]
    return answer.outcomes[0].guid


def _back(rig: Rig) -> dict:
    (found,) = rig.play(r.by_root(90)).items
    assert found["OwnerOrg"] == {"orgRootEntityGUID": directory.root_guid(OURS)}
    return {name: value for name, value in found.items() if name not in ONLY_EXPORTED - {"ActAnnulDate"}}


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(act=ACTS, after=ACTS, days=st.none() | st.integers(0, 9999))
def test_act__comes_back_as_it_was_sent(lasting: Rig, act: dict, after: dict, days: int | None) -> None:
    rig, version = lasting, "AbsenceDeviceInfoVersionGUID"
    sent = _named(rig, act)
    root = _play(rig, {"PlacingAbsenceDeviceInfo": sent})
    assert _back(rig) == {**sent, version: rig.versions[transport(90)]}
    changed = _named(rig, after)
    if days is not None:
        changed["ActExpireDate"] = r.later(changed["ActCreateDate"], days)
    assert _play(rig, {"EditAbsenceDeviceInfo": {version: rig.versions[transport(90)], **changed}}) == root
    assert _back(rig) == {**changed, version: rig.versions[transport(90)]}
    gone = {version: rig.versions[transport(90)], "AnnulDate": changed["ActCreateDate"]}
    _play(rig, {"AnnulmentAbsenceDeviceInfo": gone})
    expected = {**changed, "ActAnnulDate": changed["ActCreateDate"], version: rig.versions[transport(90)]}
    assert _back(rig) == expected


def leaves(pattern: shape.Shape) -> set[str]:
    """Local names of all elements below a shape."""
    found = set()
    for child in pattern.children:
        found |= {wire.local(child.name)} | leaves(child.shape)
    return found


def test_every_field_of_the_import__is_exported_or_told_not_to_be() -> None:
    act, result = REQUEST.child("AbsenceDeviceInfo"), RESULT.child("exportAbsenceDeviceInfoResultType")
    assert act is not None
    assert result is not None
    assert leaves(act.shape) - leaves(result.shape) == NOT_EXPORTED
    assert leaves(result.shape) - leaves(act.shape) == ONLY_EXPORTED
