"""The schema of the database and its migrations, shipped in the package and applied without a configuration file.

alembic is loaded where something is to be migrated, and for nothing else: to tell which schema is there takes no more
than its one row, and every process of the gateway asks that when it starts.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from storage import errors

if TYPE_CHECKING:
    from alembic import config

_VERSION: Final = sa.table("alembic_version", sa.column("version_num"))


def upgrade(connection: sa.Connection) -> None:
    """Apply every migration that is missing, in the transaction of `connection`.

    Raises NotInitialised for a schema that this release does not know: it was made by a newer one.
    """
    if _found(connection) == newest():
        return
    from alembic import command, util

    settings = _settings()
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, "head")
    except util.CommandError as error:
        raise errors.NotInitialised(f"{error}: the schema is of another release") from error


def check(connection: sa.Connection) -> None:
    """Raise NotInitialised unless the database has exactly the schema of this release."""
    found, wanted = _found(connection), newest()
    if found != wanted:
        raise errors.NotInitialised(f"the schema is {found or 'missing'}, not {wanted}; run `gateway init`")


@functools.cache
def newest() -> str:
    """Return the revision of the last migration: names of migrations begin with their revisions, which ascend."""
    files = resources.files("storage").joinpath("migrations", "versions").iterdir()
    return max(file.name.partition("_")[0] for file in files if file.name.endswith(".py"))


def _found(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar_one_or_none()


def _settings() -> config.Config:
    from alembic import config

    settings = config.Config()
    settings.set_main_option("script_location", "storage:migrations")
    settings.set_main_option("path_separator", "os")
    return settings
