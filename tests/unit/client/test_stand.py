"""The JSON of a stand is one line that brings back the same stand."""

from __future__ import annotations

import json
import stat

import pytest

from gateway import client

UO = client.Organisation("УК", "УО", "1027700100010", "0f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90", "/k/uo.key", "/k/uo.crt")
OPERATOR = client.Organisation(
    "ИТ", "ОИС", "1027700600014", "1f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90", "/k/op.key", "/k/op.crt"
)
STAND = client.Stand(
    url="http://127.0.0.1:8080",
    user="sit",
    password="secret",
    org_ppa_guid=UO.org_ppa_guid,
    organisations=(UO, OPERATOR),
    key=UO.key,
    certificate=UO.certificate,
    packs=("/packs/16.3.0.0",),
)


def test_json__is_one_line_and_brings_the_same_back():
    assert "\n" not in STAND.json()
    assert client.Stand.parse(STAND.json()) == STAND


def test_json_of_a_later_release__is_understood():
    later = json.loads(STAND.json()) | {"registries": ["1"]}
    later["organisations"][0]["colour"] = "green"
    assert client.Stand.parse(json.dumps(later)) == STAND


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "it is not JSON: Expecting property name"),
        ("[]", "it has no list of organisations"),
        ("{}", "it has no list of organisations"),
        ("null", "it has no list of organisations"),
        ('{"organisations": [1]}', "'1' is no organisation"),
        ('{"organisations": [{}], "url": "u"}', "organisation without name"),
        ('{"organisations": []}', "stand without url"),
        ('{"organisations": [], "url": 1}', "url of the stand is no text"),
        ('{"organisations": [], "url": "u", "packs": [1]}', "its packs are no list of paths"),
    ],
)
def test_other_json__is_refused_in_words(text, reason):
    with pytest.raises(client.Unsendable, match="not the JSON of a stand") as caught:
        client.Stand.parse(text)
    assert reason in str(caught.value)
    assert "Error(" not in str(caught.value)


def test_empty_file__asks_whether_the_sandbox_started(tmp_path):
    path = tmp_path / "stand.json"
    path.touch()
    with pytest.raises(client.Unsendable, match=r"stand\.json is still empty: did the sandbox start\?"):
        client.Stand.load(path)


def test_missing_file__is_refused_with_its_name(tmp_path):
    with pytest.raises(client.Unsendable, match=r"none\.json"):
        client.Stand.load(tmp_path / "none.json")


def test_written_file__is_for_its_owner_alone_and_replaces_the_old_one(tmp_path):
    path = tmp_path / "stand.json"
    path.write_text("old")
    STAND.write(path)
    assert client.Stand.load(path) == STAND
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("who", ["ОИС", "оис", OPERATOR.org_ppa_guid.upper(), OPERATOR.ogrn])
def test_another_organisation__is_found_by_role_guid_or_ogrn(who):
    acting = STAND.acting(who)
    assert (acting.org_ppa_guid, acting.key) == (OPERATOR.org_ppa_guid, OPERATOR.key)


def test_organisation_that_is_not_listed__speaks_with_the_key_as_it_is():
    guid = "2f6a1c52-9d3e-4b7a-8c11-2f5e6d7a8b90"
    acting = STAND.acting(guid)
    assert (acting.org_ppa_guid, acting.key) == (guid, UO.key)


def test_unknown_role__is_refused_with_those_that_are_known():
    with pytest.raises(client.Unsendable, match="УО, ОИС"):
        STAND.acting("РСО")


def test_operator__signs_for_the_same_organisation():
    signed = STAND.signed_by_operator()
    assert (signed.org_ppa_guid, signed.key) == (UO.org_ppa_guid, OPERATOR.key)


def test_key_that_is_named__signs_in_the_place_of_the_operator_too():
    named = STAND.replaced({"key": "/k/my.key", "certificate": "/k/my.crt"})
    assert named.signed_by_operator().key == named.key == "/k/my.key"


def test_other_values__leave_the_keys_of_the_organisations():
    assert STAND.replaced({"url": "http://other"}).signed_by_operator().key == OPERATOR.key


def test_password__is_not_shown():
    assert "secret" not in repr(STAND)
