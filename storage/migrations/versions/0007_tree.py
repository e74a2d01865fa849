"""The journal as a Merkle tree: its full tiles, filled for the journal that is there; checkpoints and their signers."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLES = {"journal_tile": ("level", "number"), "journal_signer": ("fingerprint",), "journal_checkpoint": ("number",)}
_WIDTH, _HASH = 256, 32


def upgrade() -> None:
    tiles = _tables()
    connection = op.get_bind()
    _fill(connection, tiles)
    for table, key in _TABLES.items():
        if connection.dialect.name == "sqlite":
            _guard_sqlite(table, key)
        else:
            op.execute(f"""
                CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
            """)


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _tables() -> sa.Table:
    tiles: sa.Table = op.create_table(
        "journal_tile",
        sa.Column("level", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "journal_signer",
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_table(
        "journal_checkpoint",
        sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signer", sa.Text(), sa.ForeignKey("journal_signer.fingerprint"), nullable=False),
    )
    op.create_index("ix_journal_checkpoint_size", "journal_checkpoint", ["size"])
    return tiles


def _guard_sqlite(table: str, key: tuple[str, ...]) -> None:
    for deed in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
            BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
        """)
    # INSERT OR REPLACE deletes a row without asking the DELETE trigger.
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    op.execute(f"""
        CREATE TRIGGER {table}_new BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """)  # noqa: S608  # names from above


def _fill(connection: sa.Connection, tiles: sa.Table) -> None:
    page = sa.text("SELECT hash FROM journal_entry WHERE entry_index BETWEEN :first AND :last ORDER BY entry_index")
    count = connection.execute(sa.text("SELECT count(*) FROM journal_entry")).scalar_one()
    rows: list[bytes] = []
    for number in range(count // _WIDTH):
        bounds = {"first": number * _WIDTH, "last": (number + 1) * _WIDTH - 1}
        hashes = b"".join(bytes.fromhex(each) for each in connection.execute(page, bounds).scalars())
        rows.append(_add(connection, tiles, 0, number, hashes))
    level = 1
    while len(rows) >= _WIDTH:
        rows = [
            _add(connection, tiles, level, number, b"".join(rows[number * _WIDTH : (number + 1) * _WIDTH]))
            for number in range(len(rows) // _WIDTH)
        ]
        level += 1


def _add(connection: sa.Connection, tiles: sa.Table, level: int, number: int, hashes: bytes) -> bytes:
    root = hashes
    while len(root) > _HASH:
        pairs = range(0, len(root), 2 * _HASH)
        root = b"".join(hashlib.sha256(b"\x01" + root[at : at + 2 * _HASH]).digest() for at in pairs)
    connection.execute(sa.insert(tiles), {"level": level, "number": number, "root": root, "hashes": hashes})
    return root
