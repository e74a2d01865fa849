# ruff: noqa: S608  # the statements are made of the literals of this file
"""P9, the tamper matrix: whatever the owner of the database changes is found, and the first bad entry named.

And what is not found from inside, each line of "What is not detected" in docs/journal.md: those tests say `limit`.
Every case takes the triggers away first, happens in a transaction, is looked at from within, and is rolled back.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.journal import notes, publishing, signed
from gateway.journal.checkpoint import Checkpoint
from gateway.settings import Settings
from signing import certificates, issue
from signing.subject import Subject
from storage import checkpoints, journal, merkle, tables, tree, verification
from storage.database import Database
from tests import stand as stands

SIZES = (100, 256, 300)
"""Of the checkpoints; the second has just the first full tile under it."""
SIZE = SIZES[-1]
PLAIN, WITH_PAYLOADS = 7, 8


def key(name):
    ends = stands.NOW + dt.timedelta(days=10)
    return issue.issue(stands.AUTHORITY, "p256", Subject(common_name=name), now=stands.NOW, not_after=ends).signer()


OWN, FOREIGN = key("шлюз"), key("чужой")


def event(number, mark="x"):
    """Every fourth entry is a package with two documents, the others have none."""
    message = f"00000000-0000-4000-8000-{number:012d}" if number % 2 == 0 else None
    documents = (journal.Payload("request", b"<a/>" * (number + 1)), journal.Payload("verdict", b"valid"))
    payloads = documents if number % 4 == 0 else ()
    return journal.Event(journal.Kind.FILE_STORED, stands.NOW, message, {"mark": mark, "text": "дом"}, payloads)


def filled(url):
    """Make a journal with checkpoints."""
    database = Database.open(url)
    database.migrate()
    conf = Settings(data=Path("nowhere"))
    for size in SIZES:
        with database.write() as connection:
            journal.append(connection, [event(number) for number in range(journal.size(connection), size)])
        publishing.make(database, OWN, conf)
    return database


def opened(url):
    """Make one without its triggers, and without what would keep rows of it together."""
    database = filled(url)
    with database.write() as connection:
        if database.is_sqlite:
            for name in (
                connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            ):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("DROP FUNCTION journal_is_append_only CASCADE")
            for table, name in (("payload", "entry_index"), ("checkpoint", "signer")):
                connection.exec_driver_sql(f"ALTER TABLE journal_{table} DROP CONSTRAINT journal_{table}_{name}_fkey")
    return database


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    database = opened(f"sqlite:///{tmp_path_factory.mktemp('tampered')}/gateway.db")
    yield database
    database.close()


@pytest.fixture(scope="module")
def postgresql(postgres):
    database = opened(postgres.new_database())
    yield database
    database.close()


@contextlib.contextmanager
def tampered(database, *deeds):
    """Do what is told, statements or functions of the connection, and undo it afterwards."""
    with database.write() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        with connection.begin_nested() as nested:
            for deed in deeds:
                connection.execute(sa.text(deed)) if isinstance(deed, str) else deed(connection)
            yield connection
            nested.rollback()


def chain(connection):
    return [(fault.index, fault.what) for fault in verification.verify(connection)]


def vouched(connection, believed=(), damaged=()):
    return [(fault.index, fault.what) for fault in signed.Checkpoints(connection, None, believed, damaged).faults()]


def found(database, *deeds):
    """Return the indexes that the verification names, in their order."""
    with tampered(database, *deeds) as connection:
        damaged = sorted({index for index, _ in chain(connection)})
        return sorted({*damaged, *(index for index, _ in vouched(connection, damaged=damaged))})


def bit(table, column, where, at):
    """Flip a bit: `at` is 0 for the first one, -1 for the last one, "all" for one in every third byte."""

    def flip(connection):
        is_sqlite = connection.dialect.name == "sqlite"
        value = connection.execute(sa.text(f"SELECT {column} FROM {table} WHERE {where}")).scalar_one()
        if isinstance(value, int):
            bits = {0: 1 << 9, -1: 1, "all": 0b1010 << 9}[at]
            new = value ^ bits
        else:
            raw = bytearray(value.encode() if isinstance(value, str) else value)
            for place in range(0, len(raw), 3) if at == "all" else (at,):
                # PostgreSQL keeps no text that is not UTF-8: there a bit is taken that leaves it ASCII.
                raw[place] ^= 1 if isinstance(value, str) and not is_sqlite else (0x80 if at == 0 else 1)
            new = bytes(raw) if not isinstance(value, str) or is_sqlite else raw.decode()
        text = "CAST(:new AS TEXT)" if isinstance(value, str) and is_sqlite else ":new"
        connection.execute(sa.text(f"UPDATE {table} SET {column} = {text} WHERE {where}"), {"new": new})

    flip.__name__ = f"{table}-{column}-{at}-{re.sub('[^a-z0-9]+', '-', where)}"
    return flip


def flips_of_entries():
    for index in (0, PLAIN, WITH_PAYLOADS, 255, SIZE - 1):
        where = f"entry_index = {index}"
        for column in ("kind", "at", "record", "hash", *(("message",) if index % 2 == 0 else ())):
            yield from ((index, bit("journal_entry", column, where, at)) for at in (0, -1, "all"))
        # Its last bit would make it its neighbour.
        yield from ((index, bit("journal_entry", "entry_index", where, at)) for at in (0, "all"))


def flips():
    """Yield the first index that has to be named, and what flips which bits."""
    yield from flips_of_entries()
    for column in ("data", "role"):
        for at in (0, -1, "all"):
            where = f"entry_index = {WITH_PAYLOADS} AND role = 'request'"
            yield WITH_PAYLOADS, bit("journal_payload", column, where, at)
    for at in (0, -1, "all"):
        yield (
            WITH_PAYLOADS,
            bit("journal_payload", "entry_index", f"entry_index = {WITH_PAYLOADS} AND role = 'request'", at),
        )
        for column in ("level", "number", "root", "hashes"):
            yield 0, bit("journal_tile", column, "number = 0", at)
        for column in ("size", "note", "signer"):
            for number, before in enumerate((0, *SIZES[:-1])):
                yield before, bit("journal_checkpoint", column, f"number = {number}", at)
        for column in ("fingerprint", "certificate"):
            yield 0, bit("journal_signer", column, "fingerprint <> ''", at)
    for at in (0, "all"):
        yield SIZES[1], bit("journal_checkpoint", "number", "number = 2", at)


FLIPS = [pytest.param(index, deed, id=deed.__name__) for index, deed in flips()]


@pytest.mark.parametrize(("first", "deed"), FLIPS)
def test_bit_of_any_column_flipped__names_the_entry(sqlite, first, deed):
    assert found(sqlite, deed)[:1] == [first]


def test_every_column_of_the_journal__is_in_the_matrix():
    flipped = {tuple(deed.__name__.split("-")[:2]) for _, deed in flips()}
    columns = {(name, column.name) for name in KEYS for column in tables.metadata.tables[name].c}
    assert flipped == columns
    nullable = {pair for pair in columns if tables.metadata.tables[pair[0]].c[pair[1]].nullable}
    assert nullable == {("journal_entry", "message")}


KEYS = {
    "journal_entry": "entry_index",
    "journal_payload": "entry_index",
    "journal_tile": "level",
    "journal_checkpoint": "number",
    "journal_signer": "fingerprint",
}
CHANGES = [
    *(f"UPDATE {table} SET {column} = {column}" for table, column in KEYS.items()),
    *(f"DELETE FROM {table}" for table in KEYS),
]
REFUSED = [
    *(("sqlite", each) for each in CHANGES),
    *(("sqlite", f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}") for table in KEYS),
    *(pytest.param("postgresql", each, marks=pytest.mark.postgres) for each in CHANGES),
    *(pytest.param("postgresql", f"TRUNCATE {each} CASCADE", marks=pytest.mark.postgres) for each in KEYS),
]


@pytest.fixture(scope="module")
def guarded(request, tmp_path_factory):
    """A journal whose triggers are there."""
    is_file = request.param == "sqlite"
    folder = tmp_path_factory.mktemp("guarded")
    url = f"sqlite:///{folder}/gateway.db" if is_file else request.getfixturevalue("postgres").new_database()
    database = filled(url)
    yield database
    database.close()


@pytest.mark.parametrize(("guarded", "statement"), REFUSED, indirect=["guarded"])
def test_every_table_of_the_journal__can_only_grow(guarded, statement):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), guarded.write() as connection:
        connection.exec_driver_sql(statement)


def test_undamaged_journal__has_no_fault(sqlite):
    assert found(sqlite) == []


@pytest.mark.parametrize("index", [0, WITH_PAYLOADS, SIZE - 2])
def test_message_made_null__names_the_entry(sqlite, index):
    assert found(sqlite, f"UPDATE journal_entry SET message = NULL WHERE entry_index = {index}") == [index]


def delete(index):
    return (
        f"DELETE FROM journal_payload WHERE entry_index = {index}",
        f"DELETE FROM journal_entry WHERE entry_index = {index}",
    )


def swap(index):
    """Exchange an entry with the one behind it, their payloads stay."""
    columns = ", ".join(f"{name} = (SELECT {name} FROM kept WHERE kept.entry_index = {{}})" for name in COLUMNS)
    return (
        "CREATE TABLE kept AS SELECT * FROM journal_entry",
        f"UPDATE journal_entry SET {columns.format(*[index + 1] * len(COLUMNS))} WHERE entry_index = {index}",
        f"UPDATE journal_entry SET {columns.format(*[index] * len(COLUMNS))} WHERE entry_index = {index + 1}",
        "DROP TABLE kept",
    )


COLUMNS = ("kind", "at", "message", "record", "hash")


def move_up(index):
    """Make room before the entry `index`."""
    for table in ("journal_payload", "journal_entry"):
        yield f"UPDATE {table} SET entry_index = -entry_index - 1 WHERE entry_index >= {index}"
        yield f"UPDATE {table} SET entry_index = -entry_index WHERE entry_index < 0"


def copy(source, index):
    return (
        f"INSERT INTO journal_entry SELECT {index}, kind, at, message, record, hash FROM journal_entry "
        f"WHERE entry_index = {source}"
    )


def test_any_entry_deleted__names_it(sqlite):
    for index in range(SIZE):
        assert found(sqlite, *delete(index))[0] == index


def test_any_entry_swapped_with_its_neighbour__names_the_first(sqlite):
    for index in range(SIZE - 1):
        assert found(sqlite, *swap(index))[0] == index


@pytest.mark.parametrize("index", [0, PLAIN, WITH_PAYLOADS, 255, SIZE - 1])
def test_entry_doubled__names_the_copy(sqlite, index):
    assert found(sqlite, copy(index, SIZE)) == [SIZE]
    assert found(sqlite, *move_up(index + 1), copy(index, index + 1))[0] == index + 1


def forged(index):
    """Insert an entry that has its hash and follows the one before it."""

    def forge(connection):
        before = journal.entry(connection, index - 1).hash if index else journal.GENESIS
        made = journal.link(index, event(1, "forged"), before)
        connection.execute(sa.insert(tables.journal_entry), _row(made))

    return forge


@pytest.mark.parametrize(("index", "first"), [(0, 0), (PLAIN, PLAIN), (255, 255), (256, 257), (290, 291)])
def test_forged_entry_inserted__is_named_by_its_tile_and_else_by_the_one_behind_it(sqlite, index, first):
    assert found(sqlite, *move_up(index), forged(index))[0] == first


def _row(entry):
    return {
        "entry_index": entry.index,
        "kind": entry.kind,
        "at": journal.moment(entry.at),
        "message": entry.message,
        "record": entry.record,
        "hash": entry.hash,
    }


@pytest.mark.parametrize("role", ["request", "verdict"])
def test_any_payload_deleted__names_its_entry(sqlite, role):
    for index in range(0, SIZE, 4):
        assert found(sqlite, f"DELETE FROM journal_payload WHERE entry_index = {index} AND role = '{role}'") == [index]


@pytest.mark.parametrize("index", [0, 8, 252])
def test_payloads_swapped__names_both_entries(sqlite, index):
    data = "(SELECT data FROM kept WHERE kept.entry_index = {} AND kept.role = 'request')"
    assert found(
        sqlite,
        "CREATE TABLE kept AS SELECT * FROM journal_payload",
        f"UPDATE journal_payload SET data = {data.format(index + 4)} WHERE entry_index = {index} AND role = 'request'",
        f"UPDATE journal_payload SET data = {data.format(index)} WHERE entry_index = {index + 4} AND role = 'request'",
        "DROP TABLE kept",
    ) == [index, index + 4]


@pytest.mark.parametrize("index", [-3, 0, PLAIN, WITH_PAYLOADS, SIZE, 2**40])
def test_payload_added__names_its_entry_or_where_there_is_none(sqlite, index):
    deed = f"INSERT INTO journal_payload SELECT {index}, 'other', data FROM journal_payload LIMIT 1"
    assert found(sqlite, deed) == [index]


@pytest.mark.parametrize(
    ("first", "deed"),
    [
        (0, "DELETE FROM journal_tile"),
        (256, "INSERT INTO journal_tile SELECT 0, 1, root, hashes FROM journal_tile"),
        (0, "INSERT INTO journal_tile SELECT 1, 0, root, hashes FROM journal_tile"),
        (0, "INSERT INTO journal_tile SELECT 7, 0, root, hashes FROM journal_tile"),
        (0, "INSERT INTO journal_tile SELECT -1, 0, root, hashes FROM journal_tile"),
        (0, "INSERT INTO journal_tile SELECT 0, -1, root, hashes FROM journal_tile"),
        (0, "DELETE FROM journal_checkpoint WHERE number = 0"),
        (SIZES[0], "DELETE FROM journal_checkpoint WHERE number = 1"),
        (0, "INSERT INTO journal_checkpoint SELECT -1, size, note, signer FROM journal_checkpoint WHERE number = 2"),
        (SIZE, "INSERT INTO journal_checkpoint SELECT 3, size, note, signer FROM journal_checkpoint WHERE number = 0"),
        (SIZE, "INSERT INTO journal_checkpoint SELECT 4, size, note, signer FROM journal_checkpoint WHERE number = 2"),
        (0, "DELETE FROM journal_signer"),
        (0, "INSERT INTO journal_signer SELECT 'other', certificate FROM journal_signer"),
    ],
)
def test_row_of_what_proves_the_journal_deleted_or_added__is_found(sqlite, first, deed):
    assert found(sqlite, deed)[:1] == [first]


def test_checkpoints_swapped__names_what_the_first_leaves_in_doubt(sqlite):
    numbers = ("number = -number - 1 WHERE number IN (0, 1)", "number = 2 + number WHERE number < 0")
    # 0 and 1 become -1 and -2, and then 1 and 0.
    assert found(sqlite, *(f"UPDATE journal_checkpoint SET {each}" for each in numbers))[0] == 256


# Chained anew, by somebody who has the database.


def rechain(index, *, signer=None, keep=SIZES):
    """Change the entry `index` and compute everything behind it anew, tiles too; sign it again if there is a key."""

    def forge(connection):
        entry = tables.journal_entry
        previous = journal.entry(connection, index - 1).hash if index else journal.GENESIS
        for at in range(index, SIZE):
            told = journal.entry(connection, at)
            facts = {**told.facts, "mark": "forged"} if at == index else told.facts
            payloads = {role: {"sha256": each.sha256, "size": each.size} for role, each in told.payloads.items()}
            content = {
                "at": journal.moment(told.at), "facts": facts, "format": 1, "index": at, "kind": told.kind,
                "message": told.message, "payloads": payloads, "previous": previous,
            }  # fmt: skip
            record = journal.canonical(content)
            previous = journal.hash_of(record)
            changed = sa.update(entry).where(entry.c.entry_index == at)
            connection.execute(changed.values(record=record, hash=previous))
        connection.execute(sa.delete(tables.journal_tile))
        merkle.grow(connection, 0, SIZE)
        if signer is not None:
            sign_again(connection, signer, keep)

    return forge


def sign_again(connection, signer, sizes):
    origin = Checkpoint.read(notes.parse(checkpoints.last(connection).note)).origin
    connection.execute(sa.delete(tables.journal_checkpoint))
    connection.execute(sa.delete(tables.journal_signer))
    for size in sizes:
        head = journal.entry(connection, size - 1).hash
        note = Checkpoint(origin, size, merkle.root(connection, size), stands.NOW, head).sign(signer)
        checkpoints.add(connection, size, note, signer.certificate)


@pytest.mark.parametrize(("index", "first"), [(0, 0), (50, 0), (150, 100), (255, 100), (256, 256), (299, 256)])
def test_chained_anew_without_the_key__names_the_first_entry_that_no_fitting_checkpoint_covers(sqlite, index, first):
    with tampered(sqlite, rechain(index)) as connection:
        assert chain(connection) == []
        assert min(vouched(connection))[0] == first


def test_chained_anew_and_signed_by_another_key__is_found_by_whoever_knows_the_certificate(sqlite):
    own = certificates.read(OWN.certificate)
    with tampered(sqlite, rechain(150, signer=FOREIGN)) as connection:
        assert vouched(connection, [own])[0][0] == 0
        assert "none of those that are believed" in vouched(connection, [own])[0][1]


def test_tail_cut_below_a_checkpoint__names_the_first_entry_that_is_gone(sqlite):
    cut = [f"DELETE FROM {table} WHERE entry_index >= 280" for table in ("journal_payload", "journal_entry")]
    with tampered(sqlite, *cut) as connection:
        assert chain(connection) == []
        assert [index for index, _ in vouched(connection)] == [280]


# What is not detected from inside; docs/journal.md, "What is not detected".


def held(sqlite):
    """What somebody else has kept: the last checkpoint."""
    with sqlite.read() as connection:
        return Checkpoint.read(notes.parse(checkpoints.last(connection).note))


def contradicts(connection, kept):
    """Whether the journal is not a continuation of a checkpoint: what a witness asks."""
    size = journal.size(connection)
    if size < kept.size:
        return True
    whole = merkle.at_size(connection, size)
    return not tree.verify_consistency(kept.size, size, whole.consistency(kept.size), kept.root, whole.root())


CUT = [
    "DELETE FROM journal_payload WHERE entry_index >= 256",
    "DELETE FROM journal_entry WHERE entry_index >= 256",
    "DELETE FROM journal_checkpoint WHERE size > 256",
]


@pytest.mark.parametrize(
    "deeds",
    [
        pytest.param(CUT, id="tail-cut-with-its-checkpoints"),
        pytest.param([rechain(150, signer=OWN)], id="chained-anew-by-whoever-has-the-key"),
        pytest.param([rechain(150, signer=FOREIGN)], id="chained-anew-and-signed-by-a-key-that-nobody-knows"),
    ],
)
def test_limit__without_a_checkpoint_that_somebody_else_holds_it_is_not_detected(sqlite, deeds):
    kept = held(sqlite)
    with tampered(sqlite, *deeds) as connection:
        assert chain(connection) + vouched(connection) == []
        assert contradicts(connection, kept)


def test_limit__change_after_the_last_checkpoint_is_not_detected_even_by_its_holder(sqlite):
    """Everything behind a checkpoint can be written anew until the next one is signed."""
    with sqlite.read() as connection:
        kept = Checkpoint.read(notes.parse(list(checkpoints.stored(connection, 0))[1].note))
    forget = "DELETE FROM journal_checkpoint WHERE size > 256"
    with tampered(sqlite, forget, rechain(280)) as connection:
        assert chain(connection) + vouched(connection) == []
        assert not contradicts(connection, kept)


def test_limit__record_below_a_full_tile_is_not_seen_by_the_holder_of_a_checkpoint_but_from_inside(sqlite):
    kept = held(sqlite)
    with tampered(sqlite, bit("journal_entry", "record", f"entry_index = {PLAIN}", -1)) as connection:
        assert not contradicts(connection, kept)
        assert {index for index, _ in chain(connection)} == {PLAIN}


def test_limit__forged_entry_behind_the_last_one_is_not_detected_before_it_is_signed_over(sqlite):
    """It follows the chain; the owner of the database has added it, and the next checkpoint will vouch for it."""
    assert found(sqlite, forged(SIZE)) == []


def test_limit__what_was_never_written_is_not_missed(sqlite):
    """An acceptance without an entry leaves nothing behind; its sender has the acknowledgement."""
    assert found(sqlite) == []
    with sqlite.read() as connection:
        assert journal.size(connection) == SIZE


# PostgreSQL: a sample, because the same code reads both.

SAMPLE = [
    (PLAIN, [bit("journal_entry", "record", f"entry_index = {PLAIN}", -1)]),
    (PLAIN, [bit("journal_entry", "kind", f"entry_index = {PLAIN}", 0)]),
    (PLAIN, [bit("journal_entry", "entry_index", f"entry_index = {PLAIN}", 0)]),
    (WITH_PAYLOADS, [bit("journal_payload", "data", f"entry_index = {WITH_PAYLOADS} AND role = 'request'", 0)]),
    (0, [bit("journal_tile", "hashes", "number = 0", "all")]),
    (SIZES[0], [bit("journal_checkpoint", "note", "number = 1", "all")]),
    (0, [bit("journal_signer", "certificate", "fingerprint <> ''", 0)]),
    (40, delete(40)),
    (41, swap(41)),
    (SIZE, [copy(3, SIZE)]),
    (SIZES[0], [rechain(150)]),
    (
        280,
        ["DELETE FROM journal_payload WHERE entry_index >= 280", "DELETE FROM journal_entry WHERE entry_index >= 280"],
    ),
]


@pytest.mark.postgres
@pytest.mark.parametrize(("first", "deeds"), SAMPLE)
def test_tampering_on_postgresql__names_the_same_entry(postgresql, first, deeds):
    assert found(postgresql, *deeds)[0] == first


@pytest.mark.postgres
def test_undamaged_journal_on_postgresql__has_no_fault(postgresql):
    assert found(postgresql) == []
