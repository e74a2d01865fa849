"""exportOrgRegistry: by numbers and identifiers, as a legal person, a branch or a sole trader, now and once."""

from __future__ import annotations

import uuid

import pytest

from gateway.families import api
from tests.unit.families.organisations import rig as rig_module
from tests.unit.families.organisations.rig import BEGAN, guid

OGRN, OTHER = "1027700900017", "1027700900028"


def criteria(*values: str) -> str:
    return "".join(f"<SearchCriteria>{value}</SearchCriteria>" for value in values)


def found(rig: rig_module.Rig, *values: str, since: str = "") -> list[dict]:
    """Ask by these criteria; return what came, nothing for INT002012."""
    since = since and f"<lastEditingDateFrom>{since}</lastEditingDateFrom>"
    answer = rig.ask("exportOrgRegistry", criteria(*values) + since)
    if isinstance(answer, api.Failed):
        assert answer.problem.code == "INT002012"
        return []
    assert answer.branch == "exportOrgRegistryResult"
    return list(answer.items)


def providers(items: list[dict]) -> list[str]:
    return [item["orgPPAGUID"] for item in items]


def test_legal_person__is_told_with_all_that_is_known(rig):
    rig.add(1, kpp="770101001", inn="7700000009")
    (item,) = found(rig, f"<o:OGRN>{OGRN}</o:OGRN><isRegistered>true</isRegistered>")
    version = item["OrgVersion"]
    assert (item["orgPPAGUID"], item["isRegistered"]) == (guid(1), "true")
    assert (version["lastEditingDate"], version["IsActual"]) == ("2026-04-01", "true")
    assert version["Legal"] == {
        "ShortName": "ООО «1»",
        "FullName": "ООО «1»",
        "OGRN": OGRN,
        "INN": "7700000009",
        "KPP": "770101001",
    }
    assert [role["Code"] for role in item["organizationRoles"]] == ["1"]


@pytest.mark.parametrize("known", [{"inn": None}, {"name": "Я" * 501}, {"kpp": "77"}, {"role": "Иная"}])
def test_what_the_contract_has_no_place_for__is_left_out(rig, known):
    rig.add(1, **known)
    (item,) = found(rig, f"<o:OGRN>{OGRN}</o:OGRN>")
    legal = item["OrgVersion"]["Legal"]
    assert "INN" not in legal
    assert "KPP" not in legal
    assert ("ShortName" in legal) == ("name" not in known)
    assert ("organizationRoles" in item) == ("role" not in known)


def test_branch__names_its_head_and_has_its_inn(rig):
    rig.add(1, inn="7700000009")
    rig.add(2, kpp="780202002")
    (head,) = found(rig, f"<orgPPAGUID>{guid(1)}</orgPPAGUID>")
    (branch,) = found(rig, f"<o:OGRN>{OGRN}</o:OGRN><o:KPP>780202002</o:KPP>")
    told = branch["OrgVersion"]["Subsidiary"]
    assert told["ParentOrg"] == {"RegOrgVersion": {"orgVersionGUID": head["OrgVersion"]["orgVersionGUID"]}}
    assert (told["INN"], told["KPP"], told["StatusVersion"]) == ("7700000009", "780202002", "Действующая")
    assert "Legal" in head["OrgVersion"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ИП Иванов Иван Иванович", ("Иванов", "Иван", "Иванович")),
        ("индивидуальный предприниматель Ким Ирина", ("Ким", "Ирина", None)),
        ("Мамедов Али Гасан оглы", ("Мамедов", "Али", "Гасан оглы")),
        ("Иванов", ("Иванов", "", None)),
    ],
)
def test_sole_trader__is_told_by_the_parts_of_the_name(rig, name, expected):
    rig.add(1, ogrn="304500116000157", name=name, inn="500100732259")
    (item,) = found(rig, "<o:OGRNIP>304500116000157</o:OGRNIP>")
    told = item["OrgVersion"]["Entrp"]
    assert (told["Surname"], told["FirstName"], told.get("Patronymic")) == expected
    assert (told["OGRNIP"], told["INN"]) == ("304500116000157", "500100732259")


