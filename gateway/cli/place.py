"""Which installation a command is about: `gateway --data DIR`, else the environment, else ./data."""

from __future__ import annotations

import contextlib
import dataclasses
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from gateway import errors, installation, settings, signatures
from gateway.cli import hints
from gateway.contracts import builtin, catalogue, packs
from storage import database


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """The folder that was named, if any."""

    data: Path | None
    fixed: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    """Settings that neither a file nor the environment may change."""

    def load(self, **overrides: Any) -> settings.Settings:
        """Return the settings of the installation; raises SettingsError."""
        return settings.load(self.data, **{**self.fixed, **overrides})

    def need(self, **overrides: Any) -> settings.Settings:
        """Return the settings of an installation that is there; raises Unavailable with what to do about it."""
        conf = self.load(**overrides)
        if self.installed is None:
            folder = conf.data.absolute()
            raise errors.Unavailable(
                f"{folder} is not an installation yet: make one there with "
                f"`{hints.program()} --data {shlex.quote(str(folder))} init`, "
                "or name another folder with --data or in GATEWAY_DATA"
            )
        return conf

    @property
    def installed(self) -> settings.Settings | None:
        """The settings if there is an installation; None where the folder does not hold one."""
        found = self.load()
        return found if all(path.exists() for path in signatures.key_files(found)) else None

    @contextlib.contextmanager
    def database(self) -> Iterator[database.Database]:
        """Open the database of the installation; raises Unavailable where there is none yet."""
        db = installation.open_database(self.need())
        try:
            yield db
        finally:
            db.close()

    def contracts(self, more: tuple[Path, ...] = ()) -> catalogue.Catalogue:
        """Return the contracts of the installation, or the built-in ones where there is none, and `more` packs.

        Installed packs that are damaged are told on standard error, and left out.
        """
        found = packs.survey(self.installed.packs) if self.installed else packs.Survey((), ())
        for error in found.damaged:
            click.echo(f"Warning: damaged contract pack, not in force: {error}", err=True)
        # What an installation keeps has a manifest, and is verified by it.
        given = [packs.load(path) if (path / packs.MANIFEST).is_file() else packs.check(path) for path in more]
        return catalogue.Catalogue((builtin.pack(), *found.packs, *given))


pass_place = click.make_pass_decorator(Place)

pack_option = click.option(
    "--pack",
    "pack_paths",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="Folder or zip of an official contract pack to know as well. Repeatable.",
)
