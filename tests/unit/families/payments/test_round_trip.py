"""What goes in comes out: every field of the contract, in the shape of the export (property tests)."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import FIAS, transport
from tests.unit.families.accounts.rig import Settled, codes, shapes
from tests.unit.families.payments import requests as r
from tests.unit.families.payments.rig import BANK, BILLS, FIRST, INN, KPP, PM, Rig

_EXAMPLES = 400 if os.environ.get("HCS_LONG") else 30
ORDERS = shapes("payment").element(f"{PM}importNotificationsOfOrderExecutionRequest")
ACKS = shapes("bills").element(f"{BILLS}importAcknowledgmentRequest")
RESULT = shapes("bills").element(f"{BILLS}getStateResult")
UNIFIED, SERVICE_ID = "10АА000001", "10АА000001-01"
NOT_EXPORTED = {
    *("TransportGUID", "NotificationOfOrderExecutionType", "NotificationOfOrderExecution139Type", "MonthAndYear"),
    *("ServiceIDGUID", "PaymentDocumentGUID", "PaymentInformationGUID"),
}
"""What an export has no place for, and words of the short form, which come back in those of the other one."""
ACK_NOT_EXPORTED = {
    *("TransportGUID", "AcknowledgmentRequestInfo", "AckCancellation", "OrderIDMultipurpose"),
    "PaymentInformationGuid",
}
"""The payee of an acknowledgement, and by which of its names a payment was named."""
LETTERS = st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№\"'<&")


def _words(longest: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=longest).filter(str.strip)


def _block(required: dict, **optional: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(required, optional=optional)


PERSON = _block({"Surname": _words(99), "FirstName": _words(99)}, Patronymic=_words(99))
WHO = st.one_of(
    st.fixed_dictionaries({"Entpr": PERSON}),
    st.fixed_dictionaries({"Legal": st.fixed_dictionaries({"KPP": st.just(KPP), "Name": _words(999)})}),
    st.fixed_dictionaries({"EntprFIO": _words(160)}),
)
DIGITS = {n: st.from_regex(rf"[0-9]{{{n}}}", fullmatch=True) for n in (8, 9, 10, 20)}
PAYEE = _block(
    {
        "RecipientINN": DIGITS[10],
        "BankName": _words(160),
        "PaymentRecipient": _words(999),
        "BankBIK": DIGITS[9],
        "operatingAccountNumber": DIGITS[20],
    },
    RecipientKPP=DIGITS[9],
    CorrespondentBankAccount=DIGITS[20],
    KBK=DIGITS[20],
    OKTMO=DIGITS[8],
    NumberBudgetaryAccount=st.from_regex(r"[0-9]{1,30}", fullmatch=True),
)
RECIPIENT = st.builds(
    lambda who, payee: {"INN": INN, **who, "PaymentInformation": payee},
    WHO,
    PAYEE,
)
NUMBERS = _words(255)
PLACES = st.one_of(
    st.just({}),
    _block({}, Apartment=NUMBERS, Placement=NUMBERS),
    st.fixed_dictionaries({"NonLivingApartment": NUMBERS}),
    _block({"ResidentialBlock": NUMBERS}, ResidentialBlockRoom=NUMBERS),
    st.fixed_dictionaries({"NonResidentialBlock": NUMBERS}),
)
ADDRESS = st.builds(
    lambda place, who: {"FIASHouseGuid": FIAS, **place, **who},
    PLACES,
    st.one_of(st.fixed_dictionaries({"Ind": PERSON}), st.fixed_dictionaries({"INN": DIGITS[10]})),
)
PAID = _block(
    {},
    PaymentDocumentID=st.just(FIRST),
    PaymentDocumentNumber=st.just("П-1"),
    UnifiedAccountNumber=st.just(UNIFIED),
    AddressAndConsumer=ADDRESS,
    Service=st.just({"ServiceID": SERVICE_ID}),
    AccountNumber=st.from_regex(r"[0-9А-Я]{1,30}", fullmatch=True),
)
DATES = st.dates(max_value=dt.date(2026, 4, 1)).map(lambda date: date.isoformat())
INFO = st.builds(
    lambda info, paid, month: {**info, **paid, **month},
    _block(
        {"OrderDate": DATES, "Amount": st.integers(0, 10**16 - 1).map(str)},
        OrderNum=_words(9),
        PaymentPurpose=_words(1000),
        OnlinePayment=st.just("true"),
        Comment=_words(210),
    ),
    PAID,
    st.sampled_from(({}, {"Year": "2026", "Month": "3"})),
)
ORDER = _block(
    {"RecipientInfo": RECIPIENT, "OrderInfo": INFO},
    SupplierInfo=_block({}, SupplierID=_words(25), SupplierName=_words(160)),
)
COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def lasting(prepared: Settled, tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """One rig for all examples."""
    rig = Rig(Path(tmp_path_factory.mktemp("round-trip")))
    rig.go_on(prepared)
    yield rig
    rig.close()


def told(rig: Rig, content: dict) -> dict:
    """Tell of a payment, and return how its recipient is told of it."""
    element = shape.write(
        ORDERS,
        {"NotificationOfOrderExecutionType": [{**content, "TransportGUID": transport(9)}]},
        wire.nsmap(PM.strip("{}")),
    )
    assert codes(rig.by_bank(etree.tostring(element))) == {}
    return exported(rig)


def exported(rig: Rig) -> dict:
    (item,) = rig.play(r.export_one(9)).items
    (shown,) = item["NotificationOfOrderExecutionWithStatus"]
    return shown


@settings(max_examples=_EXAMPLES, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(content=ORDER)
def test_notification__comes_back_as_it_was_sent(lasting: Rig, content: dict) -> None:
    sent = {**content, "OrderInfo": {"OrderID": r.order_id(next(COUNT)), **content["OrderInfo"]}}
    shown = told(lasting, sent)
    assert {name: shown[name] for name in sent} == sent
    assert set(shown) - set(sent) == {
        *("AckStatus", "CreationDate", "AcknowledgmentRequestsList", "AcknowledgmentAmount"),
        *("NotificationsOfOrderExecutionGUID", "orgPPAGUID"),
    }
    assert shown["orgPPAGUID"] == BANK


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(amounts=st.lists(st.integers(1, 10**9), min_size=1, max_size=2), reason=_words(210))
def test_acknowledgement__comes_back_as_it_was_sent(lasting: Rig, amounts: list[int], reason: str) -> None:
    order = r.order_id(next(COUNT))
    content = {
        "RecipientInfo": {"INN": INN, "EntprFIO": "Образцов", "PaymentInformation": _payee()},
        "OrderInfo": {"OrderID": order, "OrderDate": "2026-03-31", "Amount": str(sum(amounts) + 1)},
    }
    told(lasting, content)
    water = lasting.given[transport(950)]
    kinds = ({"HSType": builtin.guid(50, "1")}, {"MSType": water})
    sent = [
        {"PaymentDocumentID": FIRST, **kind, "Amount": str(amount), "PaymentDocumentNumber": "П-1"}
        for kind, amount in zip(kinds, amounts, strict=False)
    ]
    assert codes(lasting.play(_acks(_matched({"AckImpossible": {"Reason": reason}})))) == {}
    (row,) = exported(lasting)["AcknowledgmentRequestsList"]["AcknowledgmentRequest"]
    assert row["AckImpossible"] == {"Reason": reason}
    assert codes(lasting.play(_acks(*(_matched({"PaymentDocumentAck": each}) for each in sent)))) == {}
    shown = exported(lasting)
    rows = shown["AcknowledgmentRequestsList"]["AcknowledgmentRequest"]
    assert [each["PaymentDocumentAck"] for each in rows] == sent
    assert shown["AcknowledgmentAmount"] == str(sum(amounts))


def _payee() -> dict:
    return {
        "RecipientINN": INN,
        "BankName": "Банк",
        "PaymentRecipient": "ООО",
        "BankBIK": "044525225",
        "operatingAccountNumber": "40702810900000000001",
    }


def _matched(said: dict) -> dict:
    return {"NotificationsOfOrderExecutionGUID": transport(9), **said}


def _acks(*rows: dict) -> bytes:
    made = [{**row, "TransportGUID": transport(20 + count)} for count, row in enumerate(rows)]
    return etree.tostring(shape.write(ACKS, {"AcknowledgmentRequestInfo": made}, wire.nsmap(BILLS.strip("{}"))))


def leaves(pattern: shape.Shape) -> set[str]:
    """Local names of all elements below a shape."""
    return {name for child in pattern.children for name in (wire.local(child.name), *leaves(child.shape))}


def test_every_field_of_the_imports__is_exported_or_told_not_to_be() -> None:
    exports = RESULT.child("exportNotificationsOfOrderExecutionResult")
    assert exports is not None
    shown = leaves(exports.shape)
    assert leaves(ORDERS) - shown == NOT_EXPORTED
    assert leaves(ACKS) - shown == ACK_NOT_EXPORTED
