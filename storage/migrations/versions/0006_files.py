"""The file store: what was uploaded, and of which parts it consists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), sa.ForeignKey("organisation.guid"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("part_count", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text()),
        sa.Column("gost94", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("completed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stored_file_expires_at", "stored_file", ["expires_at"])
    op.create_index("ix_stored_file_sha256", "stored_file", ["sha256"])
    undigested = sa.text("completed_at IS NOT NULL AND gost94 IS NULL")
    op.create_index(
        "stored_file_undigested",
        "stored_file",
        ["completed_at"],
        sqlite_where=undigested,
        postgresql_where=undigested,
    )
    op.create_table(
        "stored_part",
        sa.Column("file", sa.Text(), sa.ForeignKey("stored_file.id"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("file", "number"),
    )
    op.create_index("ix_stored_part_blob", "stored_part", ["blob"])


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")
