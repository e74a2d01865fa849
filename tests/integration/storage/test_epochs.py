"""P20: a database that was restored, copied or replaced is recognised, once, before anything is acknowledged."""

from __future__ import annotations

import shutil
import threading

import pytest
import sqlalchemy as sa

from storage import epochs, errors, intake, journal, mark, tables, verification
from storage.database import Database
from tests.integration.storage import factories


@pytest.fixture
def marked(url, tmp_path):
    """What opens the database as the node of a name does; the same name has the same mark."""
    opened = []

    def node(name="first"):
        opened.append(Database.open(url, mark=tmp_path / f"{name}.mark"))
        return opened[-1]

    yield node
    for each in opened:
        each.close()


def write(database, count=1):
    with database.write() as connection:
        return journal.append(connection, [factories.event(number) for number in range(count)])


def break_off(database):
    with database.write() as connection:
        journal.append(connection, [factories.event()])
        raise ZeroDivisionError


def entries(database):
    with database.read() as connection:
        assert list(verification.verify(connection)) == []
        return list(journal.entries(connection))


def restored(database):
    return [entry for entry in entries(database) if entry.kind == journal.Kind.RESTORED]


def cut(database, size):
    """Set the database back to its first entries, as an older copy has them."""
    with database.write() as connection:
        if database.is_sqlite:
            triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
            for trigger in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {trigger.name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in (tables.journal_subject, tables.journal_entry):
            connection.execute(sa.delete(table).where(table.c.entry_index >= size))
        if database.is_sqlite:
            for trigger in triggers:
                connection.exec_driver_sql(trigger.sql)


def test_new_database_and_every_later_start__no_alarm(marked):
    for _ in range(3):
        database = marked()
        database.recognise()
        write(database, 2)
    assert restored(database) == []
    with database.read() as connection:
        assert epochs.number(connection) == 0


def test_mark__says_how_far_the_journal_was_committed(marked, tmp_path):
    database = marked()
    last = write(database, 3)[-1]
    assert mark.read(tmp_path / "first.mark") == mark.Mark(0, 3, last.hash)
    with pytest.raises(ZeroDivisionError):
        break_off(database)
    assert mark.read(tmp_path / "first.mark") == mark.Mark(0, 3, last.hash)
    write(database)
    assert mark.read(tmp_path / "first.mark").size == 4


def test_older_copy__is_the_first_entry_of_the_next_start_and_of_no_later_one(marked, caplog):
    last = write(marked(), 5)[-1]
    cut(marked("other"), 3)
    marked().recognise()
    marked().recognise()
    *_, kept, entry = entries(marked())
    assert kept.index == 2
    assert entry.kind == "restored-from-backup"
    expected = {"epoch": 1, "reason": "older-copy", "missing": 2, "marked_size": 5, "marked_head": last.hash}
    assert expected.items() <= dict(entry.facts).items()
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert warning.facts["reason"] == "older-copy"
    write(marked())
    assert len(restored(marked())) == 1


def test_older_copy_under_a_process_that_runs__is_told_before_the_next_entry(marked):
    running = marked()
    write(running, 5)
    cut(marked("other"), 3)
    (entry,) = write(running)
    assert [each.kind for each in entries(running)[3:]] == ["restored-from-backup", "contract-installed"]
    assert entry.index == 4


def test_older_copy_and_the_same_package_again__is_told_before_it_is_acknowledged(marked):
    database, item = marked(), factories.accepted("guid")
    with database.write() as connection:
        journal.append(connection, [factories.event()])
    writer = intake.Writer(database)
    writer.accept(item)
    write(database, 2)
    cut(marked("other"), 2)
    assert writer.accept(item) == intake.Same(item.message_guid)
    writer.close()
    assert entries(database)[-1].kind == "restored-from-backup"


def test_journal_with_other_entries__is_recognised(marked):
    write(marked(), 4)
    cut(marked("other"), 2)
    foreign = marked("foreign")
    write(foreign, 1)
    with foreign.write() as connection:
        journal.append(connection, [factories.event(77), factories.event(78)])
    marked().recognise()
    (entry,) = restored(marked())
    assert (entry.facts["reason"], entry.facts["missing"]) == ("other-history", None)


def test_restored_twice_from_one_copy__the_epochs_are_counted_on(marked):
    write(marked(), 5)
    for expected in (1, 2):
        cut(marked("other"), 3)
        with marked("other").write() as connection:
            connection.execute(sa.delete(tables.journal_epoch).where(tables.journal_epoch.c.number > 0))
        marked().recognise()
        assert [entry.facts["epoch"] for entry in restored(marked())] == [expected]
        write(marked(), 5)


@pytest.mark.parametrize("is_there", [True, False])
def test_file_replaced_under_a_process_that_runs__it_accepts_nothing_until_it_is_started_anew(tmp_path, is_there):
    file = tmp_path / "running.db"
    running = Database.open(f"sqlite:///{file}", mark=tmp_path / "running.mark")
    running.migrate()
    write(running, 2)
    if is_there:
        shutil.copy(file, tmp_path / "copy.db")
        (tmp_path / "copy.db").replace(file)
    else:
        file.unlink()
    for use in (write, Database.ping, Database.recognise):
        with pytest.raises(errors.NotReady, match="was replaced while it was open"):
            use(running)
    running.close()


def test_two_nodes_and_many_threads__one_entry(marked):
    first, second = marked("first"), marked("second")
    for database in (first, second, first, second):
        write(database, 2)
    cut(marked("other"), 3)
    nodes = [marked(name) for name in ("first", "second") for _ in range(4)]
    start = threading.Barrier(len(nodes))

    def begin(database):
        start.wait()
        database.recognise()
        write(database)

    threads = [threading.Thread(target=begin, args=(database,)) for database in nodes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.index for entry in restored(first)] == [3]
    write(marked("second"))
    assert len(restored(first)) == 1


def test_mark_of_an_earlier_epoch__tells_nothing_of_what_is_missing(marked):
    write(marked("second"), 5)
    write(marked("first"))
    cut(marked("other"), 3)
    write(marked("first"))
    with marked("other").write() as connection:
        connection.execute(sa.update(tables.journal_epoch).values(identity="another machine"))
    marked("second").recognise()
    facts = restored(marked("second"))[-1].facts
    assert (facts["epoch"], facts["reason"], facts["missing"]) == (2, "other-place", None)


def test_other_identity__is_recognised_once_even_without_a_mark(marked, tmp_path):
    write(marked(), 2)
    with marked("other").write() as connection:
        connection.execute(sa.update(tables.journal_epoch).values(identity="another machine"))
    (tmp_path / "first.mark").unlink()
    marked().recognise()
    marked().recognise()
    (entry,) = restored(marked())
    assert (entry.facts["reason"], entry.facts["identity_before"]) == ("other-place", "another machine")
    assert (entry.facts["missing"], entry.facts["marked_size"]) == (None, None)


@pytest.mark.parametrize("content", [b"", b"\0" * 4096, b"hcs-gateway journal mark 1 epoch 0 size 9 head x sum 0\n"])
def test_mark_that_cannot_be_read__is_no_alarm_and_is_set_again(marked, tmp_path, content):
    write(marked(), 2)
    file = tmp_path / "first.mark"
    file.write_bytes(content)
    marked().recognise()
    write(marked())
    assert restored(marked()) == []
    assert mark.read(file).size == 3


def test_mark_that_lags__is_no_alarm(marked, tmp_path):
    """After a crash of the machine, or where other nodes have written."""
    write(marked(), 2)
    behind = (tmp_path / "first.mark").read_bytes()
    write(marked(), 3)
    (tmp_path / "first.mark").write_bytes(behind)
    marked().recognise()
    write(marked("second"))
    write(marked())
    assert restored(marked()) == []


def test_mark_that_cannot_be_written__costs_no_commit_and_is_told_once(marked, tmp_path, caplog):
    (tmp_path / "first.mark").mkdir()
    database = marked()
    write(database)
    write(database)
    assert len(entries(database)) == 2
    assert [record.getMessage() for record in caplog.records] == ["the mark of the journal cannot be kept"]


def test_declared__is_an_entry_and_what_comes_later_is_recognised_all_the_same(marked):
    running = marked()
    write(running, 2)
    with marked().write() as connection:
        entry = epochs.declare(connection, "the whole machine was set back")
    assert (entry.facts["epoch"], entry.facts["reason"]) == (1, "declared")
    assert entry.facts["note"] == "the whole machine was set back"
    write(running, 2)
    cut(marked("other"), 4)
    marked().recognise()
    assert [each.facts["epoch"] for each in restored(marked())] == [1, 2]


APPEND = """
    import sys
    from pathlib import Path
    from storage import journal
    from storage.database import Database
    from tests.integration.storage import factories

    database = Database.open(sys.argv[1], mark=Path(sys.argv[2]))
    for number in range(6):
        with database.write(point="journal") as connection:
            journal.append(connection, [factories.event(number)])
    database.close()
"""


@pytest.mark.parametrize("point", ["journal.before-commit", "mark.before-write", "journal.after-commit"])
def test_killed_around_the_commit__no_alarm(marked, url, tmp_path, point):
    running = marked()
    write(running)
    status, _ = factories.outcome(
        factories.script(APPEND, url, str(tmp_path / "first.mark"), failpoint=f"{point}:kill:3")
    )
    assert status == -9
    write(running)
    marked().recognise()
    write(marked())
    assert restored(running) == []


def test_two_processes_at_once__no_alarm(marked, url, tmp_path):
    running = marked()
    other = factories.script(APPEND, url, str(tmp_path / "first.mark"))
    while other.poll() is None:
        write(running)
    assert factories.outcome(other) == (0, [])
    marked().recognise()
    assert restored(marked()) == []


FORK = """
    import os
    import sys
    from pathlib import Path
    from storage import journal
    from storage.database import Database
    from tests.integration.storage import factories

    def write():
        with database.write() as connection:
            journal.append(connection, [factories.event()])

    database = Database.open(sys.argv[1], mark=Path(sys.argv[2]))
    write()
    child = os.fork()
    write()
    write()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        write()
        database.close()
    else:
        os._exit(0)
"""


def test_forked_child_beside_its_parent__no_alarm(marked, url, tmp_path):
    assert factories.outcome(factories.script(FORK, url, str(tmp_path / "first.mark"))) == (0, [])
    write(marked())
    assert [entry.kind for entry in entries(marked())] == ["contract-installed"] * 7


def test_database_of_a_release_that_kept_no_mark__no_alarm(marked, tmp_path):
    write(marked(), 3)
    with marked("other").write() as connection:
        connection.execute(sa.delete(tables.journal_epoch))
    (tmp_path / "first.mark").unlink()
    marked().recognise()
    write(marked())
    assert restored(marked()) == []


def test_recognition_that_cannot_be_committed__is_made_up_for(marked, monkeypatch):
    write(marked(), 5)
    cut(marked("other"), 3)
    database = marked()
    monkeypatch.setenv("GATEWAY_FAILPOINT", "epoch.before-commit:enospc")
    with pytest.raises(errors.NotReady):
        database.recognise()
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    assert restored(database) == []
    write(database)
    assert len(restored(database)) == 1


def test_sqlite_file_copied_elsewhere__is_told_as_moved(tmp_path, sqlite):
    (tmp_path / "copy").mkdir()
    original = Database.open(f"sqlite:///{tmp_path}/gateway.db", mark=tmp_path / "journal.mark")
    write(original, 2)
    original.close()
    for file in tmp_path.glob("*.*"):
        shutil.copy2(file, tmp_path / "copy" / file.name)
    copy = Database.open(f"sqlite:///{tmp_path}/copy/gateway.db", mark=tmp_path / "copy" / "journal.mark")
    copy.recognise()
    (entry,) = restored(copy)
    assert (entry.facts["reason"], entry.facts["missing"]) == ("other-place", 0)
    copy.close()
