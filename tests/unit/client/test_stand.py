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
)


def test_json__is_one_line_and_brings_the_same_back():
    assert "\n" not in STAND.json()
    assert client.Stand.parse(STAND.json()) == STAND


def test_json_of_a_later_release__is_understood():
    later = json.loads(STAND.json()) | {"registries": ["1"]}
    later["organisations"][0]["colour"] = "green"
    assert client.Stand.parse(json.dumps(later)) == STAND


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"organisations": [1]}', '{"organisations": [{}], "url": "u"}', "null"]
)
def test_other_json__is_refused(text):
    with pytest.raises(client.Unsendable, match="not the JSON of a stand"):
        client.Stand.parse(text)


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


def test_password__is_not_shown():
    assert "secret" not in repr(STAND)
