"""AccountReasons: what an import may name, and the agreement that an export finds by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.families import api
from tests.unit.families.accounts.requests import (
    FIAS,
    OTHER_FIAS,
    account,
    accounts,
    closed,
    export,
    flat,
    house,
    transport,
)
from tests.unit.families.accounts.rig import NOW, THEIRS, Rig, codes
from tests.unit.families.agreements import requests as agreements

CONTRACT, CHARTER = 5001, 5002
"""Counts of the actions that place agreements."""
LATER = NOW + dt.timedelta(days=400)


@pytest.fixture
def managed(rig: Rig) -> Rig:
    """Two houses of three flats each, the first one in a contract of ours; account 1 in the first, 2 in both."""
    rig.play(house())
    rig.play(house(OTHER_FIAS, first=201))
    rig.play(accounts(account(1, flat(101)), account(2, flat(102), flat(202))))
    _placed(rig, agreements.place(agreements.house(5101, FIAS), count=CONTRACT))
    return rig


def _placed(rig: Rig, message: bytes, **who: str) -> None:
    assert codes(rig.play(message, **who)) == {}


def _root(rig: Rig, count: int) -> str:
    return rig.given[agreements.transport(count)]


def _reasons(rig: Rig, count: int, **who: str) -> dict:
    answer = rig.play(export("AccountGUID", rig.given[transport(count)]), **who)
    assert isinstance(answer, api.Exported)
    return answer.items[0].get("AccountReasons", {})


def _named(element: str, guid: str) -> str:
    return f"<AccountReasons><{element}><ContractGUID>{guid}</ContractGUID></{element}></AccountReasons>"


def test_account__shows_the_contract_by_which_its_house_is_managed(managed: Rig) -> None:
    assert _reasons(managed, 1) == {"Contract": {"ContractGUID": _root(managed, CONTRACT)}}
    assert _reasons(managed, 1, organisation=THEIRS) == {}


def test_account_of_two_houses__shows_what_holds_in_both(managed: Rig) -> None:
    assert _reasons(managed, 2) == {}
    both = [agreements.house(5102 + count, fias, charter=True) for count, fias in enumerate((FIAS, OTHER_FIAS))]
    _placed(managed, agreements.place_charter(*both, count=CHARTER), role="ТСЖ")
    assert _reasons(managed, 2) == {"Charter": {"CharterGUID": _root(managed, CHARTER)}}
    assert _reasons(managed, 1).keys() == {"Contract", "Charter"}


def test_contract_that_has_ended__is_shown_by_accounts_that_were_closed_before(managed: Rig) -> None:
    managed.play(accounts(account(3, of=1, said=closed())))
    version = managed.play(agreements.export(f"<ContractGUID>{_root(managed, CONTRACT)}</ContractGUID>"))
    guid = version.items[0]["Contract"]["ContractVersionGUID"]
    _placed(managed, agreements.terminate(guid, "2026-05-01", count=5005))
    managed.play(accounts(account(4, flat(103))))
    assert _reasons(managed, 1, now=LATER).keys() == {"Contract"}
    assert _reasons(managed, 4).keys() == {"Contract"}
    assert _reasons(managed, 4, now=LATER) == {}


def test_account_of_a_resource_supplier__rests_on_what_it_names(managed: Rig) -> None:
    named = _named("SupplyResourceContract", "7c1d9f60-2a3b-4c5d-8e6f-0a1b2c3d4e77")
    made = managed.play(accounts(account(5, flat(103), kind="isRSOAccount", reasons=named)), role="РСО")
    assert codes(made) == {}
    (told,) = _reasons(managed, 5)["SupplyResourceContract"]
    assert told == {"ContractGUID": "7c1d9f60-2a3b-4c5d-8e6f-0a1b2c3d4e77"}
    assert _reasons(managed, 5).keys() == {"SupplyResourceContract"}


def test_contract_of_management__is_no_contract_of_another_kind(managed: Rig) -> None:
    root = _root(managed, CONTRACT).upper()
    kinds = ("SupplyResourceContract", "SocialHireContract", "TKOContract")
    asked = [account(6 + count, flat(103), reasons=_named(kind, root)) for count, kind in enumerate(kinds)]
    answer = managed.play(accounts(*asked, account(9, flat(103))))
    assert codes(answer) == {transport(count): ["INT002000"] for count in (6, 7, 8)}
    assert "TKOContract/ContractGUID" in answer.outcomes[2].problems[0].text
