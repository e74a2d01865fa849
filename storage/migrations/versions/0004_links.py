"""Links: by what the objects of the registry are found besides their id and their key, as an account by its house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registry_link",
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), sa.ForeignKey("registry_object.id"), nullable=False),
        sa.PrimaryKeyConstraint("link", "kind", "id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_registry_link_id", "registry_link", ["id"])


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")
