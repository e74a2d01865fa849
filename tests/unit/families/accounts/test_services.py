"""Individual services are made for an account, changed, deleted, and shown to its provider alone."""

from __future__ import annotations

import pytest

from gateway.families import api, references
from gateway.families.accounts import codes as known
from tests.unit.families.accounts.requests import (
    OTHER_FIAS,
    account,
    accounts,
    closed,
    delete,
    delete_own_service,
    export_services,
    flat,
    house,
    own_services,
    service,
    services,
    transport,
)
from tests.unit.families.accounts.rig import THEIRS, Rig, codes


@pytest.fixture
def served(rig: Rig) -> Rig:
    """A house, accounts 1 and 2, two additional services of the organisation, service 11 of the first account."""
    rig.play(house())
    rig.play(accounts(account(1, flat(101)), account(2, flat(102))))
    rig.play(own_services("Домофон", "Охрана"))
    assert codes(rig.play(services(service(11, account_=1)))) == {}
    return rig


def _exported(rig: Rig, element: str, *counts: int, **who: str) -> list[dict]:
    answer = rig.play(export_services(element, *(rig.given[transport(count)] for count in counts)), **who)
    return [dict(item) for item in answer.items] if isinstance(answer, api.Exported) else [answer.problem.code]


def test_service__comes_back_by_account_and_by_itself(served: Rig) -> None:
    served.play(services(service(12, account_=1, end="2027-01-01"), service(13, account_=2)))
    by_account = _exported(served, "AccountGuid", 1)
    assert [item["EndDate"] for item in by_account] == ["2026-12-31", "2027-01-01"]
    assert by_account[0]["AccountGUID"] == served.given[transport(1)]
    assert by_account[0]["IsActual"] == "true"
    assert by_account[0]["Attachment"]["Name"] == "a.pdf"
    assert _exported(served, "AccountIndividualServiceGUID", 12, 11) == by_account[::-1]
    assert len(_exported(served, "AccountGuid", 1, 2)) == 3


def test_update__replaces_the_service(served: Rig) -> None:
    (one,) = served.play(services(service(12, of=11, end="2028-01-01"))).outcomes
    assert one.guid == served.given[transport(11)]
    (found,) = _exported(served, "AccountGuid", 1)
    assert found["EndDate"] == "2028-01-01"


def test_deleted_service__stays_and_is_not_actual(served: Rig) -> None:
    assert codes(served.play(services(delete(12, 11)))) == {}
    (found,) = _exported(served, "AccountGuid", 1)
    assert found["IsActual"] == "false"
    again = served.play(services(delete(13, 11)))
    assert codes(again) == {transport(13): [known.SERVICE_DELETED]}


def test_service_of_another__is_neither_changed_nor_seen(served: Rig) -> None:
    answer = served.play(services(service(12, of=11), service(13, account_=1)), organisation=THEIRS)
    assert codes(answer) == {transport(12): [known.SERVICE_UNKNOWN], transport(13): [known.ACCOUNT_UNKNOWN]}
    assert codes(served.play(services(delete(14, 11)), organisation=THEIRS)) == {transport(14): [known.SERVICE_UNKNOWN]}
    assert _exported(served, "AccountGuid", 1, organisation=THEIRS) == ["INT002012"]
    assert _exported(served, "AccountIndividualServiceGUID", 11, organisation=THEIRS) == ["INT002012"]


def test_closed_account__gets_no_services_and_its_own_can_be_deleted(served: Rig) -> None:
    served.play(accounts(account(3, of=1, said=closed())))
    answer = served.play(services(service(12, account_=1), service(13, of=11)))
    assert codes(answer) == {transport(count): [known.ACCOUNT_CLOSED] for count in (12, 13)}
    assert codes(served.play(services(delete(14, 11)))) == {}


def test_period__ends_after_it_begins(served: Rig) -> None:
    answer = served.play(services(service(12, account_=1, end="2025-12-31"), service(13, account_=1)))
    assert codes(answer) == {transport(12): [known.SERVICE_ENDS_BEFORE_IT_BEGINS]}


def test_service_is_of_the_own_dictionary(served: Rig) -> None:
    answer = served.play(
        services(
            service(12, account_=1, code="2.", guid=transport(901)),
            service(13, account_=1, code="3"),
            service(14, account_=1, code="2"),
        )
    )
    assert codes(answer) == {
        transport(13): [references.UNKNOWN_ENTRY],
        transport(14): [references.FOREIGN_ENTRY],
    }
    (foreign,) = answer.outcomes[2].problems
    assert all(served.given[transport(count)] in foreign.text for count in (900, 901))
    assert "AdditionalService" in foreign.text


def test_service_that_the_organisation_has_deleted__is_not_given_any_more(served: Rig) -> None:
    served.play(delete_own_service(900))
    answer = served.play(services(service(12, account_=1), service(13, of=11)))
    assert codes(answer) == {transport(count): [references.UNKNOWN_ENTRY] for count in (12, 13)}
    assert codes(served.play(services(delete(14, 11)))) == {}


def test_dictionary_of_another_organisation__does_not_count(served: Rig) -> None:
    served.play(house(OTHER_FIAS, first=201), organisation=THEIRS)
    served.play(accounts(account(3, flat(201))), organisation=THEIRS)
    answer = served.play(services(service(12, account_=3)), organisation=THEIRS)
    assert codes(answer) == {transport(12): [references.UNKNOWN_ENTRY]}


def test_service_named_twice__is_refused_twice(served: Rig) -> None:
    answer = served.play(services(service(12, of=11), service(13, of=11, end="2027-01-01")))
    assert codes(answer) == {transport(count): [known.SERVICE_REPEATED] for count in (12, 13)}


@pytest.mark.slow
def test_thousand_services__are_made_and_deleted(served: Rig) -> None:
    made = served.play(services(*(service(1000 + count, account_=2) for count in range(1000))))
    assert codes(made) == {}
    assert len(_exported(served, "AccountGuid", 2)) == 1000
    assert codes(served.play(services(*(delete(3000 + count, 1000 + count) for count in range(1000))))) == {}
    assert {item["IsActual"] for item in _exported(served, "AccountGuid", 2)} == {"false"}
