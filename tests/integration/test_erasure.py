"""`gateway journal erase` as its user sees it, and what senders and auditors are told afterwards."""

from __future__ import annotations

import dataclasses
import json
import os
import pwd
import shutil
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

from gateway import clock, errors
from gateway.cli import main
from gateway.journal.replay import page, text
from gateway.journal.replay.findings import Fate, Part, Why
from storage import journal, verification
from tests import replayed
from tests import samples as texts
from tests import stand as stands
from tests.integration.test_replay import sql

SAME = "a5b1c7de-0000-4000-8000-000000000002"
"""MessageGUID that the sender uses for two packages: the second one is refused."""


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Iterator[stands.Stand]:
    """A house, its export, a refusal, a MessageGUID used twice, and a package that waits; nobody changes it."""
    stand = stands.Stand(tmp_path_factory.mktemp("told") / "data")
    stand.raw = stands.package(texts.HOUSE, guid="a5b1c7de-0000-4000-8000-000000000001")
    stand.house_guid = stand.post(stand.raw).message_guid
    stand.export = stand.send(texts.EXPORT, guid=SAME).message_guid
    assert stand.send(texts.HOUSE, guid=SAME).code == errors.MESSAGE_GUID_USED
    assert stand.send(texts.EXPORT, key=None).code == errors.SIGNATURE_INVALID
    stand.work()
    stand.waits = stand.send(texts.EXPORT).message_guid
    stand.close()
    return stand


@pytest.fixture
def stand(told, tmp_path) -> Iterator[stands.Stand]:
    """A copy of it."""
    shutil.copytree(told.settings.data, tmp_path / "data")
    copy = stands.Reopened(dataclasses.replace(told.settings, data=tmp_path / "data"))
    for name in ("raw", "house_guid", "export", "waits"):
        setattr(copy, name, getattr(told, name))
    yield copy
    copy.close()


def run(stand, *arguments: str, code: int = 0, answer: str | None = None) -> Result:
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), *arguments], input=answer)
    assert done.exit_code == code, done.output
    return done


def erase(stand, *arguments: str, code: int = 0, answer: str | None = None) -> Result:
    return run(stand, "journal", "erase", "--reason", "request 17", *arguments, code=code, answer=answer)


def entries(stand) -> list[journal.Entry]:
    with stand.house.database.read() as connection:
        return list(journal.entries(connection))


def index_of(stand, kind: journal.Kind, **facts: object) -> int:
    (found,) = [each for each in entries(stand) if each.kind == kind and facts.items() <= each.facts.items()]
    return found.index


def test_sender__is_told_that_the_result_was_destroyed_when_and_by_which_entry(stand):
    erase(stand, stand.house_guid, "--yes")
    order = entries(stand)[-1]
    answer = stand.state(stand.house_guid)
    assert (answer.status, answer.code) == (500, "EXP002900")
    assert f"запись журнала {order.index} [MessageGUID]" in answer.text
    assert order.at.astimezone(clock.MOSCOW).strftime("%d.%m.%Y %H:%M") in answer.text
    assert stand.state(stand.export).code is None
    assert stand.state(stand.house_guid, organisation=stands.OPERATOR).code == errors.REQUEST_NOT_FOUND


def test_same_package_again__gets_its_acknowledgement_and_is_neither_stored_nor_run(stand):
    erase(stand, stand.house_guid, "--yes")
    before = len(entries(stand))
    assert stand.post(stand.raw).message_guid == stand.house_guid
    assert len(entries(stand)) == before
    assert stand.work() == 1  # the one that has waited all the time
    assert stand.state(stand.house_guid).code == "EXP002900"


def test_receipt__is_the_same_byte_for_byte_and_is_good(stand, tmp_path):
    before = run(stand, "journal", "receipt", stand.house_guid).stdout_bytes
    erase(stand, stand.house_guid, "--yes")
    assert run(stand, "journal", "receipt", stand.house_guid).stdout_bytes == before
    (tmp_path / "receipt.json").write_bytes(before)
    certificate = str(stand.settings.keys / "installation.crt")
    checked = run(stand, "journal", "receipt", "--check", str(tmp_path / "receipt.json"), "--certificate", certificate)
    assert "the receipt is good" in checked.output
    run(stand, "journal", "checkpoint")
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []


