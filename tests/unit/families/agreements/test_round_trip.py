"""Whatever a contract or charter says when it is placed, its export says again, field by field of the contract."""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.contracts.particles import Child, Group, Shape
from gateway.families.nsi import builtin
from tests.unit.families.agreements import requests as r
from tests.unit.families.agreements.rig import Rig
from tests.unit.families.houses import rig as houses_rig

HM = houses_rig.HM
LONG = 400 if os.environ.get("HCS_LONG") else 25
TEXTS = st.sampled_from(["42/УК-2023", "Договор «А & Б» <1>", "ё", " с пробелами  внутри "])
DAYS = {"SigningDate": "2023-12-20", "PlanDateComptetion": "2028-12-31", "EndDate": "2028-12-31"}
GROUNDS = {
    "1": "SignedOwners",
    "4": "Charter",
    "9": "CommissioningPermitAgreement",
    "10": "Charter",
    "11": "RegistryDecisionID",
}
OWN_SERVICES = "12"
"""Codes of additional services that the organisation keeps."""
GROUND_CODES = [str(code) for code in range(1, 12)]
"""Documents that a basis (dictionary 58) demands; the first only of a contract with the owners."""
NOT_EXPORTED = {"LicenseRequest", "ContractObject/TransportGUID"}
"""Fields of an import that the contract has no place for in an export; Validity is computed."""
RENAMED = {"CurrentCharter": "CurrentDoc", "ProtocolMeetingOwners": "Agreement", "BaseServiceCharter": "BaseService"}
"""Names under which the export of a charter shows the grounds of its houses."""


