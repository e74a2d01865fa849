"""`gateway registry show` tells every version of an object, who made it, and what the object was at any time."""

from __future__ import annotations

import pytest
from lxml import etree

from gateway import wire
from tests import stand as stands
from tests.unit.families.accounts import requests
from tests.unit.families.accounts.requests import FIAS, PERSON, account, accounts, place
from tests.unit.families.agreements import requests as agreements


@pytest.fixture
def here(gateway, stand):
    gateway.data = stand.settings.data
    return gateway


def played(stand, data: bytes) -> tuple[str, list[str]]:
    """Send a package; return its MessageGUID and the GUIDs of what it made or changed."""
    guid = stand.send(etree.fromstring(data)).message_guid
    result = stand.result(guid)
    assert list(result.iter(wire.base("Error"))) == []
    return guid, [each.text for each in result.iter(wire.base("GUID"))]


@pytest.fixture
def opened(stand) -> tuple[str, str, str]:
    """An account that was changed once: its GUID, and the messages that opened and changed it."""
    _, (_, flat, *_) = played(stand, requests.house())
    at = place("PremisesGUID", flat)
    first, (guid,) = played(stand, accounts(account(1, at, number="1", payer=PERSON)))
    second, _ = played(stand, accounts(account(1, at, number="2", of=guid, said="<TotalSquare>41.5</TotalSquare>")))
    return guid, first, second


def test_account__is_shown_with_every_version_its_message_and_its_organisation(here, opened):
    guid, *messages = opened
    (found,) = here.json("registry", "show", guid.upper())
    assert (found["guid"], found["kind"]) == (guid, "account")
    assert [each["version"] for each in found["versions"]] == [1, 2]
    assert [each["message_guid"] for each in found["versions"]] == messages
    assert {each["organisation"] for each in found["versions"]} == {stands.PROVIDER}
    assert [each["content"]["content"].get("TotalSquare") for each in found["versions"]] == [None, "41.5"]
    shown = here.run("registry", "show", guid).output
    assert all(message in shown for message in messages)
    assert "ООО «УО»" in shown
    assert "41.5" in shown


def test_past_state__is_that_of_the_time_that_is_asked_for(here, opened):
    guid, first, _ = opened
    before, after = (each["at"] for each in here.json("registry", "show", guid)[0]["versions"])
    for at, message in ((before, first), (after, opened[2])):
        (found,) = here.json("registry", "show", guid, "--at", at)
        assert [each["message_guid"] for each in found["versions"]] == [message]
    shown = here.run("registry", "show", guid, "--at", before).output
    assert "41.5" not in shown
    assert "*  1 " in shown
    assert "was not there yet" in here.run("registry", "show", guid, "--at", "2020-01-01", code=1).output
    assert "is no time like" in here.run("registry", "show", guid, "--at", "yesterday", code=2).output


def test_personal_data__are_shown_as_sealed(here, opened):
    first, second = here.json("registry", "show", opened[0])[0]["versions"]
    assert first["content"]["sealed"] == "sealed"
    assert "sealed" not in second["content"]
    assert "Surname" not in here.run("registry", "show", opened[0]).output


def test_house__is_found_by_its_address_and_a_contract_with_all_its_versions(here, stand, opened):
    (house,) = here.json("registry", "show", FIAS)
    assert (house["kind"], house["versions"][0]["key"]) == ("apartment-house", FIAS)
    _, (root, *_) = played(stand, agreements.place(agreements.house(11, FIAS)))
    version = here.json("registry", "show", root)[-1]["guid"]
    played(stand, agreements.terminate(version, "2026-01-01"))
    kinds = [each["kind"] for each in here.json("registry", "show", root)]
    assert kinds == ["contract", "contract-version", "contract-version"]
    assert "ended" in here.run("registry", "show", version).output


def test_unknown_guid__is_told(here):
    assert "no object" in here.run("registry", "show", FIAS, code=1).output
