from __future__ import annotations

import datetime as dt
import fcntl
import stat
import threading
import uuid

import pytest
import sqlalchemy as sa
from alembic import autogenerate, command, script
from alembic.runtime import migration

from storage import database as database_module
from storage import directory, errors, failpoints, journal, schema, search, subjects, tables
from storage.database import Database
from tests.integration.storage import factories

SERIES = tables.number_series


def _names(database):
    with database.read() as connection:
        return sorted(connection.execute(sa.select(SERIES.c.name)).scalars())


def _insert(connection, name):
    connection.execute(sa.insert(SERIES), {"name": name, "next": 1})


def test_migrated_twice__changes_nothing_and_keeps_the_data(database):
    factories.stored(database, factories.accepted())
    database.migrate()
    database.check_schema()
    with database.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.package)).scalar() == 1


def test_migrations__give_exactly_the_tables_that_the_code_uses(database):
    with database.read() as connection:
        context = migration.MigrationContext.configure(connection, opts={"compare_type": True})
        assert autogenerate.compare_metadata(context, tables.metadata) == []


def test_newest_migration__is_the_last_of_the_one_chain_that_alembic_follows():
    assert script.ScriptDirectory.from_config(schema._settings()).get_heads() == [schema.newest()]  # noqa: SLF001


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def of_the_first_release(request, tmp_path):
    """A database with the schema of the first migration and one organisation."""
    is_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/first.db" if is_file else request.getfixturevalue("postgres").new_database()
    if is_file:
        (tmp_path / "first.db").touch()
    database = Database.open(url)
    with database.write() as connection:
        settings = schema._settings()  # noqa: SLF001 - the product knows one way: to the newest
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0001")
        connection.exec_driver_sql("INSERT INTO organisation (guid, ogrn, name, role) VALUES ('a', '1', 'ТСЖ', 'ТСЖ')")
    yield database
    database.close()


def test_database_of_the_first_release__is_brought_to_this_one_and_keeps_its_rows(of_the_first_release):
    with pytest.raises(errors.NotInitialised, match="0001"):
        of_the_first_release.check_schema()
    of_the_first_release.migrate()
    of_the_first_release.check_schema()
    with of_the_first_release.read() as connection:
        assert directory.organisations(connection) == [directory.Organisation("a", "1", "ТСЖ", "ТСЖ")]
        context = migration.MigrationContext.configure(connection, opts={"compare_type": True})
        assert autogenerate.compare_metadata(context, tables.metadata) == []


def test_database_of_an_earlier_release__gets_every_version_of_its_organisations_from_the_journal(of_the_first_release):
    changed = {"ogrn": "1", "kpp": None, "inn": None, "name": "ТСЖ", "role": "ТСЖ"}
    with of_the_first_release.write() as connection:
        previous = journal.GENESIS
        for number, (change, facts) in enumerate(
            [
                ("organisation-added", {"guid": "a", "ogrn": "1", "kpp": None, "name": "Прежнее", "role": "ТСЖ"}),
                ("grant-added", {"organisation": "a", "system": "b"}),
                ("organisation-changed", {"guid": "a", **changed}),
            ]
        ):
            at = factories.NOW + dt.timedelta(days=number)
            kind = journal.Kind.DIRECTORY_CHANGED
            entry = journal.link(number, journal.Event(kind, at, None, {"change": change, **facts}), previous)
            previous = entry.hash
            factories.add_plain(connection, entry)
    of_the_first_release.migrate()
    with of_the_first_release.read() as connection:
        (now,) = directory.current_versions(connection, organisation="a")
        assert (now.number, now.name, now.until) == (2, "ТСЖ", None)
        assert now.since == factories.NOW + dt.timedelta(days=2)
        before = directory.version(connection, str(uuid.uuid5(uuid.UUID(now.root), "1")))
        assert (before.name, before.since, before.until) == ("Прежнее", factories.NOW, now.since)
        granted = search.Query(((subjects.Subject.ORGANISATION, "A"),))
        assert search.find(connection, granted, limit=9) == [1]
    with of_the_first_release.write() as connection:
        directory.change_organisation(connection, directory.Organisation("a", "1", "Новое", "УО"), factories.NOW)
        assert directory.current_versions(connection, ogrn="1")[0].number == 3


