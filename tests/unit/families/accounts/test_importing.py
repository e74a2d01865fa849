"""Accounts are opened, changed and closed, each for itself."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from gateway.families import api
from gateway.families.accounts import codes as known
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
    place,
    transport,
)
from tests.unit.families.accounts.rig import NOW, OURS, THEIRS, Rig, codes

LATER = NOW + dt.timedelta(days=10)


@pytest.fixture
def placed(rig: Rig) -> Rig:
    """A rig with a house of three flats, 101 to 103."""
    assert codes(rig.play(house())) == {}
    return rig


def _exported(rig: Rig, **asked: str) -> list[dict]:
    ((element, value),) = asked.items()
    answer = rig.play(export(element, value))
    assert isinstance(answer, api.Exported), answer
    return [dict(item) for item in answer.items]


def _one(rig: Rig, count: int) -> dict:
    (found,) = _exported(rig, AccountGUID=rig.given[transport(count)])
    return found


def test_opened_account__is_answered_by_its_guid_and_numbers(placed: Rig) -> None:
    (one,) = placed.play(accounts(account(1, flat(101), number="7"))).outcomes
    assert (one.transport_guid, one.updated_at, one.problems) == (transport(1), NOW, ())
    assert re.fullmatch(r"\d\d[А-Я]{2}\d{6}", one.unique_number)
    given = {"UnifiedAccountNumber": one.unique_number, "ServiceID": f"{one.unique_number}-01"}
    assert one.details == {"ImportAccount": given}
    thing = placed.thing(one.guid)
    assert (thing.kind, thing.aggregate, thing.unique_number) == ("account", f"account:{one.guid}", one.unique_number)


def test_bad_account__does_not_spoil_the_others(placed: Rig) -> None:
    made = [account(count, flat(101), number=str(count)) for count in range(1, 101)]
    made[41] = account(42, number="42")
    answer = placed.play(accounts(*made))
    assert codes(answer) == {transport(42): [known.PLACE_MISSING]}
    assert [one.transport_guid for one in answer.outcomes] == [transport(count) for count in range(1, 101)]
    assert len({one.unique_number for one in answer.outcomes if one.unique_number}) == 99


def test_update__is_a_full_replacement_that_keeps_guid_and_numbers(placed: Rig) -> None:
    area = "<TotalSquare>41.5</TotalSquare>"
    (first,) = placed.play(accounts(account(1, flat(101), number="7", said=area, payer=PERSON))).outcomes
    (second,) = placed.play(accounts(account(2, flat(102), of=1)), now=LATER).outcomes
    assert (second.guid, second.unique_number, second.details) == (first.guid, first.unique_number, first.details)
    found = _one(placed, 1)
    assert "TotalSquare" not in found
    assert "AccountNumber" not in found
    assert found["PayerInfo"] == {}
    assert found["Accommodation"] == [{"PremisesGUID": placed.given[transport(102)]}]


def test_update_into_another_house__leaves_the_first(placed: Rig) -> None:
    placed.play(house(OTHER_FIAS, 1, 201))
    placed.play(accounts(account(1, flat(101))))
    placed.play(accounts(account(2, flat(201), of=1)))
    assert isinstance(placed.play(export("FIASHouseGuid", FIAS)), api.Failed)
    assert len(_exported(placed, FIASHouseGuid=OTHER_FIAS.upper())) == 1


def test_closed_account__keeps_its_places_and_is_still_exported(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101), number="7")))
    answer = placed.play(accounts(account(2, flat(102), of=1, number="7", said=closed("2026-04-05"))), now=LATER)
    assert codes(answer) == {}
    (found,) = _exported(placed, FIASHouseGuid=FIAS)
    assert found["Closed"]["CloseDate"] == "2026-04-05"
    assert found["Accommodation"] == [{"PremisesGUID": placed.given[transport(101)]}]


def test_closed_account__frees_its_number_in_the_same_request(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101), number="7")))
    both = accounts(account(3, flat(101), number="7"), account(2, of=1, number="7", said=closed()))
    answer = placed.play(both)
    assert codes(answer) == {}
    assert [one.transport_guid for one in answer.outcomes] == [transport(3), transport(2)]


def test_closed_account__is_neither_changed_nor_closed_again(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    placed.play(accounts(account(2, of=1, said=closed())))
    again = accounts(account(3, flat(101), of=1))
    assert codes(placed.play(again)) == {transport(3): [known.ACCOUNT_CLOSED]}
    again = accounts(account(4, of=1, said=closed()))
    assert codes(placed.play(again)) == {transport(4): [known.ACCOUNT_CLOSED]}


@pytest.mark.parametrize(("date", "code"), [
    ("2026-04-11", []),
    ("2026-04-01", []),
    ("2026-03-31", [known.CLOSED_BEFORE_OPENED]),
    ("2026-04-12", [known.CLOSED_IN_FUTURE]),
    ("9999-01-01+03:00", [known.CLOSED_IN_FUTURE]),
])  # fmt: skip
def test_closing__is_between_the_day_of_opening_and_today_in_moscow(date: str, code: list, placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    answer = placed.play(accounts(account(2, of=1, said=closed(date))), now=LATER)
    assert codes(answer) == ({transport(2): code} if code else {})


def test_number__is_unique_among_the_open_accounts_of_one_provider(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101), number="7")))
    assert codes(placed.play(accounts(account(2, flat(102), number="7")))) == {transport(2): [known.NUMBER_TAKEN]}
    assert codes(placed.play(accounts(account(2, flat(102), number="7")), organisation=THEIRS)) == {}
    twice = accounts(account(3, flat(102), number="8"), account(4, flat(103), number="8"))
    assert codes(placed.play(twice)) == {transport(4): [known.NUMBER_TAKEN]}
    assert codes(placed.play(accounts(account(5, flat(103), number="7", of=1)))) == {}


def test_foreign_account__looks_like_an_unknown_one(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    ours = placed.given[transport(1)]
    answers = [
        placed.play(accounts(account(2, flat(101), of=guid)), organisation=THEIRS)
        for guid in (ours, "00000000-0000-4000-8000-00000000dead")
    ]
    texts = [answer.outcomes[0].problems[0].text for answer in answers]
    assert texts[0].replace(ours, "*") == texts[1].replace("00000000-0000-4000-8000-00000000dead", "*")
    assert placed.thing(ours).version == 1


def test_account_named_in_two_cases__is_refused_twice(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    guid = placed.given[transport(1)]
    both = accounts(account(2, flat(101), of=guid), account(3, flat(102), of=guid.upper()))
    assert codes(placed.play(both)) == {transport(count): [known.ACCOUNT_REPEATED] for count in (2, 3)}


@pytest.mark.parametrize(("role", "kind", "fits"), [
    ("УО", "isUOAccount", True),
    ("ТСЖ", "isCRAccount", True),
    ("ТСН", "isUOAccount", True),
    ("Кооператив", "isUOAccount", True),
    ("РСО", "isRSOAccount", True),
    ("РСО", "isUOAccount", False),
    ("ЕСП", "isRCAccount", True),
    ("ОМС", "isOGVorOMSAccount", True),
    ("РСО", "isTKOAccount", True),
    ("УО", "isTKOAccount", False),
    ("ОИС", "isRCAccount", False),
])  # fmt: skip
def test_kind__is_one_that_the_role_keeps(role: str, kind: str, *, fits: bool, placed: Rig) -> None:
    answer = placed.play(accounts(account(1, flat(101), kind=kind)), role=role)
    assert codes(answer) == ({} if fits else {transport(1): [known.KIND_NOT_OF_ROLE]})


def test_kind__never_changes(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    answer = placed.play(accounts(account(2, flat(101), of=1, kind="isCRAccount")))
    assert codes(answer) == {transport(2): [known.KIND_CHANGED]}


def test_place__is_live_and_of_its_kind(placed: Rig) -> None:
    made = placed.given[transport(101)]
    wrong = (
        place("PremisesGUID", "00000000-0000-4000-8000-00000000dead"),
        place("LivingRoomGUID", made),
        place("FIASHouseGuid", OTHER_FIAS),
    )
    answer = placed.play(accounts(*(account(count, each) for count, each in enumerate(wrong, 1))))
    assert list(codes(answer).values()) == [["INT002034"], ["INT002034"], ["INT002000"]]
    right = (place("PremisesGUID", made.upper()), place("FIASHouseGuid", FIAS.upper()))
    assert codes(placed.play(accounts(*(account(count, each) for count, each in enumerate(right, 1))))) == {}


def test_house_without_a_basis__is_refused(placed: Rig) -> None:
    answer = placed.play(accounts(account(1, flat(101)), account(2, place("FIASHouseGuid", FIAS))), basis=False)
    assert list(codes(answer).values()) == [["AUT011003"], ["AUT011003"]]


def test_shares__are_at_most_the_whole_of_each_place(placed: Rig) -> None:
    fits = account(1, flat(101, "60.5"), flat(101, "39.5"), flat(102, "100"))
    over = account(2, flat(101, "60.5"), flat(101, "39.51"))
    assert codes(placed.play(accounts(fits, over))) == {transport(2): [known.SHARES_EXCEED]}


def test_new_account__is_not_closed_at_once(placed: Rig) -> None:
    answer = placed.play(accounts(account(1, flat(101), said=closed())))
    assert codes(answer) == {transport(1): [known.CLOSED_UNOPENED]}


def test_reference_that_cannot_be_verified__is_refused(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    wrong = closed().replace(">1<", ">77<")
    assert codes(placed.play(accounts(account(2, of=1, said=wrong)))) == {transport(2): ["INT002903"]}


def test_history__tells_who_and_keeps_every_version(placed: Rig) -> None:
    placed.play(accounts(account(1, flat(101))))
    placed.play(accounts(account(2, flat(102), of=1)), now=LATER)
    thing = placed.thing(placed.given[transport(1)])
    assert (thing.version, thing.created_at, thing.changed_at) == (2, NOW, LATER)
    assert thing.data["provider"] == OURS
