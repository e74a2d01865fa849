"""Which installation a command is about: `gateway --data DIR`, else the environment, else ./data."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from gateway import errors, installation, settings
from gateway.contracts import builtin, catalogue, loader, packs, tree
from storage import database


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The folder that was named, if any."""

    data: Path | None

    def load(self, **overrides: Any) -> settings.Settings:
        """Return the settings of the installation; raises SettingsError."""
        return settings.load(self.data, **overrides)

    @property
    def installed(self) -> settings.Settings | None:
        """The settings if there is an installation; None where the folder does not hold one."""
        found = self.load()
        return found if all(path.exists() for path in installation.key_paths(found)) else None

    @contextlib.contextmanager
    def database(self) -> Iterator[database.Database]:
        """Open the database of the installation; raises Unavailable where there is none yet."""
        conf = self.load()
        if self.installed is None:
            raise errors.Unavailable(f"{conf.data} is not an installation yet; run `gateway init`")
        db = installation.open_database(conf)
        try:
            yield db
        finally:
            db.close()

    def contracts(self, more: tuple[Path, ...] = ()) -> catalogue.Catalogue:
        """Return the contracts of the installation, or the built-in ones where there is none, and `more` packs."""
        known = packs.installed(self.installed.packs) if self.installed else []
        given = [loader.load(tree.read(path)) for path in more]
        return catalogue.Catalogue((builtin.pack(), *known, *given))


pass_place = click.make_pass_decorator(Place)

pack_option = click.option(
    "--pack",
    "pack_paths",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Folder or zip of an official contract pack to know as well. Repeatable.",
)
