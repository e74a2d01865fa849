"""Replay: all families, refusals, retries and changes come to the same again; whatever differs is named."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator

import pytest
from click.testing import CliRunner, Result

import gateway
from gateway import clock, errors, vault
from gateway.cli import main
from gateway.contracts import builtin, catalogue, force, schema
from gateway.exchange import circumstances
from gateway.families import api, handlers
from gateway.journal import noticing, selection
from gateway.journal.replay import engine, live, text
from gateway.journal.replay.findings import Fate, Part, Why
from gateway.journal.replay.report import Question, Report
from storage import journal, search
from storage.subjects import Subject
from tests import replayed
from tests import samples as texts
from tests import stand as stands


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_story_of_all_families__is_replayed_to_the_same_verdicts_results_and_registry(
    kind, tmp_path, monkeypatch, request
):
    url = "" if kind == "sqlite" else request.getfixturevalue("postgres").new_database()
    stand = stands.Stand(tmp_path / "data", database=url, house_basis="granted", signature="required")
    valid, invalid = replayed.one_of_each()
    replayed.tell(stand, monkeypatch, valid, invalid)
    with stand.house.database.read() as connection:
        entries = list(journal.entries(connection))
    report = replayed.replay(stand, tmp_path / "replay")
    assert report.findings == []
    assert report.registries.equal
    assert report.registries.opened
    assert report.failed_runs == 1
    made = [entry for entry in entries if entry.kind == journal.Kind.RESULT_MADE]
    assert report.counts == {
        (Part.VERDICT, Fate.EQUAL): sum(entry.kind.startswith("package-") for entry in entries),
        (Part.RESULT, Fate.EQUAL): len(made),
    }
    sent = [entry.facts for entry in entries if entry.kind == journal.Kind.PACKAGE_ACCEPTED]
    executed = {
        operation.name
        for service in builtin.pack().services.values()
        for operation in service.operations.values()
        if operation.request in handlers.HANDLERS
    }
    assert {facts["operation"] for facts in sent} == executed
    assert {entry.facts["worker"] for entry in made} == {"test", "another"}
    assert any(entry.facts["saw"] < entry.index for entry in made)
    stand.close()


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Iterator[stands.Stand]:
    """A small installation: a house twice, its export, a refusal; nobody changes it."""
    stand = stands.Stand(tmp_path_factory.mktemp("told") / "data")
    stand.send(texts.HOUSE)
    stand.send(texts.EXPORT)
    stand.send(texts.EXPORT, key=stands.KEYS[stands.STRANGER])
    stand.send(texts.HOUSE)
    stand.work()
    stand.close()
    return stand


@pytest.fixture
def stand(told, tmp_path) -> Iterator[stands.Stand]:
    """A copy of it."""
    shutil.copytree(told.settings.data, tmp_path / "data")
    copy = stands.Reopened(dataclasses.replace(told.settings, data=tmp_path / "data"))
    yield copy
    copy.close()


def run(stand: stands.Stand, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), "journal", "replay", *arguments])
    assert done.exit_code == code, done.output
    return done


def sql(stand: stands.Stand, statement: str, *values: object) -> None:
    """Change the database behind the back of its triggers."""
    with stand.house.database.write() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(statement, values)


def unseal(stand: stands.Stand) -> None:
    """Make the journal one of a release that sealed nothing."""
    with stand.house.database.read() as connection:
        stored = connection.exec_driver_sql("SELECT entry_index, role FROM journal_payload").all()
        plain = [(journal.payload(connection, index, role), index, role) for index, role in stored]
    for data, index, role in plain:
        packed = journal.Payload(role, data).packed
        sql(stand, "UPDATE journal_payload SET data = ? WHERE entry_index = ? AND role = ?", packed, index, role)
    sql(stand, "DELETE FROM journal_key")


def indexes(stand: stands.Stand, kind: journal.Kind) -> list[int]:
    with stand.house.database.read() as connection:
        return [entry.index for entry in journal.entries(connection) if entry.kind == kind]


def whys(report: Report) -> list[tuple[int, Part, Fate, Why | None]]:
    return [(each.index, each.part, each.fate, each.why) for each in report.findings]


def test_untouched_installation__is_equal_and_is_not_written(stand, tmp_path):
    with stand.house.database.read() as connection:
        before = journal.size(connection)
    report = replayed.replay(stand, tmp_path / "replay")
    assert (report.is_good, report.findings, report.registries.equal) == (True, [], True)
    with stand.house.database.read() as connection:
        assert journal.size(connection) == before == report.entries


def test_object_changed_behind_the_journal__is_named(stand, tmp_path):
    sql(stand, "UPDATE registry_object SET unique_number = 'X' WHERE sequence = 2")
    with stand.house.database.read() as connection:
        changed = connection.exec_driver_sql("SELECT id FROM registry_object WHERE sequence = 2").scalar()
    report = replayed.replay(stand, tmp_path / "replay")
    assert report.registries.differing == (f"object {changed} differs",)
    assert not report.is_good


def test_object_lost_and_object_added__are_named(stand, tmp_path):
    with stand.house.database.read() as connection:
        lost = connection.exec_driver_sql("SELECT id FROM registry_object WHERE sequence = 3").scalar()
    for table in ("registry_link", "registry_version", "registry_object"):
        sql(stand, f"DELETE FROM {table} WHERE id = ?", lost)  # noqa: S608  # names of tables
    report = replayed.replay(stand, tmp_path / "replay")
    assert report.registries.differing == (f"object {lost} is in the rebuilt registry alone",)


def test_damaged_payload__is_named_and_the_rest_goes_on(stand, tmp_path):
    first = indexes(stand, journal.Kind.PACKAGE_ACCEPTED)[1]
    sql(stand, "UPDATE journal_payload SET data = x'00' WHERE entry_index = ?", first)
    report = replayed.replay(stand, tmp_path / "replay")
    result = indexes(stand, journal.Kind.RESULT_MADE)[1]
    assert whys(report) == [
        (first, Part.VERDICT, Fate.DIFFERENT, Why.DAMAGED),
        (result, Part.RESULT, Fate.DIFFERENT, Why.DAMAGED),
    ]
    assert not report.is_good


def test_payload_of_other_bytes__is_damaged(stand, tmp_path):
    first, second = indexes(stand, journal.Kind.PACKAGE_ACCEPTED)[:2]
    other = "SELECT data FROM journal_payload WHERE entry_index = ? AND role = 'request'"
    sql(stand, f"UPDATE journal_payload SET data = ({other}) WHERE entry_index = ?", second, first)  # noqa: S608
    report = replayed.replay(stand, tmp_path / "replay")
    assert (first, Part.VERDICT, Fate.DIFFERENT, Why.DAMAGED) in whys(report)


def test_damaged_record__is_named(stand, tmp_path):
    refused = indexes(stand, journal.Kind.PACKAGE_REFUSED)[0]
    sql(stand, "UPDATE journal_entry SET record = x'7b7d' WHERE entry_index = ?", refused)
    report = replayed.replay(stand, tmp_path / "replay")
    assert whys(report) == [(refused, Part.RECORD, Fate.DIFFERENT, Why.DAMAGED)]


def test_other_rules__differ_unless_another_release_explains_them(stand, tmp_path, monkeypatch):
    element = f"{replayed.HM}importHouseUORequest"
    monkeypatch.setitem(
        handlers.HANDLERS, element, lambda task, unit: api.Failed(api.Problem("INT002900", "другое правило"))
    )
    first, *_ = indexes(stand, journal.Kind.RESULT_MADE)
    same = replayed.replay(stand, tmp_path / "same")
    assert (first, Part.RESULT, Fate.DIFFERENT, Why.UNEXPLAINED) in whys(same)
    assert same.findings[0].where == "/getStateResult[3]/ImportResult (now ErrorMessage)"
    monkeypatch.setattr(gateway, "__version__", "99")
    own = replayed.replay(stand, tmp_path / "own")
    assert whys(own)[0] == (first, Part.RESULT, Fate.EXPLAINED, Why.OTHER_RELEASE)
    assert {fate for _, _, fate, _ in whys(own)} == {Fate.EXPLAINED}
    assert own.is_good
    current = replayed.replay(stand, tmp_path / "current", current_rules=True)
    assert whys(current)[0] == (first, Part.RESULT, Fate.DIFFERENT, Why.UNEXPLAINED)


def test_run_that_breaks__is_a_difference_and_names_the_exception(stand, tmp_path, monkeypatch):
    def broken(task, unit):
        raise ZeroDivisionError

    monkeypatch.setitem(handlers.HANDLERS, f"{replayed.HM}importHouseUORequest", broken)
    found = replayed.replay(stand, tmp_path / "replay").findings[0]
    assert (found.fate, found.found, found.operation) == (Fate.DIFFERENT, "ZeroDivisionError", "importHouseUOData")


def test_pack_that_is_gone__is_told_and_not_a_crash(stand, tmp_path):
    with live.opened(stand.settings) as opened:
        bare = dataclasses.replace(opened, contracts=force.Contracts(catalogue.Catalogue(()), schema.Schemas()))
        (tmp_path / "replay").mkdir()
        question = Question(selection.Selection(), False)
        report = engine.Replay(bare, tmp_path / "replay", question, lambda _: None).run()
    accepted = indexes(stand, journal.Kind.PACKAGE_ACCEPTED)
    found = [each for each in report.findings if each.why is Why.PACK_GONE]
    assert [each.index for each in found if each.part is Part.VERDICT] == accepted
    assert {each.fate for each in found} == {Fate.UNJUDGED}
    assert found[0].found == "16.3.0.0-built-in"


def test_result_of_an_older_release__is_compared_and_explained(stand, tmp_path, monkeypatch):
    """Releases before this one gave random GUIDs and did not record the moment."""
    monkeypatch.setattr(circumstances.Circumstances, "recorded", classmethod(lambda cls, facts: None))
    monkeypatch.setattr(clock, "guids_of", lambda message: clock.new_guid)
    report = replayed.replay(stand, tmp_path / "replay")
    assert {(each.fate, each.why) for each in report.findings} == {(Fate.EXPLAINED, Why.NOT_RECORDED)}
    assert (report.is_good, report.explained, report.registries.equal) == (True, True, False)


def test_authority_removed_by_hand__is_explained_by_the_trust_of_the_day_and_today_is_told(stand, tmp_path):
    (stand.settings.trust / "ca.crt").unlink()
    accepted = indexes(stand, journal.Kind.PACKAGE_ACCEPTED)
    own = replayed.replay(stand, tmp_path / "own")
    changed = [each for each in own.findings if each.index in accepted]
    assert {(each.fate, each.why, each.found) for each in changed} == {
        (Fate.EXPLAINED, Why.TRUST_OF_THE_DAY, errors.SIGNER_NOT_TRUSTED)
    }
    today = replayed.replay(stand, tmp_path / "today", today=True)
    assert {(each.fate, each.found) for each in today.findings if each.index in accepted} == {
        (Fate.CHANGED, errors.SIGNER_NOT_TRUSTED)
    }
    assert today.is_good
    assert today.registries is None


def test_authority_removed_by_hand_and_noticed__is_believed_on_its_day(stand, tmp_path):
    look = noticing.Look(stand.house)
    look.refresh()
    (stand.settings.trust / "ca.crt").unlink()
    look.refresh()
    assert replayed.replay(stand, tmp_path / "own").findings == []
    today = replayed.replay(stand, tmp_path / "today", today=True)
    assert {each.fate for each in today.findings} == {Fate.CHANGED}


def test_authority_removed_by_the_command__is_believed_on_its_day_and_not_today(stand, tmp_path):
    fingerprint = stands.AUTHORITY.certificate.fingerprint
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), "trust", "remove", fingerprint])
    assert done.exit_code == 0, done.output
    own = replayed.replay(stand, tmp_path / "own")
    assert own.findings == []
    assert own.registries.equal
    today = replayed.replay(stand, tmp_path / "today", today=True)
    assert {each.fate for each in today.findings} == {Fate.CHANGED}


def test_packages_that_needed_no_signature__are_counted(tmp_path):
    stand = stands.Stand(tmp_path / "data", signature="optional")
    stand.send(texts.HOUSE, key=None)
    stand.work()
    stand.close()
    report = replayed.replay(stand, tmp_path / "replay")
    assert (report.is_good, report.unasked, report.registries.equal) == (True, 1, True)
    assert any("signatures not judged: 1" in line for line in text.lines(report))


def test_missing_key_of_personal_data__nothing_can_be_replayed_and_it_is_said_what_to_do(stand):
    vault.path(stand.settings).unlink()
    done = run(stand, code=3)
    assert "payloads are sealed, and the installation's key is not here: put it back from a copy" in done.output


def test_missing_key_of_personal_data__of_an_earlier_release__is_told_and_the_rest_is_compared(stand, tmp_path):
    unseal(stand)
    vault.path(stand.settings).unlink()
    report = replayed.replay(stand, tmp_path / "replay")
    assert (report.registries.equal, report.registries.opened) == (True, False)


def test_chosen_part__is_told_and_the_rest_is_replayed_too(stand, tmp_path):
    query = search.Query(((Subject.OPERATION, "exportHouseData"),))
    report = replayed.replay(stand, tmp_path / "replay", query=query)
    assert report.counts == {(Part.VERDICT, Fate.EQUAL): 2, (Part.RESULT, Fate.EQUAL): 1}
    assert report.registries.equal


def test_command__tells_in_words_json_and_a_page(stand, tmp_path):
    target, kept = tmp_path / "report.html", tmp_path / "kept"
    told = run(stand, "-o", str(target), "--registry", str(kept)).output
    assert "registry: " in told
    assert "equal byte for byte" in told
    assert (kept / "replay.db").exists()
    shown = target.read_text("utf-8")
    assert "совпадает с действующим байт в байт" in shown
    assert "<script" not in shown
    data = json.loads(run(stand, "--json").output)
    assert (data["good"], data["counts"]["result"], data["findings"]) == (True, {"equal": 3}, [])
    assert run(stand, "--registry", str(kept), code=2).output.count("is not empty") == 1


def test_difference__ends_the_command_with_1_and_is_on_the_page(stand, tmp_path):
    target = tmp_path / "report.html"
    sql(stand, "UPDATE registry_object SET unique_number = '<b>' WHERE sequence = 2")
    told = run(stand, "-o", str(target), code=1).output
    assert "the rebuilt one DIFFERS" in told
    assert "Есть отличия, которым нет объяснения" in target.read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--message", "00000000-0000-4000-8000-00000000dead"), 1, "no entry of the journal fits"),
        (("--contract", "1.2.3"), 1, "there is no contract pack 1.2.3; there are: 16.3.0.0-built-in"),
        (("--organisation", "nobody"), 2, "is not a GUID"),
    ],
)
def test_bad_question__is_told_in_one_sentence(stand, arguments, code, said):
    assert said in run(stand, *arguments, code=code).output


def test_no_installation__is_told(tmp_path):
    done = CliRunner().invoke(main, ["--data", str(tmp_path / "none"), "journal", "replay"])
    assert done.exit_code == 3
    assert "is not an installation yet" in done.output


def test_contract__judges_by_another_pack_and_executes_nothing(stand):
    data = json.loads(run(stand, "--contract", "16.3.0.0", "--json").output)
    assert (data["registries"], data["counts"]["result"], data["counts"]["verdict"]) == (None, {}, {"equal": 4})
