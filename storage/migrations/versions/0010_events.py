"""Results that were fetched, epochs of the database, and what the journal last said of things outside of it.

Whom the installation believes by the command is read from the journal, so that the next start does not find it anew.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("package", sa.Column("fetched_index", sa.BigInteger()))
    op.drop_index("journal_entry_once", "journal_entry")
    once = sa.text("kind IN ('package-accepted', 'result-made', 'result-fetched')")
    op.create_index(
        "journal_entry_once",
        "journal_entry",
        ["message", "kind"],
        unique=True,
        sqlite_where=once,
        postgresql_where=once,
    )
    op.create_table(
        "journal_epoch",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("identity", sa.Text(), nullable=False),
    )
    in_force = op.create_table(
        "in_force",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("what", "name"),
    )
    connection = op.get_bind()
    believed = [{"what": what, "name": name, "sha256": sha256} for what, name, sha256 in sorted(_believed(connection))]
    if believed:
        connection.execute(sa.insert(in_force), believed)


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _believed(connection: sa.Connection) -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    changes = sa.text("SELECT record FROM journal_entry WHERE kind = 'directory-changed' ORDER BY entry_index")
    for row in connection.execute(changes):
        try:
            facts = json.loads(bytes(row.record))["facts"]
            change, sha256 = facts["change"], str(facts.get("sha256"))
        except (ValueError, KeyError, TypeError):
            continue  # damaged: `verify` tells of it, and an upgrade must not fail by it
        certificate = ("certificate", f"{facts.get('organisation') or ''}/{sha256}", sha256)
        if change == "trust-added":
            found.add(certificate)
        elif change == "trust-removed":
            found.discard(certificate)
        elif change == "crl-updated":
            found.add(("crl", sha256, sha256))
    return found
