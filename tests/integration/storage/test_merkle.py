"""The tree of a stored journal: its tiles come with the entries, and nothing about them can be changed unnoticed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from storage import database as databases
from storage import journal, merkle, tables, tree, verification
from tests.integration.storage import factories

TILE = tables.journal_tile
MANY = 65_536 + 300


def fill(database, count, batch=500):
    """Append entries in batches and return the hashes of all."""
    with database.write() as connection:
        start = journal.size(connection)
        for first in range(start, start + count, batch):
            last = min(first + batch, start + count)
            journal.append(connection, [factories.event(number) for number in range(first, last)])
    with database.read() as connection:
        found = connection.execute(sa.select(tables.journal_entry.c.hash).order_by("entry_index")).scalars()
        return [bytes.fromhex(each) for each in found]


def reference(leaves):
    """The tree over leaves, computed without any tile that is stored."""
    rows = [leaves]
    while len(rows[-1]) >= tree.WIDTH:
        full = range(len(rows[-1]) // tree.WIDTH)
        rows.append([tree.above(b"".join(rows[-1][at * 256 : at * 256 + 256])) for at in full])
    return tree.Tree(len(leaves), lambda level, number, width: b"".join(rows[level][number * 256 :][:width]))


def tiles(database):
    with database.read() as connection:
        return connection.execute(sa.select(TILE).order_by(TILE.c.level, TILE.c.number)).all()


def test_growing_journal__has_the_roots_and_proofs_of_all_its_sizes(database):
    leaves = []
    for count in (1, 254, 1, 1, 255, 300):
        leaves = fill(database, count, batch=90)
        with database.read() as connection:
            assert merkle.root(connection, len(leaves)) == reference(leaves).root()
            assert merkle.root(connection, 1) == leaves[0]
            for index in (0, len(leaves) // 2, len(leaves) - 1):
                path = merkle.inclusion(connection, index, len(leaves))
                assert tree.verify_inclusion(leaves[index], index, len(leaves), path, reference(leaves).root())
                proof = merkle.consistency(connection, index + 1, len(leaves))
                old = reference(leaves[: index + 1]).root()
                assert tree.verify_consistency(index + 1, len(leaves), proof, old, reference(leaves).root())
    assert [(row.level, row.number) for row in tiles(database)] == [(0, 0), (0, 1), (0, 2)]


def test_journal_without_an_entry__has_the_root_of_nothing(database):
    with database.read() as connection:
        assert merkle.root(connection, 0) == tree.EMPTY


@pytest.fixture(scope="module")
def of_an_earlier_release(tmp_path_factory):
    """A journal of many entries as the release before the tree has left it, and its hashes."""
    db = databases.Database.open(f"sqlite:///{tmp_path_factory.mktemp('old')}/gateway.db")
    db.migrate()
    with db.write() as connection:
        for name in (
            "journal_archive",
            "journal_key",
            "journal_erasure",
            "journal_subject",
            "journal_tile",
            "journal_checkpoint",
            "journal_signer",
        ):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        for name in ("journal_entry_at", "journal_entry_kind"):
            connection.exec_driver_sql(f"DROP INDEX {name}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
        # What the records say is nothing to the tree; to write them all would take as long as the rest of these tests.
        connection.exec_driver_sql("DROP TRIGGER journal_entry_next")
        leaves = [tree.leaf(str(number).encode()) for number in range(MANY)]
        connection.exec_driver_sql(
            "INSERT INTO journal_entry (entry_index, kind, at, record, hash) VALUES (?, '', '', x'', ?)",
            [(number, each.hex()) for number, each in enumerate(leaves)],
        )
    db.migrate()
    yield db, leaves
    db.close()


def test_journal_of_an_earlier_release__gets_its_tree_and_grows_on(of_an_earlier_release):
    """P18, and a proof among many entries reads a few rows."""
    db, _ = of_an_earlier_release
    leaves = fill(db, 250)
    with db.read() as connection:
        assert merkle.root(connection, len(leaves)) == reference(leaves).root()
        assert list(merkle.faults(connection)) == []
        reads = []
        sa.event.listen(connection, "before_cursor_execute", lambda *call: reads.append(call[2]))
        path = merkle.inclusion(connection, 1000, len(leaves))
        assert tree.verify_inclusion(leaves[1000], 1000, len(leaves), path, reference(leaves).root())
        assert 0 < len(reads) <= 5
    assert [(row.level, row.number) for row in tiles(db) if row.level] == [(1, 0)]


@pytest.mark.parametrize("statement", [
    "UPDATE journal_tile SET root = hashes", "DELETE FROM journal_tile",
    "INSERT OR REPLACE INTO journal_tile SELECT level, number, hashes, hashes FROM journal_tile",
])  # fmt: skip
def test_stored_tile__is_never_changed(sqlite, statement):
    fill(sqlite, 256)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), sqlite.write() as connection:
        connection.exec_driver_sql(statement)


def test_stored_tile__is_never_changed_on_any_database(database):
    fill(database, 256)
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(sa.delete(TILE))


def disarm(connection):
    for name in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
        connection.exec_driver_sql(f"DROP TRIGGER {name}")


@pytest.mark.parametrize(
    ("change", "index", "what"),
    [
        (sa.update(TILE).where(TILE.c.number == 1).values(root=b"x" * 32), 256, "does not have its root"),
        (sa.update(TILE).where(TILE.c.number == 1).values(hashes=b"x" * 8192), 256, "another hash here"),
        (sa.delete(TILE).where(TILE.c.number == 0), 0, "missing"),
        (sa.delete(TILE).where(TILE.c.number == 1), 256, "missing"),
        (sa.insert(TILE).values(level=0, number=2, root=b"", hashes=b""), 512, "reaches to entry 767"),
        (sa.insert(TILE).values(level=1, number=0, root=b"", hashes=b""), 0, "reaches to entry 65535"),
    ],
)
def test_changed_tile__is_found(sqlite, change, index, what):
    fill(sqlite, 600)
    with sqlite.write() as connection:
        disarm(connection)
        connection.execute(change)
    with sqlite.read() as connection:
        found = list(verification.verify(connection))
    assert any(fault.index == index and what in fault.what for fault in found)


def test_entries_chained_anew_below_a_full_tile__are_found_from_inside(sqlite):
    fill(sqlite, 300)
    entry = tables.journal_entry
    with sqlite.write() as connection:
        disarm(connection)
        previous = journal.GENESIS
        for number in range(300):
            event = factories.event(number if number != 7 else 70)
            made = journal.link(number, event, previous)
            previous = made.hash
            values = {"record": made.record, "hash": made.hash}
            connection.execute(sa.update(entry).where(entry.c.entry_index == number).values(values))
    with sqlite.read() as connection:
        found = list(verification.verify(connection))
    assert (found[0].index, found[0].what) == (7, "the tree has another hash here")
    assert {fault.index for fault in found} == set(range(7, 256))


def test_damaged_journal__has_no_tree_built_over_it(sqlite):
    fill(sqlite, 255)
    with sqlite.write() as connection:
        disarm(connection)
        connection.exec_driver_sql("UPDATE journal_entry SET hash = 'zz' WHERE entry_index = 3")
    with pytest.raises(ValueError, match="hexa"):
        fill(sqlite, 1)
    with sqlite.read() as connection:
        assert journal.size(connection) == 255
