"""Payloads of packages are sealed, each package's by a key of its own; what is gone without an order is found."""

from __future__ import annotations

import contextlib
import dataclasses

import pytest
import sqlalchemy as sa

from storage import errors, intake, journal, keys, packages, sealing, tables, verification, work
from storage.database import Database
from tests.integration.storage import factories

REQUEST, RESULT = b"<request>\xd0\xb8\xd0\xbc\xd1\x8f</request>" * 50, b"<result/>" * 50
OTHER = sealing.Keyring({b"\xff\0\0\0": bytes(32)})


def accept(database, *items):
    writer = intake.Writer(database)
    try:
        return [writer.accept(item) for item in items]
    finally:
        writer.close()


def fail(database, guid):
    assert work.claim(database, "worker", factories.LEASE, factories.NOW).package.message_guid == guid
    with database.write() as connection:
        work.fail(connection, guid, "worker", b"<failure/>", {}, factories.NOW)
    with database.write() as connection:
        work.retry(connection, guid, factories.NOW)


def ask(database, question, *arguments):
    with database.read() as connection:
        return question(connection, *arguments)


def rows(database, table):
    return ask(database, lambda connection: connection.execute(sa.select(table)).all())


def faults(database, **how):
    return ask(database, lambda connection: list(verification.verify(connection, **how)))


@contextlib.contextmanager
def opened(url, keyring):
    database = Database.open(url, keyring)
    yield database
    database.close()


@pytest.fixture
def package(database):
    """A package with a request, a failure and a result: entries 0, 1 and 3."""
    item = factories.accepted(request=REQUEST)
    accept(database, item)
    fail(database, item.message_guid)
    factories.finished(database, item.message_guid, RESULT)
    return item.message_guid


def disarm(database):
    """Take the triggers away, as the owner of a database can."""
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with database.write() as connection:
        if database.is_sqlite:
            for name in connection.exec_driver_sql(names).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("DROP FUNCTION journal_is_append_only CASCADE")


def run(database, *statements):
    with database.write() as connection:
        for statement in statements:
            connection.execute(sa.text(statement) if isinstance(statement, str) else statement)


def test_package__has_request_failure_and_result_sealed_by_one_key(database, package):
    assert [row.key_id for row in rows(database, tables.journal_key)] == [keys.of_package(package)]
    stored = rows(database, tables.journal_payload)
    assert [(row.entry_index, row.role) for row in stored] == [(0, "request"), (1, "result"), (3, "result")]
    assert {sealing.key_id(row.data) for row in stored} == {keys.of_package(package)}
    assert ask(database, packages.request, package) == REQUEST
    assert ask(database, journal.payload, 1, "result") == b"<failure/>"
    assert ask(database, packages.answer, package) == RESULT
    assert faults(database) == []


def test_records__are_those_of_an_installation_that_seals_nothing(url, database, package):
    with opened(url, None) as plain:
        entries = ask(plain, lambda connection: list(journal.entries(connection)))
    assert [entry.payloads for entry in entries[:1]] == [
        {"request": journal.Digest(journal.Payload("request", REQUEST).sha256, len(REQUEST))}
    ]


def test_same_package_again__stores_no_second_key(database):
    first = factories.accepted("GUID", REQUEST)
    same = dataclasses.replace(first, message_guid=factories.guid())
    assert accept(database, first, same)[1] == intake.Same(first.message_guid)
    assert [row.key_id for row in rows(database, tables.journal_key)] == [keys.of_package(first.message_guid)]


def test_refused_packages__are_sealed_too_each_by_its_own_key(database):
    writer = intake.Writer(database)
    writer.accept(factories.accepted("GUID", REQUEST))
    assert isinstance(writer.accept(factories.accepted("GUID", b"<other/>")), intake.Taken)
    writer.refuse(packages.Refused("FMT001300", "", factories.NOW, {}, b"<broken"))
    writer.refuse(packages.Refused("FMT001300", "", factories.NOW, {}, None))
    writer.close()
    needed = [sealing.key_id(row.data) for row in rows(database, tables.journal_payload)]
    assert None not in needed
    assert len(set(needed)) == 3
    assert sorted(needed) == sorted(row.key_id for row in rows(database, tables.journal_key))
    assert ask(database, journal.payload, 1, "request") == b"<other/>"
    assert ask(database, journal.payload, 2, "request") == b"<broken"
    assert faults(database) == []


