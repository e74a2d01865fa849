"""`gateway journal verify`: each stage finds what is its own, on a running installation and on a copy of it."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import multiprocessing
import os
import shutil
import stat
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway import vault
from gateway.cli import main
from gateway.families import handlers
from gateway.journal import erasing, publishing
from gateway.journal.verifying import answers, engine, parts
from gateway.journal.verifying.question import MOST, Name, Question, Stage
from signing import issue, policy, trust
from storage import database as databases
from storage import erasure, journal, verification
from storage import errors as storage_errors
from tests import replayed
from tests import samples as texts
from tests import stand as stands
from tests.integration.storage import factories
from tests.integration.test_replay import indexes, sql


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """An installation with accepted and refused packages, results, and two checkpoints; nobody changes it."""
    stand = stands.Stand(tmp_path_factory.mktemp("told") / "data")
    for text in (texts.HOUSE, texts.EXPORT):
        stand.send(text)
        stand.send(text, key=stands.KEYS[stands.STRANGER])
        stand.work()
        publishing.make(stand.house.database, stand.house.key, stand.house.settings)
    stand.close()
    return stand


@pytest.fixture
def stand(told, tmp_path):
    """A copy of it, opened."""
    shutil.copytree(told.settings.data, tmp_path / "data")
    copy = stands.Reopened(dataclasses.replace(told.settings, data=tmp_path / "data"))
    yield copy
    copy.close()


def run(data, *arguments, code=0):
    done = CliRunner().invoke(main, ["--data", str(data), "journal", "verify", *map(str, arguments)])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == code, done.output
    return done


def asked(data, *arguments, code=0):
    return json.loads(run(data, "--json", *arguments, code=code).stdout)


def faults(found):
    return [(each["stage"], each["index"]) for each in found["faults"]]


def test_sound_installation__is_told_stage_by_stage_and_left_as_it_is(stand):
    file = stand.settings.data / "gateway.db"
    before = file.read_bytes()
    done = run(stand.settings.data)
    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line[0] for line in lines if line[0] in list(Name)] == list(Name)
    assert done.stdout.count("well") == len(Name)
    assert done.stderr == ""
    assert file.read_bytes() == before


def test_json__has_stages_counts_size_head_root_and_moments(stand):
    with stand.house.database.read() as connection:
        entries = list(journal.entries(connection))
    kinds = [entry.kind for entry in entries]
    found = asked(stand.settings.data)
    counts = {each["stage"]: each["counts"] for each in found["stages"]}
    assert counts == {
        "chain": {"entries": len(entries), "payloads": sum(len(entry.payloads) for entry in entries)},
        "checkpoints": {"notes": 2},
        "packages": {"packages": kinds.count("package-accepted")},
        "results": {"results": kinds.count("result-made"), "failed runs": 0},
        "replay": {
            "verdicts equal": kinds.count("package-accepted") + kinds.count("package-refused"),
            "results equal": kinds.count("result-made"),
            "objects of the registry": counts["replay"]["objects of the registry"],
        },
    }
    assert counts["replay"]["objects of the registry"] > 0
    assert (found["good"], found["size"], found["first"], found["faults"]) == (True, len(entries), None, [])
    assert found["head"] == entries[-1].hash
    assert len(bytes.fromhex(found["root"])) == 32
    assert found["began"] < found["ended"]


def test_part__is_verified_alone(stand):
    result = indexes(stand, journal.Kind.RESULT_MADE)[0]
    sql(stand, "UPDATE journal_entry SET kind = 'x' WHERE entry_index = ?", result)
    assert ("chain", result) in faults(asked(stand.settings.data, "--chain", code=1))
    assert asked(stand.settings.data, "--chain", "--from", result + 1)["good"]
    found = asked(stand.settings.data, "--chain", "--to", result)
    assert found["good"]
    assert (found["from"], found["to"]) == (0, result)


def test_chain_alone__needs_nothing_but_the_database(stand, tmp_path):
    bare = tmp_path / "bare"
    bare.mkdir()
    stand.house.database.close()
    shutil.copy(stand.settings.data / "gateway.db", bare)
    assert [each["stage"] for each in asked(bare, "--chain")["stages"]] == ["chain", "checkpoints"]
    assert "a copy without its keys is verified by --chain" in run(bare, code=3).output


def test_key_of_the_packages_is_away__nothing_is_called_wrong(stand):
    (stand.settings.data / "keys" / "data.key").unlink()
    found = asked(stand.settings.data, code=3)
    notes = {each["stage"]: " ".join(each["notes"]) for each in found["stages"]}
    assert not found["good"]
    assert "were not judged" in notes["results"]
    assert "nothing was made again" in notes["replay"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("replay", "-o", "{away}/report.html"),
        ("replay", "--registry", "{file}/registry"),
        ("receipt", "{message}", "-o", "{away}/r"),
    ],
)
def test_file_that_cannot_be_written__is_one_sentence(told, tmp_path, arguments):
    (tmp_path / "file").touch()
    url = f"sqlite:///{told.settings.data / 'gateway.db'}"
    with contextlib.closing(databases.Database.open(url)) as db, db.read() as connection:
        message = next(each.message for each in journal.entries(connection) if each.message)
    names = {"away": tmp_path / "away", "file": tmp_path / "file", "message": message}
    given = [each.format(**names) for each in arguments]
    done = CliRunner().invoke(main, ["--data", str(told.settings.data), "journal", *given])
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "cannot be written: " in done.stderr


def test_damaged_payload__is_told_once_and_the_rest_is_verified_too(stand):
    result = indexes(stand, journal.Kind.RESULT_MADE)[0]
    sql(stand, "UPDATE journal_payload SET data = x'00' WHERE entry_index = ?", result)
    found = asked(stand.settings.data, code=1)
    assert faults(found)[0] == ("chain", result)
    assert [stage for stage, _ in faults(found) if stage in ("results", "packages")] == []
    text = run(stand.settings.data, code=1).stdout
    assert f"entry {result}: payload 'result': not a zstd frame" in text


def test_erased_package__is_no_fault_of_any_stage(stand):
    accepted = indexes(stand, journal.Kind.PACKAGE_ACCEPTED)[-1]
    order = erasure.Order("request 17", "the archivist")
    erasing.erase(stand.house.database, accepted, order, stands.NOW)
    found = asked(stand.settings.data)
    assert [each["stage"] for each in found["stages"]] == list(Name)
    counts = {each["stage"]: each["counts"] for each in found["stages"]}
    assert counts["results"] == {"results": 1, "failed runs": 0}
    assert counts["replay"]["verdicts not judged"] == 1


def test_key_is_gone__what_is_wrong_is_named_all_the_same(stand):
    vault.path(stand.settings).unlink()
    found = asked(stand.settings.data, code=3)
    assert (found["good"], found["first"], [each["stage"] for each in found["stages"]]) == (False, None, list(Name))
    assert "the installation's key is not here" in found["away"]
    (result,) = indexes(stand, journal.Kind.RESULT_MADE)[:1]
    sql(stand, "UPDATE journal_entry SET kind = 'x' WHERE entry_index = ?", result)
    assert asked(stand.settings.data, code=1)["first"] == result
    assert f"entry {result}: the columns do not repeat the record (chain)" in run(stand.settings.data, code=1).stdout


def test_damaged_entry_of_a_fetch__is_named_and_not_the_package_before_it(stand):
    with stand.house.database.read() as connection:
        guid = journal.entry(connection, indexes(stand, journal.Kind.RESULT_MADE)[0]).message
    stand.state(guid)
    (fetched,) = indexes(stand, journal.Kind.RESULT_FETCHED)
    sql(stand, "UPDATE journal_entry SET record = x'00' WHERE entry_index = ?", fetched)
    found = asked(stand.settings.data, code=1)
    assert found["first"] == fetched
    assert [stage for stage, _ in faults(found) if stage == "packages"] == []


EXTRA = """
    INSERT INTO package SELECT 'x', 0, received_at, sender, 'x', 'x', digest, organisation, system, path, service,
    operation, pack, version, NULL, NULL, NULL, NULL, NULL FROM package LIMIT 1
