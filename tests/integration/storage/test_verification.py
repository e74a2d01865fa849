# ruff: noqa: S608  # the statements are made of the literals of this file
"""P9: changing, deleting, swapping or inserting any entry is found, and the first bad index named.

The tampering is done by someone who owns the database and takes the triggers away first.
"""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage import journal, verification
from tests.integration.storage import factories

ENTRIES = 6


@pytest.fixture
def tamper(database):
    """Fill a journal, then return what runs SQL on it behind the triggers' back and returns the faults."""
    events = [
        factories.event(number, journal.Payload("request", b"<a/>" * number), journal.Payload("verdict", b"valid"))
        for number in range(ENTRIES)
    ]
    with database.write() as connection:
        journal.append(connection, events)
        _disarm(connection, sqlite=database.is_sqlite)

    def run(*statements, payloads=True):
        if statements:
            with database.write() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
        with database.read() as connection:
            return list(verification.verify(connection, payloads=payloads))

    return run


def _disarm(connection, *, sqlite):
    if sqlite:
        for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("DROP INDEX journal_entry_once")
    else:
        connection.exec_driver_sql("DROP FUNCTION journal_is_append_only CASCADE")
        connection.exec_driver_sql("ALTER TABLE journal_payload DROP CONSTRAINT journal_payload_entry_index_fkey")


def _indexes(faults):
    return sorted({fault.index for fault in faults})


def test_nothing_was_done__no_fault(tamper):
    assert tamper() == []


@pytest.mark.parametrize("index", [0, 3, ENTRIES - 1])
@pytest.mark.parametrize("column", ["kind", "at", "message", "record", "hash"])
def test_column_of_an_entry_changed__names_that_entry_only(tamper, column, index):
    new = {
        "message": "'other'",
        "record": f"(SELECT record FROM journal_entry WHERE entry_index = {(index + 1) % 3})",
    }.get(column, f"{column} || ' '")
    faults = tamper(f"UPDATE journal_entry SET {column} = {new} WHERE entry_index = {index}")
    assert _indexes(faults) == [index]


@pytest.mark.parametrize("bit", [0, 5, 7])
@pytest.mark.parametrize("column", ["record", "data"])
def test_bit_flipped_anywhere__names_that_entry(database, tamper, column, bit):
    table = "journal_entry" if column == "record" else "journal_payload"
    with database.read() as connection:
        value = connection.exec_driver_sql(f"SELECT {column} FROM {table} WHERE entry_index = 2").scalars().first()
    for position in range(0, len(value), 7):
        flipped = bytearray(value)
        flipped[position] ^= 1 << bit
        where = "entry_index = 2" + (" AND role = 'request'" if column == "data" else "")
        literal = f"x'{flipped.hex()}'" if database.is_sqlite else f"'\\x{flipped.hex()}'"
        faults = tamper(f"UPDATE {table} SET {column} = {literal} WHERE {where}")
        assert _indexes(faults) == [2], f"bit {bit} of byte {position}"


def test_text_that_is_no_text_any_more__is_judged_and_not_a_crash(sqlite):
    with sqlite.write() as connection:
        journal.append(connection, [factories.event(1), factories.event(2)])
        _disarm(connection, sqlite=True)
        connection.exec_driver_sql("UPDATE journal_entry SET kind = CAST(x'ff41' AS TEXT) WHERE entry_index = 0")
        connection.exec_driver_sql("UPDATE journal_entry SET record = 'text' WHERE entry_index = 1")
    with sqlite.read() as connection:
        assert list(verification.verify(connection)) == [
            verification.Fault(0, "the columns do not repeat the record"),
            verification.Fault(1, "the record is not bytes"),
        ]


@pytest.mark.parametrize("index", [0, 1, 4])
def test_entry_deleted__names_its_index(tamper, index):
    faults = tamper(
        f"DELETE FROM journal_payload WHERE entry_index = {index}",
        f"DELETE FROM journal_entry WHERE entry_index = {index}",
    )
    assert faults == [verification.Fault(index, "missing")]


