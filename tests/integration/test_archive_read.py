"""What was dropped from the database goes on being answered, replayed and proved, as long as its archive is there."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
import shutil

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.journal import receipt
from gateway.journal.archiving import dropping, making
from gateway.journal.archiving.month import Month
from gateway.journal.replay import days, live
from signing import issue
from storage import journal, packages, verification
from tests import samples as texts
from tests import stand as stands
from tests.unit.families.nsi import loads

GUID = "a5b1c7de-0000-4000-8000-000000000001"
LATER = stands.NOW + dt.timedelta(days=40)


@pytest.fixture(scope="module")
def dropped(tmp_path_factory):
    """An installation whose every month was archived and dropped; what was sent, and its result."""
    stand = stands.Stand(tmp_path_factory.mktemp("dropped") / "data")
    raw = stands.package(texts.HOUSE, guid=GUID)
    guid = stand.dispatch(raw, stands.HOUSES).message_guid
    stand.send(texts.EXPORT)
    stand.send(texts.EXPORT, key=stands.KEYS[stands.STRANGER])
    stand.work()
    with stand.house.database.read() as connection:
        answer = packages.answer(connection, guid)
    house, settings = stand.house, stand.settings
    months = list(making.Maker(house.database, house.key, settings, settings.archives).make(None, LATER))
    found = [
        dropping.drop(house.database, settings, Month.read(each.archive.month), LATER, unfetched=True)
        for each in months
    ]
    assert sum(each.payloads for each in found) == 5
    stand.close()
    return stand, raw, guid, answer


@pytest.fixture
def stand(dropped, tmp_path):
    shutil.copytree(dropped[0].settings.data, tmp_path / "data")
    copy = stands.Reopened(dataclasses.replace(dropped[0].settings, data=tmp_path / "data"))
    yield copy
    copy.close()


@pytest.fixture
def without(stand):
    """The same without the files of the archives."""
    for path in stand.settings.archives.glob("*.zip"):
        path.unlink()
    return stand


def run(stand, *arguments, code=0):
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), *arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_result__is_answered_from_the_archive_byte_for_byte(stand, dropped):
    _, raw, guid, answer = dropped
    with stand.house.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM journal_payload").scalar() == 0
        assert packages.request(connection, guid) == raw
        assert list(verification.verify(connection)) == []
    assert answer in stand.state(guid).body


def test_result_whose_archive_is_away__is_a_fault_with_a_code_and_the_file_is_in_the_log(without, dropped, caplog):
    """EXP002901."""
    with caplog.at_level(logging.WARNING, "gateway.exchange"):
        answer = without.state(dropped[2])
    assert (answer.status, answer.code) == (500, "EXP002901")
    assert "находится в архиве, который сейчас недоступен" in answer.text
    (told,) = [record.facts for record in caplog.records if record.message == "result archived"]
    assert told["archive"].startswith("journal-")
    assert told["message"] == dropped[2]


def test_same_package_again__has_the_same_acknowledgement_without_the_archive(without, dropped):
    _, raw, guid, _ = dropped
    assert without.dispatch(raw, stands.HOUSES).message_guid == guid


def test_receipt__is_given_without_the_archive(without, dropped):
    with without.house.database.read() as connection:
        package = packages.get(connection, dropped[2])
    made = receipt.make(without.house.database, without.house.key, without.settings, package)
    assert receipt.check(made, None, None).message_guid == dropped[2]


def test_replay__is_equal_by_the_archives_and_says_which_is_needed(stand, dropped):
    output = run(stand, "journal", "replay")
    assert "equal" in output
    for path in stand.settings.archives.glob("*.zip"):
        path.unlink()
    output = run(stand, "journal", "replay", code=3)
    assert "archived in journal-" in output
    assert "put it back from a copy" in output


def test_dictionary_whose_archive_is_away__is_asked_for_and_not_called_different(tmp_path):
    stand = stands.Stand(tmp_path / "data")
    (tmp_path / "dictionary.csv").write_bytes(loads.csv_of(3, [("1", "Холодное водоснабжение", GUID)]))
    run(stand, "nsi", "load", str(tmp_path / "dictionary.csv"))
    archive_and_drop(stand)
    assert "archived in journal-" in run(stand, "journal", "replay", code=3)
    stand.close()


def test_certificate_whose_archive_is_away_and_that_is_still_believed__needs_no_archive(tmp_path):
    stand = stands.Stand(tmp_path / "data")
    (tmp_path / "ca.crt").write_bytes(issue.pem(issue.new_authority("p256", "CA", now=stands.NOW).certificate))
    run(stand, "trust", "add", str(tmp_path / "ca.crt"))
    archive_and_drop(stand)
    with live.opened(stand.settings) as opened:
        assert days.Days(opened).at(0) is not None
    stand.close()


def archive_and_drop(stand):
    """Drop every month, and lose the archives."""
    house, settings = stand.house, stand.settings
    for made in list(making.Maker(house.database, house.key, settings, settings.archives).make(None, LATER)):
        dropping.drop(house.database, settings, Month.read(made.archive.month), LATER, unfetched=True)
        made.path.unlink()


def test_verification_without_the_archive__names_it_and_does_all_else(without):
    output = run(without, "journal", "verify", code=3)
    lines = {line.split()[0]: line for line in output.splitlines() if not line.startswith(" ")}
    assert all(lines[name].endswith(": well") for name in ("chain", "checkpoints", "packages", "results"))
    assert lines["replay"].endswith("nothing: not done")
    assert "others, were not judged: archived in journal-" in output
    assert "nothing was made again: archived in journal-" in output


def test_state__prints_documents_by_the_archives_and_says_which_is_needed(stand, dropped):
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), "state", dropped[2], "--request"])
    assert done.stdout_bytes == dropped[1]
    for path in stand.settings.archives.glob("*.zip"):
        path.unlink()
    assert "archived in journal-" in run(stand, "state", dropped[2], "--result", code=3)
    assert "done" in run(stand, "state", dropped[2])


def test_package_that_comes_later__is_executed_and_answered_beside_archived_ones(stand):
    guid = stand.send(texts.EXPORT).message_guid
    assert stand.result(guid) is not None
    with stand.house.database.read() as connection:
        assert journal.payload(connection, packages.get(connection, guid).entry_index, packages.REQUEST)
