"""A journal of three months, in an installation whose archives can be made: what is over is over on every day."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from gateway import installation, signatures, vault
from gateway.journal.archiving import checking, dropping, making
from gateway.journal.archiving.month import Month
from gateway.settings import Settings
from signing.signer import Signer
from storage import database, intake, journal, packages, tables, work
from storage.database import Database
from tests import stand as stands

JANUARY, FEBRUARY, MARCH = (Month(2025, number) for number in (1, 2, 3))
NOW = dt.datetime(2025, 3, 20, 12, tzinfo=dt.UTC)
REQUEST, RESULT = "<запрос>Иванов</запрос>".encode() * 40, "<ответ/>".encode() * 40
PLAIN = b"\x30\x82certificate" * 20
GUIDS = {name: f"0000000{number}-0000-4000-8000-000000000000" for number, name in enumerate("abcd", 1)}
"""a: result fetched; b: no result; c: result not fetched; d: of February, its result of March."""
COUNT = 300
"""Entries of January."""


@dataclasses.dataclass
class Town:
    """An installation with a journal."""

    settings: Settings
    db: Database
    key: Signer

    def close(self) -> None:
        self.key.close()
        self.db.close()

    def write(self, *events: journal.Event) -> None:
        with self.db.write() as connection:
            packages.project(connection, journal.append(connection, events))

    def archive(
        self, month: Month | None = None, now: dt.datetime = NOW, folder: Path | None = None
    ) -> list[making.Made]:
        maker = making.Maker(self.db, self.key, self.settings, folder or self.settings.archives)
        return list(maker.make(month, now))

    def drop(self, month: Month, *, unfetched: bool = False) -> dropping.Dropped:
        return dropping.drop(self.db, self.settings, month, NOW, unfetched=unfetched)

    def payloads(self) -> list[tuple[int, str]]:
        with self.db.read() as connection:
            rows = connection.execute(sa.select(tables.journal_payload).order_by(sa.literal_column("1, 2"))).all()
        return [(row.entry_index, row.role) for row in rows]

    def entries(self) -> list[journal.Entry]:
        with self.db.read() as connection:
            return list(journal.entries(connection))

    def ask(self, question, *arguments):
        with self.db.read() as connection:
            return question(connection, *arguments)

    def disarm(self) -> None:
        """Take the triggers away, as the owner of a database can."""
        with self.db.write() as connection:
            names = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")


def at(month: Month, day: int) -> dt.datetime:
    return month.begin + dt.timedelta(days=day - 1, hours=9)


def opened(settings: Settings) -> Town:
    return Town(settings, installation.open_database(settings), signatures.load_key(settings))


def found(settings: Settings, name: str = "town") -> Town:
    """Make an installation and fill its journal."""
    settings.keys.mkdir(parents=True)
    stands.person("hcs-gateway", stands.OPERATOR_OGRN).write(settings.keys, signatures.KEY)
    vault.path(settings).write_bytes(vault.new_file())
    db = database.Database.open(settings.database_url)
    db.migrate()
    db.close()
    town = opened(settings)
    _fill(town, name)
    return town


@contextlib.contextmanager
def copied(town: Town, folder: Path) -> Iterator[Town]:
    """Open a copy of an installation on SQLite, to do with it what one likes."""
    shutil.copytree(town.settings.data, folder, ignore=shutil.ignore_patterns("journal.mark"))
    with contextlib.closing(sqlite3.connect(folder / "gateway.db")) as connection, connection:
        connection.execute("DELETE FROM journal_epoch")  # or the journal would tell that it was copied
    town = opened(dataclasses.replace(town.settings, data=folder))
    yield town
    town.close()


def check(*paths: Path) -> list[checking.Proved]:
    """Verify archives in their order."""
    proved = [checking.check(path, None, None) for path in paths]
    checking.check_order(proved)
    return proved


def _fill(town: Town, name: str) -> None:
    town.write(
        journal.Event(
            journal.Kind.DIRECTORY_CHANGED, at(JANUARY, 1), None, {"name": name}, (journal.Payload("crl", PLAIN),)
        )
    )
    _accept(town, "a", at(JANUARY, 2))
    _finish(town, "a", at(JANUARY, 3))
    town.write(journal.Event(journal.Kind.RESULT_FETCHED, at(JANUARY, 3), GUIDS["a"]))
    _accept(town, "b", at(JANUARY, 4))
    _accept(town, "c", at(JANUARY, 5))
    _finish(town, "c", at(JANUARY, 6))
    writer = intake.Writer(town.db)
    writer.refuse(packages.Refused("FMT001300", "", at(JANUARY, 7), {}, b"<broken"))
    writer.close()
    more = COUNT - len(town.entries())
    town.write(
        *(journal.Event(journal.Kind.FILE_STORED, at(JANUARY, 8), None, {"number": each}) for each in range(more))
    )
    _accept(town, "d", at(FEBRUARY, 2))
    town.write(journal.Event(journal.Kind.FILE_STORED, at(FEBRUARY, 3)))
    _finish(town, "d", at(MARCH, 2))


def _accept(town: Town, name: str, moment: dt.datetime) -> None:
    writer = intake.Writer(town.db)
    writer.accept(
        packages.Accepted(
            message_guid=GUIDS[name],
            sender="sender",
            requester_guid=GUIDS[name],
            organisation="sender",
            system="system",
            path="/house-management",
            service="HouseManagement",
            operation="importHouseUOData",
            pack="built-in",
            version="13.2.3.2",
            received_at=moment,
            request=REQUEST + name.encode(),
        )
    )
    writer.close()


def _finish(town: Town, name: str, moment: dt.datetime) -> None:
    with town.db.write() as connection:
        work.finish(connection, GUIDS[name], "worker", RESULT + name.encode(), {}, moment)
