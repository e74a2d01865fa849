"""exportDataProvider and exportDelegatedAccess: a system is told its own grants, and nobody else's."""

from __future__ import annotations

import pytest

from gateway.families import api
from tests.unit.families.organisations.rig import LATER, guid


@pytest.fixture
def granted(rig):
    """Two operators with a system each: `one` acts for 1 and 2 (2 no longer), `two` for 2 and 3."""
    for number in (1, 2, 3, 8, 9):
        rig.add(number, ogrn=f"{1000000000000 + number}")
    rig.system("one", 8)
    rig.system("two", 9)
    rig.grant(1, "one")
    rig.grant(2, "one", until=LATER)
    rig.grant(2, "two")
    rig.grant(3, "two")
    return rig


def told(answer: api.Answer) -> dict[str, str]:
    return {item["DataProviderGUID"]: item["IsActual"] for item in answer.items}


def test_providers__are_those_of_the_system_that_asks_with_their_state(granted):
    answer = granted.ask("exportDataProvider")
    assert told(answer) == {guid(1): "true", guid(2): "false"}
    assert told(granted.ask("exportDataProvider", system="two")) == {guid(2): "true", guid(3): "true"}


def test_actual_providers__are_without_those_that_have_taken_their_grant_back(granted):
    assert told(granted.ask("exportDataProvider", "<IsActual>true</IsActual>")) == {guid(1): "true"}


def test_provider_that_has_granted_again__is_told_once_and_actual(granted):
    granted.grant(2, "one", LATER)
    assert told(granted.ask("exportDataProvider")) == {guid(1): "true", guid(2): "true"}


def test_provider__is_named_by_the_root_that_the_registry_of_organisations_tells(granted):
    answer = granted.ask("exportOrgRegistry", f"<SearchCriteria><orgPPAGUID>{guid(1)}</orgPPAGUID></SearchCriteria>")
    root = answer.items[0]["orgRootEntityGUID"]
    assert granted.ask("exportDataProvider").items[0]["RegOrg"] == {"orgRootEntityGUID": root}
    assert granted.ask("exportDelegatedAccess").items[0]["RegOrg"] == {"orgRootEntityGUID": root}


@pytest.mark.parametrize("operation", ["exportDataProvider", "exportDelegatedAccess"])
def test_system_without_a_grant__is_told_int002012(granted, operation):
    granted.system("three", 8)
    answer = granted.ask(operation, system="three")
    assert isinstance(answer, api.Failed)
    assert answer.problem.code == "INT002012"


def requests(answer: api.Answer) -> list[dict]:
    return [each for item in answer.items for each in item["AccessRequest"]] if isinstance(answer, api.Exported) else []


def test_delegated_access__tells_each_grant_since_when_and_until_when(granted):
    answer = granted.ask("exportDelegatedAccess")
    assert [item["orgPPAGUID"] for item in answer.items] == [guid(1), guid(2)]
    stands, ended = requests(answer)
    assert (stands["Status"], stands["StartDate"], stands["StatusChangeDate"]) == ("Accepted", *("2026-04-01",) * 2)
    assert "EndDate" not in stands
    assert (ended["Status"], ended["EndDate"], ended["StatusChangeDate"]) == ("Revoked", *("2026-05-01",) * 2)
    assert {each["Type"] for each in (stands, ended)} == {"ForInformationSystemOperator"}
    assert answer.beside == {}


def test_delegated_access__is_found_by_its_guid_but_not_by_another_system(granted):
    first, second = (each["AccessRequestGUID"] for each in requests(granted.ask("exportDelegatedAccess")))
    named = f"<AccessRequestGUID>{second.upper()}</AccessRequestGUID><AccessRequestGUID>{guid(9)}</AccessRequestGUID>"
    assert [each["AccessRequestGUID"] for each in requests(granted.ask("exportDelegatedAccess", named))] == [second]
    assert first != second
    assert requests(granted.ask("exportDelegatedAccess", named, system="two")) == []


@pytest.mark.parametrize(("status", "count"), [("Accepted", 1), ("Revoked", 1), ("Declined", 0)])
def test_delegated_access__can_be_asked_for_by_status(granted, status, count):
    assert len(requests(granted.ask("exportDelegatedAccess", f"<Status>{status}</Status>"))) == count


@pytest.mark.slow
def test_many_grants__come_by_pages_of_100_and_each_says_whether_there_is_another(granted):
    for number in range(100, 305):
        granted.add(number, ogrn=f"{1000000000000 + number}")
        granted.grant(number, "one")
    pages = [granted.ask("exportDelegatedAccess", f"<Page>{number}</Page>") for number in range(1, 5)]
    assert [len(requests(page)) for page in pages] == [100, 100, 7, 0]
    assert [page.beside for page in pages[:3]] == [{"IsNextPage": "true"}, {"IsNextPage": "true"}, {}]
    every = [each["AccessRequestGUID"] for page in pages for each in requests(page)]
    assert len(set(every)) == 207


def test_branch__names_its_head(rig):
    rig.add(1, inn="7700000009")
    rig.add(2, kpp="780202002")
    rig.system("one", 1)
    rig.grant(1, "one")
    rig.grant(2, "one")
    head, branch = rig.ask("exportDelegatedAccess").items
    assert "ParentOrg" not in head
    assert branch["ParentOrg"] == head["RegOrg"]
