"""importMeteringDeviceValues: which values are kept, which are refused, and what of the registry they touch."""

from __future__ import annotations

import pytest

from gateway import xml
from gateway.families import handlers
from gateway.families.metering import readings
from storage import errors, registry
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, transport
from tests.unit.families.metering.requests import (
    archive,
    by_root,
    control,
    create,
    current,
    devices,
    electric,
    electric_control,
    electric_current,
    tariffs,
    update,
    values,
    values_of,
    verification,
    volume,
    volumes,
    whole,
)
from tests.unit.families.metering.requests import (
    readings as first,
)
from tests.unit.families.metering.rig import NOW, OURS, THEIRS, Rig, codes


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """Water, hot and cold, in the first flat (20), electricity of two tariffs (21), volumes of both waters (22)."""
    rig.settled()
    counted = volumes("1") + volumes("3", "<TariffCount>2</TariffCount>")
    made = (
        create(20, whole(measured=first("1", "10") + first("2", "5"))),
        create(21, whole(measured=electric("100", "50"))),
        create(22, whole(measured=counted, volume="true")),
    )
    assert codes(rig.play(devices(*made))) == {}
    return rig


def _kept(rig: Rig, count: int = 20, year: int = 2026) -> dict:
    return rig.thing(readings.id_of(rig.device(count).id, year)).data


def _last(rig: Rig, count: int = 20) -> list[str]:
    (item,) = rig.play(by_root(rig.device(count).id)).items
    return [row["MeteringValue"] for row in item["MunicipalResourceNotEnergy"]]


def test_every_value__has_an_outcome_of_its_own(settled: Rig) -> None:
    made = values(
        values_of(20, current(30), current(31, "6", code="2"), control(32)),
        values_of(21, electric_current(33, "101", "51"), electric_control(34, "100", "50"), kind="Electric"),
        values_of(22, volume(35, "3.5"), volume(36, "7", "8", code="3"), kind="Volume"),
        values_of(settled.given[transport(101)], current(37)),
    )
    answer = settled.play(made)
    assert [one.transport_guid for one in answer.outcomes] == [transport(n) for n in range(30, 38)]
    assert codes(answer) == {transport(37): ["INT002034"]}
    assert all(one.updated_at == NOW for one in answer.outcomes[:-1])


def test_device__is_named_by_its_root_or_by_any_of_its_versions(settled: Rig) -> None:
    settled.play(values(values_of(20, current(30))))
    settled.play(devices(update(40, 20, "<UpdateAfterDevicesValues/>")))
    rows = (values_of(20, current(31, "21"), by="Version"), values_of(40, current(32, "6", code="2"), by="Version"))
    assert codes(settled.play(values(*rows))) == {}
    assert _last(settled) == ["21", "6"]


def test_value_of_the_same_resource_and_period__is_overwritten(settled: Rig) -> None:
    settled.play(values(values_of(20, current(30, "20"), current(31, "21"), current(32, "8", code="2"))))
    settled.play(values(values_of(20, current(33, "19", day="2026-03-31", month="2026-03"))))
    kept = _kept(settled)["current"]
    assert {month: {code: each["MeteringValue"] for code, each in rows.items()} for month, rows in kept.items()} == {
        "2026-03": {"1": "19", "2": "8"}
    }


def test_value_without_a_period__is_of_the_month_of_its_day(settled: Rig) -> None:
    rows = (current(30, day="2026-02-28+03:00", month=None), current(31, day="2026-03-02", month="2025-12"))
    assert codes(settled.play(values(values_of(20, *rows)))) == {}
    assert list(_kept(settled)["current"]) == ["2026-02"]
    assert list(_kept(settled, year=2025)["current"]) == ["2025-12"]


def test_value__may_be_lower_than_the_current_one_before_but_not_than_the_last_check(settled: Rig) -> None:
    settled.play(values(values_of(20, current(30, "20", day="2026-01-25"), control(31, "15", day="2026-02-10"))))
    lower = (current(32, "16", day="2026-02-25"), current(33, "14.9", day="2026-03-25"))
    assert codes(settled.play(values(values_of(20, *lower)))) == {transport(33): ["INT007946"]}
    # Another resource, and a day before the check, are another matter.
    free = (current(34, "1", code="2"), current(35, "14.9", day="2026-02-09", month="2025-11"))
    assert codes(settled.play(values(values_of(20, *free)))) == {}


def test_value_of_an_earlier_day__keeps_to_the_check_before_it(settled: Rig) -> None:
    checks = (control(30, "15", day="2025-02-10"), control(31, "30", day="2026-03-10"))
    settled.play(values(values_of(20, *checks)))
    rows = (
        current(32, "16", day="2025-06-01"),
        current(33, "14", day="2025-07-01"),
        current(34, "1", day="2025-02-01"),
    )
    assert codes(settled.play(values(values_of(20, *rows)))) == {transport(33): ["INT007946"]}


def test_check_of_one_request__holds_for_its_current_values(settled: Rig) -> None:
    answer = settled.play(values(values_of(20, current(30, "14"), control(31, "15"))))
    assert codes(answer) == {transport(30): ["INT007946"]}


