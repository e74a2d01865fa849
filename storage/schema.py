"""The schema of the database and its migrations, shipped in the package and applied without a configuration file."""

from __future__ import annotations

from alembic import command, config, script, util
from alembic.runtime import migration
from sqlalchemy import Connection

from storage import errors


def upgrade(connection: Connection) -> None:
    """Apply every migration that is missing, in the transaction of `connection`.

    Raises NotInitialised for a schema that this release does not know: it was made by a newer one.
    """
    settings = _settings()
    settings.attributes["connection"] = connection
    try:
        command.upgrade(settings, "head")
    except util.CommandError as error:
        raise errors.NotInitialised(f"{error}: the schema is of another release") from error


def check(connection: Connection) -> None:
    """Raise NotInitialised unless the database has exactly the schema of this release."""
    found = migration.MigrationContext.configure(connection).get_current_revision()
    wanted = script.ScriptDirectory.from_config(_settings()).get_current_head()
    if found != wanted:
        raise errors.NotInitialised(f"the schema is {found or 'missing'}, not {wanted}; run `gateway init`")


def _settings() -> config.Config:
    settings = config.Config()
    settings.set_main_option("script_location", "storage:migrations")
    settings.set_main_option("path_separator", "os")
    return settings
