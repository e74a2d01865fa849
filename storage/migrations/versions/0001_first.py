"""The first schema: journal, packages, directory, registry.

Frozen: later releases add migrations and never change this one. A test compares the sum of all migrations with
`storage/tables.py`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _journal()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()
    _packages()
    _directory()
    _registry()
    _installation()


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _text(name: str, *constraints: sa.ForeignKey, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *constraints, nullable=nullable)


def _journal() -> None:
    op.create_table(
        "journal_entry",
        sa.Column("entry_index", _NUMBER, primary_key=True, autoincrement=False),
        _text("kind"),
        _text("at"),
        _text("message", nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        _text("hash"),
    )
    once = sa.text("kind IN ('package-accepted', 'result-made')")
    op.create_index(
        "journal_entry_once",
        "journal_entry",
        ["message", "kind"],
        unique=True,
        sqlite_where=once,
        postgresql_where=once,
    )
    op.create_table(
        "journal_payload",
        sa.Column(
            "entry_index",
            sa.BigInteger(),
            sa.ForeignKey("journal_entry.entry_index"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("role", sa.Text(), primary_key=True),
        sa.Column("data", sa.LargeBinary(), nullable=False),
    )


def _guard_sqlite() -> None:
    for table in ("journal_entry", "journal_payload"):
        for deed in ("UPDATE", "DELETE"):
            op.execute(f"""
                CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table}
                BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
            """)
    # INSERT OR REPLACE deletes a row without asking the DELETE trigger, so insertion has a guard of its own.
    op.execute("""
        CREATE TRIGGER journal_entry_next BEFORE INSERT ON journal_entry
        WHEN NEW.entry_index IS NOT (SELECT coalesce(max(entry_index) + 1, 0) FROM journal_entry)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """)
    op.execute("""
        CREATE TRIGGER journal_payload_new BEFORE INSERT ON journal_payload
        WHEN EXISTS (SELECT 1 FROM journal_payload WHERE entry_index = NEW.entry_index AND role = NEW.role)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """)


def _guard_postgresql() -> None:
    op.execute("""
        CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$
    """)
    for table in ("journal_entry", "journal_payload"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
        """)


def _packages() -> None:
    op.create_table(
        "package",
        _text("message_guid"),
        sa.Column(
            "entry_index", sa.BigInteger(), sa.ForeignKey("journal_entry.entry_index"), nullable=False, unique=True
        ),
        sa.Column("received_at", _MOMENT, nullable=False),
        _text("sender"),
        _text("requester_guid"),
        _text("requester_key"),
        _text("digest"),
        _text("organisation"),
        _text("system"),
        _text("path"),
        _text("service"),
        _text("operation"),
        _text("pack"),
        _text("version"),
        sa.Column("result_index", sa.BigInteger(), sa.ForeignKey("journal_entry.entry_index")),
        sa.Column("finished_at", _MOMENT),
        sa.PrimaryKeyConstraint("message_guid"),
        sa.UniqueConstraint("requester_key", "sender", name="package_requester"),
    )
    waiting = sa.text("result_index IS NULL")
    op.create_index("package_waiting", "package", ["entry_index"], sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "claim",
        _text("message_guid", sa.ForeignKey("package.message_guid")),
        _text("worker"),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("message_guid"),
    )


def _directory() -> None:
    op.create_table(
        "organisation",
        _text("guid"),
        _text("ogrn"),
        _text("kpp", nullable=True),
        _text("name"),
        _text("role"),
        sa.PrimaryKeyConstraint("guid"),
    )
    op.create_table(
        "information_system",
        _text("login"),
        _text("password_hash"),
        _text("fingerprint", nullable=True),
        _text("operator", sa.ForeignKey("organisation.guid")),
        sa.PrimaryKeyConstraint("login"),
        sa.UniqueConstraint("fingerprint"),
    )
    op.create_table(
        "system_grant",
        _text("organisation", sa.ForeignKey("organisation.guid")),
        _text("system", sa.ForeignKey("information_system.login")),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT),
        sa.PrimaryKeyConstraint("organisation", "system", "since"),
    )
    op.create_table(
        "house_grant",
        _text("organisation", sa.ForeignKey("organisation.guid")),
        _text("house"),
        sa.PrimaryKeyConstraint("organisation", "house"),
    )
    _counter("directory_revision", "revision")


def _registry() -> None:
    op.create_table(
        "aggregate",
        _text("name"),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "registry_object",
        sa.Column("sequence", _NUMBER, primary_key=True),
        _text("id"),
        _text("kind"),
        _text("aggregate", sa.ForeignKey("aggregate.name")),
        _text("parent", nullable=True),
        _text("key", nullable=True),
        _text("unique_number", nullable=True),
        _text("data"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        _text("message"),
        sa.Column("ended_at", _MOMENT),
        sa.UniqueConstraint("id"),
    )
    op.create_index("ix_registry_object_aggregate", "registry_object", ["aggregate"])
    op.create_index("registry_object_key", "registry_object", ["key", "kind"])
    op.create_table(
        "registry_version",
        _text("id", sa.ForeignKey("registry_object.id")),
        sa.Column("version", sa.Integer(), nullable=False),
        _text("parent", nullable=True),
        _text("key", nullable=True),
        _text("unique_number", nullable=True),
        _text("data"),
        sa.Column("ended_at", _MOMENT),
        _text("organisation"),
        _text("message"),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", "version"),
    )
    op.create_table(
        "number_series",
        _text("name"),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _installation() -> None:
    _counter("heartbeat", "beats")


def _counter(table: str, column: str) -> None:
    # Readers may rely on the one row: it is made here and nowhere else.
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(column, sa.BigInteger(), nullable=False),
    )
    op.execute(f"INSERT INTO {table} (id, {column}) VALUES (1, 0)")  # noqa: S608  # names from above
