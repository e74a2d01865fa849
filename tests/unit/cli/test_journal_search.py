"""`gateway journal search`: what it shows, page by page, and what it says to wrong questions."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from lxml import etree

from gateway.cli import main
from tests import samples as texts
from tests import stand as stands


@pytest.fixture(scope="module")
def stand(tmp_path_factory):
    made = stands.Stand(tmp_path_factory.mktemp("search") / "data")
    made.guids = [made.send(texts.HOUSE).message_guid, made.send(texts.EXPORT).message_guid]
    assert made.send(texts.EXPORT, key=None).code == "FMT001310"
    made.work()
    yield made
    made.close()


def search(stand, *arguments, code=0):
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), "journal", "search", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def rows(stand, *arguments):
    return [json.loads(line) for line in search(stand, *arguments, "--json").splitlines()]


def test_message__shows_its_acceptance_and_its_result(stand):
    found = rows(stand, "--message", stand.guids[0].upper())
    assert [each["kind"] for each in found] == ["result-made", "package-accepted"]
    assert {each["operation"] for each in found} == {"importHouseUOData"}
    assert {each["organisation"] for each in found} == {stands.PROVIDER}
    assert found[0]["outcome"] == "imported"
    (theirs,) = rows(stand, "--message", found[1]["requester_guid"])
    assert theirs == found[1]


def test_house__finds_the_import_and_the_export_that_read_it(stand):
    house = etree.fromstring(texts.HOUSE).findtext(".//{*}FIASHouseGuid")
    found = rows(stand, "--house", house)
    assert [each["message_guid"] for each in found] == stand.guids[::-1]
    assert rows(stand, "--house", house, "--operation", "exportHouseData", "--state", "done") == found[:1]


def test_certificate_and_state__are_found(stand):
    fingerprint = stands.KEYS[stands.PROVIDER].certificate.fingerprint
    serial = f"{stands.KEYS[stands.PROVIDER].certificate.loaded.serial_number:x}"
    assert rows(stand, "--certificate", fingerprint) == rows(stand, "--certificate", serial.upper())
    (refused,) = rows(stand, "--state", "refused")
    assert (refused["code"], refused["message_guid"]) == ("FMT001310", None)


def test_table__is_the_newest_first_and_goes_on_before_the_last(stand):
    first = search(stand, "--limit", "2")
    assert "there may be more: --before" in first
    before = first.rsplit("--before ", 1)[1].strip()
    rest = search(stand, "--before", before, "--limit", "1000")
    assert "ООО «УО»" in rest
    assert "there may be more" not in rest
    assert len(rows(stand, "--limit", "1000")) == 2 + len(rest.splitlines()) - 1


def test_nothing_fits__is_said(stand):
    assert "no entry of the journal fits" in search(stand, "--code", "INT000000")
    assert search(stand, "--code", "INT000000", "--json") == ""
    assert "no entry of the journal fits" in search(stand, "--from", "2999-01-01")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--house", "x"), "is not a GUID"),
        (("--from", "soon"), "is no time"),
        (("--state", "lost"), "'lost' is not one"),
    ],
)
def test_wrong_question__is_told(stand, arguments, said):
    assert said in search(stand, *arguments, code=2)


def test_no_installation__is_told(tmp_path):
    done = CliRunner().invoke(main, ["--data", str(tmp_path / "none"), "journal", "search"])
    assert done.exit_code == 3
    assert "is not an installation yet" in done.output
