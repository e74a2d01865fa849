"""exportMeteringDeviceHistory: the window, every filter, the blocks, and what comes back of what was sent."""

from __future__ import annotations

import pytest

from gateway.families import api
from gateway.families.metering import history as history_module
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, account, flat, house, transport
from tests.unit.families.accounts.requests import accounts as opened
from tests.unit.families.metering.requests import (
    archive,
    control,
    create,
    current,
    devices,
    electric,
    electric_current,
    entry,
    flat_device,
    history,
    house_device,
    readings,
    resource,
    side,
    tariffs,
    update,
    values,
    values_of,
    verification,
    volume,
    volumes,
    whole,
)
from tests.unit.families.metering.rig import OURS, THEIRS, Rig, codes

AT = "2026-04-01T01:30:00.000+03:00"
ORIGIN = {"orgPPAGUID": OURS, "EnterIntoSystem": AT}
COLLECTIVE = f"<MeteringDeviceType>{entry(27, '2')}</MeteringDeviceType>"


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """In the first house water (20), electricity (21), volumes (22), heat of the house (23); water in another (24)."""
    rig.settled()
    rig.play(house(OTHER_FIAS, 1, 201))
    rig.play(opened(account(4, flat(201), number="4")))
    made = (
        create(20),
        create(21, whole(measured=electric("100", "50"))),
        create(22, whole(measured=volumes("1"), volume="true")),
        create(23, whole(house_device(FIAS), measured=readings("5", "10", unit="246"))),
        create(24, whole(flat_device(201, of=(4,))).replace("2025-02-01", "2026-02-01")),
    )
    assert codes(rig.play(devices(*made))) == {}
    return rig


def _found(rig: Rig, asked: bytes, **options: object) -> list[int]:
    """The devices of an answer, by the count of what has made them."""
    answer = rig.play(asked, **options)
    if isinstance(answer, api.Failed):
        assert answer.problem.code == "INT002012"
        return []
    roots = {rig.given[transport(n)]: n for n in range(20, 25)}
    return sorted(roots[item["MeteringDeviceRootGUID"]] for item in answer.items)


def _one(rig: Rig, count: int, filters: str = "") -> dict:
    by = f"<MeteringDeviceRootGUID>{rig.given[transport(count)]}</MeteringDeviceRootGUID>"
    (item,) = rig.play(history(FIAS, by=by, filters=filters)).items
    return item


def _ref(code: str) -> dict:
    """A reference as it was sent."""
    number, guid = resource(code).split("<n:Code>")[1].split("</n:Code><n:GUID>")
    return {"Code": number, "GUID": guid.partition("<")[0]}


def test_readings_of_one_tariff__come_back_as_they_were_sent(settled: Rig) -> None:
    ends = verification(32, side("StartValue", "16"), side("EndValue", "17"))
    rows = (current(30, "20.5", day="2026-03-25", month="2026-02"), control(31, "15"), ends)
    assert codes(settled.play(values(values_of(20, *rows)))) == {}
    told = _one(settled, 20)["OneRateDeviceValue"]
    past = {"MunicipalResource": _ref("1"), **ORIGIN}
    assert told == {
        "BaseValue": [{**past, "MeteringValue": "12.5"}],
        "Values": {
            "CurrentValue": [{
                **past, "MeteringValue": "20.5", "DateValue": "2026-03-25T00:00:00.000+03:00",
                "Period": {"Year": "2026", "Month": "2"},
            }],
            "ControlValue": [{**past, "MeteringValue": "15", "DateValue": "2026-03-20T00:00:00.000+03:00"}],
            "VerificationValue": [{
                "StartDateValue": "2026-03-10", "EndDateValue": "2026-03-12", "SealDate": "2026-03-12",
                "StartValue": [{**past, "MeteringValue": "16"}], "EndValue": [{**past, "MeteringValue": "17"}],
                "PlannedVerification": "true",
            }],
        },
    }  # fmt: skip