def test_schema_of_another_release__is_not_initialised(database):
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    with pytest.raises(errors.NotInitialised, match="0000"):
        database.check_schema()
    with pytest.raises(errors.NotInitialised, match="another release"):
        database.migrate()


def test_empty_database__is_not_initialised(tmp_path):
    (tmp_path / "empty.db").touch()
    database = Database.open(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(errors.NotInitialised, match="gateway init"):
        database.check_schema()
    with pytest.raises(errors.NotInitialised, match="gateway init"):
        _names(database)
    database.close()


def test_exception_in_the_block__rolls_everything_back(database):
    with pytest.raises(KeyError), database.write() as connection:  # noqa: PT012  # the block is what is tested
        _insert(connection, "a")
        raise KeyError("a")
    assert _names(database) == []


def test_reader__cannot_write(database):
    with pytest.raises(errors.NotReady, match="read"), database.read() as connection:
        _insert(connection, "a")
    with database.write() as connection:
        _insert(connection, "b")
    assert _names(database) == ["b"]


def test_reader__sees_one_snapshot_and_does_not_wait(database):
    with database.read() as connection:
        statement = sa.select(SERIES.c.name)
        assert connection.execute(statement).all() == []
        with database.write() as writer:
            _insert(writer, "a")
        assert connection.execute(statement).all() == []
    assert _names(database) == ["a"]


def test_second_write_in_one_thread__is_a_defect_and_no_deadlock(database):
    with database.write(), pytest.raises(RuntimeError, match="already writing"), database.write():
        pass
    with database.write() as connection:
        _insert(connection, "a")


def test_threads__write_one_at_a_time(database):
    with database.write() as connection:
        _insert(connection, "a")

    def count():
        for _ in range(10):
            with database.write() as connection:
                # Read, then write: an update is lost if two have the turn.
                value = connection.execute(sa.select(SERIES.c.next)).scalar_one()
                connection.execute(sa.update(SERIES).values(next=value + 1))

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        assert connection.execute(sa.select(SERIES.c.next)).scalar() == 81


FORK = """
    import os, sys
    import sqlalchemy as sa
    from storage import tables
    from storage.database import Database

    database = Database.open(sys.argv[1])

    def insert(name):
        with database.write() as connection:
            connection.execute(sa.insert(tables.number_series), {"name": name, "next": 1})

    def fork(name):
        child = os.fork()
        if child == 0:
            try:
                insert(name)
            except RuntimeError as error:
                print("refused")
            database.close()
            sys.stdout.flush()
            os._exit(0)
        return child
"""


def test_forked_child__writes_beside_its_parent(database, url):
    process = factories.script(
        f"""{FORK}
    insert("before")
    child = fork("child")
    insert("parent")
    assert os.waitpid(child, 0)[1] == 0
    insert("after")
    database.close()
    """,
        url,
    )
    assert factories.outcome(process) == (0, [])
    assert _names(database) == ["after", "before", "child", "parent"]


def test_child_forked_in_the_middle_of_a_write__waits_or_is_refused_and_harms_nothing(database, url):
    process = factories.script(
        f"""{FORK}
    with database.write() as connection:
        child = fork("child")
        connection.execute(sa.insert(tables.number_series), {{"name": "parent", "next": 1}})
    assert os.waitpid(child, 0)[1] == 0
    insert("after")
    database.close()
    """,
        url,
    )
    if database.is_sqlite:
        assert factories.outcome(process) == (0, ["refused"])
        assert _names(database) == ["after", "parent"]
    else:
        assert factories.outcome(process) == (0, [])
        assert _names(database) == ["after", "child", "parent"]


def test_moments__are_aware_and_in_utc_whatever_zone_they_were_given_in(database):
    moscow = factories.NOW.astimezone(dt.timezone(dt.timedelta(hours=3)))
    statement = sa.select(sa.literal(moscow, tables.UTC).label("at"))
    with database.read() as connection:
        at = connection.execute(statement).scalar_one()
        with pytest.raises(sa.exc.StatementError, match="time zone"):
            connection.execute(sa.select(sa.literal(moscow.replace(tzinfo=None), tables.UTC)))
    assert (at, at.tzinfo) == (factories.NOW, dt.UTC)


def test_ping__is_silent_while_all_is_well(database):
    database.ping()
    database.ping()


def test_ping__disk_full__not_ready_until_there_is_room(database, monkeypatch):
    monkeypatch.setenv(failpoints.VARIABLE, "ping.before-commit:enospc")
    with pytest.raises(errors.NotReady):
        database.ping()
    monkeypatch.delenv(failpoints.VARIABLE)
    database.ping()


def test_ping__little_room_left__not_ready(sqlite, monkeypatch):
    monkeypatch.setattr(database_module, "FREE_BYTES", 2**80)
    with pytest.raises(errors.NotReady, match="full"):
        sqlite.ping()


def test_ping__turn_is_never_given_back__not_ready(sqlite, tmp_path, monkeypatch):
    monkeypatch.setattr(database_module, "PING_SECONDS", 0.05)
    with (tmp_path / "gateway.db.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(errors.NotReady, match="turn"):
            sqlite.ping()
    sqlite.ping()


@pytest.mark.usefixtures("sqlite")
def test_locked_by_a_foreign_tool__not_ready(monkeypatch, tmp_path):
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0)
    impatient = Database.open(f"sqlite:///{tmp_path}/gateway.db")
    tool = sa.create_engine(f"sqlite:///{tmp_path}/gateway.db")
    with tool.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(errors.NotReady, match="locked"), impatient.write():
            pass
    tool.dispose()
    with impatient.write() as connection:
        _insert(connection, "a")
    impatient.close()


def test_disk_refuses_to_grow__not_ready_and_then_works(sqlite, tmp_path):
    """P13, with a real refusal of the operating system."""
    process = factories.script(
        """
        import resource, sys
        import sqlalchemy as sa
        from storage import errors, tables
        from storage.database import Database

        database = Database.open(sys.argv[1])

        def insert(name):
            with database.write() as connection:
                connection.execute(sa.insert(tables.number_series), {"name": name, "next": 1})

        insert("before")
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        try:
            insert("x" * 100_000)
        except errors.NotReady:
            print("refused")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        insert("after")
        database.close()
        """,
        f"sqlite:///{tmp_path}/gateway.db",
    )
    assert factories.outcome(process) == (0, ["refused"])
    assert _names(sqlite) == ["after", "before"]


def test_file__is_for_nobody_else_and_every_commit_reaches_the_disk(sqlite, tmp_path):
    with sqlite.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_hint__may_be_forgotten_and_the_next_write_may_not(sqlite):
    with sqlite.hint() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 1
    with sqlite.write() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


@pytest.mark.postgres
def test_server_that_forgets_commits__is_told_not_to(postgres):
    url = postgres.new_database()
    database = Database.open(url)
    with database.write() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {sa.make_url(url).database} SET synchronous_commit = off")
    database.close()
    with database.write() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
    with database.hint() as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "off"
    database.close()


@pytest.mark.slow
@pytest.mark.postgres
def test_server_dies_in_the_middle__not_ready_and_back_when_it_is_back(postgres):
    """P13: database stopped mid-statement."""
    database = Database.open(postgres.clean_database())
    with pytest.raises(errors.NotReady), database.write() as connection:  # noqa: PT012  # it dies in the block
        _insert(connection, "lost")
        postgres.stop()
        _insert(connection, "lost too")
    with pytest.raises(errors.NotReady):
        database.ping()
    postgres.start()
    database.ping()
    with database.write() as connection:
        _insert(connection, "kept")
    assert _names(database) == ["kept"]
    database.close()