class Writer:
    """Makes content of a shape: each choice and each optional element is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._count = itertools.count(0x1000)

    def block(self, pattern: Shape, path: str) -> dict[str, Any]:
        content: dict[str, Any] = {}
        self._group(pattern.content, path, content)
        return content

    def guid(self) -> str:
        return r.transport(next(self._count))

    def file(self) -> dict[str, Any]:
        stored = {"Attachment": {"AttachmentGUID": self.guid()}, "AttachmentHASH": r.HASH}
        return {"Name": self._draw(TEXTS), "Description": self._draw(TEXTS), **stored}

    def _group(self, group: Group, path: str, content: dict[str, Any]) -> None:
        if group.minimum == 0 and self._draw(st.booleans()):
            return
        for item in [self._draw(st.sampled_from(group.items))] if group.choice and group.items else group.items:
            if isinstance(item, Group):
                self._group(item, path, content)
            else:
                self._child(item, path, content)

    def _child(self, child: Child, path: str, content: dict[str, Any]) -> None:
        count = self._draw(st.integers(child.minimum, min(2, child.maximum or 2)))
        local = wire.local(child.name)
        values = [self._value(child.shape, f"{path}/{local}") for _ in range(count)]
        if values:
            content[local] = values[0] if child.maximum == 1 else values

    def _value(self, pattern: Shape, path: str) -> Any:
        *_, around, local = path.split("/")
        if pattern.child("Code"):
            return self._reference(local, around)
        if not pattern.is_text:
            hashed = {"AttachmentHASH": r.HASH} if pattern.child("AttachmentHASH") else {}
            return {**self.block(pattern, path), **hashed}
        if local == "IsNextMonth":
            return str(around == "EndDate").lower()
        by_type = {
            "boolean": st.just("true"),
            "date": st.just(DAYS.get(local, "2024-01-01")),
            "byte": st.sampled_from(["1", "15", "30"]),
            "integer": st.just("5"),
            "decimal": st.sampled_from(["0.00", "31.50"]),
        }
        if local.endswith(("GUID", "GuID", "Guid", "DecisionID")):
            return self.guid()
        return self._draw(by_type.get(pattern.type, TEXTS))

    def _reference(self, local: str, around: str) -> dict[str, str]:
        number, codes = {"ContractBase": (58, GROUND_CODES), "HouseService": (3, "1234567")}.get(
            local if local == "ContractBase" else around, (1, OWN_SERVICES)
        )
        code = self._draw(st.sampled_from(codes))
        return {"Code": code, "GUID": builtin.guid(number, code), "Name": self._draw(TEXTS)}


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Any]:
    writer = Writer(draw)
    content = writer.block(pattern("importContractRequest", "Contract", "PlacingContract"), "")
    ground, owners = content["ContractBase"]["Code"], "Owners" in content
    if not (owners and ground == "1"):
        content.pop("SignedOwners", None)
    if ground != "11":
        content.pop("LocalGovernmentDecision", None)
    needed = GROUNDS.get(ground)
    if needed and needed not in content and (needed != "SignedOwners" or owners):
        content[needed] = writer.guid() if needed.endswith("ID") else [writer.file()]
    if owners:
        content["ContractObject"] = content["ContractObject"][:1]
    return content


@st.composite
def charters(draw: st.DrawFn) -> dict[str, Any]:
    content = Writer(draw).block(pattern("importCharterRequest", "PlacingCharter"), "")
    if not content.get("MeetingProtocol"):
        content["NoCharterApproveProtocol"] = "true"
    return content


@settings(max_examples=LONG, deadline=None)
@given(contracts())
def test_contract__comes_out_as_it_went_in(content: dict[str, Any]) -> None:
    request = {"Contract": [{"TransportGUID": r.transport(1), "PlacingContract": content}]}
    out = round_trip("importContractRequest", request, "Contract", "УО")
    out.pop("Validity", None)
    assert bare(out) == wanted(content)


@settings(max_examples=LONG, deadline=None)
@given(charters())
def test_charter__comes_out_as_it_went_in(content: dict[str, Any]) -> None:
    request = {"TransportGUID": r.transport(1), "PlacingCharter": content}
    expected = wanted(content)
    expected["ContractObject"] = [renamed(house) for house in expected["ContractObject"]]
    assert bare(round_trip("importCharterRequest", request, "Charter", "ТСЖ")) == expected


@pytest.mark.parametrize(
    ("request_path", "export"),
    [
        (("importContractRequest", "Contract", "PlacingContract"), "Contract"),
        (("importCharterRequest", "PlacingCharter"), "Charter"),
    ],
)
def test_every_field__has_a_place_in_the_export_or_is_listed(request_path: tuple[str, ...], export: str) -> None:
    sent = {renamed_path(path) if export == "Charter" else path for path in paths(pattern(*request_path))}
    shown = set(paths(pattern("getStateResult", "exportCAChResult", export)))
    assert sent - shown <= NOT_EXPORTED


def round_trip(name: str, request: dict[str, Any], branch: str, role: str) -> dict[str, Any]:
    element = shape.write(pattern(name), {**request, "@version": "11.9.0.1"})
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        for code in OWN_SERVICES:
            rig.keep(1, code)
        made = rig.placed(etree.tostring(element), role=role)
        rig.send(r.export(f"<{branch}GUID>{made.root}</{branch}GUID>"), role=role)
        rig.close()
    (item,) = shape.read(etree.fromstring(rig.results[-1]), pattern("getStateResult"))["exportCAChResult"]
    return item[branch]


def bare(out: dict[str, Any]) -> dict[str, Any]:
    """What was exported without what the registry adds to it."""
    given = {f"{name}{end}" for name in ("Contract", "Charter") for end in ("GUID", "VersionGUID", "Status")}
    houses = [without(house, {"ContractObjectVersionGUID", "StatusObject"}) for house in out["ContractObject"]]
    return {**without(out, given), "ContractObject": houses}


def wanted(content: dict[str, Any]) -> dict[str, Any]:
    houses = [without(house, {"TransportGUID"}) for house in content["ContractObject"]]
    return {**without(content, {"LicenseRequest", "Validity"}), "ContractObject": houses}


def without(content: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in names}


def renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {RENAMED.get(name, name): renamed(each) for name, each in value.items()}
    return [renamed(each) for each in value] if isinstance(value, list) else value


def renamed_path(path: str) -> str:
    parts = path.split("/")
    return "/".join(RENAMED.get(part, part) for part in parts) if parts[0] == "ContractObject" else path


def paths(whole: Shape, around: str = "") -> Iterator[str]:
    for child in whole.children:
        path = f"{around}{wire.local(child.name)}"
        yield path
        yield from paths(child.shape, f"{path}/")


def pattern(name: str, *path: str) -> Shape:
    found = houses_rig.shapes().element(f"{HM}{name}")
    for local in path:
        found = found.child(local).shape
    return found