def test_readings_of_electricity_and_volumes__come_back_as_they_were_sent(settled: Rig) -> None:
    ends = [f"<{name}>{tariffs(*told)}</{name}>" for name, told in (
        ("StartValue", ("102", "52")), ("EndValue", ("0", "1")))]  # fmt: skip
    why = f"<VerificationReason>{entry(224, '4')}</VerificationReason>"
    rows = (
        values_of(21, electric_current(30, "101", "51"), verification(31, *ends, why=why), kind="Electric"),
        values_of(22, volume(32, "3.25"), verification(33, "", ""), kind="Volume"),
    )
    assert codes(settled.play(values(*rows))) == {}
    told = _one(settled, 21)["ElectricDeviceValue"]
    assert told["BaseValue"] == {"MeteringValueT1": "100", "MeteringValueT2": "50", **ORIGIN}
    (verified,) = told["Values"]["VerificationValue"]
    (read,) = told["Values"]["CurrentValue"]
    assert (read["MeteringValueT1"], read["MeteringValueT2"]) == ("101", "51")
    assert verified["StartValue"] == [{"MeteringValueT1": "102", "MeteringValueT2": "52", **ORIGIN}]
    assert verified["VerificationReason"]["Code"] == "4"
    counted = _one(settled, 22)["VolumeDeviceValue"]
    assert counted["CurrentValue"] == [{
        "MunicipalResource": _ref("1"), "MeteringValueT1": "3.25", **ORIGIN,
        "DateValue": "2026-03-25T00:00:00.000+03:00", "Period": {"Year": "2026", "Month": "3"},
    }]  # fmt: skip
    assert [row["EndDateValue"] for row in counted["VerificationValue"]] == ["2026-03-12"]


def test_reading_in_another_unit__is_told_in_the_resource_s_own_too(settled: Rig) -> None:
    settled.play(values(values_of(23, current(30, "11.63", code="5"))))
    told = _one(settled, 23)["OneRateDeviceValue"]["Values"]["CurrentValue"][0]
    assert (told["Unit"], told["MeteringValueInDefaultUnit"]) == ("246", {"MeteringValue": "10", "DefaultUnit": "233"})


@pytest.mark.parametrize(
    ("filters", "days"),
    [
        ("", ["2026-03-01", "2026-04-01"]),
        ("<inputDateFrom>2026-04-01</inputDateFrom>", ["2026-04-01"]),
        ("<inputDateTo>2026-03-31</inputDateTo>", ["2026-03-01"]),
        (
            "<inputDateFrom>2025-12-01</inputDateFrom><inputDateTo>2026-01-31</inputDateTo>",
            ["2025-12-31", "2026-01-01"],
        ),
        ("<inputDateFrom>2025-12-31</inputDateFrom><inputDateTo>2025-12-31</inputDateTo>", ["2025-12-31"]),
        ("<inputDateFrom>2025-10-01</inputDateFrom><inputDateTo>2025-11-30</inputDateTo>", []),
    ],
)
def test_window__is_of_the_days_on_which_values_were_taken(settled: Rig, filters: str, days: list[str]) -> None:
    taken = ("2025-12-31", "2026-01-01", "2026-02-28", "2026-03-01", "2026-04-01")
    rows = (current(30 + n, str(20 + n), day=day, month=f"2025-{n + 1:02}") for n, day in enumerate(taken))
    assert codes(settled.play(values(*(values_of(20, row) for row in rows)))) == {}
    told = _one(settled, 20, filters)["OneRateDeviceValue"].get("Values", {}).get("CurrentValue", [])
    assert [row["DateValue"][:10] for row in told] == days


@pytest.mark.parametrize(
    "filters",
    [
        "<inputDateFrom>2026-02-28</inputDateFrom>",
        "<inputDateTo>2026-02-28</inputDateTo>",
        "<inputDateFrom>2025-01-01</inputDateFrom><inputDateTo>2025-03-01</inputDateTo>",
        "<inputDateFrom>2025-01-02</inputDateFrom><inputDateTo>2025-01-01</inputDateTo>",
    ],
)
def test_window_of_more_than_two_months__is_refused(settled: Rig, filters: str) -> None:
    assert settled.play(history(FIAS, filters=filters)).problem.code == "INT007950"


