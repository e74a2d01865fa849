"""Who is told of which payments, by every key, and how they are written."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway.families import api
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import FIAS, transport
from tests.unit.families.accounts.rig import NOW, codes
from tests.unit.families.payments import requests as r
from tests.unit.families.payments.rig import BANK, FIRST, OTHER, PROVIDER, SECOND, THEIRS, Rig

UNIFIED, SERVICE_ID = "10АА000001", "10АА000001-01"
HOUSING = r.housing(builtin.guid(50, "1"))
LONG = "Б" * 255


@pytest.fixture
def told(billed: Rig) -> Rig:
    """Payments 100 to 104: two documents of account 1, one of account 2, the account itself, and nothing at all."""
    paid = (r.by_document(FIRST), r.by_document(SECOND), r.by_document(OTHER), r.by_unified(UNIFIED), "")
    sent = r.orders(*(r.order(100 + n, each) for n, each in enumerate(paid)))
    assert codes(billed.by_bank(sent)) == {}
    return billed


def found(rig: Rig, sent: bytes, **options: object) -> list[int]:
    """Return the counts of the notifications that an export tells."""
    answer = rig.play(sent, **options)
    if isinstance(answer, api.Failed):
        assert answer.problem.code == "INT002012"
        return []
    (item,) = answer.items
    counts = {guid: count for count in range(199, 99, -1) if (guid := rig.given.get(transport(count)))}
    shown = item["NotificationOfOrderExecutionWithStatus"]
    return [counts[each["NotificationsOfOrderExecutionGUID"]] for each in shown]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (r.export(r.by_document(FIRST)), [100]),
        (r.export(r.by_unified(UNIFIED)), [100, 101, 103]),
        (r.export(f"<a:ServiceID>{SERVICE_ID}</a:ServiceID>"), [100, 101, 103]),
        (r.export(r.by_unified(UNIFIED), year="2026"), [100, 101]),
        (r.export(r.by_unified(UNIFIED), month="3"), [100, 101]),
        (r.export(r.by_unified(UNIFIED), year="2026", month="2"), []),
        (r.export(r.in_house(r.by_account_number("1"))), [100, 101, 103]),
        (r.export(r.in_house(r.by_account_number("2"))), [102]),
        (r.export(r.in_house(r.by_account_number("1"), FIAS.replace("a", "b"))), []),
        (r.export(r.in_house("<bb:PaymentDocumentNumber>П-1</bb:PaymentDocumentNumber>")), [100]),
        (r.export(r.by_unified("10АА999999")), []),
        (r.export("<a:ServiceID>10АА000001-02</a:ServiceID>"), []),
        (r.export_one(104), [104]),
        (r.export_one(60), []),
    ],
)
def test_payments__are_found_by_every_key(told: Rig, asked: bytes, expected: list[int]) -> None:
    assert found(told, asked) == expected


@pytest.mark.parametrize("organisation", [THEIRS, BANK])
def test_payments_to_others__do_not_exist(told: Rig, organisation: str) -> None:
    keys = (r.by_document(FIRST), r.by_unified(UNIFIED), r.in_house(r.by_account_number("1")))
    asked = [*map(r.export, keys), r.export_one(104), r.export_days("2026-04-01", 1, 0)]
    assert [found(told, each, organisation=organisation) for each in asked] == [[]] * len(asked)


def test_days__are_those_on_which_notifications_came(told: Rig) -> None:
    later = NOW + dt.timedelta(days=2)
    assert codes(told.by_bank(r.orders(r.order(105)), now=later)) == {}
    today = [100, 101, 102, 103, 104]
    assert found(told, r.export_days("2026-04-01", 1, 0)) == today
    assert found(told, r.export_days("2026-04-01", 3, 0)) == [*today, 105]
    assert found(told, r.export_days("2026-04-02", 7, 0)) == [105]
    assert found(told, r.export_days("2026-03-25", 7, 0)) == []
    assert found(told, r.export_days("9999-12-31", 7, 0)) == []


def test_states__follow_what_was_acknowledged(told: Rig) -> None:
    acks = (
        r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100000),
        r.acknowledgement(121, r.by_guid(101), SECOND, HOUSING, 1),
        r.impossible(122, r.by_guid(104)),
    )
    assert codes(told.play(r.acknowledgements(*acks))) == {}
    assert codes(told.by_bank(r.cancellations(r.cancellation(130, 102)))) == {}
    for states, expected in (
        ((0,), [103]),
        ((1,), [102]),
        ((2,), [100]),
        ((3,), [101]),
        ((4,), []),
        ((5,), [104]),
        ((2, 3, 5), [100, 101, 104]),
    ):
        assert found(told, r.export_days("2026-04-01", 1, *states)) == expected


def one(rig: Rig, count: int) -> dict:
    answer = rig.play(r.export_one(count))
    assert isinstance(answer, api.Exported)
    ((shown,),) = (item["NotificationOfOrderExecutionWithStatus"] for item in answer.items)
    return shown


def test_acknowledgements__are_told_with_their_payment(told: Rig) -> None:
    acks = (
        r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, "40000.00"),
        r.acknowledgement(121, r.by_guid(100), SECOND, HOUSING, 60000),
    )
    assert codes(told.play(r.acknowledgements(*acks))) == {}
    shown = one(told, 100)
    assert (shown["AckStatus"], shown["AcknowledgmentAmount"], shown["orgPPAGUID"]) == ("2", "100000", BANK)
    rows = shown["AcknowledgmentRequestsList"]["AcknowledgmentRequest"]
    assert [each["PaymentDocumentAck"]["PaymentDocumentID"] for each in rows] == [FIRST, SECOND]
    assert {each["OrderID"] for each in rows} == {r.order_id(100)}


def test_declaration__is_told_with_its_reason_and_document(told: Rig) -> None:
    made = r.impossible(120, r.by_guid(100), document_id=FIRST, reason="Нет такого счёта")
    assert codes(told.play(r.acknowledgements(made))) == {}
    (row,) = one(told, 100)["AcknowledgmentRequestsList"]["AcknowledgmentRequest"]
    assert row["AckImpossible"] == {"PaymentDocumentID": FIRST, "Reason": "Нет такого счёта"}


def test_name_of_a_bank__is_cut_to_what_the_export_has_a_place_for(billed: Rig) -> None:
    long_name = r.recipient().replace("<BankName>Банк<", f"<BankName>{LONG}<")
    assert codes(billed.by_bank(r.orders(r.order(100, to=long_name)))) == {}
    assert one(billed, 100)["RecipientInfo"]["PaymentInformation"]["BankName"] == LONG[:160]


def test_short_form__comes_back_in_the_words_of_the_other(billed: Rig) -> None:
    sent = r.orders(
        r.short_order(100, r.short_service(SERVICE_ID, 1), month="3"), r.short_order(101, r.short_document(FIRST, 60))
    )
    assert codes(billed.by_bank(sent)) == {}
    info = one(billed, 100)["OrderInfo"]
    assert info["Service"] == {"ServiceID": SERVICE_ID}
    assert (info["Year"], info["Month"], info["OnlinePayment"]) == ("2026", "3", "true")
    assert one(billed, 101)["OrderInfo"]["PaymentDocumentID"] == FIRST
    assert PROVIDER not in str(info)
