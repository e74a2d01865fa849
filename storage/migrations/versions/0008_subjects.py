"""What entries of the journal are about, for searching; filled for those that are there, as far as it can be known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PAGE = 1000
_FACTS = {
    "organisation": "organisation",
    "operation": "operation",
    "code": "code",
    "requester_guid": "message",
    "certificate_sha256": "certificate",
    "house": "house",
}
_WRITTEN = ("operation", "code")


def upgrade() -> None:
    op.create_table(
        "journal_subject",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("entry_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", "entry_index"),
        sqlite_with_rowid=False,
    )
    op.create_index("journal_entry_at", "journal_entry", ["at", "entry_index"])
    op.create_index("journal_entry_kind", "journal_entry", ["kind", "entry_index"])
    connection = op.get_bind()
    _fill(connection, _said(connection))
    _fill(connection, _done(connection))
    _fill(connection, _touched(connection))


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _fill(connection: sa.Connection, pairs: Iterator[tuple[str, str, int]]) -> None:
    rows: dict[tuple[str, str, int], None] = {}
    add = sa.text(
        "INSERT INTO journal_subject (kind, value, entry_index) VALUES (:kind, :value, :entry_index)"
        " ON CONFLICT DO NOTHING"
    )
    for pair in pairs:
        rows[pair] = None
        if len(rows) >= _PAGE:
            connection.execute(add, [_row(each) for each in rows])
            rows.clear()
    if rows:
        connection.execute(add, [_row(each) for each in rows])


def _row(pair: tuple[str, str, int]) -> dict[str, object]:
    kind, value, index = pair
    return {"kind": kind, "value": value, "entry_index": index}


def _pages(connection: sa.Connection, statement: str) -> Iterator[Any]:
    """Yield rows in the order of their first column, by pages: it may be a large journal."""
    after: object = None
    while True:
        where = "" if after is None else "WHERE place > :after"
        page = connection.execute(
            sa.text(f"SELECT * FROM ({statement}) AS found {where} ORDER BY place LIMIT {_PAGE}"),  # noqa: S608  # ours
            {} if after is None else {"after": after},
        ).all()
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].place


def _said(connection: sa.Connection) -> Iterator[tuple[str, str, int]]:
    for row in _pages(connection, "SELECT entry_index AS place, message, record FROM journal_entry"):
        try:
            facts = json.loads(bytes(row.record))["facts"]
        except (ValueError, KeyError, TypeError):
            continue  # damaged: `verify` tells of it, and an upgrade must not fail by it
        if row.message:
            yield "message", row.message.lower(), row.place
        for name, kind in _FACTS.items():
            if facts.get(name):
                value = str(facts[name]).strip()
                yield kind, value if kind in _WRITTEN else value.lower(), row.place


def _done(connection: sa.Connection) -> Iterator[tuple[str, str, int]]:
    """Results name neither the organisation nor the operation: their packages do."""
    done = "SELECT result_index AS place, organisation, operation FROM package WHERE result_index IS NOT NULL"
    for row in _pages(connection, done):
        if row.organisation:
            yield "organisation", row.organisation.lower(), row.place
        yield "operation", row.operation, row.place


def _touched(connection: sa.Connection) -> Iterator[tuple[str, str, int]]:
    """Houses and accounts that a result has changed; what an old run has only read, nobody has noted."""
    changed = """
        SELECT o.sequence AS place, o.id, o.kind, o.aggregate, o.unique_number
        FROM registry_object o
    """
    versions = sa.text(
        "SELECT DISTINCT p.result_index FROM registry_version v JOIN package p ON p.message_guid = v.message"
        " WHERE v.id = :id AND p.result_index IS NOT NULL"
    )
    for row in _pages(connection, changed):
        named = list(_names(row))
        if named:
            for index in connection.execute(versions, {"id": row.id}).scalars():
                yield from ((kind, value, index) for kind, value in named)


def _names(row: Any) -> Iterator[tuple[str, str]]:
    space, _, guid = row.aggregate.partition(":")
    if space in ("house", "basis"):
        yield "house", guid.lower()
    if space in ("account", "bills"):
        yield "account", guid.lower()
    if row.kind == "account" and row.unique_number:
        yield "account", row.unique_number