def test_payloads_of_other_entries__stay_as_they_are(database):
    with database.write() as connection:
        journal.append(connection, [factories.event(0, journal.Payload("certificate", b"\x30"))])
    assert rows(database, tables.journal_key) == []
    assert ask(database, journal.payload, 0, "certificate") == b"\x30"


def test_package_of_an_earlier_release__stays_readable_and_its_result_is_sealed(database):
    (guid,) = factories.stored(database, factories.accepted(request=REQUEST))
    assert rows(database, tables.journal_key) == []
    factories.finished(database, guid, RESULT)
    request, result = rows(database, tables.journal_payload)
    assert (sealing.key_id(request.data), sealing.key_id(result.data)) == (None, keys.of_package(guid))
    assert ask(database, packages.request, guid) == REQUEST
    assert ask(database, packages.answer, guid) == RESULT
    assert faults(database) == []


@pytest.mark.parametrize(
    ("keyring", "why"),
    [
        (None, "payloads are sealed, and the installation's key is not here: put it back from a copy"),
        (OTHER, "payloads are sealed under the key 01020304, which is not here: put it back from a copy"),
    ],
)
def test_key_of_the_installation_gone__records_are_read_payloads_stay_closed_and_it_is_told_once(
    url, package, keyring, why
):
    with opened(url, keyring) as database:
        assert ask(database, journal.size) == 4
        assert ask(database, packages.get, package).message_guid == package
        with pytest.raises(errors.KeyMissing, match="put it back"):
            ask(database, packages.request, package)
        told = f"payload 'request', and others, were not compared: {why}"
        assert faults(database) == [verification.Fault(0, told, unread=True)]
        assert faults(database, payloads=False) == []


def test_key_of_the_installation_gone__nothing_is_written_unsealed_beside_what_is_sealed(url, database):
    item = factories.accepted(request=REQUEST)
    accept(database, item)
    with opened(url, None) as without, pytest.raises(errors.KeyMissing):
        factories.finished(without, item.message_guid, RESULT)
    assert len(rows(database, tables.journal_payload)) == 1


def test_new_key_of_the_installation__seals_what_comes_and_opens_what_was(url, package):
    both = sealing.Keyring(OTHER.keys | factories.KEYRING.keys)
    later = factories.accepted(request=b"<later/>")
    with opened(url, both) as database:
        accept(database, later)
        assert ask(database, packages.request, package) == REQUEST
        assert faults(database) == []
    with opened(url, OTHER) as database:
        assert ask(database, packages.request, later.message_guid) == b"<later/>"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_key SET wrapped = wrapped",
        "DELETE FROM journal_key",
        "DELETE FROM journal_payload",
        "INSERT INTO journal_erasure (entry_index, key_id, erased_index) VALUES (0, NULL, 0)",
        "INSERT INTO journal_erasure (entry_index, key_id, erased_index) VALUES (0, NULL, 99)",
    ],
)
def test_key_without_an_erasure_that_is_told__is_neither_changed_nor_deleted(database, package, statement):
    with pytest.raises(sa.exc.DatabaseError, match=r"append-only|journaled first"):
        run(database, statement)
    assert ask(database, packages.request, package) == REQUEST


def test_key_replaced__is_refused(sqlite):
    accept(sqlite, factories.accepted())
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        run(sqlite, "INSERT OR REPLACE INTO journal_key SELECT key_id, wrapped FROM journal_key")


def order(database, entry, message=None, facts=None):
    """Tell in the journal that a package was erased, as `journal_erasure` has it for one of its entries."""
    with database.write() as connection:
        event = journal.Event(journal.Kind.PAYLOAD_ERASED, factories.NOW, message, facts or {})
        (told,) = journal.append(connection, [event])
        row = {"entry_index": entry, "key_id": None, "erased_index": told.index}
        connection.execute(sa.insert(tables.journal_erasure), row)
    return told.index


MISSING = [
    verification.Fault(0, "payload 'request': its key is missing"),
    verification.Fault(1, "payload 'result': its key is missing"),
    verification.Fault(3, "payload 'result': its key is missing"),
]


def test_key_deleted_without_an_erasure__is_a_fault_of_each_payload(database, package):
    disarm(database)
    run(database, "DELETE FROM journal_key")
    assert faults(database) == MISSING
    with pytest.raises(ValueError, match="its key is missing"):
        ask(database, packages.request, package)


