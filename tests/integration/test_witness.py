"""P10: whoever keeps checkpoints finds that a journal was cut, rewritten, restored or is signed by another key."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import http.server
import shutil
import threading

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from gateway.cli import main
from gateway.journal import errors, publishing, witness
from gateway.settings import Settings
from signing import issue
from signing.subject import Subject
from storage import database as databases
from storage import journal, tables

NOW = dt.datetime.now(dt.UTC).replace(microsecond=0)
AUTHORITY = issue.new_authority("p256", "Test CA", now=NOW)


def new_key():
    ends = NOW + dt.timedelta(days=10)
    return issue.issue(AUTHORITY, "p256", Subject(common_name="Шлюз"), now=NOW, not_after=ends).signer()


@dataclasses.dataclass
class Log:
    """A journal, its key, and the folder in which it is published and served."""

    db: databases.Database
    conf: Settings
    key: object
    url: str

    def grow(self, count, mark="x"):
        facts = [{"number": number, "mark": mark} for number in range(count)]
        with self.db.write() as connection:
            journal.append(connection, [journal.Event(journal.Kind.FILE_STORED, NOW, None, each) for each in facts])

    def sign(self):
        kept = publishing.make(self.db, self.key, self.conf)
        publishing.publish(self.db, self.conf)
        return kept

    def forge(self, *statements):
        """Do what the owner of the database can: triggers away, everything that was signed forgotten, then this."""
        with self.db.write() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for table in ("journal_checkpoint", "journal_signer"):
                connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608  # names from above
            for statement in statements:
                connection.execute(statement) if not isinstance(statement, str) else connection.exec_driver_sql(
                    statement
                )
        shutil.rmtree(self.conf.checkpoint_folder)

    def cut(self, size):
        tiles = f"DELETE FROM journal_tile WHERE (number + 1) * 256 > {size}"  # noqa: S608  # a number
        self.forge(sa.delete(tables.journal_entry).where(tables.journal_entry.c.entry_index >= size), tiles)


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    root = tmp_path_factory.mktemp("served")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=root))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield root, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def log(served, tmp_path):
    root, address = served
    folder = root / tmp_path.name
    db = databases.Database.open(f"sqlite:///{tmp_path}/gateway.db")
    db.migrate()
    made = Log(db, Settings(data=tmp_path, checkpoint_folder=str(folder)), new_key(), f"{address}/{tmp_path.name}")
    made.grow(300)
    yield made
    db.close()


@pytest.fixture
def watch(log, tmp_path):
    def look(**options):
        return witness.Witness(log.url, tmp_path / "seen", None, **options).look()

    return look


def kept(tmp_path, what):
    return sorted(path.name for path in (tmp_path / "seen" / what).glob("*"))


def test_honest_journal__is_followed_and_every_checkpoint_kept(log, watch, tmp_path):
    notes = []
    for count in (0, 1, 211, 600):
        log.grow(count)
        notes.append(log.sign().note)
        seen = watch()
    assert (seen.before.size, seen.checkpoint.size) == (512, 1112)
    assert watch().before == seen.checkpoint
    found = [path.read_text("utf-8") for path in sorted((tmp_path / "seen" / "checkpoints").glob("*"))]
    assert found == notes
    assert kept(tmp_path, "certificates") == ["0001.pem"]
    assert kept(tmp_path, "evidence") == []


def test_cut_tail__is_found_and_the_evidence_kept(log, watch, tmp_path):
    log.sign()
    watch()
    log.cut(299)
    offered = log.sign().note
    with pytest.raises(errors.Evidence, match=r"cut or an old copy restored: 299 entries are signed now, and 300 were"):
        watch()
    (place,) = (tmp_path / "seen" / "evidence").iterdir()
    assert (place / "checkpoint").read_text("utf-8") == offered
    assert "299" in (place / "reason.txt").read_text("utf-8")
    with pytest.raises(errors.Evidence, match="cut"):
        watch()


def test_cut_tail_that_has_grown_again__is_found(log, watch):
    log.sign()
    watch()
    log.cut(290)
    log.grow(40, mark="y")
    log.sign()
    with pytest.raises(errors.Evidence, match="rewritten: its first 300 entries are not those"):
        watch()


@pytest.mark.parametrize("grown", [0, 50])
def test_first_entry_rewritten_and_all_after_it_chained_anew__is_another_journal(log, watch, grown):
    log.sign()
    watch()
    log.forge(sa.delete(tables.journal_tile), sa.delete(tables.journal_entry))
    log.grow(7, mark="y")
    log.grow(293 + grown)
    log.sign()
    # The name of a journal that was given none is made of its first entry.
    with pytest.raises(errors.Evidence, match="another journal"):
        watch()


def test_entry_rewritten_under_the_same_name__is_found(log, watch):
    log.conf = dataclasses.replace(log.conf, journal_origin="gateway.test/journal")
    log.sign()
    watch()
    log.forge(sa.delete(tables.journal_tile), sa.delete(tables.journal_entry))
    log.grow(7, mark="y")
    log.grow(293)
    log.sign()
    with pytest.raises(errors.Evidence, match="rewritten"):
        watch()


def test_old_copy_restored__is_found_even_though_it_is_whole(log, watch, tmp_path):
    log.sign()
    log.db.close()
    shutil.copy(tmp_path / "gateway.db", tmp_path / "copy.db")
    log.grow(10)
    log.sign()
    watch()
    old = dataclasses.replace(log, db=databases.Database.open(f"sqlite:///{tmp_path}/copy.db"))
    old.sign()
    with pytest.raises(errors.Evidence, match="old copy restored: 300 entries are signed now, and 310 were"):
        watch()
    old.db.close()


def test_changed_key__is_told_and_accepted_on_demand(log, watch, tmp_path):
    log.sign()
    watch()
    log.key = new_key()
    log.grow(1)
    log.sign()
    with pytest.raises(errors.Evidence, match=r"another key.*--accept-key"):
        watch()
    assert watch(accept_key=True).checkpoint.size == 301
    assert kept(tmp_path, "certificates") == ["0001.pem", "0002.pem"]
    assert watch().checkpoint.size == 301


def test_changed_key_of_a_rewritten_journal__is_not_accepted_on_demand(log, watch, tmp_path):
    log.conf = dataclasses.replace(log.conf, journal_origin="gateway.test/journal")
    log.sign()
    watch()
    log.forge(sa.delete(tables.journal_tile), sa.delete(tables.journal_entry))
    log.key = new_key()
    log.grow(301, mark="y")
    log.sign()
    with pytest.raises(errors.Evidence, match="rewritten"):
        watch(accept_key=True)
    assert kept(tmp_path, "certificates") == ["0001.pem"]


def test_key_that_was_given__is_believed_and_no_other(log, watch):
    log.sign()
    foreign = issue.issue(
        AUTHORITY, "p256", Subject(common_name="Чужой"), now=NOW, not_after=NOW + dt.timedelta(days=1)
    ).certificate
    with pytest.raises(errors.Evidence, match="another key"):
        watch(certificate=foreign)


def test_forged_signature__is_found(log, watch):
    log.sign()
    watch()
    log.grow(1)
    log.sign()
    target = publishing.Path(log.conf.checkpoint_folder) / "checkpoint"
    target.write_text(target.read_text("utf-8").replace("\n301\n", "\n302\n"), "utf-8")
    with pytest.raises(errors.Evidence, match="signed by no key"):
        watch()


def test_tiles_of_something_else__are_found(log, watch):
    log.sign()
    tile = publishing.Path(log.conf.checkpoint_folder) / publishing.tile_path(0, 1, 44)
    tile.write_bytes(bytes(44 * 32))
    with pytest.raises(errors.Evidence, match="tiles do not make the root"):
        watch()


def test_nobody_there__is_no_evidence(log, watch, tmp_path):
    with pytest.raises(errors.Unreachable, match="404"):
        watch()
    assert not (tmp_path / "seen").exists()


def test_installation_itself__signs_nothing_that_contradicts_its_last_checkpoint(log):
    log.sign()
    with log.db.write() as connection:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(sa.delete(tables.journal_entry).where(tables.journal_entry.c.entry_index >= 290))
    with pytest.raises(errors.Contradiction, match="tail was cut"):
        log.sign()
    log.grow(30, mark="y")
    with pytest.raises(errors.Contradiction, match="first 300 entries"):
        log.sign()


def test_nothing_written__is_nothing_signed(log):
    first = log.sign()
    assert log.sign() == first
    log.grow(1)
    assert log.sign().number == 1


def test_command__tells_what_it_saw_and_ends_by_it(log, tmp_path):
    def run(*more):
        return CliRunner().invoke(
            main, ["journal", "witness", log.url, "--data", str(tmp_path / "seen"), "--once", *more]
        )

    assert run().exit_code == 3
    log.sign()
    (tmp_path / "file").touch()
    assert "cannot be written: " in run("--data", str(tmp_path / "file" / "seen")).stderr
    seen = run()
    assert (seen.exit_code, "size 300, first seen" in seen.output) == (0, True)
    log.cut(200)
    log.sign()
    found = run("--json")
    assert (found.exit_code, "cut or an old copy restored" in found.output) == (1, True)
