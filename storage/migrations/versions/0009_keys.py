"""Data keys of sealed payloads, and which entry tells that one was destroyed; payloads of before stay as they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_SAYS = "the journal is append-only"


def upgrade() -> None:
    op.create_table(
        "journal_key",
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
    )
    op.create_table(
        "journal_erasure",
        sa.Column("entry_index", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("key_id", sa.LargeBinary(), nullable=True),
        sa.Column("erased_index", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_journal_erasure_key_id", "journal_erasure", ["key_id"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _guard_sqlite() -> None:
    op.execute("DROP TRIGGER IF EXISTS journal_payload_no_delete")
    for table, place in (("journal_payload", "entry_index"), ("journal_key", "key_id")):
        op.execute(f"""
            CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            WHEN NOT EXISTS (SELECT 1 FROM journal_erasure WHERE {place} = OLD.{place})
            BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
        """)  # noqa: S608  # names of this file
    op.execute(f"""
        CREATE TRIGGER journal_erasure_no_delete BEFORE DELETE ON journal_erasure
        BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
    """)
    for table, place in (("journal_key", "key_id"), ("journal_erasure", "entry_index")):
        op.execute(f"""
            CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
            BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
        """)
        # INSERT OR REPLACE deletes a row without asking the DELETE trigger.
        op.execute(f"""
            CREATE TRIGGER {table}_new BEFORE INSERT ON {table}
            WHEN EXISTS (SELECT 1 FROM {table} WHERE {place} = NEW.{place})
            BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
        """)  # noqa: S608  # the same
    op.execute("""
        CREATE TRIGGER journal_erasure_told BEFORE INSERT ON journal_erasure
        WHEN NOT EXISTS (SELECT 1 FROM journal_entry WHERE entry_index = NEW.erased_index AND kind = 'payload-erased')
        BEGIN SELECT RAISE(ABORT, 'an erasure is journaled first'); END
    """)


def _guard_postgresql() -> None:
    # One function says for every table what the journal refuses: all of it, but for rows of which an erasure is told.
    op.execute(f"""
        CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'journal_payload' THEN
                IF EXISTS (SELECT 1 FROM journal_erasure WHERE entry_index = OLD.entry_index) THEN
                    RETURN OLD;
                END IF;
            ELSIF TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'journal_key' THEN
                IF EXISTS (SELECT 1 FROM journal_erasure WHERE key_id = OLD.key_id) THEN
                    RETURN OLD;
                END IF;
            ELSIF TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'journal_erasure' THEN
                IF EXISTS (
                    SELECT 1 FROM journal_entry WHERE entry_index = NEW.erased_index AND kind = 'payload-erased'
                ) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'an erasure is journaled first';
            END IF;
            RAISE EXCEPTION '{_SAYS}';
        END $$
    """)  # noqa: S608  # the same
    op.execute("DROP TRIGGER journal_payload_append_only ON journal_payload")
    for table in ("journal_payload", "journal_key"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
        """)
        op.execute(f"""
            CREATE TRIGGER {table}_erased_only BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()
        """)
    op.execute("""
        CREATE TRIGGER journal_erasure_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_erasure
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
    """)
    op.execute("""
        CREATE TRIGGER journal_erasure_told BEFORE INSERT ON journal_erasure
        FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()
    """)