def test_key_deleted_after_an_erasure_that_is_told__is_no_fault_and_the_reader_is_told(database, package):
    told = [order(database, entry, package) for entry in (0, 1, 3)]
    disarm(database)
    run(database, "DELETE FROM journal_key")
    assert faults(database) == []
    with pytest.raises(errors.Erased, match=f"entry {told[0]} of the journal") as caught:
        ask(database, packages.request, package)
    assert caught.value.index == told[0]
    with pytest.raises(errors.Erased):
        ask(database, packages.answer, package)


def test_erasure_of_another_package__explains_nothing(database, package):
    order(database, 0, factories.guid(), {"entry": 7})
    disarm(database)
    run(database, "DELETE FROM journal_key")
    assert faults(database) == MISSING


def test_erasure_of_a_refused_package__is_told_by_its_entry(database):
    writer = intake.Writer(database)
    writer.refuse(packages.Refused("FMT001300", "", factories.NOW, {}, b"<broken"))
    writer.close()
    order(database, 0, facts={"entry": 0})
    disarm(database)
    run(database, "DELETE FROM journal_key")
    assert faults(database) == []


def test_unsealed_payload_after_an_erasure_that_is_told__may_be_deleted(database):
    kept, (guid,) = factories.accepted(), factories.stored(database, factories.accepted(request=REQUEST))
    factories.stored(database, kept)
    order(database, 0, guid)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        run(database, "DELETE FROM journal_payload WHERE entry_index = 1")
    run(database, "DELETE FROM journal_payload WHERE entry_index = 0")
    assert faults(database) == []
    with pytest.raises(errors.Erased):
        ask(database, packages.request, guid)


def test_keys_of_two_packages_exchanged__are_damaged(database):
    accept(database, factories.accepted(), factories.accepted())
    disarm(database)
    first, second = (row.wrapped for row in rows(database, tables.journal_key))
    key = tables.journal_key
    exchanged = sa.case((key.c.wrapped == first, second), else_=first)
    run(database, sa.update(key).values(wrapped=exchanged))
    assert faults(database) == [verification.Fault(index, "payload 'request': its key is damaged") for index in (0, 1)]


def test_sealed_payloads_of_two_packages_exchanged__are_found(database):
    accept(database, factories.accepted(request=b"<a/>"), factories.accepted(request=b"<b/>"))
    disarm(database)
    data = tables.journal_payload
    first, second = (row.data for row in rows(database, data))
    run(database, sa.update(data).values(data=sa.case((data.c.data == first, second), else_=first)))
    assert faults(database) == [
        verification.Fault(index, "payload 'request': not the bytes that were recorded") for index in (0, 1)
    ]


@pytest.mark.parametrize("bit", [0, 7])
def test_bit_of_a_sealed_payload_flipped_anywhere__names_its_entry(sqlite, bit):
    accept(sqlite, factories.accepted())
    disarm(sqlite)
    ((_, _, stored),) = rows(sqlite, tables.journal_payload)
    for position in range(len(stored)):
        flipped = bytearray(stored)
        flipped[position] ^= 1 << bit
        run(sqlite, sa.update(tables.journal_payload).values(data=bytes(flipped)))
        assert [fault.index for fault in faults(sqlite)] == [0], f"bit {bit} of byte {position}"


@pytest.mark.parametrize("table", ["journal_payload", "journal_key"])
def test_text_in_place_of_bytes__is_judged_and_not_a_crash(sqlite, package_in_file, table):
    disarm(sqlite)
    column = "data" if table == "journal_payload" else "wrapped"
    run(sqlite, f"UPDATE {table} SET {column} = 'text'")  # noqa: S608  # names of this file
    assert [fault.index for fault in faults(sqlite)] == [0, 1, 3]


@pytest.fixture
def package_in_file(sqlite):
    item = factories.accepted(request=REQUEST)
    accept(sqlite, item)
    fail(sqlite, item.message_guid)
    factories.finished(sqlite, item.message_guid, RESULT)
    return item.message_guid


def test_file__holds_nothing_of_a_package_in_the_clear(sqlite, tmp_path, package_in_file):
    found = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert keys.of_package(package_in_file) in found
    for clear in (b"</request>", b"</result>", journal.Payload("request", REQUEST).packed[8:]):
        assert clear not in found
