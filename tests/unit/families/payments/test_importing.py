"""What becomes of notifications that orders to pay were executed, and of their cancellations."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from gateway.families.nsi import builtin
from gateway.families.payments import records
from storage import history
from tests.unit.families.accounts.requests import FIAS, transport
from tests.unit.families.accounts.rig import NOW, codes
from tests.unit.families.bills.requests import withdrawals
from tests.unit.families.payments import requests as r
from tests.unit.families.payments.rig import (
    BANK,
    FIRST,
    OTHER,
    PROVIDER,
    SECOND,
    THEIR_INN,
    THEIRS,
    Rig,
    organisation,
)

UNIFIED, SERVICE_ID = "10АА000001", "10АА000001-01"
HOUSING = r.housing(builtin.guid(50, "1"))


def recipients(rig: Rig, count: int) -> tuple[str, ...]:
    return records.recipients(rig.stored(transport(count)))


@pytest.mark.parametrize(
    "paid",
    [
        r.by_document(FIRST),
        r.by_unified(UNIFIED),
        r.by_service(SERVICE_ID),
        r.by_account_number("1"),
        r.by_document_number("П-1"),
        r.by_document_number("П-1") + r.by_unified(UNIFIED) + r.at_address() + r.by_service(SERVICE_ID),
        r.at_address(),
        "",
    ],
)
def test_payment_named_in_any_way__is_told_to_whoever_was_paid(billed: Rig, paid: str) -> None:
    answer = billed.by_bank(r.orders(r.order(100, paid)))
    assert codes(answer) == {}
    assert answer.outcomes[0].guid == billed.stored(transport(100)).id
    assert recipients(billed, 100) == (PROVIDER,)


@pytest.mark.parametrize("named", [r.short_document(FIRST, 60), r.short_service(SERVICE_ID, 1)])
def test_payment_of_the_short_form__is_told_to_whoever_was_paid(billed: Rig, named: str) -> None:
    assert codes(billed.by_bank(r.orders(r.short_order(100, named, month="3")))) == {}
    assert recipients(billed, 100) == (PROVIDER,)


def test_bad_notification__spoils_no_other(billed: Rig) -> None:
    sent = r.orders(r.order(100, r.by_document(FIRST)), r.order(101, r.by_unified("99ЯЯ999999")), r.order(102))
    answer = billed.by_bank(sent)
    assert codes(answer) == {transport(101): ["INT008962"]}
    assert [each.transport_guid for each in answer.outcomes] == [transport(n) for n in (100, 101, 102)]


@pytest.mark.parametrize("role", ["УО", "РСО", "РКЦ"])
def test_provider__tells_of_no_payments_this_way(billed: Rig, role: str) -> None:
    assert codes(billed.play(r.orders(r.order(100)), role=role)) == {transport(100): ["INT004170"]}


@pytest.mark.parametrize("role", ["ОПП", "Субагент"])
def test_payment_operators__tell_of_payments_as_banks_do(billed: Rig, role: str) -> None:
    assert codes(billed.play(r.orders(r.order(100)), organisation=BANK, role=role)) == {}


def test_order__is_told_of_once_by_a_bank(billed: Rig) -> None:
    told = billed.by_bank(r.orders(r.order(100), r.order(101, of=100)))
    assert codes(told) == {transport(101): ["INT008960"]}
    assert codes(billed.by_bank(r.orders(r.order(102, of=100)))) == {transport(102): ["INT008960"]}
    other = billed.play(r.orders(r.order(103, of=100)), organisation=THEIRS, role="Банк")
    assert codes(other) == {}, "another bank has orders of its own"


@pytest.mark.parametrize(
    ("paid", "code"),
    [
        (r.by_document("10АА000001-01-0009"), "INT008961"),
        (r.by_unified("10АА999999"), "INT008962"),
        (r.by_service("10АА999999-01"), "INT008962"),
        (r.by_service("10АА000001-02"), "INT008962"),
        (r.at_address(FIAS.replace("a", "b")), "INT002000"),
    ],
)
def test_what_is_not_there__is_not_paid_for(billed: Rig, paid: str, code: str) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100, paid)))) == {transport(100): [code]}


def test_withdrawn_document__was_paid_all_the_same(billed: Rig) -> None:
    assert codes(billed.play(withdrawals(FIRST))) == {}
    assert codes(billed.by_bank(r.orders(r.order(100, r.by_document(FIRST))))) == {}


def test_recipient_without_anything_else__has_to_be_registered(billed: Rig) -> None:
    unknown = r.order(100, r.by_account_number("1"), to=r.recipient("7700000099"))
    branch = r.order(101, to=r.recipient(kpp="770002002"))
    assert codes(billed.by_bank(r.orders(unknown, branch))) == {
        transport(100): ["INT008963"],
        transport(101): ["INT008963"],
    }
    billed.directory.all = [dataclasses.replace(each, kpp=None) for each in billed.directory.all]
    assert codes(billed.by_bank(r.orders(branch))) == {}, "of whom the КПП is not known, it may be any"


def test_recipient_who_has_not_placed_the_document__is_another(billed: Rig) -> None:
    paid = (r.by_document(FIRST), r.by_unified(UNIFIED))
    sent = r.orders(*(r.order(100 + n, each, to=r.recipient(THEIR_INN)) for n, each in enumerate(paid)))
    assert codes(billed.by_bank(sent)) == {transport(100 + n): ["INT008964"] for n in range(2)}
    billed.directory.all = [organisation(PROVIDER, None, "ООО «Пример»")]
    assert codes(billed.by_bank(sent)) == {}, "of whom the ИНН is not known, nobody can say that"


@pytest.mark.parametrize(
    "paid",
    [
        r.by_document(FIRST) + r.by_unified("10АА000002"),
        r.by_document(FIRST) + r.by_service("10АА000002-01"),
        r.by_document(FIRST) + r.by_document_number("П-2"),
        r.by_document(FIRST) + r.by_document_number("П-1", month=2),
        r.by_unified(UNIFIED) + r.by_service("10АА000002-01"),
    ],
)
def test_words_that_contradict_each_other__are_refused(billed: Rig, paid: str) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100, paid)))) == {transport(100): ["INT008965"]}


@pytest.mark.parametrize(
    ("named", "more"),
    [
        (r.short_document(FIRST, 61), {}),
        (r.short_document(FIRST, 60), {"month": "2"}),
        (r.short_document(FIRST, 60), {"payee": transport(1)}),
        (r.short_service(SERVICE_ID, 2), {}),
    ],
)
def test_guids_that_contradict_numbers__are_refused(billed: Rig, named: str, more: dict) -> None:
    assert codes(billed.by_bank(r.orders(r.short_order(100, named, **more)))) == {transport(100): ["INT008965"]}


def test_payee_of_the_document__may_be_named(billed: Rig) -> None:
    (payee,) = billed.document(FIRST).data["payees"]
    named = r.short_document(FIRST, 60)
    assert codes(billed.by_bank(r.orders(r.short_order(100, named, payee=payee)))) == {}


def test_order_of_tomorrow__has_not_been_executed(billed: Rig) -> None:
    sent = r.orders(r.order(100, date="2026-04-01"), r.order(101, date="2026-04-02"))
    assert codes(billed.by_bank(sent)) == {transport(101): ["INT008966"]}, "it is the first of April in Moscow"


def test_words_of_people__rest_sealed(billed: Rig) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100, r.at_address())))) == {}
    assert codes(billed.by_bank(r.cancellations(r.cancellation(110, 100, comment="Вернули Образцовой")))) == {}
    with billed.database.read() as connection:
        versions = history.versions(connection, billed.given[transport(100)])
    assert versions
    assert not [each for each in versions if "Образцов" in str(each.data)]


def test_package__asks_the_directory_for_an_organisation_once(billed: Rig) -> None:
    billed.directory.asked = 0
    many = [r.order(100 + n, r.by_document((FIRST, SECOND, OTHER)[n % 3])) for n in range(30)]
    worded = [r.order(200 + n, r.by_account_number("1")) for n in range(30)]
    assert codes(billed.by_bank(r.orders(*many, *worded))) == {}
    assert billed.directory.asked <= 3


def test_package__costs_the_same_number_of_statements_whatever_its_size(billed: Rig) -> None:
    def some(first: int, count: int) -> bytes:
        ways = (r.by_document(FIRST), r.by_unified(UNIFIED), r.by_account_number("1"), r.by_document_number("П-1"), "")
        return r.orders(*(r.order(first + n, ways[n % len(ways)]) for n in range(count)))

    bank = {"organisation": BANK, "role": "Банк"}
    costs = [billed.statements(some(first, count), **bank) for first, count in ((1000, 5), (2000, 50), (3000, 300))]
    assert costs[0] == costs[1] == costs[2]


# Cancellations


def test_cancellation__frees_the_order(billed: Rig) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100)))) == {}
    answer = billed.by_bank(r.cancellations(r.cancellation(110, 100)))
    assert codes(answer) == {}
    assert answer.outcomes[0].guid == billed.given[transport(100)]
    assert records.is_cancelled(billed.stored(transport(100)))
    assert codes(billed.by_bank(r.orders(r.order(101, of=100)))) == {}


def test_cancellation__is_of_ones_own_and_only_once(billed: Rig) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100)))) == {}
    theirs = billed.play(r.cancellations(r.cancellation(110, 100)), organisation=THEIRS, role="Банк")
    assert codes(theirs) == {transport(110): ["INT008967"]}
    twice = r.cancellations(r.cancellation(110, 100), r.cancellation(111, 100), r.cancellation(112, 99))
    assert codes(billed.by_bank(twice)) == {transport(111): ["INT008968"], transport(112): ["INT008967"]}
    again = billed.by_bank(r.cancellations(r.cancellation(113, 100)))
    assert codes(again) == {transport(113): ["INT008968"]}


def test_cancellation__is_neither_before_the_order_nor_in_the_future(billed: Rig) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100)))) == {}
    for date in ("2026-03-30", "2026-04-02"):
        assert codes(billed.by_bank(r.cancellations(r.cancellation(110, 100, date=date)))) == {
            transport(110): ["INT008969"]
        }
    later = NOW + dt.timedelta(days=1)
    assert codes(billed.by_bank(r.cancellations(r.cancellation(110, 100, date="2026-04-02")), now=later)) == {}


def test_cancellation__takes_back_what_was_acknowledged(billed: Rig) -> None:
    assert codes(billed.by_bank(r.orders(r.order(100, r.by_document(FIRST))))) == {}
    ack = r.acknowledgements(r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100000))
    assert codes(billed.play(ack)) == {}
    assert codes(billed.play(withdrawals(FIRST))) == {transport(800): ["SRV008071"]}
    assert codes(billed.by_bank(r.cancellations(r.cancellation(130, 100)))) == {}
    assert codes(billed.play(withdrawals(FIRST))) == {}
    assert records.status(billed.stored(transport(100))) == records.CANCELLED
    assert billed.stored(transport(120)).ended_at is not None