def test_ogrn__finds_head_and_branches_and_kpp_one_of_them(rig):
    rig.add(1)
    rig.add(2, kpp="780202002")
    rig.add(3, ogrn=OTHER, kpp="780202002")
    assert set(providers(found(rig, f"<o:OGRN>{OGRN}</o:OGRN>"))) == {guid(1), guid(2)}
    assert providers(found(rig, f"<o:OGRN>{OGRN}</o:OGRN><o:KPP>780202002</o:KPP>")) == [guid(2)]
    # The head's КПП was never told to the directory: it is not said to be another one.
    assert providers(found(rig, f"<o:OGRN>{OGRN}</o:OGRN><o:KPP>770101001</o:KPP>")) == [guid(1)]
    assert found(rig, f"<o:OGRN>{OTHER}</o:OGRN><o:KPP>770101001</o:KPP>") == []


def test_each_identifier__finds_the_organisation_in_any_case(rig):
    rig.add(1)
    (item,) = found(rig, f"<orgPPAGUID>{guid(1).upper()}</orgPPAGUID>")
    root, version = item["orgRootEntityGUID"], item["OrgVersion"]["orgVersionGUID"]
    assert len({root, version, guid(1)}) == 3
    assert found(rig, f"<r:orgRootEntityGUID>{root.upper()}</r:orgRootEntityGUID>") == [item]
    assert found(rig, f"<r:orgVersionGUID>{version}</r:orgVersionGUID>") == [item]


def test_change__makes_a_new_version_of_the_same_root_and_the_old_one_can_still_be_asked_for(rig):
    rig.add(1)
    (before,) = found(rig, f"<orgPPAGUID>{guid(1)}</orgPPAGUID>")
    rig.change(1, name="ООО «Новое»", ogrn=OTHER)
    (after,) = found(rig, f"<orgPPAGUID>{guid(1)}</orgPPAGUID>")
    assert after["orgRootEntityGUID"] == before["orgRootEntityGUID"]
    assert after["OrgVersion"]["orgVersionGUID"] != before["OrgVersion"]["orgVersionGUID"]
    assert after["OrgVersion"]["Legal"]["FullName"] == "ООО «Новое»"
    (old,) = found(rig, f"<r:orgVersionGUID>{before['OrgVersion']['orgVersionGUID']}</r:orgVersionGUID>")
    assert (old["OrgVersion"]["IsActual"], old["OrgVersion"]["Legal"]["FullName"]) == ("false", "ООО «1»")
    assert found(rig, f"<o:OGRN>{OGRN}</o:OGRN>") == []


def test_identifiers__are_the_same_on_every_installation_with_the_same_organisation(rig):
    """Whoever has stored them finds them again after a stand was made anew."""
    rig.add(1)
    (item,) = found(rig, f"<orgPPAGUID>{guid(1)}</orgPPAGUID>")
    root = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:organisation:{guid(1)}")
    assert item["orgRootEntityGUID"] == str(root)
    assert item["OrgVersion"]["orgVersionGUID"] == str(uuid.uuid5(root, "1"))


def test_several_criteria__add_up_and_nothing_is_told_twice(rig):
    rig.add(1)
    rig.add(2, ogrn=OTHER)
    rig.add(3, ogrn="1027700900039")
    asked = [f"<o:OGRN>{OGRN}</o:OGRN>", f"<orgPPAGUID>{guid(1)}</orgPPAGUID>", f"<o:OGRN>{OTHER}</o:OGRN>"]
    assert providers(found(rig, *asked)) == [guid(1), guid(2)]
    assert providers(found(rig, *asked, "<o:NZA>12345678901</o:NZA>")) == [guid(1), guid(2)]


def test_hundred_criteria__are_all_answered(rig):
    for number in range(1, 101):
        rig.add(number, ogrn=f"{1000000000000 + number}")
    assert len(found(rig, *(f"<orgPPAGUID>{guid(number)}</orgPPAGUID>" for number in range(1, 101)))) == 100


@pytest.mark.parametrize(("since", "count"), [("2026-04-01", 1), ("2026-03-31+03:00", 1), ("2026-04-02", 0)])
def test_last_editing_date__is_a_day_of_moscow(rig, since, count):
    rig.add(1, at=BEGAN)
    assert len(found(rig, f"<o:OGRN>{OGRN}</o:OGRN>", since=since)) == count


@pytest.mark.parametrize(
    "criterion",
    [
        "<o:NZA>12345678901</o:NZA>",
        "<o:OGRNIP>304500116000157</o:OGRNIP>",
        f"<r:orgVersionGUID>{guid(9)}</r:orgVersionGUID>",
        f"<r:orgRootEntityGUID>{guid(1)}</r:orgRootEntityGUID>",
        f"<orgPPAGUID>{guid(9)}</orgPPAGUID>",
    ],
)
def test_nobody_found__is_int002012(rig, criterion):
    rig.add(1)
    assert found(rig, criterion) == []
