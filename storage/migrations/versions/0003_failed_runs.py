"""Runs that failed and wait to be repeated; every version of what is known of an organisation, with its identifiers.

What was known of organisations earlier is read from the journal, which tells of every change of the directory.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_KNOWN = ("ogrn", "kpp", "inn", "name", "role")


def upgrade() -> None:
    _packages()
    versions = _organisations()
    connection = op.get_bind()
    for guid, states in _history(connection).items():
        connection.execute(sa.insert(versions), list(_rows(guid, states)))


def downgrade() -> None:
    raise NotImplementedError("a journal is never taken back to an older schema; restore a backup instead")


def _packages() -> None:
    # Without foreign keys: SQLite cannot add one to a table that is there.
    op.add_column("package", sa.Column("failed_index", sa.BigInteger()))
    op.add_column("package", sa.Column("parked_index", sa.BigInteger()))
    op.drop_index("package_waiting", "package")
    waiting = sa.text("result_index IS NULL AND parked_index IS NULL")
    op.create_index("package_waiting", "package", ["entry_index"], sqlite_where=waiting, postgresql_where=waiting)
    parked = sa.text("parked_index IS NOT NULL")
    op.create_index("package_parked", "package", ["entry_index"], sqlite_where=parked, postgresql_where=parked)


def _organisations() -> sa.Table:
    made: sa.Table = op.create_table(
        "organisation_version",
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), sa.ForeignKey("organisation.guid"), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("ogrn", sa.Text(), nullable=False),
        sa.Column("kpp", sa.Text()),
        sa.Column("inn", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT),
        sa.PrimaryKeyConstraint("guid"),
        sa.UniqueConstraint("organisation", "number"),
    )
    op.create_index("ix_organisation_version_root", "organisation_version", ["root"])
    op.create_index("ix_organisation_version_ogrn", "organisation_version", ["ogrn"])
    return made


def _history(connection: sa.Connection) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """Return what was known of each organisation and from when on, oldest first."""
    rows = connection.execute(sa.text(f"SELECT guid, {', '.join(_KNOWN)} FROM organisation"))  # noqa: S608  # from above
    now = {row.guid: {name: getattr(row, name) for name in _KNOWN} for row in rows}
    found: dict[str, list[tuple[str, dict[str, Any]]]] = {guid: [] for guid in now}
    changes = sa.text("SELECT at, record FROM journal_entry WHERE kind = 'directory-changed' ORDER BY entry_index")
    for row in connection.execute(changes):
        facts = json.loads(bytes(row.record))["facts"]
        if facts.get("change") in ("organisation-added", "organisation-changed") and facts.get("guid") in found:
            found[facts["guid"]].append((row.at, {name: facts.get(name) for name in _KNOWN}))
    for guid, states in found.items():
        if not states or states[-1][1] != now[guid]:
            states.append((dt.datetime.now(dt.UTC).isoformat(), now[guid]))
    return found


def _rows(guid: str, states: list[tuple[str, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    root = str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:organisation:{guid}"))
    moments = [dt.datetime.fromisoformat(at) for at, _ in states]
    if op.get_bind().dialect.name == "sqlite":
        moments = [moment.astimezone(dt.UTC).replace(tzinfo=None) for moment in moments]
    for number, (_, known) in enumerate(states, 1):
        yield {
            "guid": str(uuid.uuid5(uuid.UUID(root), str(number))),
            "organisation": guid,
            "root": root,
            "number": number,
            **known,
            "since": moments[number - 1],
            "until": moments[number] if number < len(states) else None,
        }
