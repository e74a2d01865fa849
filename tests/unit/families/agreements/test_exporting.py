from __future__ import annotations

import pytest

from gateway.families import api
from storage import errors as storage_errors
from storage import registry
from tests.unit.families.agreements import requests as r
from tests.unit.families.agreements.requests import FIAS, OTHER
from tests.unit.families.agreements.rig import NOW, OURS, THEIRS, Rig

NOTHING = {"": ["INT002012"]}


def contracts(answer: api.Answer) -> list[dict]:
    assert isinstance(answer, api.Exported), answer
    return [item["Contract"] for item in answer.items]


def test_root__names_all_versions_and_a_version_itself(rig: Rig) -> None:
    first = rig.placed(r.place())
    second = rig.placed(r.edit(first.version, r.add(21, OTHER)))
    whole = contracts(rig.send(r.export(f"<ContractGUID>{first.root}</ContractGUID>")))
    assert [each["ContractVersionGUID"] for each in whole] == [first.version, second.version]
    assert [len(each["ContractObject"]) for each in whole] == [1, 2]
    (one,) = contracts(rig.send(r.export(f"<ContractVersionGUID>{first.version}</ContractVersionGUID>")))
    assert one == whole[0]


def test_house__names_the_agreements_that_have_it(rig: Rig) -> None:
    made = rig.placed(r.place())
    rig.placed(r.place(r.house(12, OTHER), count=2))
    last = rig.placed(r.terminate(made.version))
    both = contracts(rig.send(r.export(r.by_house(OURS))))
    assert [each["ContractStatus"] for each in both] == ["Approved", "Terminated"]
    assert both[1]["Terminate"]["Terminate"] == "2026-03-31"
    newest = contracts(rig.send(r.export(r.by_house(OURS.upper(), FIAS, "<LastVersionOnly>true</LastVersionOnly>"))))
    assert [each["ContractVersionGUID"] for each in newest] == [last.version]
    signed = r.by_house(OURS, FIAS, "<SigningDate>2023-12-20</SigningDate>")
    assert len(contracts(rig.send(r.export(signed)))) == 2
    assert rig.codes(r.export(r.by_house(OURS, FIAS, "<SigningDate>2023-12-21</SigningDate>"))) == NOTHING


def test_no_criteria__names_everything_of_ones_own(rig: Rig) -> None:
    assert rig.codes(r.export()) == NOTHING
    rig.placed(r.place())
    rig.placed(r.place(r.house(12, OTHER), count=2))
    rig.charter(r.place_charter())
    rig.placed(r.place(r.house(13, THEIRS), count=3), organisation=THEIRS)
    answer = rig.send(r.export())
    assert sorted(next(iter(item)) for item in answer.items) == ["Charter", "Contract", "Contract"]


def test_several_criteria__give_each_version_once(rig: Rig) -> None:
    made = rig.placed(r.place())
    criteria = f"<ContractGUID>{made.root}</ContractGUID>", f"<ContractVersionGUID>{made.version}</ContractVersionGUID>"
    assert len(contracts(rig.send(r.export(*criteria, r.by_house(OURS))))) == 1


def test_agreement_of_another_organisation__is_not_there(rig: Rig) -> None:
    made = rig.placed(r.place())
    charter = rig.charter(r.place_charter())
    for criterion in (
        f"<ContractGUID>{made.root}</ContractGUID>",
        f"<ContractVersionGUID>{made.version}</ContractVersionGUID>",
        f"<CharterGUID>{charter.root}</CharterGUID>",
        f"<CharterVersionGUID>{charter.version}</CharterVersionGUID>",
    ):
        assert rig.codes(r.export(criterion), organisation=THEIRS) == NOTHING
        assert rig.codes(r.export_status(criterion), organisation=THEIRS) == NOTHING
    for organisation in (OURS, THEIRS):
        assert rig.codes(r.export(r.by_house(organisation)), organisation=THEIRS) == NOTHING
    assert rig.codes(r.export(), organisation=THEIRS) == NOTHING


def test_contract_refused_for_a_house_of_another__does_not_say_whose_it_is(rig: Rig) -> None:
    theirs = rig.placed(r.place(), organisation=THEIRS)
    rig.send(r.place(count=2))
    told = rig.results[-1].decode()
    assert "INT004952" in told
    assert not [secret for secret in (THEIRS, theirs.root, theirs.version) if secret in told]


def test_guid_of_another_kind__is_not_there(rig: Rig) -> None:
    made = rig.placed(r.place())
    assert rig.codes(r.export(f"<CharterGUID>{made.root}</CharterGUID>")) == NOTHING
    assert rig.codes(r.export(f"<CharterVersionGUID>{made.version}</CharterVersionGUID>")) == NOTHING
    assert rig.codes(r.export(f"<ContractVersionGUID>{made.root}</ContractVersionGUID>")) == NOTHING


def test_status__tells_the_whole_and_each_house(rig: Rig) -> None:
    made = rig.placed(r.place())
    (item,) = rig.send(r.export_status(f"<ContractGUID>{made.root}</ContractGUID>")).items
    assert (item["ContractStatus"], item["State"], item["VersionNumber"]) == ("Approved", "Running", "1")
    (house,) = item["ContractObject"]
    assert (house["FIASHouseGuid"], house["ManagedObjectStatus"]) == (FIAS, "Approved")


def test_status_of_conflicts__tells_only_houses_that_wait(rig: Rig) -> None:
    rig.placed(r.place(), organisation=THEIRS)
    houses = r.house(11), r.house(12, OTHER)
    made = rig.placed(r.place(*houses, count=2, said=r.terms(licence=True)))
    key = f"<ContractGUID>{made.root}</ContractGUID>"
    conflicted = "<ControlObjects><IsConflicted>true</IsConflicted></ControlObjects>"
    blocked = "<ControlObjects><IsBlocked>true</IsBlocked></ControlObjects>"
    (item,) = rig.send(r.export_status(key + conflicted)).items
    assert [each["FIASHouseGuid"] for each in item["ContractObject"]] == [FIAS]
    assert rig.codes(r.export_status(key + blocked)) == NOTHING


@pytest.mark.parametrize("second", ["same agreement", "same house"])
def test_two_packages_at_once__only_one_of_them_is_stored(rig: Rig, second: str) -> None:
    made = rig.placed(r.place())
    if second == "same agreement":
        packages = [r.edit(made.version, r.add(21, OTHER)), r.terminate(made.version)]
    else:
        packages = [r.place(r.house(31, OTHER), count=3), r.place(r.house(41, OTHER), count=4)]
    units = []
    for data in packages:
        with rig.database.read() as connection:
            unit = registry.Registry(connection, rig.numbers)
            rig.run(data, unit)
            units.append(unit)
    with rig.database.write() as connection:
        registry.apply(connection, units[0], organisation=OURS, message=OURS, at=NOW)
    with pytest.raises(storage_errors.Conflict), rig.database.write() as connection:
        registry.apply(connection, units[1], organisation=OURS, message=OURS, at=NOW)
    refused = rig.codes(packages[1])
    assert {code for told in refused.values() for code in told} & {"INT004950", "INT004952"}