def test_sources__are_left_out_as_asked(settled: Rig) -> None:
    settled.play(values(values_of(20, current(30, "20", day="2026-03-10", month="2026-02"))))
    settled.play(values(values_of(20, current(31, "21", day="2026-03-11"))), organisation=THEIRS)

    def told(name: str) -> list[str]:
        found = _one(settled, 20, f"<{name}>true</{name}>")["OneRateDeviceValue"]
        return [row["MeteringValue"] for row in (*found.get("BaseValue", ()), *found["Values"]["CurrentValue"])]

    assert told("ExcludePersonAsDataSource") == ["12.5", "20", "21"]
    assert told("ExcludeCurrentOrgAsDataSource") == told("excludeISValues") == ["21"]
    assert told("ExcludeOtherOrgAsDataSource") == ["12.5", "20"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (history(FIAS), [20, 21, 22]),
        (history(FIAS, by=COLLECTIVE), [23]),
        (history(FIAS, by=f"<MunicipalResource>{entry(2, '3')}</MunicipalResource>"), [21]),
        (history(FIAS, by=f"<MunicipalResource>{entry(2, '1')}</MunicipalResource>"), [20, 22]),
        (history(FIAS, OTHER_FIAS), [20, 21, 22, 24]),
        (history(), [20, 21, 22, 24]),
        (history(by=COLLECTIVE + f"<MeteringDeviceType>{entry(27, '1')}</MeteringDeviceType>"), [20, 21, 22, 23, 24]),
        (history(filters="<CommissioningDateFrom>2026-01-01</CommissioningDateFrom>"), [24]),
        (history(filters="<CommissioningDateTo>2026-01-01</CommissioningDateTo>"), [20, 21, 22]),
        (history(FIAS, by=f"<MeteringDeviceType>{entry(27, '3')}</MeteringDeviceType>"), []),
    ],
)
def test_devices__are_those_that_fit(settled: Rig, asked: bytes, found: list[int]) -> None:
    assert _found(settled, asked) == found


def test_archived_devices__are_told_with_their_reason_where_they_are_asked_for(settled: Rig) -> None:
    settled.play(devices(update(40, 20, archive("12"))))
    assert _found(settled, history(FIAS)) == [21, 22]
    assert _found(settled, history(FIAS, filters="<SerchArchived>true</SerchArchived>")) == [20, 21, 22]
    assert _found(settled, history(FIAS, filters="<ArchiveDateFrom>2026-04-01</ArchiveDateFrom>")) == [20]
    assert _found(settled, history(FIAS, filters="<ArchiveDateTo>2026-03-31</ArchiveDateTo>")) == []
    reason = _one(settled, 20, "<SerchArchived>true</SerchArchived>")["ArchivedValues"]["ArchivingReason"]
    assert reason["Code"] == "12"


def test_houses__are_told_unless_one_is_asked_for(settled: Rig) -> None:
    assert "FIASHouseGuid" not in settled.play(history(FIAS)).items[0]
    assert settled.play(history(FIAS)).beside == {}
    told = {item["FIASHouseGuid"]: item["HCSHouseGUID"] for item in settled.play(history(FIAS, OTHER_FIAS)).items}
    assert told == {FIAS: settled.house(FIAS), OTHER_FIAS: settled.house(OTHER_FIAS)}


def test_several_houses__are_told_in_blocks(settled: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_module, "BLOCK", 3)
    for houses in ((), (FIAS, OTHER_FIAS)):
        first = settled.play(history(*houses))
        start = first.beside["PagedOutput"]["ExportMeteringDeviceRootGUID"]
        last = settled.play(history(*houses, start=start))
        assert last.beside == {"PagedOutput": {"LastPage": "true"}}
        roots = [item["MeteringDeviceRootGUID"] for answer in (first, last) for item in answer.items]
        assert len(first.items) == 3
        assert roots == sorted(settled.given[transport(n)] for n in (20, 21, 22, 24))
        assert roots[3] == start
    assert len(settled.play(history(FIAS)).items) == 3
    assert len(settled.play(history(by=COLLECTIVE)).items) == 1


def test_stranger__sees_collective_devices_of_houses_with_a_basis_and_no_others(settled: Rig) -> None:
    assert _found(settled, history(FIAS), organisation=THEIRS) == []
    assert _found(settled, history(FIAS, by=COLLECTIVE), organisation=THEIRS) == [23]
    assert _found(settled, history(by=COLLECTIVE), organisation=THEIRS) == []
    assert settled.play(history(FIAS), basis=False).problem.code == "AUT011003"
    assert settled.play(history("00000000-0000-4000-8000-00000000ffff")).problem.code == "INT002000"
