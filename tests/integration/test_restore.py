"""P20, P10: the drill of docs/restore.md. A gateway that runs is backed up, and restored; it knows that it was."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import http.server
import json
import shutil
import sqlite3
import subprocess
import threading

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from gateway.cli import main
from gateway.journal import errors, publishing, witness
from storage import journal, verification
from tests import samples, served
from tests import stand as stands
from tests.unit.web.test_metrics import values


def entries(stand):
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []
        return list(journal.entries(connection))


def restored(stand):
    return [entry for entry in entries(stand) if entry.kind == journal.Kind.RESTORED]


def back_up(stand, target):
    """Copy the database of a gateway that runs: one snapshot, nobody waits."""
    with contextlib.closing(sqlite3.connect(stand.settings.data / "gateway.db")) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def put_back(stand, copy):
    """Replace the database of a gateway that is stopped, as docs/restore.md says."""
    for left in stand.settings.data.glob("gateway.db*"):
        left.unlink()
    shutil.copy(copy, stand.settings.data / "gateway.db")


@pytest.fixture
def watch(tmp_path):
    """A witness of what a stand publishes into a folder."""
    folder = tmp_path / "published"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()

    def look(stand):
        conf = dataclasses.replace(stand.settings, checkpoint_folder=str(folder))
        publishing.make(stand.house.database, stand.house.key, conf)
        publishing.publish(stand.house.database, conf)
        return witness.Witness(f"http://127.0.0.1:{server.server_port}", tmp_path / "seen", None).look()

    yield look
    server.shutdown()
    thread.join()
    server.server_close()


def test_p20_sqlite__older_copy_restored_and_the_lost_package_sent_again(stand, watch, tmp_path):
    kept = stand.send(samples.HOUSE).message_guid
    stand.work()
    back_up(stand, tmp_path / "backup.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "backup.db")) as connection:
        saved = connection.execute("SELECT count(*) FROM journal_entry").fetchone()[0]
    raw = stands.package(samples.HOUSE)
    lost = stand.post(raw).message_guid
    stand.work()
    watch(stand)
    last = entries(stand)[-1]
    stand.close()

    put_back(stand, tmp_path / "backup.db")
    stand.open()
    entry = entries(stand)[-1]
    assert (entry.kind, entry.index) == ("restored-from-backup", saved)
    told = {"reason": "older-copy", "epoch": 1, "missing": last.index + 1 - saved, "marked_head": last.hash}
    assert told.items() <= dict(entry.facts).items()
    assert values(stand)["gateway_journal_epoch", ()] == 1

    assert stand.state(lost).code == "INT002013"
    again = stand.post(raw).message_guid
    assert again != lost
    assert [each.message for each in entries(stand)[entry.index + 1 :]] == [again]
    assert stand.work() == 1
    assert stand.state(again).code is None
    assert stand.state(kept).code is None
    stand.close()
    stand.open()
    assert len(restored(stand)) == 1

    with pytest.raises(errors.Evidence, match=r"rewritten|cut or an old copy"):
        watch(stand)
    listed = CliRunner().invoke(main, ["--data", str(stand.settings.data), "journal", "epoch", "--json"])
    (shown,) = json.loads(listed.stdout)["entries"]
    assert (shown["index"], shown["reason"]) == (entry.index, "older-copy")


@pytest.mark.slow
def test_p20_server_of_several_processes__tells_once_before_it_acknowledges(tmp_path):
    conf = served.new(tmp_path / "data", processes=2, exchange_workers=1)
    stand = stands.Reopened(dataclasses.replace(conf, port=8080))
    stand.send(samples.HOUSE)
    back_up(stand, tmp_path / "backup.db")
    raw = stands.package(samples.HOUSE)
    stand.post(raw)
    stand.close()
    put_back(stand, tmp_path / "backup.db")
    server = served.Served(conf)
    try:
        assert server.send(raw)[0] == 200
        stand.open()
        served.until(lambda: journal.Kind.KEY_CHANGED in {entry.kind for entry in entries(stand)}, "the first look")
        assert server.stop() == 0
        assert len(server.events("the database is not the one that was written last")) == 1
    finally:
        server.close()
    found = [entry.kind for entry in entries(stand)]
    stand.close()
    assert found.count("restored-from-backup") == 1
    last = len(found) - found[::-1].index("package-accepted") - 1
    assert found.index("restored-from-backup") < last


def test_copy_restored_of_which_nothing_is_missing__is_told_as_another_place(stand, tmp_path):
    stand.send(samples.HOUSE)
    back_up(stand, tmp_path / "backup.db")
    stand.close()
    (stand.settings.data / "gateway.db").rename(stand.settings.data / "gateway.old")
    put_back(stand, tmp_path / "backup.db")
    stand.open()
    (entry,) = restored(stand)
    assert (entry.facts["reason"], entry.facts["missing"]) == ("other-place", 0)


def test_limit__machine_set_back_whole_is_seen_by_the_witness_alone(stand, watch, tmp_path):
    """P10: the database, its file and the mark are those of then. Nothing inside can tell."""
    data = stand.settings.data
    stand.send(samples.HOUSE)
    back_up(stand, tmp_path / "backup.db")
    shutil.copy(data / "journal.mark", tmp_path / "backup.mark")
    stand.send(samples.HOUSE)
    watch(stand)
    stand.close()
    for left in data.glob("gateway.db-*"):
        left.unlink()
    shutil.copyfile(tmp_path / "backup.db", data / "gateway.db")  # into the same file
    shutil.copyfile(tmp_path / "backup.mark", data / "journal.mark")
    stand.open()
    assert restored(stand) == []
    with pytest.raises(errors.Evidence, match="cut or an old copy restored"):
        watch(stand)


def test_operator_says_so__is_an_entry_and_a_reason_is_needed(stand):
    stand.send(samples.HOUSE)
    place = ["--data", str(stand.settings.data), "journal", "epoch"]
    assert CliRunner().invoke(main, [*place, "--reason", " "]).exit_code == 2
    assert "never restored or moved" in CliRunner().invoke(main, place).output
    said = CliRunner().invoke(main, [*place, "--reason", "machine set back to 1 March"])
    assert said.exit_code == 0
    assert "machine set back to 1 March" in said.output
    assert [entry.facts["reason"] for entry in restored(stand)] == ["declared"]


@pytest.mark.postgres
def test_p20_postgresql__dump_restored_into_another_database(postgres, tmp_path):
    stand = stands.Stand(tmp_path / "data", database=postgres.new_database())
    stand.send(samples.HOUSE)
    dump = tmp_path / "backup.dump"
    run = functools.partial(subprocess.run, check=True, timeout=60, capture_output=True)
    run([postgres.binaries / "pg_dump", "-Fc", "-f", dump, stand.settings.database])
    raw = stands.package(samples.HOUSE)
    lost = stand.post(raw).message_guid
    stand.close()
    target = postgres.new_database()
    run([postgres.binaries / "pg_restore", "-d", target, dump])

    back = stands.Reopened(dataclasses.replace(stand.settings, database=target))
    entry = entries(back)[-1]
    assert (entry.kind, entry.facts["reason"], entry.facts["missing"]) == ("restored-from-backup", "older-copy", 1)
    assert back.post(raw).message_guid != lost
    back.close()
    again = stands.Reopened(back.settings)
    assert len(restored(again)) == 1
    again.close()


@pytest.mark.postgres
def test_postgresql_stopped_at_once_and_started__no_alarm(postgres, tmp_path):
    stand = stands.Stand(tmp_path / "data", database=postgres.new_database())
    stand.send(samples.HOUSE)
    postgres.stop()
    postgres.start()
    with contextlib.suppress(sa.exc.OperationalError):
        stand.house.database.close()
    stand.close()
    stand.open()
    stand.send(samples.HOUSE)
    assert restored(stand) == []
    stand.close()
