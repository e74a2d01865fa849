"""What goes in comes out: every field of the contract, in the words of the export (property test).

Documents are drawn from the shape of the contract itself, so a field that is new there is tried without a word here.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.contracts.particles import Child, Particle, Shape
from gateway.families import api
from gateway.families.bills import services
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import account, accounts, flat, house, own_services, transport
from tests.unit.families.accounts.rig import SAMPLES, codes, shapes
from tests.unit.families.bills.requests import (
    BIK,
    PAYEE,
    SETTLEMENT,
    charge,
    cold_water,
    document,
    documents,
    export,
    own_municipal_services,
    payee,
    service,
)
from tests.unit.families.bills.rig import BILLS, Rig
from tests.unit.families.houses.rig import Loaded

_EXAMPLES = 400 if os.environ.get("HCS_LONG") else 25
REQUEST = shapes("bills").element(f"{BILLS}importPaymentDocumentRequest")
DOCUMENT = REQUEST.by_name[f"{BILLS}PaymentDocument"].shape
OF_REQUEST = {"AccountGuid", "TransportGUID", "PaymentDocumentID", "orgPPAGUID"}
"""Who is meant, and contractors, which only settlement centres have."""
NOT_EXPORTED = {"TransportGUID", "Unit", "PaymentInformationKey"}
ONLY_EXPORTED = {
    *("PaymentDocumentForm", "PaymentDocumentID", "MDServiceName", "BankBIK", "operatingAccountNumber", "ServiceID"),
    *("PaymentInformationKey", "PaymentInformationGuid"),
}
ENTRIES = {50: "123", 3: "1234567", 2: "12345678", 329: "1234", 331: "12", 1: "12", 51: "12", 337: ("1.1", "3.2")}
MONEY = st.integers(0, 9999).map(lambda kopecks: f"{kopecks // 100}.{kopecks % 100:02}")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№"), min_size=1, max_size=30)
TEXTS = {
    "Month": st.integers(1, 12).map(str),
    "Year": st.just("2025"),
    "PaymentsTaken": st.integers(1, 31).map(str),
    "DateOfLastReceivedPayment": st.dates().map(lambda date: date.isoformat()),
    "MDUnit": st.sampled_from(("113", "245", "A056")),
    "MDServiceCode": st.sampled_from("1234567"),
    "Unit": st.sampled_from("SD"),
    "InsuranceProductGUID": st.uuids().map(str),
    "PaymentInformationKey": st.just(transport(PAYEE)),
    **dict.fromkeys(("Expose", "Withdraw"), st.just("true")),
    **dict.fromkeys(("MeteringDevice", "CalcExplanation", "Cause", "AccountNumber"), WORDS.filter(str.strip)),
    **dict.fromkeys(("recalculationReason", "AdditionalInformation"), WORDS.filter(str.strip)),
    "PaymentDocumentNumber": st.builds(lambda: f"Н-{next(NUMBERS)}"),
}
NUMBERS = itertools.count(1)
ALWAYS = {"MDPreviousPeriodReadings", "MDUnit"}
"""What is optional, but not without the other."""


@st.composite
def contents(draw: st.DrawFn) -> dict[str, api.Data]:
    """A document without its identity, whose parts are as random as the rules between them allow."""
    said = _block(draw, DOCUMENT, "")
    if services.OVERHAUL in said:
        said.pop(services.OVERHAUL_YEAR, None)
    if services.INSURANCE in said:
        said[services.INSURANCE].setdefault("AccountingPeriodTotal", "1.00")
    for name in ("ChargeInfo", "ChargeDebt", services.PENALTIES, services.OVERHAUL_DEBT):
        if name in said:
            said[name] = _once(name, said[name])
    if not services.services(said):
        said = {name: each for name, each in said.items() if name not in ("ChargeDebt", services.OVERHAUL_DEBT)}
        said[services.PENALTIES] = [{"ServiceType": _entry(329, "1"), "Cause": "Пени", "TotalPayable": "1.00"}]
    keyed = draw(st.booleans()) or "DetailsPaymentInformation" in said
    if "DetailsPaymentInformation" in said:
        said["DetailsPaymentInformation"] = said["DetailsPaymentInformation"][:1]
    for each in services.services(said):
        if each.element in services.PAID_TO:
            each.content.pop("PaymentInformationKey", None)
            if keyed:
                each.content["PaymentInformationKey"] = transport(PAYEE)
    return said


def _once(name: str, rows: list[dict]) -> list[dict]:
    """The rows that charge nothing which one before them charges."""
    seen: Counter[tuple[str, ...]] = Counter()
    kept = []
    for row in rows:
        told = Counter(service.identity for service in services.services({name: [row]}))
        if max(told.values()) == 1 and not told & seen:
            kept.append(row)
            seen |= told
    return kept


def _block(draw: st.DrawFn, of: Shape, name: str) -> dict:
    found: dict[str, list] = {}
    for child in _chosen(draw, of.content):
        inner = wire.local(child.name)
        if inner not in OF_REQUEST:
            found.setdefault(inner, []).append(_value(draw, child, inner, name))
    return {inner: values if _repeats(of, inner) else values[0] for inner, values in found.items()}


def _repeats(of: Shape, name: str) -> bool:
    return any(wire.local(child.name) == name and child.maximum != 1 for child in of.children)


def _chosen(draw: st.DrawFn, group: Particle) -> Iterator[Child]:
    if isinstance(group, Child):
        least = 1 if wire.local(group.name) in ALWAYS else group.minimum
        most = max(least, 2 if group.maximum is None else min(group.maximum, 2))
        yield from itertools.repeat(group, draw(st.integers(least, most)))
        return
    for _ in range(draw(st.integers(group.minimum, 1))):
        items = [draw(st.sampled_from(group.items))] if group.choice else group.items
        for each in items:
            yield from _chosen(draw, each)


def _value(draw: st.DrawFn, child: Child, name: str, around: str) -> api.Data:
    if name in ("ServiceType", "nameComponent"):
        number = 331 if name == "nameComponent" else services.DICTIONARIES[around]
        code = draw(st.sampled_from(ENTRIES[number]))
        return _entry(number, code)
    if name == "Consumption":
        most = child.shape.children[0].maximum
        told = draw(st.sampled_from(("O",) if most == 1 else ("I", "O", "IO")))
        volumes = [{"@type": kind, "#text": draw(MONEY)} for kind in told]
        return {"Volume": volumes if most != 1 else volumes[0]}
    if name == services.OVERHAUL_YEAR:
        month = child.shape.by_name[f"{BILLS}{services.OVERHAUL_MONTH}"].shape
        months = [{**_block(draw, month, name), "Month": str(n)} for n in range(1, 13)]
        return {services.OVERHAUL_MONTH: months, "Year": "2026"}
    if child.shape.is_text:
        return draw(TEXTS.get(name, MONEY))
    return _block(draw, child.shape, name)


def _entry(number: int, code: str) -> dict[str, str]:
    return {"Code": code, "GUID": GUIDS.get((number, code)) or builtin.guid(number, code)}


GUIDS: dict[tuple[int, str], str] = {}
"""Of the entries of own dictionaries."""


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    """One rig for all examples: an account of a supplier, its dictionaries, and the components of a tariff."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        items = {code: api.Item(code, builtin.guid(331, code), f"Составляющая {code}") for code in ENTRIES[331]}
        components = api.Dictionary(331, "Составляющая тарифа", "Наименование", api.Item("", "", "").modified_at, items)
        rig.dictionaries = Loaded({331: components})
        rig.play(house())
        rig.play(own_services("Домофон", "Консьерж"))
        rig.play(own_municipal_services("1", "2"))
        rig.play((SAMPLES / "valid" / "nsi" / "create-common-property-resources.xml").read_bytes())
        made = {1: [transport(900), transport(901)], 51: [transport(950), transport(951)]}
        made[337] = [f"7f3d0016-00{n}-4c10-9a00-5e00000000{n}" for n in (68, 70)]
        for number, names in made.items():
            GUIDS.update({(number, code): rig.given[name] for code, name in zip(ENTRIES[number], names, strict=True)})
        opened = rig.play(accounts(account(1, flat(101), kind="isRSOAccount", number="1")), role="РСО")
        assert codes(opened) == {}
        yield rig
        rig.close()


