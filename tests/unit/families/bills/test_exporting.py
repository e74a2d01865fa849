"""Which payment documents an export tells, and to whom."""

from __future__ import annotations

import pytest

from gateway.families import api
from tests.unit.families.accounts.requests import FIAS, OTHER_FIAS, transport
from tests.unit.families.accounts.rig import THEIRS, codes
from tests.unit.families.bills.requests import document, documents, export, withdrawals
from tests.unit.families.bills.rig import Rig

FIRST, SECOND, OTHER = "10АА000001-01-0001", "10АА000001-01-0002", "10АА000002-01-0001"


@pytest.fixture
def settled(rig: Rig) -> Rig:
    """Three documents of March, two of them of the first account, and one of February."""
    rig.settled()
    sent = (document(10, number="А-1"), document(11, number="А-2"), document(12, of=2, number="А-3"))
    assert codes(rig.play(documents(*sent))) == {}
    assert codes(rig.play(documents(document(13, of=2), month=2))) == {}
    return rig


def told(answer: api.Answer) -> list[str]:
    """The PaymentDocumentIDs of an export, or its code."""
    if isinstance(answer, api.Failed):
        return [answer.problem.code]
    return [
        item["PaymentDocument"]["PaymentDocumentID"] if "PaymentDocument" in item else item["ErrorMessage"]["ErrorCode"]
        for item in answer.items
    ]


def test_documents__are_told_by_every_key_in_the_order_of_the_request(settled: Rig) -> None:
    first, second = settled.given[transport(1)], settled.given[transport(2)]
    for asked, expected in (
        (export(OTHER, FIRST, OTHER), [OTHER, FIRST]),
        (export("10АА000002", "10АА000001", by="a:UnifiedAccountNumber"), [OTHER, FIRST, SECOND]),
        (export("10АА000001-01", by="a:ServiceID"), [FIRST, SECOND]),
        (export(second, first.upper(), by="AccountGUID"), [OTHER, FIRST, SECOND]),
        (export("2", "1", by="a:AccountNumber", house=FIAS), [FIRST, SECOND, OTHER]),
        (export("А-3", "А-2", by="bb:PaymentDocumentNumber", house=FIAS), [SECOND, OTHER]),
        (export(second, by="AccountGUID", month=2), ["10АА000002-01-0002"]),
    ):
        assert told(settled.play(asked)) == expected


@pytest.mark.parametrize(
    "asked",
    [
        export("10АА000003-01-0001"),
        export("10АА000003", by="a:UnifiedAccountNumber"),
        export("10АА000009-01", by="a:ServiceID"),
        export(FIAS, by="AccountGUID"),
        export("1", by="a:AccountNumber", house=OTHER_FIAS),
        export("А-9", by="bb:PaymentDocumentNumber", house=FIAS),
        export("10АА000001", by="a:UnifiedAccountNumber", month=1),
    ],
)
def test_nothing_to_tell__is_a_code(settled: Rig, asked: bytes) -> None:
    assert told(settled.play(asked)) == ["INT002012"]


def test_document_that_is_not_there__has_a_message_among_the_others(settled: Rig) -> None:
    assert told(settled.play(export("10АА000009-01-0001", FIRST))) == [FIRST, "INT008937"]


@pytest.mark.parametrize(
    "asked",
    [
        export(FIRST),
        export("10АА000001", by="a:UnifiedAccountNumber"),
        export("10АА000001-01", by="a:ServiceID"),
        export("1", "2", by="a:AccountNumber", house=FIAS),
        export("А-1", by="bb:PaymentDocumentNumber", house=FIAS),
    ],
)
def test_documents_of_others__do_not_exist(settled: Rig, asked: bytes) -> None:
    assert told(settled.play(asked, organisation=THEIRS)) == ["INT002012"]


def test_mark__tells_the_state(settled: Rig) -> None:
    settled.play(withdrawals(FIRST))
    settled.play(documents(document(20, mark="")))
    answer = settled.play(export(FIRST, SECOND, "10АА000001-01-0003"))
    marks = [{"Expose", "Withdraw"} & item["PaymentDocument"].keys() for item in answer.items]
    assert marks == [{"Withdraw"}, {"Expose"}, set()]
