"""Archives of the journal; payloads that one of them holds may leave the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SAYS = "the journal is append-only"
_GAP = "archives follow each other"
_UNTOLD = "an archive is journaled first"


def upgrade() -> None:
    op.create_table(
        "journal_archive",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("stop", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("made_index", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_journal_archive_stop", "journal_archive", ["stop"])
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _guard_sqlite() -> None:
    op.execute("DROP TRIGGER journal_payload_no_delete")
    op.execute(f"""
        CREATE TRIGGER journal_payload_no_delete BEFORE DELETE ON journal_payload
        WHEN NOT EXISTS (SELECT 1 FROM journal_erasure WHERE entry_index = OLD.entry_index)
        AND NOT EXISTS (SELECT 1 FROM journal_archive WHERE start <= OLD.entry_index AND stop > OLD.entry_index)
        BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
    """)  # noqa: S608  # texts of this file
    for deed in ("UPDATE", "DELETE"):
        op.execute(f"""
            CREATE TRIGGER journal_archive_no_{deed.lower()} BEFORE {deed} ON journal_archive
            BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END
        """)
    # It refuses INSERT OR REPLACE too, which deletes a row without asking the DELETE trigger.
    op.execute(f"""
        CREATE TRIGGER journal_archive_next BEFORE INSERT ON journal_archive
        WHEN NEW.number IS NOT (SELECT coalesce(max(number) + 1, 0) FROM journal_archive)
        OR NEW.start IS NOT (SELECT coalesce(max(stop), 0) FROM journal_archive) OR NEW.stop <= NEW.start
        BEGIN SELECT RAISE(ABORT, '{_GAP}'); END
    """)  # noqa: S608  # the same
    op.execute(f"""
        CREATE TRIGGER journal_archive_told BEFORE INSERT ON journal_archive
        WHEN NOT EXISTS (SELECT 1 FROM journal_entry WHERE entry_index = NEW.made_index AND kind = 'archive-made')
        BEGIN SELECT RAISE(ABORT, '{_UNTOLD}'); END
    """)  # noqa: S608  # the same


def _guard_postgresql() -> None:
    # The function of 0009, which asks of a payload one thing more, and of an archive two.
    op.execute(f"""
        CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'journal_payload' THEN
                IF EXISTS (SELECT 1 FROM journal_erasure WHERE entry_index = OLD.entry_index)
                OR EXISTS (SELECT 1 FROM journal_archive WHERE start <= OLD.entry_index AND stop > OLD.entry_index)
                THEN
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
            ELSIF TG_LEVEL = 'ROW' AND TG_TABLE_NAME = 'journal_archive' THEN
                IF NEW.number <> (SELECT coalesce(max(number) + 1, 0) FROM journal_archive)
                OR NEW.start <> (SELECT coalesce(max(stop), 0) FROM journal_archive) OR NEW.stop <= NEW.start THEN
                    RAISE EXCEPTION '{_GAP}';
                END IF;
                IF EXISTS (
                    SELECT 1 FROM journal_entry WHERE entry_index = NEW.made_index AND kind = 'archive-made'
                ) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION '{_UNTOLD}';
            END IF;
            RAISE EXCEPTION '{_SAYS}';
        END $$
    """)  # noqa: S608  # the same
    op.execute("""
        CREATE TRIGGER journal_archive_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_archive
        FOR EACH STATEMENT EXECUTE FUNCTION journal_is_append_only()
    """)
    op.execute("""
        CREATE TRIGGER journal_archive_next BEFORE INSERT ON journal_archive
        FOR EACH ROW EXECUTE FUNCTION journal_is_append_only()
    """)