def _leaves(data: api.Data, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, Mapping):
        for inner, each in data.items():
            yield from _leaves(each, inner)
    elif isinstance(data, str):
        yield name, data
    else:
        for each in data:
            yield from _leaves(each, name)


@settings(max_examples=_EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=contents())
def test_document__comes_back_as_it_was_sent(lasting: Rig, said: dict) -> None:
    asked = {**said, "AccountGuid": lasting.given[transport(1)], "TransportGUID": transport(10)}
    to = {"BankBIK": BIK, "operatingAccountNumber": SETTLEMENT, "TransportGUID": transport(PAYEE)}
    request = {
        "@version": "11.2.0.16",
        "ConfirmAmountsCorrect": "true",
        "Month": "3",
        "Year": "2026",
        "PaymentInformation": [to],
        "PaymentDocument": [asked],
    }
    element = shape.write(REQUEST, request, wire.nsmap(BILLS.strip("{}")))
    (made,) = lasting.play(etree.tostring(element), role="РСО").outcomes
    assert made.problems == ()
    (item,) = lasting.play(export(made.unique_number)).items
    told = dict(item["PaymentDocument"])
    assert (told.pop("Month"), told.pop("Year")) == ("3", "2026")
    assert {told["AccountGuid"], *told.pop("AddressInfo", {})} == {asked["AccountGuid"]}
    sent = sorted(each for each in _leaves(asked) if each[0] not in NOT_EXPORTED)
    back = sorted(each for each in _leaves(told) if each[0] not in ONLY_EXPORTED)
    assert back == sent


def test_payment_details__lead_to_those_of_the_request(rig: Rig) -> None:
    rig.settled()
    other = "40702810900000000002"
    keys = [f"<PaymentInformationKey>{transport(PAYEE + n)}</PaymentInformationKey>" for n in (0, 1)]
    details = "".join(
        f"<DetailsPaymentInformation>{key}<TotalPayableByPaymentInformation>1000.00</TotalPayableByPaymentInformation>"
        "</DetailsPaymentInformation>"
        for key in keys
    )
    sent = document(10, charge(service(said=keys[1])), cold_water(said=keys[0]), paid_to=details)
    made = rig.play(documents(sent, payees=payee() + payee(PAYEE + 1, other)))
    (item,) = rig.play(export(made.outcomes[0].unique_number)).items
    told = item["PaymentDocument"]
    accounts_of = {row["PaymentInformationGuid"]: row["operatingAccountNumber"] for row in told["PaymentInformation"]}
    housing, water = (next(iter(row.values())) for row in told["ChargeInfo"])
    assert [accounts_of[row["PaymentInformationGuid"]] for row in (housing, water)] == [other, SETTLEMENT]
