"""exportMeteringDeviceData: who sees which devices, every filter, both versions of the request."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.families import api
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, house, transport
from tests.unit.families.metering.requests import (
    archive,
    before,
    by_house,
    by_root,
    by_version,
    create,
    devices,
    electric,
    entry,
    export,
    house_device,
    readings,
    update,
    whole,
)
from tests.unit.families.metering.rig import NOW, THEIRS, Rig, codes

PAPER = (
    "<Certificate><b:Name>a.pdf</b:Name><b:Description>Акт</b:Description><b:Attachment>"
    f"<b:AttachmentGUID>{FIAS}</b:AttachmentGUID></b:Attachment></Certificate>"
)


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """Water in the first flat (20), electricity there (21), heat of the house (22); 23 was archived."""
    rig.settled()
    commissioned = whole().replace("2025-02-01", "2026-02-01")
    made = (
        create(20),
        create(21, whole(measured=electric("1"))),
        create(22, whole(house_device(FIAS, more=PAPER), measured=readings("5", "10", unit="246"))),
        create(23, commissioned),
    )
    assert codes(rig.play(devices(*made))) == {}
    assert codes(rig.play(devices(update(24, 23, archive())))) == {}
    return rig


def _found(rig: Rig, asked: bytes, **options: object) -> list[int]:
    """The devices of an answer, by the count of what has made them."""
    answer = rig.play(asked, **options)
    if isinstance(answer, api.Failed):
        assert answer.problem.code == "INT002012"
        return []
    roots = {rig.device(n).id: n for n in (20, 21, 22, 23)}
    return sorted(roots[item["MeteringDeviceRootGUID"]] for item in answer.items)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("", [20, 21, 22]),
        ("<SearchArchived>true</SearchArchived>", [20, 21, 22, 23]),
        ("<SearchArchived>false</SearchArchived>", [20, 21, 22]),
        (f"<MeteringDeviceType>{entry(27, '1')}</MeteringDeviceType>", [20, 21]),
        (f"<MeteringDeviceType>{entry(27, '2')}</MeteringDeviceType>", [22]),
        (f"<MeteringDeviceType>{entry(27, '4')}</MeteringDeviceType>", []),
        (f"<MunicipalResource>{entry(2, '3')}</MunicipalResource>", [21]),
        ("<ArchiveDateFrom>2026-04-01</ArchiveDateFrom>", [23]),
        ("<ArchiveDateTo>2026-03-31</ArchiveDateTo>", []),
        ("<CommissioningDateTo>2025-02-01</CommissioningDateTo>", [20, 21, 22]),
        ("<SearchArchived>true</SearchArchived><CommissioningDateFrom>2025-02-02</CommissioningDateFrom>", [23]),
        ("<UpdateDateTime>2026-04-01T01:30:00+03:00</UpdateDateTime>", [20, 21, 22]),
        ("<UpdateDateTime>2026-04-01T01:30:01</UpdateDateTime>", []),
        ("<UpdateDateTime>2026-03-31T24:00:00</UpdateDateTime>", [20, 21, 22]),
    ],
)
def test_filters__leave_what_fits_all_of_them(settled: Rig, filters: str, found: list[int]) -> None:
    assert _found(settled, by_house(FIAS, filters=filters)) == found


def test_changed_since__counts_the_last_edit(settled: Rig) -> None:
    settled.play(devices(update(25, 20, before(whole(number="2")))), now=NOW + dt.timedelta(hours=2))
    since = "<UpdateDateTime>2026-04-01T02:00:00+03:00</UpdateDateTime>"
    assert _found(settled, by_house(FIAS, filters=since)) == [20]


def test_stranger_with_a_basis__sees_collective_devices_without_papers(settled: Rig) -> None:
    assert _found(settled, by_house(FIAS), organisation=THEIRS) == [22]
    assert _found(settled, by_house(FIAS, own=True), organisation=THEIRS) == []
    shown = settled.play(by_root(settled.device(22).id), organisation=THEIRS).items[0]
    assert shown["BasicChatacteristicts"]["CollectiveDevice"] == {}
    assert _found(settled, by_root(settled.device(20).id), organisation=THEIRS) == []
    assert _found(settled, by_version(20), organisation=THEIRS) == []
    assert _found(settled, by_root(settled.device(22).id), organisation=THEIRS, basis=False) == []


def test_provider__sees_its_own_devices_without_a_basis_and_its_own_of_the_collective_ones(settled: Rig) -> None:
    assert _found(settled, by_root(settled.device(20).id), basis=False) == [20]
    assert _found(settled, by_house(FIAS, own=True)) == [20, 21, 22]


def test_house_without_a_basis_and_unknown_house__are_refused(settled: Rig) -> None:
    assert settled.play(by_house(FIAS), basis=False).problem.code == "AUT011003"
    assert settled.play(by_house(OTHER_FIAS)).problem.code == "INT002000"


def test_house_without_devices__is_nothing_to_export(settled: Rig) -> None:
    settled.play(house(OTHER_FIAS, 1, 201))
    assert settled.play(by_house(OTHER_FIAS)).problem.code == "INT002012"


def test_root_that_is_no_device__is_nothing_to_export(settled: Rig) -> None:
    assert settled.play(by_root(settled.given[transport(101)])).problem.code == "INT002012"
    assert settled.play(by_version("00000000-0000-4000-8000-00000000ffff")).problem.code == "INT002012"


def test_unknown_type__is_refused(settled: Rig) -> None:
    asked = by_house(FIAS, filters=f"<MeteringDeviceType>{entry(27, '9')}</MeteringDeviceType>")
    assert settled.play(asked).problem.code == "INT002901"


def test_former_version__is_shown_as_it_was(settled: Rig) -> None:
    settled.play(devices(update(25, 20, before(whole(number="2")))))
    shown = [settled.play(by_version(n)).items[0] for n in (20, 25)]
    told = [(each["VersionNumber"], each["StatusVersion"], each["StatusRootDoc"]) for each in shown]
    assert told == [("1", "Archival", "Active"), ("2", "Active", "Active")]
    assert [each["BasicChatacteristicts"]["MeteringDeviceNumber"] for each in shown] == ["1", "2"]


def test_numbers_of_premises__are_told_since_14_8(settled: Rig) -> None:
    root, guid = settled.device(20).id, settled.given[transport(101)]
    places = [
        settled.play(by_root(root, version=version)).items[0]["BasicChatacteristicts"]["ResidentialPremiseDevice"]
        for version in ("11.1.0.2", "14.8.0.1")
    ]
    assert places[0] == {**places[0], "PremiseGUID": [guid]}
    assert "PremiseInfo" not in places[0]
    assert places[1] == {**places[0], "PremiseInfo": [{"PremiseGUID": guid, "PremiseNo": "1"}]}


def test_houses__are_told_where_they_are_asked_for(settled: Rig) -> None:
    root = f"<MeteringDeviceRootGUID>{settled.device(22).id}</MeteringDeviceRootGUID>"
    shown = settled.play(export(f"{root}<IncludeFIASHouseGuid>true</IncludeFIASHouseGuid>")).items[0]
    assert shown["BasicChatacteristicts"]["CollectiveDevice"]["FIASHouseGuid"] == [FIAS]


def test_reading_in_another_unit__is_told_in_the_resource_s_own_too(settled: Rig) -> None:
    (row,) = settled.play(by_root(settled.device(22).id)).items[0]["MunicipalResourceNotEnergy"]
    assert (row["MeteringValue"], row["Unit"]) == ("10", "246")
    assert row["MeteringValueInDefaultUnit"] == {"MeteringValue": "8.5984523", "DefaultUnit": "233"}
