"""The dictionaries of an organisation: changed entry by entry, given back as they came, seen by nobody else."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from gateway.families import api
from gateway.families.nsi import builtin, controls, kinds, own
from storage import history, registry
from tests.unit.families.nsi import rig as rig_module

HEAD = (
    'xmlns:o="http://dom.gosuslugi.ru/schema/integration/nsi/" '
    'xmlns:b="http://dom.gosuslugi.ru/schema/integration/base/" '
    'xmlns:n="http://dom.gosuslugi.ru/schema/integration/nsi-base/"'
)
LATER = rig_module.NOW + dt.timedelta(days=1)
_guids = itertools.count(1)


def guid() -> str:
    return f"7f3d0000-0000-4c10-9a00-{next(_guids):012d}"


def request(name: str, version: str, *parts: str) -> bytes:
    return f'<o:{name}Request {HEAD} b:version="{version}">{"".join(parts)}</o:{name}Request>'.encode()


def services(*parts: str) -> bytes:
    return request("importAdditionalServices", "10.0.1.2", *parts)


def works(*parts: str) -> bytes:
    return request("importOrganizationWorks", "10.0.1.2", *parts)


def service(name: str, *, unit: str = "055", element: str = "", transport: str = "") -> str:
    named = f"<o:ElementGuid>{element}</o:ElementGuid>" if element else ""
    return (
        f"<o:ImportAdditionalServiceType><b:TransportGUID>{transport or guid()}</b:TransportGUID>{named}"
        f"<o:AdditionalServiceTypeName>{name}</o:AdditionalServiceTypeName><b:OKEI>{unit}</b:OKEI>"
        "</o:ImportAdditionalServiceType>"
    )


def reference(element: str, number: int, code: str) -> str:
    return f"<o:{element}><n:Code>{code}</n:Code><n:GUID>{builtin.guid(number, code)}</n:GUID></o:{element}>"


def work(name: str, *inner: str, element: str = "", copied: bool = False) -> str:
    where = f"<o:ElementGuid>{element}</o:ElementGuid>" if element else ""
    where = "<o:InsertInCopiedWorks>true</o:InsertInCopiedWorks>" if copied else where
    return (
        f"<o:ImportOrganizationWork><b:TransportGUID>{guid()}</b:TransportGUID>{where}<o:WorkName>{name}</o:WorkName>"
        f"{reference('ServiceTypeRef', 56, '1')}{reference('RequiredServiceRef', 67, '1')}<b:OKEI>055</b:OKEI>"
        f"{''.join(inner)}</o:ImportOrganizationWork>"
    )


def named(element: str, entry: str, *, whole: bool = False) -> str:
    more = "<o:HierarchyRecover>true</o:HierarchyRecover>" if whole else ""
    known = f"<b:TransportGUID>{guid()}</b:TransportGUID><o:ElementGuid>{entry}</o:ElementGuid>"
    return f"<o:{element}>{known}{more}</o:{element}>"


def export(number: int, *, page: int | None = None, after: str = "") -> bytes:
    changed = f"<o:ModifiedAfter>{after}</o:ModifiedAfter>" if after else ""
    if page is None:
        inner = f"<o:RegistryNumber>{number}</o:RegistryNumber>{changed}"
        return request("exportDataProviderNsiItem", "10.0.1.2", inner)
    inner = f"<o:RegistryNumber>{number}</o:RegistryNumber><o:Page>{page}</o:Page>{changed}"
    return request("exportDataProviderNsiPagingItem", "11.1.0.5", inner)


def done(answer: api.Answer) -> list[api.Outcome]:
    rig_module.accepted(answer)
    return list(answer.outcomes)


def told(answer: api.Answer) -> list[list[str]]:
    return [[each.code for each in one.problems] for one in answer.outcomes]


def values(entry: dict) -> dict[str, object]:
    return {
        field["Name"]: field.get("Value") or field.get("Code") or field["NsiRef"] for field in entry["NsiElementField"]
    }


def test_new_entry__is_answered_by_its_guid_and_its_code_and_given_back(rig: rig_module.Rig) -> None:
    first, second = done(rig.play(services(service("Домофон", unit="642"), service("Автостоянка"))))
    assert (first.unique_number, second.unique_number) == ("1", "2")
    found = rig_module.entries(rig.play(export(1)))
    assert found["1"]["GUID"] == first.guid
    assert values(found["1"]) == {"Вид дополнительной услуги": "Домофон", "Единица измерения": "642"}


def test_change__keeps_guid_and_code_and_every_version_stays(rig: rig_module.Rig) -> None:
    (made,) = done(rig.play(services(service("Домофон"))))
    (changed,) = done(rig.play(services(service("Видеодомофон", element=made.guid.upper())), now=LATER))
    assert (changed.guid, changed.unique_number) == (made.guid, made.unique_number)
    entry = rig_module.entries(rig.play(export(1)))["1"]
    assert values(entry)["Вид дополнительной услуги"] == "Видеодомофон"
    assert entry["Modified"].startswith("2026-04-02")
    with rig.database.read() as connection:
        versions = history.versions(connection, made.guid)
    assert [version.data["content"]["AdditionalServiceTypeName"] for version in versions] == ["Домофон", "Видеодомофон"]


def test_deleted_entry__is_no_longer_actual_and_can_be_recovered(rig: rig_module.Rig) -> None:
    (made,) = done(rig.play(services(service("Домофон"))))
    done(rig.play(services(named("DeleteAdditionalServiceType", made.guid))))
    assert rig_module.entries(rig.play(export(1)))["1"]["IsActual"] == "false"
    done(rig.play(services(service("Домофон"))))
    assert told(rig.play(services(named("RecoverAdditionalServiceType", made.guid)))) == [
        [controls.codes.REPEATED_NAME]
    ]
    done(
        rig.play(services(service("Домофон", unit="642", element=rig_module.entries(rig.play(export(1)))["2"]["GUID"])))
    )
    done(rig.play(services(named("RecoverAdditionalServiceType", made.guid))))
    assert rig_module.entries(rig.play(export(1)))["1"]["IsActual"] == "true"


def test_one_bad_entry__does_not_spoil_the_others(rig: rig_module.Rig) -> None:
    answer = rig.play(services(service("А"), service("А"), service("Б"), service("В", element=guid())))
    assert told(answer) == [[], [controls.codes.REPEATED_NAME], [], [controls.codes.UNKNOWN_ENTRY]]
    assert len(rig_module.entries(rig.play(export(1)))) == 2


def test_names__are_the_same_whatever_their_case_and_spaces_and_differ_by_unit(rig: rig_module.Rig) -> None:
    answer = rig.play(services(service("Охрана  двора"), service("охрана двора"), service("Охрана двора", unit="642")))
    assert told(answer) == [[], [controls.codes.REPEATED_NAME], []]


def test_tree_of_works__is_deleted_and_recovered_as_a_branch(rig: rig_module.Rig) -> None:
    top, middle, leaf = done(rig.play(works(work("Кровля", work("Осмотр", work("Весной"))))))
    assert rig_module.entries(rig.play(export(59))).keys() == {"1", "2", "3"}
    (entry,) = rig.play(export(59)).items[0]["NsiElement"]
    assert entry["ChildElement"][0]["ChildElement"][0]["GUID"] == leaf.guid
    done(rig.play(works(named("DeleteOrganizationWork", top.guid))))
    assert {each["IsActual"] for each in rig_module.entries(rig.play(export(59))).values()} == {"false"}
    assert told(rig.play(works(named("RecoverOrganizationWork", leaf.guid)))) == [[controls.codes.DELETED_PARENT]]
    done(rig.play(works(named("RecoverOrganizationWork", top.guid))))
    actual = {each["GUID"]: each["IsActual"] for each in rig_module.entries(rig.play(export(59))).values()}
    assert actual == {top.guid: "true", middle.guid: "false", leaf.guid: "false"}
    done(rig.play(works(named("RecoverOrganizationWork", middle.guid, whole=True))))
    assert {each["IsActual"] for each in rig_module.entries(rig.play(export(59))).values()} == {"true"}


def test_work_under_a_known_one__is_put_there(rig: rig_module.Rig) -> None:
    (top,) = done(rig.play(works(work("Кровля"))))
    done(rig.play(works(work("Кровля", work("Осмотр"), element=top.guid))))
    (entry,) = rig.play(export(59)).items[0]["NsiElement"]
    assert [child["Code"] for child in entry["ChildElement"]] == ["2"]


def test_copied_works__stand_under_the_entry_with_code_0(rig: rig_module.Rig) -> None:
    (made,) = done(rig.play(works(work("Уборка", copied=True))))
    (entry,) = rig.play(export(59)).items[0]["NsiElement"]
    assert entry["Code"] == "0"
    assert [child["GUID"] for child in entry["ChildElement"]] == [made.guid]


def test_resources_for_common_property__stand_under_those_that_everybody_has(rig: rig_module.Rig) -> None:
    inner = (
        f"<o:ImportGeneralMunicipalResource><b:TransportGUID>{guid()}</b:TransportGUID>"
        "<o:GeneralMunicipalResourceName>Холодная вода на уборку</o:GeneralMunicipalResourceName>"
        f"{reference('MunicipalResourceRef', 2, '1')}<b:OKEI>113</b:OKEI><o:SortOrder>1</o:SortOrder>"
        "</o:ImportGeneralMunicipalResource>"
    )
    head = f"<o:ParentCode>1</o:ParentCode><b:TransportGUID>{guid()}</b:TransportGUID>"
    group = f"<o:TopLevelMunicipalResource>{head}{inner}</o:TopLevelMunicipalResource>"
    top, made = done(rig.play(request("importGeneralNeedsMunicipalResource", "12.2.2.1", group)))
    (entry,) = rig.play(export(337)).items[0]["NsiElement"]
    assert (entry["Code"], entry["GUID"]) == ("1", top.guid)
    assert [(child["Code"], child["GUID"]) for child in entry["ChildElement"]] == [("1.1", made.guid)]


def test_two_organisations__see_and_change_only_their_own(rig: rig_module.Rig) -> None:
    (ours,) = done(rig.play(services(service("Домофон"))))
    (theirs,) = done(rig.play(services(service("Домофон", unit="642")), organisation=rig_module.OTHER))
    assert theirs.unique_number == "1"
    for change in (service("Чужое", element=ours.guid), named("DeleteAdditionalServiceType", ours.guid)):
        assert told(rig.play(services(change), organisation=rig_module.OTHER)) == [[controls.codes.UNKNOWN_ENTRY]]
    for organisation, made in ((rig_module.ORGANISATION, ours), (rig_module.OTHER, theirs)):
        for message in (export(1), export(1, page=1)):
            (entry,) = rig_module.entries(rig.play(message, organisation=organisation)).values()
            assert entry["GUID"] == made.guid
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        assert own.Own(unit, rig_module.ORGANISATION).item(1, "1.").guid == ours.guid
        assert own.Own(unit, rig_module.OTHER).item(1, "1").guid == theirs.guid
        assert own.Own(unit, rig_module.OTHER).item(1, "2") is None


def test_entry_of_another_dictionary__is_unknown_in_this_one(rig: rig_module.Rig) -> None:
    (made,) = done(rig.play(works(work("Кровля"))))
    assert told(rig.play(services(service("Кровля", element=made.guid)))) == [[controls.codes.UNKNOWN_ENTRY]]


def test_changes_since__are_given_alone(rig: rig_module.Rig) -> None:
    done(rig.play(services(service("А"))))
    done(rig.play(services(service("Б")), now=LATER))
    after = (rig_module.NOW + dt.timedelta(hours=1)).isoformat()
    assert rig_module.entries(rig.play(export(1, after=after))).keys() == {"2"}
    head = rig.play(export(1, page=1, after=after)).items[0]
    assert head["TotalItemsCount"] == "1"


@pytest.mark.parametrize("number", sorted(kinds.ALL))
def test_dictionary_without_entries__is_nothing_to_export(rig: rig_module.Rig, number: int) -> None:
    answer = rig.play(export(number))
    assert isinstance(answer, api.Failed)
    assert answer.problem.code == "INT002012"
