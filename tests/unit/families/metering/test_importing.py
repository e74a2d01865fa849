"""importMeteringDeviceData: what becomes of a device, action by action."""

from __future__ import annotations

import pytest

from gateway import xml
from gateway.families import handlers
from gateway.families.metering import records
from storage import errors, registry
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, house, transport
from tests.unit.families.metering.requests import (
    LINKED,
    accounts,
    after,
    archive,
    before,
    by_root,
    create,
    current,
    devices,
    electric,
    electric_current,
    flat_device,
    house_device,
    last_readings,
    link,
    readings,
    replace,
    side,
    update,
    values,
    values_of,
    verification,
    volumes,
    whole,
)
from tests.unit.families.metering.rig import NOW, OURS, THEIRS, VERSIONS, Rig, codes


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """A house with three flats and accounts, device 20 in the first flat."""
    rig.settled()
    assert codes(rig.play(devices(create(20)))) == {}
    return rig


def _read(rig: Rig, *counts: int, value: str = "20") -> None:
    """Give readings of devices, after which they are corrected and no longer said anew."""
    rows = (values_of(rig.device(n).id, current(900 + n, value)) for n in counts)
    assert codes(rig.play(values(*rows))) == {}


def _shown(rig: Rig, count: int = 20) -> dict:
    return rig.play(by_root(rig.device(count).id, version="11.1.0.2")).items[0]


def test_new_device__has_a_root_a_version_and_a_number_of_its_own(settled: Rig) -> None:
    answer = settled.play(devices(create(21), create(22)))
    roots = [one.guid for one in answer.outcomes]
    assert [one.details["importMeteringDevice"]["MeteringDeviceGUID"] for one in answer.outcomes] == roots
    assert len({*roots, *(settled.versions[transport(n)] for n in (21, 22))}) == 4
    assert len({one.unique_number for one in answer.outcomes} | {settled.device(20).unique_number}) == 3


def test_every_edit__keeps_root_and_number_and_makes_a_version(settled: Rig) -> None:
    device = settled.device(20)
    actions = (before(whole()), after("<MeteringDeviceNumber>2</MeteringDeviceNumber>"), archive())
    for count, action in enumerate(actions, 21):
        if count == 22:
            _read(settled, 20)
        (one,) = settled.play(devices(update(count, count - 1, action))).outcomes
        assert (one.guid, one.unique_number, one.problems) == (device.id, device.unique_number, ())
    versions = [settled.versions[transport(count)] for count in range(20, 24)]
    assert len(set(versions)) == 4
    assert settled.device(20).data["version"] == versions[-1]
    assert [settled.thing(each).data["number"] for each in versions] == [1, 2, 3, 4]


def test_bad_device__does_not_spoil_the_others(settled: Rig) -> None:
    answer = settled.play(devices(create(21, whole(flat_device("0" * 8 + transport(1)[8:]))), create(22)))
    assert codes(answer) == {transport(21): ["INT002034"]}


def test_update__is_whole_before_readings_and_in_parts_after_them(settled: Rig) -> None:
    part = after("<MeteringDeviceNumber>2</MeteringDeviceNumber>")
    assert codes(settled.play(devices(update(21, 20, part)))) == {transport(21): ["INT007904"]}
    assert codes(settled.play(devices(update(22, 20, before(whole()))))) == {}
    _read(settled, 20)
    assert codes(settled.play(devices(update(23, 22, before(whole()))))) == {transport(23): ["INT007903"]}
    assert codes(settled.play(devices(update(24, 22, part)))) == {}


def test_first_verification__is_not_corrected_once_a_verification_was_given(settled: Rig) -> None:
    _read(settled, 20)
    dated = [after(f"<FirstVerificationDate>{day}</FirstVerificationDate>") for day in ("2025-01-16", "2025-01-17")]
    assert codes(settled.play(devices(update(21, 20, dated[0])))) == {}
    ends = verification(22, side("StartValue", "21"), side("EndValue", "22"))
    assert codes(settled.play(values(values_of(settled.device(20).id, ends)))) == {}
    assert codes(settled.play(devices(update(23, 21, dated[1])))) == {transport(23): ["INT007932"]}
    assert codes(settled.play(devices(update(24, 21, dated[0])))) == {}


def test_second_change_of_one_version_in_a_request__is_refused(settled: Rig) -> None:
    _read(settled, 20)
    number = after("<MeteringDeviceNumber>2</MeteringDeviceNumber>")
    answer = settled.play(devices(update(21, 20, number), update(22, 20, number)))
    assert codes(answer) == {transport(22): ["INT007902"]}