def test_end_of_a_verification__is_what_a_device_goes_on_from(settled: Rig) -> None:
    settled.play(values(values_of(21, electric_control(30, "200", "90", day="2026-03-01"), kind="Electric")))
    ends = [f"<StartValue>{tariffs('201', '91')}</StartValue>", f"<EndValue>{tariffs('0', '0')}</EndValue>"]
    rows = (electric_current(32, "1", "0.5"), verification(31, *ends))
    assert codes(settled.play(values(values_of(21, *rows, kind="Electric")))) == {}
    assert settled.device(21).data["verified"] is True


def test_volume__knows_no_order(settled: Rig) -> None:
    control_ = volume(30, "9", day="2026-03-20").replace("CurrentValue", "ControlValue").partition("<Period>")[0]
    rows = (volume(31, "1"), f"{control_}</ControlValue>")
    assert codes(settled.play(values(values_of(22, *rows, kind="Volume")))) == {}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (values_of(20, electric_current(30, "1"), kind="Electric"), "INT007941"),
        (values_of(20, volume(30, "1"), kind="Volume"), "INT007941"),
        (values_of(22, current(30)), "INT007941"),
        (values_of(20, current(30, code="4")), "INT007942"),
        (values_of(21, electric_current(30, "1"), kind="Electric"), "INT007943"),
        (values_of(22, volume(30, "1", "2"), kind="Volume"), "INT007943"),
        (values_of(20, current(30, day="2026-04-02")), "INT007944"),
    ],
)
def test_value_that_does_not_go_with_its_device__is_refused(settled: Rig, row: str, code: str) -> None:
    assert codes(settled.play(values(row, values_of(20, current(31))))) == {transport(30): [code]}


def test_reading_of_the_day_in_moscow__is_taken_already(settled: Rig) -> None:
    assert codes(settled.play(values(values_of(20, current(30, day="2026-04-01"))))) == {}


def test_archived_device_and_another_house__are_refused(settled: Rig) -> None:
    settled.play(devices(update(40, 22, archive())))
    rows = (values_of(22, volume(30, "1"), kind="Volume"), values_of(20, current(31)))
    assert codes(settled.play(values(*rows, house=FIAS))) == {transport(30): ["INT007940"]}
    answer = settled.play(values(values_of(20, current(31)), house=OTHER_FIAS))
    assert codes(answer) == {transport(31): ["INT007924"]}


def test_other_organisation__gives_readings_where_it_may_use_the_house(settled: Rig) -> None:
    asked = values(values_of(20, current(30, "33")))
    assert codes(settled.play(asked, organisation=THEIRS, basis=False)) == {transport(30): ["INT002034"]}
    assert codes(settled.play(asked, organisation=THEIRS)) == {}
    (item,) = settled.play(by_root(20)).items
    assert [row["orgPPAGUID"] for row in item["MunicipalResourceNotEnergy"]] == [THEIRS, OURS]
    assert codes(settled.play(values(values_of(20, current(31))), basis=False)) == {}


def test_last_reading__is_the_one_that_was_taken_last(settled: Rig) -> None:
    settled.play(values(values_of(20, current(30, "9", code="2", day="2025-12-20"))))
    settled.play(values(values_of(20, current(31, "30", day="2026-03-25"))))
    settled.play(values(values_of(20, current(32, "20", day="2026-01-25"))))
    assert _last(settled) == ["30", "9"]
    settled.play(values(values_of(20, control(33, "31", day="2026-03-26"))))
    assert _last(settled) == ["31", "9"]


def test_statements_of_a_package__do_not_grow_with_its_devices(settled: Rig) -> None:
    rig, counts = settled, range(100, 160)
    rig.play(devices(*(create(n) for n in counts)))
    package = [values_of(n, current(1000 + n)) for n in counts]
    one = rig.statements(values(package[0]))
    assert rig.statements(values(*package[1:])) == one
    again = [row.replace("<d:MeteringValue>20<", "<d:MeteringValue>21<") for row in package]
    assert rig.statements(values(*again)) <= one + 2


def test_packages_at_once__meet_only_in_one_device(settled: Rig) -> None:
    def run(count: int, row: str) -> registry.Registry:
        element = xml.parse(values(values_of(settled.given[transport(count)], row)))
        with settled.database.read() as connection:
            unit = registry.Registry(connection, settled.numbers)
            task = settled.task(element, organisation=OURS, role="УО", basis=True)
            assert codes(handlers.HANDLERS[element.tag](task, unit)) == {}
        return unit

    def store(unit: registry.Registry) -> None:
        with settled.database.write() as connection:
            registry.apply(connection, unit, organisation=OURS, message="m", at=NOW)

    settled.play(devices(create(23)))
    for unit in (run(20, current(30)), run(23, current(31))):
        store(unit)
    first_, second = run(20, current(32)), run(20, current(33, day="2025-03-01"))
    store(first_)
    with pytest.raises(errors.Conflict, match="device:"):
        store(second)
