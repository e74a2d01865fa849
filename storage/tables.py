"""The tables, as SQLAlchemy sees them; the database itself is made by `storage/migrations`.

Two tables are the truth (`journal_entry`, `journal_payload`); what proves them stands beside (`journal_tile`,
`journal_checkpoint`, `journal_signer`). All of them may only grow: triggers refuse the rest. The one exception is the
erasure of a package: once it is in the journal and in `journal_erasure`, its row of `journal_key` may be deleted, and
its payloads where an earlier release has stored them unsealed. And payloads may go whose entries an archive covers,
once that is in the journal and in `journal_archive`.
`package` and `claim` are projections of the journal and can be rebuilt from it at any time.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

Row: TypeAlias = "sa.Row[*tuple[Any, ...]]"
"""A row whose columns the reader knows by name."""


class UTC(sa.types.TypeDecorator[dt.datetime]):
    """An aware moment in UTC; SQLite has no zones, so it is stored there without one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Refuse naive moments, which would mean another time on every server."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: sa.Dialect) -> dt.datetime | None:
        """Return the moment in UTC, whatever zone the server's session has."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if dialect.name == "sqlite" else value.astimezone(dt.UTC)


def _required(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _optional(name: str) -> sa.Column[str | None]:
    return sa.Column(name, sa.Text)


# In SQLite a key is the row's own number, without a second index, only where its type is exactly INTEGER.
_NUMBER: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata: Final = sa.MetaData()

# --- Journal ----------------------------------------------------------------------------------------------------------

journal_entry: Final = sa.Table(
    "journal_entry",
    metadata,
    sa.Column("entry_index", _NUMBER, primary_key=True, autoincrement=False),
    # These three repeat the record, character by character, for searching.
    _required("kind"),
    _required("at"),
    _optional("message"),
    sa.Column("record", sa.LargeBinary, nullable=False),
    _required("hash"),
)
# The journal itself cannot hold a second acceptance, result or first fetch of one message, whatever the code does.
_ONCE: Final = journal_entry.c.kind.in_(("package-accepted", "result-made", "result-fetched"))
sa.Index(
    "journal_entry_once",
    journal_entry.c.message,
    journal_entry.c.kind,
    unique=True,
    sqlite_where=_ONCE,
    postgresql_where=_ONCE,
)

journal_payload: Final = sa.Table(
    "journal_payload",
    metadata,
    sa.Column(
        "entry_index",
        sa.BigInteger,
        sa.ForeignKey("journal_entry.entry_index"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("role", sa.Text, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
journal_key: Final = sa.Table(
    "journal_key",
    metadata,
    sa.Column("key_id", sa.LargeBinary, primary_key=True),
    # The data key, enciphered by the installation's (`storage.sealing`).
    sa.Column("wrapped", sa.LargeBinary, nullable=False),
)
# Whose payloads are no longer there: a row for each entry of an erased package that has any.
journal_erasure: Final = sa.Table(
    "journal_erasure",
    metadata,
    sa.Column("entry_index", sa.BigInteger, primary_key=True, autoincrement=False),
    # Null where there was none: the package was stored by an earlier release.
    sa.Column("key_id", sa.LargeBinary, index=True),
    # The `payload-erased` entry that tells of it.
    sa.Column("erased_index", sa.BigInteger, nullable=False),
)
# Full tiles of the Merkle tree; the root comes first, so that a row of roots is read without the hashes below them.
journal_tile: Final = sa.Table(
    "journal_tile",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("hashes", sa.LargeBinary, nullable=False),
)
journal_signer: Final = sa.Table(
    "journal_signer",
    metadata,
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("certificate", sa.LargeBinary, nullable=False),
)
journal_checkpoint: Final = sa.Table(
    "journal_checkpoint",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False, index=True),
    _required("note"),
    sa.Column("signer", sa.Text, sa.ForeignKey("journal_signer.fingerprint"), nullable=False),
)
# Which entries are in which archive, each beginning where the one before ends (`storage.archives`).
journal_archive: Final = sa.Table(
    "journal_archive",
    metadata,
    sa.Column("number", _NUMBER, primary_key=True, autoincrement=False),
    _required("month"),
    sa.Column("start", sa.BigInteger, nullable=False),
    sa.Column("stop", sa.BigInteger, nullable=False, index=True),
    _required("name"),
    _required("sha256"),
    sa.Column("size", sa.BigInteger, nullable=False),
    # The `archive-made` entry that tells of it.
    sa.Column("made_index", sa.BigInteger, nullable=False),
)

# By what entries are found; the order of the columns is the order of the search, and the table is its own index.
journal_subject: Final = sa.Table(
    "journal_subject",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, primary_key=True),
    # No foreign key: an entry that somebody has removed must be found missing, and not be kept by what repeats it.
    sa.Column("entry_index", sa.BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)
sa.Index("journal_entry_at", journal_entry.c.at, journal_entry.c.entry_index)
sa.Index("journal_entry_kind", journal_entry.c.kind, journal_entry.c.entry_index)

# --- Packages ---------------------------------------------------------------------------------------------------------

package: Final = sa.Table(
    "package",
    metadata,
    sa.Column("message_guid", sa.Text, primary_key=True),
    sa.Column("entry_index", sa.BigInteger, sa.ForeignKey("journal_entry.entry_index"), nullable=False, unique=True),
    sa.Column("received_at", UTC, nullable=False),
    _required("sender"),
    _required("requester_guid"),
    _required("requester_key"),
    _required("digest"),
    _required("organisation"),
    _required("system"),
    _required("path"),
    _required("service"),
    _required("operation"),
    _required("pack"),
    _required("version"),
    sa.Column("result_index", sa.BigInteger, sa.ForeignKey("journal_entry.entry_index")),
    sa.Column("finished_at", UTC),
    sa.Column("failed_index", sa.BigInteger),
    sa.Column("parked_index", sa.BigInteger),
    sa.Column("fetched_index", sa.BigInteger),
    # The key leads: one statement finds the duplicates of a whole batch.
    sa.UniqueConstraint("requester_key", "sender", name="package_requester"),
)
_WAITING: Final = sa.and_(package.c.result_index.is_(None), package.c.parked_index.is_(None))
sa.Index("package_waiting", package.c.entry_index, sqlite_where=_WAITING, postgresql_where=_WAITING)
_PARKED: Final = package.c.parked_index.is_not(None)
sa.Index("package_parked", package.c.entry_index, sqlite_where=_PARKED, postgresql_where=_PARKED)

claim: Final = sa.Table(
    "claim",
    metadata,
    sa.Column("message_guid", sa.Text, sa.ForeignKey("package.message_guid"), primary_key=True),
    _required("worker"),
    sa.Column("until", UTC, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
)

# --- Directory --------------------------------------------------------------------------------------------------------

organisation: Final = sa.Table(
    "organisation",
    metadata,
    sa.Column("guid", sa.Text, primary_key=True),
    _required("ogrn"),
    _optional("kpp"),
    _required("name"),
    _required("role"),
    _optional("inn"),
)
organisation_version: Final = sa.Table(
    "organisation_version",
    metadata,
    sa.Column("guid", sa.Text, primary_key=True),
    sa.Column("organisation", sa.Text, sa.ForeignKey("organisation.guid"), nullable=False),
    sa.Column("root", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("ogrn", sa.Text, nullable=False, index=True),
    _optional("kpp"),
    _optional("inn"),
    _required("name"),
    _required("role"),
    sa.Column("since", UTC, nullable=False),
    sa.Column("until", UTC),
    sa.UniqueConstraint("organisation", "number"),
)
information_system: Final = sa.Table(
    "information_system",
    metadata,
    sa.Column("login", sa.Text, primary_key=True),
    _required("password_hash"),
    sa.Column("fingerprint", sa.Text, unique=True),
    sa.Column("operator", sa.Text, sa.ForeignKey("organisation.guid"), nullable=False),
)
system_grant: Final = sa.Table(
    "system_grant",
    metadata,
    sa.Column("organisation", sa.Text, sa.ForeignKey("organisation.guid"), primary_key=True),
    sa.Column("system", sa.Text, sa.ForeignKey("information_system.login"), primary_key=True),
    sa.Column("since", UTC, primary_key=True),
    sa.Column("revoked_at", UTC),
)
house_grant: Final = sa.Table(
    "house_grant",
    metadata,
    sa.Column("organisation", sa.Text, sa.ForeignKey("organisation.guid"), primary_key=True),
    sa.Column("house", sa.Text, primary_key=True),
)
directory_revision: Final = sa.Table(
    "directory_revision",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger, nullable=False),
)

# --- Registry ---------------------------------------------------------------------------------------------------------

aggregate: Final = sa.Table(
    "aggregate",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("revision", sa.BigInteger, nullable=False),
)
registry_object: Final = sa.Table(
    "registry_object",
    metadata,
    sa.Column("sequence", _NUMBER, primary_key=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    _required("kind"),
    sa.Column("aggregate", sa.Text, sa.ForeignKey("aggregate.name"), nullable=False, index=True),
    _optional("parent"),
    _optional("key"),
    _optional("unique_number"),
    _required("data"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("changed_at", UTC, nullable=False),
    _required("message"),
    sa.Column("ended_at", UTC),
)
sa.Index("registry_object_key", registry_object.c.key, registry_object.c.kind)
sa.Index("registry_object_number", registry_object.c.unique_number, registry_object.c.kind)

registry_version: Final = sa.Table(
    "registry_version",
    metadata,
    sa.Column("id", sa.Text, sa.ForeignKey("registry_object.id"), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    _optional("parent"),
    _optional("key"),
    _optional("unique_number"),
    _required("data"),
    sa.Column("ended_at", UTC),
    _required("organisation"),
    _required("message"),
    sa.Column("at", UTC, nullable=False),
)
# By what an object is found besides its id and its key: many objects may hang on one link. The order of the columns is
# the order of the search, and the table is its own index.
registry_link: Final = sa.Table(
    "registry_link",
    metadata,
    sa.Column("link", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, sa.ForeignKey("registry_object.id"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)
number_series: Final = sa.Table(
    "number_series",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("next", sa.BigInteger, nullable=False),
)

# --- Files ------------------------------------------------------------------------------------------------------------

stored_file: Final = sa.Table(
    "stored_file",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _required("context"),
    sa.Column("organisation", sa.Text, sa.ForeignKey("organisation.guid"), nullable=False),
    _required("name"),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("part_count", sa.Integer, nullable=False),
    _required("media_type"),
    sa.Column("sha256", sa.Text, index=True),
    _optional("gost94"),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("expires_at", UTC, index=True),
    sa.Column("completed_at", UTC),
)
_UNDIGESTED: Final = sa.and_(stored_file.c.completed_at.is_not(None), stored_file.c.gost94.is_(None))
sa.Index("stored_file_undigested", stored_file.c.completed_at, sqlite_where=_UNDIGESTED, postgresql_where=_UNDIGESTED)
stored_part: Final = sa.Table(
    "stored_part",
    metadata,
    sa.Column("file", sa.Text, sa.ForeignKey("stored_file.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("length", sa.BigInteger, nullable=False),
    sa.Column("blob", sa.Text, nullable=False, index=True),
)

# --- Installation -----------------------------------------------------------------------------------------------------

# Which databases this one has been: a row for each epoch (`storage.epochs`).
journal_epoch: Final = sa.Table(
    "journal_epoch",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _required("identity"),
)
# What the journal last said of things outside of the database: a projection of it (`storage.in_force`).
in_force: Final = sa.Table(
    "in_force",
    metadata,
    sa.Column("what", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    _required("sha256"),
)
heartbeat: Final = sa.Table(
    "heartbeat",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("beats", sa.BigInteger, nullable=False),
)
