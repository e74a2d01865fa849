"""What the journal has made so far: directory, dictionaries, files and registry, in a database of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway import vault
from gateway.families import api
from gateway.families.nsi import installed, loading
from gateway.journal.replay.live import Live
from storage import database, directory, files, journal, numbers, objects, registry

FILE: Final = "replay.db"
"""Name of the database in the folder of a rebuilt installation."""


class Unrecorded(Exception):
    """An entry of an older release does not hold what is needed to do again what it tells of."""


class World:
    """One rebuilt installation, in a SQLite file in `folder`, which has to be empty; close it at the end."""

    def __init__(self, folder: Path, live: Live) -> None:
        self._live = live
        self.database = database.Database.open(f"sqlite:///{folder.absolute() / FILE}")
        self.database.migrate()
        # Without the installation's key the rebuilt registry is sealed with one that nobody has.
        self.vault: api.Vault = live.vault or vault.Vault([vault.new_key()])
        self.dictionaries = installed.Installed()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def change_directory(self, entry: journal.Entry) -> None:
        """Do what a `directory-changed` entry tells of; changes of trust are no part of this world.

        Raises Unrecorded, storage errors where what it needs is not there, KeyError for a fact that is missing.
        """
        change = str(entry.facts["change"])
        if change == "dictionary-loaded":
            self._load(entry)
        elif change in _CHANGES:
            with self.database.hint() as connection:
                _CHANGES[change](connection, entry.facts, entry.at)

    def store_file(self, entry: journal.Entry) -> None:
        """Remember a completed file; its digest is what the live installation has computed of the same bytes."""
        known = files.find(self._live.connection, str(entry.facts["file"]))
        file = files.File(
            id=str(entry.facts["file"]),
            context=str(entry.facts["context"]),
            organisation=str(entry.facts["organisation"]),
            name="",
            length=int(entry.facts["size"] or 0),
            part_count=1,
            media_type="",
            created_at=entry.at,
            expires_at=None,
            sha256=str(entry.facts["sha256"]),
            gost94=known.gost94 if known and known.sha256 == entry.facts["sha256"] else None,
            completed_at=entry.at,
        )
        with self.database.hint() as connection:
            files.add(connection, file)

    def apply(self, unit: registry.Registry, *, organisation: str, message: str, at: dt.datetime) -> None:
        """Store what a run has changed; raises Conflict where it has not seen what it should have."""
        with self.database.hint() as connection:
            registry.apply(connection, unit, organisation=organisation, message=message, at=at)

    def _load(self, entry: journal.Entry) -> None:
        try:
            payload = self._live.payload(entry, objects.ROLE)
        except LookupError as error:
            raise Unrecorded from error
        with self.database.read() as connection:
            unit = registry.Registry(connection, numbers.Recorded(""))
            objects.put(unit, payload)
        self.apply(unit, organisation=loading.ADMINISTRATION, message=str(entry.facts["load"]), at=entry.at)


_Facts = Mapping[str, Any]


def _organisation(facts: _Facts) -> directory.Organisation:
    return directory.Organisation(
        facts["guid"], facts["ogrn"], facts["name"], facts["role"], facts.get("kpp"), facts.get("inn")
    )


def _system(facts: _Facts) -> directory.System:
    """Return an information system without its password, which the journal never had."""
    return directory.System(facts["login"], "", facts["operator"], facts.get("fingerprint"))


_CHANGES: Final[Mapping[str, Callable[[directory.Connection, _Facts, dt.datetime], None]]] = {
    "organisation-added": lambda on, facts, at: directory.add_organisation(on, _organisation(facts), at),
    "organisation-changed": lambda on, facts, at: directory.change_organisation(on, _organisation(facts), at),
    "system-added": lambda on, facts, at: directory.add_system(on, _system(facts), at),
    "system-changed": lambda on, facts, at: directory.change_system(on, _system(facts), at),
    "grant-added": lambda on, facts, at: directory.grant(on, facts["organisation"], facts["system"], at),
    "grant-revoked": lambda on, facts, at: directory.revoke(on, facts["organisation"], facts["system"], at),
    "house-granted": lambda on, facts, at: directory.grant_house(on, facts["organisation"], facts["house"], at),
    "house-revoked": lambda on, facts, at: directory.revoke_house(on, facts["organisation"], facts["house"], at),
}
