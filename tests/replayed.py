"""A story of all families in one installation, for replays: every sample, refusals, retries, duplicates, changes."""

from __future__ import annotations

import dataclasses
import functools
import tempfile
import threading
from pathlib import Path

from lxml import etree

from gateway import clock
from gateway.contracts import force
from gateway.exchange import worker
from gateway.families import handlers
from gateway.families.nsi import installed, loading
from gateway.journal import selection
from gateway.journal.replay import engine, live
from gateway.journal.replay.report import Question, Report
from gateway.settings import Settings
from storage import database, directory, numbers, registry, search, work
from tests import samples as texts
from tests import stand as stands
from tests.integration.test_samples import HM, INVALID, VALID, Player, before_of

HOUSE = f"{HM}importHouseUORequest"


class Story(Player):
    """Plays samples one after another in one installation, and whatever an administrator does between them."""

    def __init__(self, stand: stands.Stand) -> None:
        super().__init__(stand)
        self.sent: set[Path] = set()
        self.workers = [stand.worker, worker.Worker(stand.house, "another")]

    def tell(self, paths: list[Path]) -> None:
        for path in paths:
            self.load(path)
            for each in (*before_of(path), path):
                self.grant(each)
                self.once(each)

    def once(self, path: Path) -> None:
        if path not in self.sent:
            self.sent.add(path)
            self.send(path)

    def load(self, path: Path) -> None:
        """Load the dictionaries that a sample needs, as the command does."""
        for new, _ in texts.dictionaries(path):
            database = self.stand.house.database
            with database.read() as connection:
                unit = registry.Registry(connection, numbers.Numbers(database))
                view = installed.Installed().view(registry.Registry(connection, numbers.Numbers(database)))
                told = loading.put(new, view.dictionary(new.number), unit)
            load, now = clock.new_guid(), clock.now()
            with database.write() as connection:
                registry.apply(connection, unit, organisation=loading.ADMINISTRATION, message=load, at=now)
                facts = {**dataclasses.asdict(told), "load": load}
                directory.record_dictionary(connection, facts, now, loading.objects_of(new.number, unit))

    def change_grants(self) -> None:
        """Take a house and the rights away, so that packages are refused, and give them back."""
        house = min(self.granted)
        with self.stand.house.database.write() as connection:
            directory.revoke(connection, stands.PROVIDER, stands.LOGIN, clock.now())
            directory.revoke_house(connection, stands.PROVIDER, house, clock.now())
        assert self.stand.send(texts.EXPORT).code == "AUT011009"
        with self.stand.house.database.write() as connection:
            directory.grant(connection, stands.PROVIDER, stands.LOGIN, clock.now())
            directory.grant_house(connection, stands.PROVIDER, house, clock.now())

    def fail_and_retry(self, monkeypatch) -> None:
        """A run that breaks, and a repeated one."""

        def broken(task, unit):
            original(task, unit)
            raise ZeroDivisionError

        original = handlers.HANDLERS[HOUSE]
        with monkeypatch.context() as patch:
            patch.setitem(handlers.HANDLERS, HOUSE, broken)
            guid = self.stand.send(texts.HOUSE).message_guid
            self.stand.work()
        with self.stand.house.database.write() as connection:
            work.retry(connection, guid, clock.now())
        self.stand.work()

    def repeat(self) -> None:
        """The same bytes twice, and others under their MessageGUID."""
        raw = stands.package(texts.EXPORT, guid="11111111-2222-4333-8444-555555555555")
        assert self.stand.post(raw).message_guid == self.stand.post(raw).message_guid
        other = stands.package(texts.HOUSE, guid="11111111-2222-4333-8444-555555555555")
        assert self.stand.post(other).code == "EXP002002"

    def crowd(self, count: int) -> None:
        """Packages that change and read the same house, executed by two workers at once."""
        for number in range(count):
            self.stand.send(texts.HOUSE if number % 3 else texts.EXPORT)
        threads = [threading.Thread(target=_work, args=(one,)) for one in self.workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def _work(one: worker.Worker) -> None:
    while one.run_once():
        pass


def one_of_each() -> tuple[list[Path], list[Path]]:
    """Return a valid sample of each operation, and a refused one of each subsystem and kind of refusal."""
    valid = {etree.parse(path).getroot().tag: path for path in VALID}
    invalid = {path.parent.name[:6]: path for path in reversed(INVALID)}
    return sorted(valid.values()), sorted(invalid.values())


def tell(stand: stands.Stand, monkeypatch, valid: list[Path], invalid: list[Path]) -> Story:
    story = Story(stand)
    story.tell(valid)
    story.change_grants()
    story.repeat()
    story.fail_and_retry(monkeypatch)
    story.crowd(12)
    story.tell(invalid)
    story.crowd(12)
    return story


def replay(stand: stands.Stand, folder: Path, **question: object) -> Report:
    # What is compiled is shared, as among stands.
    return replay_of(stand.settings, stand.house.force.now, folder, **question)


def replay_of(settings: Settings, contracts: force.Contracts, folder: Path, **question: object) -> Report:
    """Replay an installation that nobody has opened."""
    folder.mkdir(parents=True)
    (folder / "replay.db").write_bytes(_empty())
    chosen = selection.Selection(question.pop("query", search.Query()))
    with live.opened(settings) as opened:
        shared = dataclasses.replace(opened, contracts=contracts)
        return engine.Replay(shared, folder, Question(chosen, **question), lambda _: None).run()


@functools.cache
def _empty() -> bytes:
    """A database with nothing but the schema: migrated once, for replays are many."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "replay.db"
        made = database.Database.open(f"sqlite:///{file}")
        made.migrate()
        made.close()
        return file.read_bytes()