def test_device_of_another_provider__is_as_good_as_not_there(settled: Rig) -> None:
    answer = settled.play(devices(update(21, 20, archive())), organisation=THEIRS)
    assert codes(answer) == {transport(21): ["INT002034"]}


def test_correction__changes_only_what_it_states(settled: Rig) -> None:
    _read(settled, 20)
    shown = _shown(settled)
    sensors = "<TemperatureSensor>true</TemperatureSensor>"
    settled.play(devices(update(21, 20, after(f"{sensors}{accounts(2, 3)}{readings(value='13')}"))))
    changed = _shown(settled)
    basic, after_ = shown["BasicChatacteristicts"], changed["BasicChatacteristicts"]
    place = basic["ResidentialPremiseDevice"]
    bound = [settled.given[transport(n)] for n in (2, 3)]
    assert after_ == {**basic, "TemperatureSensor": "true", "ResidentialPremiseDevice": {**place, "AccountGUID": bound}}
    # What a correction states are the first readings; the last one is another.
    assert changed["MunicipalResourceNotEnergy"] == shown["MunicipalResourceNotEnergy"]
    content = settled.thing(settled.device(20).data["version"]).data["content"]
    assert content["MunicipalResourceNotEnergy"][0]["MeteringValue"] == "13"


def test_correction_of_a_collective_device__names_its_sensors_in_words_of_its_own(settled: Rig) -> None:
    settled.play(devices(create(21, whole(house_device(FIAS)))))
    _read(settled, 21)
    told = "<CollectiveDevice><PressureSensorInformation>подвал</PressureSensorInformation></CollectiveDevice>"
    flag = "<PressureSensor>true</PressureSensor>"
    assert codes(settled.play(devices(update(22, 21, after(flag))))) == {transport(22): ["INT007914"]}
    assert codes(settled.play(devices(update(22, 21, after(flag + told))))) == {}
    shown = _shown(settled, 21)["BasicChatacteristicts"]["CollectiveDevice"]
    assert shown == {"PressureSensingElementInfo": "подвал"}


def test_move__takes_the_device_to_other_premises_and_houses(settled: Rig) -> None:
    settled.play(house(OTHER_FIAS, 1, 201))
    moved = "<AddressChatacteristicts><{0}>{1}</{0}></AddressChatacteristicts>".format
    _read(settled, 20)
    flat = moved("ResidentialPremiseDevice", f"<PremiseGUID>{transport(102)}</PremiseGUID>")
    assert codes(settled.play(devices(update(21, 20, after(accounts(2) + flat))))) == {}
    place = _shown(settled)["BasicChatacteristicts"]["ResidentialPremiseDevice"]
    assert place["PremiseGUID"] == [settled.given[transport(102)]]
    settled.play(devices(create(22, whole(house_device(FIAS)))))
    _read(settled, 22)
    whole_house = moved("CollectiveDevice", "<isChangeToFIASHouseGuid>true</isChangeToFIASHouseGuid>")
    change = update(23, 22, after(whole_house))
    assert codes(settled.play(devices(change))) == {transport(23): ["INT007915"]}
    assert codes(settled.play(devices(change, house=OTHER_FIAS))) == {}
    assert records.houses(settled.device(23)) == (OTHER_FIAS,)


def test_links__are_replaced_as_a_whole_and_name_current_versions(settled: Rig) -> None:
    settled.play(devices(create(21, whole(links=LINKED)), create(22)))
    assert codes(settled.play(devices(update(23, 21, link(20, 22))))) == {}
    settled.play(devices(update(24, 20, before(whole(number="9")))))
    shown = _shown(settled, 21)["LinkedWithMetering"]
    current = [settled.device(n).data["version"] for n in (20, 22)]
    assert shown == {"InstallationPlace": "in", "LinkedMeteringDeviceVersionGUID": current}
    assert codes(settled.play(devices(update(25, 23, link(22))))) == {}
    assert _shown(settled, 21)["LinkedWithMetering"]["LinkedMeteringDeviceVersionGUID"] == current[1:]


def test_archived_device__is_neither_changed_nor_linked_nor_takes_a_place(settled: Rig) -> None:
    settled.play(devices(create(21), create(22, whole(links=LINKED)), update(23, 20, archive("12"))))
    assert settled.device(20).data["archived"] == {
        "on": "2026-04-01",
        "reason": settled.device(20).data["archived"]["reason"],
    }
    answer = settled.play(
        devices(
            update(24, 23, before(whole())),
            update(25, 23, archive()),
            update(26, 23, replace(21)),
            update(27, 22, link(23)),
            update(28, 21, replace(23)),
        )
    )
    told = ["INT007901", "SRV007037", "SRV007037", "INT002034", "INT002034"]
    assert codes(answer) == {transport(24 + n): [code] for n, code in enumerate(told)}


