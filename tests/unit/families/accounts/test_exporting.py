"""Accounts are found by house, GUID, ЕЛС and ИЖКУ, and shown as far as the caller may see them."""

from __future__ import annotations

import pytest

from gateway.families import api
from tests.unit.families.accounts.requests import (
    FIAS,
    OTHER_FIAS,
    PERSON,
    account,
    accounts,
    closed,
    export,
    flat,
    house,
    transport,
)
from tests.unit.families.accounts.rig import OURS, THEIRS, Rig, codes

UNKNOWN = "00000000-0000-4000-8000-00000000dead"
CONTRACT = (
    "<AccountReasons><SocialHireContract><ContractNumber>Д-1</ContractNumber><SigningDate>2020-01-01</SigningDate>"
    "<Type>D</Type></SocialHireContract></AccountReasons>"
)


@pytest.fixture
def peopled(rig: Rig) -> Rig:
    """Two houses; in the first, accounts 1 and 2 are ours, 3 is theirs; in the second, 4 is theirs."""
    rig.play(house())
    rig.play(house(OTHER_FIAS, 1, 201))
    said = "<LivingPersonsNumber>2</LivingPersonsNumber><TotalSquare>40</TotalSquare>"
    mine = [account(n, flat(100 + n), number=str(n), said=said, payer=PERSON, reasons=CONTRACT) for n in (1, 2)]
    theirs = account(3, flat(103, "50"), number="3", said=said, payer=PERSON, reasons=CONTRACT)
    assert codes(rig.play(accounts(*mine))) == {}
    assert codes(rig.play(accounts(theirs, account(4, flat(201))), organisation=THEIRS)) == {}
    return rig


def _guids(answer: api.Answer) -> list[str]:
    assert isinstance(answer, api.Exported), answer
    return [str(item["AccountGUID"]) for item in answer.items]


def _given(rig: Rig, *counts: int) -> list[str]:
    return [rig.given[transport(count)] for count in counts]


def test_house__has_the_accounts_of_all_providers(peopled: Rig) -> None:
    assert _guids(peopled.play(export("FIASHouseGuid", FIAS.upper()))) == _given(peopled, 1, 2, 3)


def test_named_accounts__come_once_each_in_the_order_of_the_request(peopled: Rig) -> None:
    second, first = _given(peopled, 2, 1)
    asked = export("AccountGUID", second.upper(), UNKNOWN, first, second, peopled.given[transport(101)])
    assert _guids(peopled.play(asked)) == [second, first]
    numbers = [peopled.thing(guid).unique_number for guid in (second, first)]
    assert _guids(peopled.play(export("UnifiedAccountNumber", *numbers, "10АА999999"))) == [second, first]
    services = [f"{number}-01" for number in numbers]
    assert _guids(peopled.play(export("ServiceID", *services, f"{numbers[0]}-02", "x" * 13))) == [second, first]


def test_own_account__comes_whole(peopled: Rig) -> None:
    (found,) = peopled.play(export("AccountGUID", *_given(peopled, 1))).items
    assert found["PayerInfo"]["Ind"]["SNILS"] == "11223344595"
    assert found["AccountReasons"]["SocialHireContract"]["ContractNumber"] == "Д-1"
    assert found["CreationDate"] == "2026-04-01T01:30:00.000+03:00"
    assert (found["AccountNumber"], found["LivingPersonsNumber"]) == ("1", "2")


def test_p16_account_of_another__shows_neither_payer_nor_people_nor_contracts(peopled: Rig) -> None:
    peopled.play(accounts(account(9, of=3, number="3", said=closed(note="Умерла"), payer=PERSON)), organisation=THEIRS)
    for asked in (export("FIASHouseGuid", FIAS), export("AccountGUID", *_given(peopled, 3))):
        found = peopled.play(asked).items[-1]
        assert found["AccountGUID"] == peopled.given[transport(3)]
        assert found["PayerInfo"] == {}
        assert found["Accommodation"] == [{"PremisesGUID": peopled.given[transport(103)], "SharePercent": "50"}]
        assert found["Closed"].keys() == {"CloseReason", "CloseDate"}
        assert not {"AccountReasons", "LivingPersonsNumber"} & found.keys()


def test_p16_account_in_a_house_without_a_basis__is_as_if_it_were_not_there(peopled: Rig) -> None:
    mine, foreign = _given(peopled, 1, 4)
    assert _guids(peopled.play(export("AccountGUID", foreign, mine), basis=False)) == [mine]
    number = peopled.thing(foreign).unique_number
    answers = [
        peopled.play(asked, basis=False)
        for asked in (
            export("AccountGUID", foreign),
            export("AccountGUID", UNKNOWN),
            export("UnifiedAccountNumber", number),
            export("ServiceID", f"{number}-01"),
        )
    ]
    assert {answer.problem.code for answer in answers} == {"INT002012"}
    assert len(set(answers)) == 1


def test_p16_two_tenants__see_only_their_own_people(peopled: Rig) -> None:
    every = _given(peopled, 1, 2, 3, 4)
    for organisation, own in ((OURS, every[:2]), (THEIRS, every[2:])):
        answer = peopled.play(export("AccountGUID", *every), organisation=organisation)
        with_people = [item["AccountGUID"] for item in answer.items if item["PayerInfo"]]
        assert with_people == [guid for guid in own if guid != every[3]]


@pytest.mark.parametrize(("fias", "basis", "code"), [
    (FIAS, False, "AUT011003"),
    ("2d3e4f50-6172-4839-84a5-b6c7d8e9f001", True, "INT002000"),
    ("3e4f5061-7283-494a-95b6-c7d8e9f00112", True, "INT002012"),
])  # fmt: skip
def test_house__without_basis_or_unknown_or_empty__has_its_code(fias: str, *, basis: bool, code: str, rig: Rig) -> None:
    rig.play(house())
    rig.play(house("3e4f5061-7283-494a-95b6-c7d8e9f00112", 1, 301))
    answer = rig.play(export("FIASHouseGuid", fias), basis=basis)
    assert isinstance(answer, api.Failed)
    assert answer.problem.code == code


@pytest.mark.slow
def test_thousand_accounts__come_in_one_answer(rig: Rig) -> None:
    rig.play(house())
    for start in range(1000, 2000, 100):
        rig.play(accounts(*(account(start + count, flat(101), number=str(start + count)) for count in range(100))))
    guids = _given(rig, *range(1000, 2000))
    assert _guids(rig.play(export("AccountGUID", *reversed(guids)))) == guids[::-1]
    assert _guids(rig.play(export("FIASHouseGuid", FIAS))) == guids
