from __future__ import annotations

import datetime as dt
import re

import pytest

from gateway import clock
from gateway.families.nsi import builtin
from tests.unit.families.houses.requests import (
    FIAS,
    create,
    flat,
    transport,
    update,
)
from tests.unit.families.houses.rig import Rig, codes, sample


@pytest.mark.parametrize(
    ("version", "name", "told"),
    [
        ("15.10.0.0", "Выбран, но не реализован", []),
        ("15.6.0.1", "Выбран, но не реализован", []),
        ("13.2.3.2", "Выбран, но не реализован", [["INT004169"]]),
        ("15.10.0.0", "Управление ТСЖ", [["INT004169"]]),
    ],
)
def test_way_of_management__is_open_to_choice_as_the_version_says(
    version: str, name: str, told: list, rig: Rig
) -> None:
    data = sample("create-apartment-house-by-municipality").decode()
    data = data.replace('version="15.10.0.0"', f'version="{version}"').replace("Непосредственное управление", name)
    data = re.sub(r"(<hm:HouseManagementType>\s*<nsi:Code>)1<", r"\g<1>7<", data)
    data = data.replace(builtin.guid(25, "1"), builtin.guid(25, "7"))
    assert list(codes(rig.play(data.encode(), role="ОМС")).refused.values()) == told


@pytest.mark.parametrize(("year", "told"), [("2036", []), ("2037", [["INT004150"]])])
def test_year_of_use__is_counted_by_the_clock_of_moscow(year: str, told: list, rig: Rig) -> None:
    new_year = dt.datetime(2025, 12, 31, 21, 30, tzinfo=dt.UTC)
    assert new_year.astimezone(clock.MOSCOW).year == 2026
    data = create().replace(b"<UsedYear>1970", f"<UsedYear>{year}".encode())
    assert list(codes(rig.play(data, now=new_year)).refused.values()) == told


def test_parameter_that_is_enumerated_and_not__is_given_twice(rig: Rig) -> None:
    rig.play(create())
    values = "<NsiCode>1</NsiCode>", "<StringValue>1</StringValue>"
    rows = "".join(f"<OGFData><Code>12502</Code><Value>{value}</Value></OGFData>" for value in values)
    assert codes(rig.play(update(said=rows))).refused == {transport(2): ["INT004094"]}


_RANGE = [["INT004146"]]


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("1899-12-31", _RANGE),
        ("1900-01-01", []),
        ("5000-01-01", []),
        ("5000-01-02", _RANGE),
        ("12000-01-01", _RANGE),
        ("-0044-03-15", _RANGE),
    ],
)
def test_date__is_judged_at_the_borders(date: str, told: list, rig: Rig) -> None:
    rig.play(create())
    row = f"<OGFData><Code>14023</Code><Value><DateTimeValue>{date}T00:00:00</DateTimeValue></Value></OGFData>"
    assert list(codes(rig.play(update(said=row))).refused.values()) == told


def _row(code: str, element: str, value: str) -> str:
    return f"<OGFData><Code>{code}</Code><Value><{element}>{value}</{element}></Value></OGFData>"


@pytest.mark.parametrize(("code", "told"), [("20053", []), ("20059", [["INT004094"]])])
def test_enumerated_parameter__has_several_values_where_its_dictionary_says_so(code: str, told: list, rig: Rig) -> None:
    said = _row(code, "NsiCode", "1") + _row(code, "NsiCode", "2")
    data = create(flat(2, "1")).replace(b"</PremisesNum>", f"</PremisesNum>{said}".encode())
    assert list(codes(rig.play(data)).refused.values()) == told


def test_parameters_that_are_closed_to_a_role__survive_its_replacement(rig: Rig) -> None:
    closed, own, other = (
        _row("14526", "StringValue", "12-р"),
        _row("11527", "StringValue", "II-49"),
        _row("12502", "FloatValue", "1"),
    )
    by_authority = create().replace(
        b"<CulturalHeritage>false</CulturalHeritage>",
        f"<CulturalHeritage>false</CulturalHeritage>{closed}{own}".encode(),
    )
    as_authority = [(b"importHouseUORequest", b"importHouseOMSRequest"), (b"13.2.3.2", b"15.10.0.0")]
    for old, new in as_authority:
        by_authority = by_authority.replace(old, new)
    assert codes(rig.play(by_authority, role="ОМС")).refused == {}
    assert codes(rig.play(update(said=other, inherits=False))).refused == {}
    (house,) = rig.things(FIAS).values()
    assert [row["Code"] for row in house.data["OGFData"]] == ["14526", "12502"]