def test_search_and_state__show_what_is_erased(stand):
    erase(stand, stand.house_guid, "--yes", "--by", "the archivist")
    order = entries(stand)[-1]
    found = [
        json.loads(line)
        for line in run(stand, "journal", "search", "--message", stand.house_guid, "--json").stdout.splitlines()
    ]
    assert [(each["kind"], each["erased_index"]) for each in found] == [
        ("payload-erased", None),
        ("result-made", order.index),
        ("package-accepted", order.index),
    ]
    shown = run(stand, "journal", "search", "--message", stand.house_guid).output
    assert "done, erased" in shown
    assert "accepted, erased" in shown
    (ours,) = run(stand, "journal", "search", "--state", "erased", "--json").stdout.splitlines()
    assert json.loads(ours)["index"] == order.index
    assert json.loads(run(stand, "state", stand.house_guid, "--json").stdout)["erased"] == order.index
    assert "erased" not in json.loads(run(stand, "state", stand.export, "--json").stdout)
    refused = run(stand, "state", stand.house_guid, "--result", code=1).output
    assert f"erased by order: entry {order.index} of the journal" in refused


def test_replay__does_not_judge_what_is_erased_and_explains_what_follows(stand, tmp_path):
    erase(stand, stand.house_guid, "--yes")
    report = replayed.replay(stand, tmp_path / "replay")
    accepted = index_of(stand, journal.Kind.PACKAGE_ACCEPTED, requester_guid="a5b1c7de-0000-4000-8000-000000000001")
    told = [(each.index, each.part, each.fate, each.why) for each in report.findings]
    assert told[0] == (accepted, Part.VERDICT, Fate.UNJUDGED, Why.ERASED)
    assert (Part.RESULT, Fate.UNJUDGED, Why.ERASED) in [each[1:] for each in told]
    assert (Part.RESULT, Fate.EXPLAINED, Why.FOLLOWS) in [each[1:] for each in told]
    assert (report.is_good, report.explained, report.registries.equal) == (True, True, False)
    assert "not judged, its documents were erased by order, which is in the journal: 2" in list(text.lines(report))
    written = page.written(report, at=stands.NOW, question="")
    assert "Документы пакета уничтожены по распоряжению оператора" in written


def test_erase__asks_first_and_no_is_no(stand):
    before = len(entries(stand))
    done = erase(stand, stand.house_guid, code=1, answer="n\n")
    assert "importHouseUOData" in done.stderr
    assert "ООО «УО»" in done.stderr
    assert "Destroy its request and result for ever?" in done.stderr
    assert len(entries(stand)) == before
    assert "erased: package" in erase(stand, stand.house_guid, answer="y\n").stdout
    assert len(entries(stand)) == before + 1


def test_json__tells_of_the_erasure_and_again_of_the_same_one(stand):
    first = json.loads(erase(stand, stand.house_guid.upper(), "--yes", "--json").stdout)
    order = entries(stand)[-1]
    assert first == {
        "index": order.index,
        "at": order.at.isoformat(),
        "message_guid": stand.house_guid,
        "entry": order.facts["entry"],
        "reason": "request 17",
        "by": pwd.getpwuid(os.getuid()).pw_name,
        "before": False,
        "scrubbed": True,
    }
    again = run(stand, "journal", "erase", stand.house_guid, "--reason", "another", "--json")
    assert json.loads(again.stdout) == {**first, "before": True}
    assert "erased before: package" in run(stand, "journal", "erase", stand.house_guid, "--reason", "another").stdout
    assert entries(stand)[-1] == order


def test_refused_package__is_named_by_its_entry_or_by_the_senders_message_guid(stand):
    unsigned = index_of(stand, journal.Kind.PACKAGE_REFUSED, code=errors.SIGNATURE_INVALID)
    (theirs,) = [each.facts["requester_guid"] for each in entries(stand) if each.index == unsigned]
    assert f"the package that entry {unsigned} refuses" in erase(stand, f"#{unsigned}", "--yes").stdout
    assert "erased before" in erase(stand, theirs).stdout
    assert "erased before" in erase(stand, str(unsigned)).stdout


