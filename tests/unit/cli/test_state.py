"""`gateway state` tells what the journal knows of a message, under either of its MessageGUIDs."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from gateway import wire
from tests import stand as stand_module

SAMPLES = resources.files("samples")
SAMPLE = (SAMPLES / "valid" / "houses" / "create-living-house.xml").read_bytes()
MINE = "5b0e2a34-0d53-4b2e-8a3c-6f1f1f2b9d11"


@pytest.fixture
def here(gateway, stand):
    gateway.data = stand.settings.data
    return gateway


def send(stand, data=SAMPLE, guid=MINE):
    return stand.send(data, guid=guid)


def test_waiting_package__is_received(here, stand):
    guid = send(stand).message_guid
    found = here.json("state", guid)
    assert (found["state"], found["operation"], found["finished_at"]) == ("received", "importHouseUOData", None)
    assert found["organisation"] == stand_module.PROVIDER
    assert found["signed"] is True


def test_finished_package__has_its_outcome(here, stand):
    guid = send(stand).message_guid
    stand.work()
    found = here.json("state", guid)
    assert (found["state"], found["outcome"], found["objects"], found["failed"]) == ("done", "imported", 3, 0)
    assert len(found["journal"]) == 2
    assert "imported" in here.run("state", guid).output


def test_message__is_found_by_the_guid_of_its_sender_in_any_case(here, stand):
    guid = send(stand).message_guid
    assert here.json("state", MINE.upper())["message_guid"] == guid


def test_refused_package__is_found_with_its_code(here, stand):
    send(stand, SAMPLE.replace(b"RoomNumber>", b"RoomNo>"))
    found = here.json("state", MINE)
    assert (found["state"], found["code"]) == ("refused", "FMT001300")
    assert "FMT001300" in here.run("state", MINE).output


def test_request_and_result__are_printed_byte_for_byte(here, stand):
    guid = send(stand).message_guid
    assert "no result yet" in here.run("state", guid, "--result", code=3).output
    stand.work()
    request = here.run("state", guid, "--request").stdout_bytes
    assert MINE.encode() in request
    result = here.run("state", guid, "--result").stdout_bytes
    assert result in stand.state(guid).body
    assert wire.XMLDSIG.encode() in result


def test_unknown_message__is_told(here):
    assert "no message" in here.run("state", MINE, code=1).output
    assert "no accepted message" in here.run("state", MINE, "--request", code=1).output


def test_json__is_one_line(here, stand):
    send(stand)
    assert json.loads(here.run("state", MINE, "--json").output)
