"""What goes in comes out: every field of the contract, in the shape of the export (property test)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway import wire
from gateway.contracts import shape
from gateway.families.nsi import builtin
from tests.unit.families.accounts.requests import export, house, transport
from tests.unit.families.accounts.rig import HM, Rig, codes, shapes

_EXAMPLES = 600 if os.environ.get("HCS_LONG") else 40
REQUEST = shapes().element(f"{HM}importAccountRequest")
RESULT = shapes().element(f"{HM}getStateResult")
NOT_EXPORTED = {"TransportGUID"}
"""What the export has no place for: the sender's own label of the object inside one request."""
IGNORED = {"CreationDate"}
"""What an import ignores: the export tells when the account really was placed."""
ONLY_EXPORTED = {"UnifiedAccountNumber", "ServiceID", "Contract", "Charter", "CharterGUID"} | {
    f"OverhaulFormingKind{name}" for name in ("Protocol", "ProtocolGUID", "OMSDescision", "OMSDescisionGUID")
}
"""What no import can state."""

LETTERS = st.characters(codec="utf-8", categories=("L", "N"), include_characters=" -№\"'<&")


def _words(longest: int) -> st.SearchStrategy[str]:
    return st.text(LETTERS, min_size=1, max_size=longest)


DATES = st.dates().map(lambda date: date.isoformat())
GUIDS = st.uuids().map(str)
AREAS = st.decimals(0, 99999, places=4).map(str)
TRUE = st.just("true")


def _entry(number: int, code: str) -> dict:
    return {"Code": code, "GUID": builtin.guid(number, code)}


def _block(required: dict, **optional: st.SearchStrategy) -> st.SearchStrategy[dict]:
    return st.fixed_dictionaries(required, optional=optional)


def _contract(number: int, **more: st.SearchStrategy) -> st.SearchStrategy[dict]:
    described = _block({"ContractNumber": _words(number), "SigningDate": DATES, **more})
    return st.one_of(described, _block({}, ContractGUID=GUIDS))


DOCUMENT = _block(
    {"Type": st.just(_entry(95, "1")), "Number": _words(45), "IssueDate": DATES},
    Series=_words(45),
)
NAMES = {"Surname": _words(256), "FirstName": _words(256)}
MORE = {"Patronymic": _words(256), "Sex": st.sampled_from("MF"), "DateOfBirth": DATES}
PERSON = st.one_of(
    _block(NAMES, **MORE, SNILS=st.from_regex(r"[0-9]{11}", fullmatch=True)), _block(NAMES, **MORE, ID=DOCUMENT)
)
STATUS = {"IsRenter": TRUE, "isAccountsDivided": TRUE}
PAYER = st.one_of(_block({}, **STATUS, Ind=PERSON), _block({}, **STATUS, Org=_block({"orgVersionGUID": GUIDS})))
PLACE = st.builds(
    lambda named, share: {**named, **share},
    st.sampled_from(
        [
            {"PremisesGUID": "flat"},
            {"FIASHouseGuid": "0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9"},
            {"LivingRoomGUID": "room"},
        ]
    ),
    _block({}, SharePercent=st.decimals(0, 100, places=2).map(str)),
)
CONTENT = _block(
    {"isUOAccount": TRUE, "Accommodation": st.lists(PLACE, min_size=1, max_size=3, unique_by=str), "PayerInfo": PAYER},
    LivingPersonsNumber=st.integers(0, 9999).map(str),
    TotalSquare=AREAS,
    ResidentialSquare=AREAS,
    HeatedArea=AREAS,
    AccountNumber=_words(30).filter(lambda text: any(letter in "0123456789абвabc" for letter in text)),
    AccountReasons=_block(
        {},
        SupplyResourceContract=st.lists(
            _contract(100, IsContract=st.sampled_from(("true", "false"))), min_size=1, max_size=3
        ),
        SocialHireContract=_contract(255, Type=st.sampled_from("DMS")),
        TKOContract=st.lists(_contract(30, DateEntry=DATES), min_size=1, max_size=2),
    ),
)
CLOSING = _block(
    {"CloseReason": st.just(_entry(22, "11")), "CloseDate": st.just("2026-04-01")}, Description=_words(250)
)


@pytest.fixture(scope="module")
def lasting() -> Iterator[Rig]:
    """One rig for all examples: each opens an account of its own and closes it."""
    with tempfile.TemporaryDirectory() as folder:
        rig = Rig(Path(folder))
        made = house().replace(
            b"<HasNoEntrance>true</HasNoEntrance>",
            b"<HasNoEntrance>true</HasNoEntrance><PremisesCharacteristic><n:Code>2</n:Code><n:GUID>"
            + builtin.guid(30, "2").encode()
            + b"</n:GUID></PremisesCharacteristic>",
            1,
        )
        room = (
            "</ResidentialPremisesToCreate><LivingRoomToCreate>"
            "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered><RoomNumber>1</RoomNumber>"
            f"<b:TransportGUID>{transport(500)}</b:TransportGUID></LivingRoomToCreate>"
        )
        made = made.replace(b"</ResidentialPremisesToCreate>", room.encode(), 1)
        assert codes(rig.play(made)) == {}
        yield rig
        rig.close()


def _sent(rig: Rig, content: dict) -> dict:
    """The content with the GUIDs that the registry gave to the flat and the room; at most 100 % for each."""
    ours = {"flat": rig.given[transport(101)], "room": rig.given[transport(500)]}
    places = {}
    for place in content["Accommodation"]:
        named = {name: ours.get(value, value) for name, value in place.items()}
        places[next(iter(named))] = named
    return {**content, "Accommodation": list(places.values())}


def _play(rig: Rig, content: dict, **identity: str) -> str:
    account = {**content, "TransportGUID": transport(1), **identity}
    element = shape.write(REQUEST, {"Account": [account]}, wire.nsmap(f"{wire.ROOT}house-management/"))
    answer = rig.play(etree.tostring(element))
    assert codes(answer) == {}, [one.problems for one in answer.outcomes]
    return answer.outcomes[0].guid


def _back(rig: Rig, guid: str) -> dict:
    (found,) = rig.play(export("AccountGUID", guid)).items
    assert found["AccountGUID"] == guid
    return {name: value for name, value in found.items() if name not in {"AccountGUID"} | IGNORED | ONLY_EXPORTED}


@settings(max_examples=_EXAMPLES, deadline=None, database=None)
@given(content=CONTENT, after=CONTENT, closing=CLOSING)
def test_account__comes_back_as_it_was_sent(lasting: Rig, content: dict, after: dict, closing: dict) -> None:
    sent = _sent(lasting, content)
    guid = _play(lasting, sent)
    assert _back(lasting, guid) == sent
    changed = _sent(lasting, after)
    _play(lasting, changed, AccountGUID=guid)
    assert _back(lasting, guid) == changed
    _play(lasting, {**changed, "Closed": closing}, AccountGUID=guid)
    assert _back(lasting, guid) == {**changed, "Closed": closing}


def _leaves(pattern: shape.Shape) -> set[str]:
    """Local names of all elements below a shape."""
    found = set()
    for child in pattern.children:
        found |= {wire.local(child.name)} | _leaves(child.shape)
    return found


def test_every_field_of_the_import__is_exported_or_told_not_to_be() -> None:
    account = REQUEST.child("Account")
    result = RESULT.child("exportAccountResult")
    assert account is not None
    assert result is not None
    assert _leaves(account.shape) - _leaves(result.shape) == NOT_EXPORTED
    assert _leaves(result.shape) - _leaves(account.shape) - ONLY_EXPORTED == set()