"""


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE package SET parked_index = 3", "parked_index"),
        ("UPDATE package SET finished_at = '2026-01-01 00:00:00.000000'", "finished_at"),
        ("UPDATE package SET sender = 'x'", "sender"),
        ("DELETE FROM package", "missing among the packages"),
        (EXTRA, "is not in the journal"),
    ],
)
def test_package_that_the_journal_does_not_make__names_its_entry(stand, statement, what):
    sql(stand, statement)
    found = asked(stand.settings.data, code=1)
    expected = [0] if statement == EXTRA else indexes(stand, journal.Kind.PACKAGE_ACCEPTED)
    assert faults(found) == [("packages", index) for index in expected]
    assert what in found["faults"][0]["what"]


def test_result_without_a_package__is_a_fault_of_its_entry(stand):
    event = journal.Event(journal.Kind.RESULT_MADE, stands.NOW, "00000000-0000-4000-8000-00000000ffff")
    with stand.house.database.write() as connection:
        (entry,) = journal.append(connection, [event])
    assert ("packages", entry.index) in faults(asked(stand.settings.data, code=1))


def test_result_signed_by_somebody_else__is_named(stand, tmp_path):
    (tmp_path / "other.crt").write_bytes(issue.pem(stands.KEYS[stands.STRANGER].certificate))
    found = asked(stand.settings.data, "--certificate", tmp_path / "other.crt", code=1)
    results = indexes(stand, journal.Kind.RESULT_MADE)
    assert [index for stage, index in faults(found) if stage == "results"] == results
    assert {index for stage, index in faults(found) if stage == "checkpoints"} == {0}
    own = stand.settings.keys / "installation.crt"
    assert asked(stand.settings.data, "--certificate", own)["good"]


def test_result_for_another_message_or_no_xml__is_named(stand):
    first, second = indexes(stand, journal.Kind.RESULT_MADE)
    with stand.house.database.read() as connection:
        entry, other = journal.entry(connection, first), journal.payload(connection, second, "result")
    store = trust.TrustStore.believing([stand.house.trusted.now.anchors[0]])
    (what,) = answers.faults(other, entry, store, policy.THOROUGH)
    assert "is to message" in what
    (what,) = answers.faults(b"<a>", entry, store, policy.THOROUGH)
    assert "is not XML" in what


def test_object_that_the_journal_does_not_make__is_a_fault(stand):
    sql(stand, "UPDATE registry_object SET unique_number = 'X' WHERE sequence = 2")
    found = asked(stand.settings.data, code=1)
    assert faults(found) == [("replay", found["size"] - 1)]
    assert "the registry is not what the journal makes of it: object" in found["faults"][0]["what"]


def test_result_that_comes_out_otherwise__is_a_fault_of_its_entry(stand, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setitem(handlers.HANDLERS, replayed.HOUSE, broken)
    found = asked(stand.settings.data, code=1)
    assert ("replay", indexes(stand, journal.Kind.RESULT_MADE)[0]) in faults(found)


@pytest.mark.parametrize(
    ("statement", "stage"),
    [
        ("UPDATE journal_entry SET record = x'ff' WHERE entry_index = ?", "chain"),
        ("UPDATE journal_entry SET hash = CAST(x'ff' AS TEXT) WHERE entry_index = ?", "chain"),
        ("UPDATE journal_payload SET role = CAST(x'ff' AS TEXT) WHERE entry_index = ?", "chain"),
        ("UPDATE journal_signer SET certificate = x'ff' WHERE ? > 0", "checkpoints"),
    ],
)
def test_what_is_not_even_text__is_told_and_every_stage_goes_on(stand, statement, stage):
    result = indexes(stand, journal.Kind.RESULT_MADE)[0]
    sql(stand, statement, result)
    found = asked(stand.settings.data, code=1)
    assert faults(found)[0] == (stage, 0 if stage == "checkpoints" else result)
    assert [each["stage"] for each in found["stages"]] == list(Name)


def test_entry_of_an_erased_package_that_is_not_even_text__is_told(stand):
    accepted = indexes(stand, journal.Kind.PACKAGE_ACCEPTED)[-1]
    erasing.erase(stand.house.database, accepted, erasure.Order("request 17", "the archivist"), stands.NOW)
    sql(stand, "UPDATE journal_entry SET message = CAST(x'ff' AS TEXT) WHERE entry_index = ?", accepted)
    found = asked(stand.settings.data, code=1)
    assert found["faults"][0] == {"stage": "chain", "index": accepted, "what": "the columns do not repeat the record"}
    assert [each["stage"] for each in found["stages"]] == list(Name)


def test_entry_far_away__is_found_without_walking_there(stand):
    with stand.house.database.read() as connection:
        size = journal.size(connection)
    sql(
        stand,
        "INSERT INTO journal_entry SELECT 1099511627776, kind, at, NULL, record, hash FROM journal_entry "
        "WHERE entry_index = 1",
    )
    found = asked(stand.settings.data, "--chain", code=1)
    assert (found["first"], found["faults"][0]["what"]) == (size, "missing, and all after it up to 1099511627775")
    assert {index for _, index in faults(found)} == {size, 2**40}


def test_many_faults__are_counted_and_the_first_is_named(stand):
    stage = Stage(Name.CHAIN)
    stage.add([verification.Fault(index, "x") for index in range(MOST + 5, 0, -1)])
    assert (stage.faults[0].index, len(stage.faults), stage.more) == (1, MOST, 5)
    with stand.house.database.write() as connection:
        journal.append(connection, [factories.event(number) for number in range(100)])
    sql(stand, "UPDATE journal_entry SET kind = 'x' WHERE entry_index > 10")
    text = run(stand.settings.data, "--chain", code=1).stdout
    assert "entry 11: the columns do not repeat the record (chain)" in text
    assert text.splitlines()[-1].startswith("… and ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", 10**6), "there are no such entries"),
        (("--to", 10**6), "there are no such entries"),
        (("--from", 3, "--to", 2), "there are no such entries"),
        (("--from", 3, "--to", 3), "there are no such entries"),
        (("--from", -1), "Invalid value"),
        (("--jobs", 0), "Invalid value"),
        (("--certificate", "nowhere.crt"), "does not exist"),
    ],
)
def test_bad_question__is_told(stand, arguments, said):
    assert said in run(stand.settings.data, *arguments, code=2).output


def test_nothing_there__cannot_be_read(tmp_path):
    assert "does not exist" in run(tmp_path / "nowhere", "--chain", code=3).output
    (tmp_path / "gateway.db").write_bytes(b"this is no database" * 100)
    assert "not a database" in run(tmp_path, "--chain", code=3).output


def test_journal_without_an_entry__is_well(tmp_path):
    db = databases.Database.open(f"sqlite:///{tmp_path}/gateway.db")
    db.migrate()
    db.close()
    found = asked(tmp_path, "--chain")
    assert (found["good"], found["size"], found["head"]) == (True, 0, None)


def test_ctrl_c__ends_with_a_code_that_says_nothing_of_the_journal(stand, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(engine, "verify", interrupted)
    assert "interrupted" in run(stand.settings.data, code=130).output


def test_journal_that_grows_meanwhile__is_verified_up_to_its_size_at_the_beginning(stand):
    with stand.house.database.read() as connection:
        size = journal.size(connection)

    def grow(stage):
        with stand.house.database.write() as connection:
            journal.append(connection, [factories.event(number) for number in range(400)])
        publishing.make(stand.house.database, stand.house.key, stand.house.settings)

    report = engine.verify(stand.settings, Question(), silent, grow)
    assert report.is_good, report.faults
    assert (report.size, report.stages[0].counts["entries"]) == (size, size)
    with stand.house.database.read() as connection:
        assert journal.size(connection) == size + 400 * len(Name)


def silent(*_):
    return contextlib.nullcontext(lambda _: None)


@pytest.fixture
def nobody():
    """A folder that no other user's rights keep from this process, which is then told to have none of root's."""
    with tempfile.TemporaryDirectory(dir="/tmp") as made:
        Path(made).chmod(0o755)
        ids = os.getresuid()
        yield Path(made)
        os.setresuid(*ids)


def test_copy_that_nobody_can_write__is_verified_and_stays_byte_for_byte(stand, nobody):
    run(stand.settings.data)  # everything is imported while this process may read it
    stand.house.database.close()
    copy = nobody / "copy"
    shutil.copytree(stand.settings.data, copy, ignore=shutil.ignore_patterns("gateway.db-*"))
    for path in (copy, *copy.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    if os.getuid() == 0:
        os.setresuid(65534, 65534, 0)
    with pytest.raises(PermissionError):
        (copy / "new").touch()
    conf = dataclasses.replace(stand.settings, data=copy)
    report = engine.verify(conf, Question(), silent, lambda _: None)
    assert (report.is_good, len(report.stages)) == (True, len(Name))
    assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
    for path in (copy, *copy.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o222


def test_copy_that_nobody_can_write_and_whose_wal_holds_entries__says_what_to_do(stand, nobody):
    copy = nobody / "copy"
    shutil.copytree(stand.settings.data, copy, ignore=shutil.ignore_patterns("gateway.db-shm"))
    (copy / "gateway.db-wal").write_bytes(b"x")
    copy.chmod(0o555)
    if os.getuid() == 0:
        os.setresuid(65534, 65534, 0)
    with pytest.raises(storage_errors.NotReady, match="copy both files to a folder that can be written"):
        databases.Database.open(f"sqlite:///{copy}/gateway.db", read_only=True)


# Several processes.


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="module")
def long(request, tmp_path_factory):
    """A journal of several ranges, its triggers gone, and whether it is a file."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('long')}/gateway.db"
    else:
        url = request.getfixturevalue("postgres").new_database()
    db = databases.Database.open(url)
    db.migrate()
    with db.write() as connection:
        journal.append(connection, [factories.event(number) for number in range(1300)])
        if db.is_sqlite:
            for name in (
                connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            ):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("DROP FUNCTION journal_is_append_only CASCADE")
    yield db
    db.close()