def test_several_entries_deleted__names_the_first_and_the_last(tamper):
    faults = tamper(
        "DELETE FROM journal_payload WHERE entry_index IN (1, 2, 3)",
        "DELETE FROM journal_entry WHERE entry_index IN (1, 2, 3)",
    )
    assert faults == [verification.Fault(1, "missing, and all after it up to 3")]


def test_deleted_and_the_rest_moved_up__names_the_first_moved(tamper):
    faults = tamper(
        "DELETE FROM journal_payload WHERE entry_index >= 2",
        "DELETE FROM journal_entry WHERE entry_index = 2",
        *(
            f"UPDATE journal_entry SET entry_index = {index - 1} WHERE entry_index = {index}"
            for index in range(3, ENTRIES)
        ),
    )
    assert min(_indexes(faults)) == 2
    assert any("says that it is entry 3" in fault.what for fault in faults)


def test_two_entries_swapped__names_both(tamper):
    columns = "kind", "at", "message", "record", "hash"
    faults = tamper(
        "CREATE TABLE kept AS SELECT * FROM journal_entry",
        *(
            f"UPDATE journal_entry SET {column} = (SELECT {column} FROM kept WHERE entry_index = {other}) "
            f"WHERE entry_index = {index}"
            for index, other in ((2, 4), (4, 2))
            for column in columns
        ),
    )
    assert {2, 4} <= set(_indexes(faults))
    assert min(_indexes(faults)) == 2


@pytest.mark.parametrize("index", [-1, ENTRIES, 2**40])
def test_entry_doubled_or_inserted__names_the_foreign_one(tamper, index):
    faults = tamper(
        f"INSERT INTO journal_entry SELECT {index}, kind, at, message, record, hash FROM journal_entry "
        "WHERE entry_index = 2"
    )
    assert index in _indexes(faults)
    assert set(_indexes(faults)) <= {index, ENTRIES}


@pytest.mark.parametrize("index", [0, 3])
def test_payload_exchanged_for_another__names_its_entry(tamper, index):
    faults = tamper(
        "UPDATE journal_payload SET data = "
        "(SELECT data FROM journal_payload WHERE entry_index = 1 AND role = 'request')"
        f" WHERE entry_index = {index} AND role = 'request'"
    )
    assert faults == [verification.Fault(index, "payload 'request': not the bytes that were recorded")]


def test_payload_deleted__is_found_without_reading_payloads(tamper):
    faults = tamper("DELETE FROM journal_payload WHERE entry_index = 3 AND role = 'verdict'", payloads=False)
    assert faults == [verification.Fault(3, "payload 'verdict': missing")]


def test_payload_renamed__is_missing_and_foreign(tamper):
    faults = tamper("UPDATE journal_payload SET role = 'result' WHERE entry_index = 3 AND role = 'verdict'")
    assert faults == [
        verification.Fault(3, "payload 'result' is not in the record"),
        verification.Fault(3, "payload 'verdict': missing"),
    ]


def test_entry_written_anew_with_a_fitting_hash__breaks_the_chain_behind_it(database, tamper):
    with database.read() as connection:
        entry = next(journal.entries(connection, 2, 3))
    forged = entry.record.replace(b'"number":2', b'"number":3')
    literal = f"x'{forged.hex()}'" if database.is_sqlite else f"'\\x{forged.hex()}'"
    faults = tamper(
        f"UPDATE journal_entry SET record = {literal}, hash = '{journal.hash_of(forged)}' WHERE entry_index = 2"
    )
    assert faults == [verification.Fault(3, "the record does not follow the one before it")]


def test_tail_cut_without_its_payloads__leaves_them_ownerless(database, tamper):
    cut = f"DELETE FROM journal_entry WHERE entry_index = {ENTRIES - 1}"
    if database.is_sqlite:
        with pytest.raises(sa.exc.IntegrityError):
            tamper(cut)
    else:
        assert _indexes(tamper(cut)) == [ENTRIES - 1]