def test_replaced_device__is_archived_with_its_last_readings(settled: Rig) -> None:
    settled.play(devices(create(21)))
    assert codes(settled.play(devices(update(22, 20, replace(21, last_readings()))))) == {}
    shown = _shown(settled)
    assert (shown["StatusRootDoc"], shown["MunicipalResourceNotEnergy"][0]["MeteringValue"]) == ("Archival", "99")
    assert settled.device(20).data["archived"]["reason"]["Name"] == "Замена прибора учета"
    assert _shown(settled, 21)["StatusRootDoc"] == "Active"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (after(readings("2")), "ресурс с кодом «2»"),
        (after(electric("1", "2")), "вид показаний"),
        (after("<ConsumedVolume>true</ConsumedVolume>"), "ConsumedVolume"),
        (replace(21, last_readings("2")), "ресурс с кодом «2»"),
    ],
)
def test_other_measuring__is_refused(settled: Rig, said: str, told: str) -> None:
    settled.play(devices(create(21)))
    _read(settled, 20)
    (one,) = settled.play(devices(update(22, 20, said))).outcomes
    assert [each.code for each in one.problems] == ["INT007930"]
    assert told in one.problems[0].text


def test_number_of_tariffs__stays(settled: Rig) -> None:
    settled.play(devices(create(21, whole(measured=electric("1", "2")))))
    settled.play(values(values_of(settled.device(21).id, electric_current(900, "1", "2"), kind="Electric")))
    assert codes(settled.play(devices(update(22, 21, after(electric("1")))))) == {transport(22): ["INT007930"]}
    assert codes(settled.play(devices(update(22, 21, after(electric("1", "3")))))) == {}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (whole(measured=readings("3")), "INT007918"),
        (whole(measured=volumes("1", "<TransformationRatio>2</TransformationRatio>"), volume="true"), "INT007918"),
        (whole(measured=volumes("3")), "INT007917"),
        (whole(flat_device(kind="LivingRoomDevice").replace("Premise", "LivingRoom")), "INT007923"),
        (whole(house_device(FIAS, more=accounts(1), kind="ApartmentHouseDevice")), "INT007923"),
    ],
)
def test_content_that_does_not_go_together__is_refused(settled: Rig, said: str, code: str) -> None:
    said = said.replace(transport(101), settled.given[transport(101)])
    assert codes(settled.play(devices(create(21, said)))) == {transport(21): [code]}


def test_basis__is_asked_for_places_that_are_named_and_for_nothing_else(settled: Rig) -> None:
    assert codes(settled.play(devices(create(21)), basis=False)) == {transport(21): ["AUT011003"]}
    _read(settled, 20)
    correction = after("<MeteringDeviceNumber>2</MeteringDeviceNumber>")
    assert codes(settled.play(devices(update(22, 20, correction)), basis=False)) == {}


def _at_once(rig: Rig, *packages: bytes) -> None:
    """Run all on one snapshot of the registry, then store the one after the other."""
    units = []
    for data in packages:
        element = xml.parse(data)
        for named in element.iter(*VERSIONS):
            named.text = rig.versions[named.text]
        for named in element.iter("{*}AccountGUID", "{*}PremiseGUID"):
            named.text = rig.given[named.text]
        with rig.database.read() as connection:
            unit = registry.Registry(connection, rig.numbers)
            answer = handlers.HANDLERS[element.tag](rig.task(element, organisation=OURS, role="УО", basis=True), unit)
            assert codes(answer) == {}
            units.append(unit)
    for unit in units:
        with rig.database.write() as connection:
            registry.apply(connection, unit, organisation=OURS, message="m", at=NOW)


def test_packages_at_once__meet_only_in_one_device(settled: Rig) -> None:
    settled.play(devices(create(21)))
    change = before(whole(number="2"))
    _at_once(settled, devices(update(22, 20, change)), devices(update(23, 21, change)), devices(create(24)))
    settled.versions |= {transport(n): settled.device(n - 2).data["version"] for n in (22, 23)}
    with pytest.raises(errors.Conflict, match="device:"):
        _at_once(settled, devices(update(25, 22, change)), devices(update(26, 22, archive())))