def test_ranges_of_several_processes__find_what_one_finds(long, monkeypatch):
    monkeypatch.setattr(parts, "RANGE", 256)
    monkeypatch.setattr(parts, "_LEAST", 1)
    # What is missing lies across the border at 256, a damaged hash before that at 512, a changed entry behind it.
    with long.write() as connection:
        connection.exec_driver_sql("DELETE FROM journal_entry WHERE entry_index BETWEEN 250 AND 259")
        connection.exec_driver_sql("UPDATE journal_entry SET hash = 'x' WHERE entry_index = 511")
        connection.exec_driver_sql("UPDATE journal_entry SET kind = 'x' WHERE entry_index IN (512, 1299)")
    with long.read() as connection:
        whole = list(verification.verify(connection, 0, 1300))
        ranges = parts.cut(connection, 0, 1300)
    assert [start for start, _ in ranges] == [0, 250, 512, 768, 1024, 1280]
    for jobs in (1, 2):
        found = [fault for _, (faults, _, _) in parts.each(long, ranges, jobs, parts.chain) for fault in faults]
        assert sorted(found, key=lambda fault: (fault.index, fault.what)) == sorted(
            whole, key=lambda fault: (fault.index, fault.what)
        )
    assert verification.Fault(250, "missing, and all after it up to 259") in whole


def test_verification_that_is_left__leaves_no_process_behind(long, monkeypatch):
    monkeypatch.setattr(parts, "_LEAST", 1)
    running = parts.each(long, [(0, 100), (100, 200), (200, 300)], 2, parts.chain)
    next(running)
    running.close()
    assert multiprocessing.active_children() == []