def test_tail_cut_with_its_payloads__is_not_found_from_inside(tamper):
    """P10 is for the holder of a later hash: this test documents the limit."""
    faults = tamper(
        f"DELETE FROM journal_payload WHERE entry_index = {ENTRIES - 1}",
        f"DELETE FROM journal_entry WHERE entry_index = {ENTRIES - 1}",
    )
    assert faults == []


def test_verification_from_the_middle__sees_that_part_only(database, tamper):
    tamper("UPDATE journal_entry SET kind = 'x' WHERE entry_index IN (1, 4)")
    with database.read() as connection:
        assert _indexes(verification.verify(connection, 2)) == [4]
        assert _indexes(verification.verify(connection, 0, 4)) == [1]
        assert _indexes(verification.verify(connection, 2, 4)) == []


def test_verification_by_pages__is_that_of_the_whole(tamper, monkeypatch):
    monkeypatch.setattr(journal, "PAGE", 2)
    assert tamper() == []
    faults = tamper(
        "DELETE FROM journal_payload WHERE entry_index IN (1, 2, 3, 4)",
        "DELETE FROM journal_entry WHERE entry_index IN (1, 2, 3, 4)",
    )
    assert faults == [verification.Fault(1, "missing, and all after it up to 4")]


@pytest.fixture
def plain(sqlite):
    """A journal of entries without payloads, which are judged by their bytes alone, with the triggers taken away."""
    with sqlite.write() as connection:
        journal.append(connection, [factories.event(number) for number in range(ENTRIES)])
        _disarm(connection, sqlite=True)
    return sqlite


def _faults(database):
    with database.read() as connection:
        return list(verification.verify(connection))


def test_plain_journal__has_no_fault(plain):
    assert _faults(plain) == []


@pytest.mark.parametrize("bit", [0, 5, 7])
def test_bit_of_a_plain_record_flipped_anywhere__names_that_entry(plain, bit):
    with plain.read() as connection:
        (record,) = connection.exec_driver_sql("SELECT record FROM journal_entry WHERE entry_index = 2").scalars()
    for position in range(len(record)):
        flipped = bytearray(record)
        flipped[position] ^= 1 << bit
        with plain.write() as connection:
            connection.exec_driver_sql("UPDATE journal_entry SET record = ? WHERE entry_index = 2", (bytes(flipped),))
        assert _indexes(_faults(plain)) == [2], f"bit {bit} of byte {position}"


@pytest.mark.parametrize(
    ("column", "value"),
    [("kind", "other"), ("at", "2026-01-01T00:00:00.000000Z"), ("message", "other"), ("hash", "0" * 64)],
)
@pytest.mark.parametrize("index", [0, 3, ENTRIES - 1])
def test_column_of_a_plain_entry_changed__names_that_entry(plain, column, value, index):
    with plain.write() as connection:
        connection.exec_driver_sql(f"UPDATE journal_entry SET {column} = ? WHERE entry_index = ?", (value, index))
    assert _indexes(_faults(plain)) == [index]


@pytest.mark.parametrize(
    "facts",
    [
        '"a":1,',  # a comma that nothing follows
        '"A":1',  # a name that the format does not have
        '"a":[1]',  # a value that it does not have
        '"a":1}, "b":{"c":1',  # another object after the facts
        '"a":"\x01"',  # a control character in a text
    ],
)
def test_plain_record_with_facts_that_the_format_does_not_have__is_named_though_its_hash_is_right(plain, facts):
    with plain.write() as connection:
        (record,) = connection.exec_driver_sql("SELECT record FROM journal_entry WHERE entry_index = 5").scalars()
        begin, end = record.index(b'"facts":{') + len(b'"facts":{'), record.index(b'},"format"')
        changed = record[:begin] + facts.encode() + record[end:]
        values = (changed, journal.hash_of(changed))
        connection.exec_driver_sql("UPDATE journal_entry SET record = ?, hash = ? WHERE entry_index = 5", values)
    assert _indexes(_faults(plain)) == [5]