def test_message_guid_of_several_packages__is_refused_and_they_are_named(stand):
    refused = index_of(stand, journal.Kind.PACKAGE_REFUSED, code=errors.MESSAGE_GUID_USED)
    before = len(entries(stand))
    done = erase(stand, SAME, "--yes", code=1)
    assert f"several: {stand.export}, #{refused} (refused)" in done.output
    assert len(entries(stand)) == before
    erase(stand, f"#{refused}", "--yes")
    erase(stand, stand.export, "--yes")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["00000000-0000-4000-8000-000000000009"], 1, "no message 00000000-0000-4000-8000-000000000009, neither by"),
        (["#99999"], 1, "there is no entry 99999"),
        (["#0"], 1, "entry 0 is directory-changed, which accepts or refuses no package"),
        (["nonsense"], 2, "'nonsense' is neither a GUID like"),
        ([], 2, "name a message, or a time with --before"),
        (["#0", "--before", "2026-01-01"], 2, "name a message, or a time with --before"),
        (["--before", "2999-01-01"], 2, "--before is in the future"),
        (["#0", "--reason", " "], 2, "one line of 1 to 500 characters"),
        (["#0", "--reason", "a\nb"], 2, "one line of 1 to 500 characters"),
        (["#0", "--by", "x" * 501], 2, "one line of 1 to 500 characters"),
    ],
)
def test_wrong_call__is_told_in_a_sentence(told, arguments, code, sentence):
    assert sentence in erase(told, "--yes", *arguments, code=code).output


def test_package_without_its_result__is_refused(stand):
    assert "has no result yet: what is still to be executed is not erased" in erase(stand, stand.waits, code=1).output
    assert stand.work() == 1


def test_before__erases_every_finished_package_and_says_what_it_left(stand):
    assert "nothing to erase" in erase(stand, "--before", "2020-01-01").stdout
    now = clock.now().isoformat()
    before = len(entries(stand))
    asked = erase(stand, "--before", now, code=1, answer="n\n")
    assert "4 packages received before" in asked.stderr
    assert len(entries(stand)) == before
    done = erase(stand, "--before", now, answer="y\n").stdout
    assert f"erased: 4 packages; entries {before} to {before + 3} tell of it" in done
    assert "1 package without a result kept" in done
    again = json.loads(erase(stand, "--before", now, "--json").stdout)
    nothing = {"erased": 0, "first": None, "last": None, "kept": 0, "why": None}
    assert again == {**nothing, "unfinished": 1, "scrubbed": True}
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []


def test_before__keeps_what_cannot_be_erased_and_erases_all_others(stand):
    refused = index_of(stand, journal.Kind.PACKAGE_REFUSED, code=errors.MESSAGE_GUID_USED)
    sql(stand, "DELETE FROM journal_payload WHERE entry_index = ?", refused)
    done = erase(stand, "--before", clock.now().isoformat(), "--yes", code=3)
    assert "erased: 3 packages" in done.stdout
    assert (
        f"1 package not erased; entry {refused}: the payload of entry {refused} is not in the database" in done.stderr
    )


def test_damaged_entry__is_told_and_nothing_is_erased(stand):
    accepted = index_of(stand, journal.Kind.PACKAGE_ACCEPTED, requester_guid="a5b1c7de-0000-4000-8000-000000000001")
    before = len(entries(stand))
    sql(stand, "UPDATE journal_entry SET record = X'7B7D' WHERE entry_index = ?", accepted)
    done = erase(stand, stand.house_guid, "--yes", code=1)
    assert "the journal is damaged: not a record" in done.output
    with stand.house.database.read() as connection:
        assert journal.size(connection) == before


def test_bytes_that_a_reader_keeps__are_told_with_what_to_do(stand, monkeypatch):
    monkeypatch.setattr("storage.database.BUSY_SECONDS", 0.1)
    with stand.house.database.read() as reader:
        journal.size(reader)
        done = erase(stand, stand.house_guid, "--yes", code=3)
    assert f"erased: package {stand.house_guid}" in done.stdout
    assert "give the same command again" in done.stderr
    assert "erased before" in erase(stand, stand.house_guid).stdout
