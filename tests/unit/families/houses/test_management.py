"""How a house is managed: as its agreements make it, else as it was said; said in vain where they do."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from lxml import etree

from gateway.families import api, handlers
from gateway.families.nsi import builtin
from storage import registry
from tests.unit.families.agreements import requests as agreements
from tests.unit.families.houses import rig as rig_module
from tests.unit.families.houses.rig import NOW, Rig, accepted, codes

FIAS = "d27b9e64-3f55-4d0c-b8de-1b7c42f04404"
HOUSE = (rig_module.SAMPLES / "valid/houses/create-apartment-house-by-municipality.xml").read_bytes()
EXPORT = (rig_module.SAMPLES / "valid/houses/export-house-15.10.0.0.xml").read_bytes()
BRIEF = (rig_module.SAMPLES / "valid/houses/export-brief-apartment-house.xml").read_bytes()
ELEMENT = "HouseManagementType"
OTHER = "4e9b2b47-9f1f-4068-8076-2f3b4c5d6e7f"
CONTRACT = agreements.place(agreements.house(11, FIAS))
CHARTER = agreements.place_charter(agreements.house(12, FIAS, charter=True))


@pytest.fixture
def placed(rig: Rig) -> Rig:
    """A house of which a municipality has said that its owners manage it directly."""
    accepted(rig.play(HOUSE, role="ОМС"))
    return rig


class Known:
    """A directory that knows one organisation by its role."""

    def __init__(self, role: str) -> None:
        self._known = api.OrganisationVersion("v", "r", OTHER, "1027700900028", "Другая", role, NOW, True)

    def by_guid(self, guid: str) -> api.OrganisationVersion | None:
        return self._known if guid == OTHER else None


def _told(rig: Rig, request: bytes = EXPORT, *, role: str = "УО", now: dt.datetime = NOW, **about: object) -> str:
    """The code of the way of management that an export tells; empty where it tells none."""
    element = etree.fromstring(re.sub(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", FIAS.encode(), request))
    task = dataclasses.replace(rig.task(element, basis=True, role=role, now=now), **about)
    with rig.database.read() as connection:
        answer = handlers.HANDLERS[element.tag](task, registry.Registry(connection, rig.numbers))
    assert isinstance(answer, api.Exported)
    (item,) = answer.items
    house = item.get("ApartmentHouse", item.get("ApartmentHouseInfo"))
    return house[ELEMENT]["Code"] if ELEMENT in house else ""


def test_house_that_nobody_manages__is_as_it_was_said(placed: Rig) -> None:
    assert _told(placed) == "1"
    assert _told(placed, BRIEF) == "1"


def test_contract__makes_it_a_managing_organisation_while_it_holds(placed: Rig) -> None:
    accepted(placed.play(CONTRACT))
    assert _told(placed) == "2"
    assert _told(placed, BRIEF) == "2"
    assert _told(placed, now=NOW.replace(year=2029)) == "1"


@pytest.mark.parametrize(("role", "code"), [("ТСЖ", "3"), ("ТСН", "3"), ("ЖСК", "4"), ("ЖК", "4"), ("Кооператив", "5")])
def test_charter__makes_it_that_of_its_organisation(role: str, code: str, placed: Rig) -> None:
    accepted(placed.play(CONTRACT))
    accepted(placed.play(CHARTER, role=role))
    assert _told(placed, role=role) == code
    # Another one asks: the role of the organisation is that of the directory.
    assert _told(placed, organisation=OTHER) == ""


def test_charter_of_another_organisation__is_told_by_its_role(placed: Rig) -> None:
    element = etree.fromstring(CHARTER)
    task = dataclasses.replace(placed.task(element, basis=True, role="ЖСК", now=NOW), organisation=OTHER)
    with placed.database.read() as connection:
        work = registry.Registry(connection, placed.numbers)
        accepted(handlers.HANDLERS[element.tag](task, work))
    with placed.database.write() as connection:
        registry.apply(connection, work, organisation=OTHER, message=OTHER, at=NOW)
    assert _told(placed, directory=Known("ЖСК")) == "4"


def test_entry__is_found_by_its_name_wherever_it_stands(placed: Rig) -> None:
    accepted(placed.play(CONTRACT))
    known = builtin.dictionary(25)
    moved = dataclasses.replace(known.items["2"], code="9")
    assert _told(placed, dictionaries=_with(dataclasses.replace(known, items={"9": moved}))) == "9"
    renamed = dataclasses.replace(moved, name="Управляющая организация")
    assert _told(placed, dictionaries=_with(dataclasses.replace(known, items={"9": renamed}))) == ""


def _with(dictionary: api.Dictionary) -> rig_module.Loaded:
    return rig_module.Loaded({dictionary.number: dictionary})


def test_way_of_a_managed_house__is_neither_judged_nor_kept(rig: Rig) -> None:
    accepted(rig.play(CONTRACT))
    not_to_be_chosen = re.sub(rb"(<hm:HouseManagementType>\s*<nsi:Code>)1<", rb"\g<1>2<", HOUSE)
    not_to_be_chosen = not_to_be_chosen.replace(builtin.guid(25, "1").encode(), builtin.guid(25, "2").encode())
    assert codes(rig.play(not_to_be_chosen, role="ОМС")).refused == {}
    assert not [thing for thing in rig.things(FIAS).values() if ELEMENT in thing.data]
    rig.restart()
    assert list(codes(rig.play(not_to_be_chosen, role="ОМС")).refused.values()) == [["INT004169"]]
