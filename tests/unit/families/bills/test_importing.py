"""What becomes of payment documents that are imported, corrected and withdrawn."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest

from gateway.families import api
from gateway.families.bills import records
from storage import registry
from tests.unit.families.accounts.requests import account, accounts, closed, flat, transport
from tests.unit.families.accounts.rig import NOW, OURS, THEIRS, codes
from tests.unit.families.bills.requests import charge, document, documents, export, service, withdrawals
from tests.unit.families.bills.rig import CONTRACTOR, Rig

FIRST = "10АА000001-01-0001"
SECOND = "10АА000001-01-0002"


@pytest.fixture
def settled(rig: Rig) -> Rig:
    rig.settled()
    return rig


def numbers(answer: api.Answer) -> list[str | None]:
    assert codes(answer) == {}
    return [one.unique_number for one in answer.outcomes]


def acknowledge(rig: Rig, document_id: str) -> registry.Thing:
    """Let a payment be acknowledged for a document, and return the acknowledgement."""
    made = records.acknowledgement("ack", rig.document(document_id), Decimal(100))
    store(rig, made)
    return rig.thing("ack")


def store(rig: Rig, thing: registry.Thing) -> None:
    with rig.database.read() as connection:
        unit = registry.Registry(connection, rig.numbers)
        unit.get_all([thing.id])
        unit.put(thing)
    with rig.database.write() as connection:
        registry.apply(connection, unit, organisation=OURS, message="ack", at=NOW)


def test_new_document__gets_the_next_number_of_its_account(settled: Rig) -> None:
    made = settled.play(documents(document(10), document(11), document(12, of=2)))
    assert numbers(made) == [FIRST, SECOND, "10АА000002-01-0001"]
    assert numbers(settled.play(documents(document(13)))) == ["10АА000001-01-0003"]
    assert settled.document(FIRST).id == made.outcomes[0].guid


def test_refused_document__takes_no_number_and_spoils_nothing(settled: Rig) -> None:
    made = settled.play(documents(document(10, of=9), document(11)))
    assert codes(made) == {transport(10): ["INT008901"]}
    assert made.outcomes[1].unique_number == FIRST


def test_document_of_another_provider__is_for_no_account(settled: Rig) -> None:
    assert codes(settled.play(documents(document(10)), organisation=THEIRS)) == {transport(10): ["INT008901"]}


@pytest.mark.parametrize(
    ("mark", "state"),
    [("", (False, False)), ("<Expose>true</Expose>", (True, False)), ("<Withdraw>true</Withdraw>", (False, True))],
)
def test_mark__says_what_the_document_begins_as(settled: Rig, mark: str, state: tuple[bool, bool]) -> None:
    numbers(settled.play(documents(document(10, mark=mark))))
    known = settled.document(FIRST)
    assert (records.is_exposed(known), records.is_withdrawn(known)) == state


# Corrections and withdrawals


def test_correction__withdraws_the_former_document_and_has_a_number_of_its_own(settled: Rig) -> None:
    numbers(settled.play(documents(document(10, number="7"))))
    assert numbers(settled.play(documents(document(11, number="7", corrects=FIRST)))) == [SECOND]
    assert records.is_withdrawn(settled.document(FIRST))
    assert records.is_exposed(settled.document(SECOND))


def test_document_corrected_twice_in_one_package__is_withdrawn_the_second_time(settled: Rig) -> None:
    numbers(settled.play(documents(document(10))))
    again = settled.play(documents(document(11, corrects=FIRST), document(12, corrects=FIRST)))
    assert codes(again) == {transport(12): ["SRV008070"]}


def test_correction_of_what_is_not_ones_own__finds_no_document(settled: Rig) -> None:
    numbers(settled.play(documents(document(10))))
    unknown = settled.play(documents(document(11, corrects="10АА000001-01-0009")))
    assert codes(unknown) == {transport(11): ["INT008937"]}
    foreign = settled.play(documents(document(12, corrects=FIRST)), organisation=THEIRS)
    assert codes(foreign) == {transport(12): ["INT008937"]}


def test_correction_for_another_account_or_month__is_none(settled: Rig) -> None:
    numbers(settled.play(documents(document(10))))
    other = settled.play(documents(document(11, of=2, corrects=FIRST)))
    later = settled.play(documents(document(11, corrects=FIRST), month=4))
    assert codes(other) == codes(later) == {transport(11): ["INT008938"]}


def test_withdrawals__tell_the_number_and_each_stands_for_itself(settled: Rig) -> None:
    made = settled.play(documents(document(10), document(11)))
    answer = settled.play(withdrawals(FIRST, FIRST, "10АА000009-01-0001", SECOND))
    assert codes(answer) == {transport(801): ["SRV008070"], transport(802): ["INT008937"]}
    assert [(one.guid, one.unique_number) for one in answer.outcomes if not one.problems] == [
        (made.outcomes[0].guid, FIRST),
        (made.outcomes[1].guid, SECOND),
    ]
    assert records.is_withdrawn(settled.document(FIRST))


def test_document_of_another_provider__is_not_there_to_be_withdrawn(settled: Rig) -> None:
    numbers(settled.play(documents(document(10))))
    assert codes(settled.play(withdrawals(FIRST), organisation=THEIRS)) == {transport(800): ["INT008937"]}
    assert records.is_exposed(settled.document(FIRST))


def test_acknowledged_document__is_neither_withdrawn_nor_corrected_before_the_cancellation(settled: Rig) -> None:
    numbers(settled.play(documents(document(10))))
    paid = acknowledge(settled, FIRST)
    assert codes(settled.play(withdrawals(FIRST))) == {transport(800): ["SRV008071"]}
    assert codes(settled.play(documents(document(11, corrects=FIRST)))) == {transport(11): ["SRV008071"]}
    store(settled, dataclasses.replace(paid, ended_at=NOW))
    assert numbers(settled.play(withdrawals(FIRST))) == [FIRST]


def test_acknowledgements__are_added_up_by_document(settled: Rig) -> None:
    numbers(settled.play(documents(document(10), document(11))))
    acknowledge(settled, FIRST)
    store(settled, records.acknowledgement("more", settled.document(FIRST), Decimal("250.5")))
    both = [settled.document(FIRST), settled.document(SECOND)]
    with settled.database.read() as connection:
        found = records.acknowledged(registry.Registry(connection, settled.numbers), both)
    assert found == {both[0].id: Decimal("350.5")}


# Numbers


def test_number__is_one_document_s_of_a_provider_and_month(settled: Rig) -> None:
    made = settled.play(documents(document(10, number="7"), document(11, of=2, number="7")))
    assert codes(made) == {transport(11): ["INT008936"]}
    assert codes(settled.play(documents(document(12, number="7")))) == {transport(12): ["INT008936"]}
    assert codes(settled.play(documents(document(13, number="7"), month=2))) == {}


def test_number_of_a_withdrawn_document__is_free(settled: Rig) -> None:
    numbers(settled.play(documents(document(10, number="7"))))
    numbers(settled.play(withdrawals(FIRST)))
    placed = documents(document(11, number="7"), document(12, number="7", mark="<Withdraw>true</Withdraw>"))
    assert numbers(settled.play(placed)) == [SECOND, "10АА000001-01-0003"]


def test_account_whose_numbers_are_all_given_out__has_no_more_documents(settled: Rig) -> None:
    numbers(settled.play(documents(document(10))))
    counted = settled.thing(records.count_id(settled.given[transport(1)]))
    store(settled, dataclasses.replace(counted, data={"last": 9998}))
    answer = settled.play(documents(document(11), document(12)))
    assert answer.outcomes[0].unique_number == "10АА000001-01-9999"
    assert codes(answer) == {transport(12): ["INT008941"]}


# Accounts and months


def test_closed_account__has_documents_until_the_month_in_which_it_was_closed(settled: Rig) -> None:
    ended = account(21, number="1", of=1, said=closed("2026-04-01"))
    assert codes(settled.play(accounts(ended))) == {}
    assert codes(settled.play(documents(document(10), month=4))) == {}
    later = NOW + dt.timedelta(days=31)
    assert codes(settled.play(documents(document(11), month=5), now=later)) == {transport(11): ["INT008930"]}


def test_month_after_the_next__is_too_late(settled: Rig) -> None:
    assert codes(settled.play(documents(document(10), month=5))) == {}
    assert codes(settled.play(documents(document(11), month=6))) == {transport(11): ["INT008931"]}
    assert codes(settled.play(documents(document(12), year=2027, month=1))) == {transport(12): ["INT008931"]}


def test_contractors__are_for_settlement_centres_alone(settled: Rig) -> None:
    assert codes(settled.play(documents(document(10), by=CONTRACTOR))) == {transport(10): ["INT008933"]}
    told = charge(service(said=f"<orgPPAGUID>{CONTRACTOR}</orgPPAGUID>"))
    assert codes(settled.play(documents(document(11, told)))) == {transport(11): ["INT008933"]}
    opened = settled.play(accounts(account(30, flat(101), kind="isRCAccount")), organisation=THEIRS, role="ЕСП")
    assert codes(opened) == {}
    for said, by, expected in (
        (told, "", ["INT008932"]),
        ("", CONTRACTOR, ["INT008932"]),
        (told, THEIRS, ["INT008934"]),
        (told, CONTRACTOR, []),
    ):
        sent = documents(document(12, *filter(None, [said]), of=30), by=by)
        refused = codes(settled.play(sent, organisation=THEIRS, role="ЕСП"))
        assert refused.get(transport(12), []) == expected


def test_statements_of_a_package__do_not_grow_with_its_documents(settled: Rig) -> None:
    opened = [account(n, flat(101), number=str(n)) for n in range(100, 160)]
    assert codes(settled.play(accounts(*opened))) == {}
    made = [document(1000 + n, of=n, number=f"А-{n}") for n in range(100, 160)]
    one = settled.statements(documents(made[0]))
    assert settled.statements(documents(*made[1:])) == one
    placed = [f"10АА{n:06}-01-0001" for n in range(4, 64)]
    corrected = [document(2000 + n, of=n, number=f"А-{n}", corrects=placed[n - 100]) for n in range(100, 160)]
    one = settled.statements(documents(corrected[0]))
    assert settled.statements(documents(*corrected[1:])) == one
    placed = [f"10АА{n:06}-01-0002" for n in range(4, 64)]
    assert settled.statements(export(*placed)) == settled.statements(export(placed[0]))
    one = settled.statements(withdrawals(placed[0]))
    assert settled.statements(withdrawals(*placed[1:])) == one
