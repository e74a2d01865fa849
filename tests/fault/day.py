"""A day of an installation, in one process that may be killed anywhere and begun again: it passes every fail point.

Files are uploaded, packages sent and executed; one of them fails at first and is ordered again; a checkpoint is made
and published, results are fetched, files cleaned up. Whatever a client sees is said at once, in lines that survive the
process: `acknowledged FILE MESSAGE`, `fetched MESSAGE SHA-256`, `whole ID`, `part NUMBER`, `completed ID`. A step that
a fault has ended is done again, as clients and supervisors do.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from gateway import clock, errors
from gateway.families import handlers
from gateway.files import keeper
from gateway.journal import noticing, publishing
from gateway.settings import Settings
from storage import errors as storage_errors
from storage import failpoints, journal, packages, unfinished, work
from tests import samples
from tests import stand as stands
from tests.fault import ledger
from tests.uploads import ARCHIVE, PART, Client, id_of, split

HOUSES = ("houses/create-apartment-house.xml", "houses/create-living-house.xml", "houses/update-living-house.xml")
WHOLE = b"whole\n"
LONG = ARCHIVE + bytes(range(256)) * 4 * (PART // 1024) + b"the end"
PACKAGES = 8
TILE = 256
TRIES = 20
FAULTS = (failpoints.FailPoint, storage_errors.NotReady, errors.Unavailable, OSError)

Say = Callable[..., None]


class Again(OSError):
    """The gateway has answered that it could not."""


def settings(folder: Path, database: str = "") -> Settings:
    return Settings(
        data=folder / "data",
        database=database,
        house_basis="open",
        min_free=0,
        lease=0,
        checkpoint_folder=str(folder / "log"),
    )


def prepare(folder: Path, database: str = "") -> ledger.Ledger:
    """Make the installation, just before its tree gets its first tile, and what its client will send."""
    stand = stands.Stand(folder / "data", database=database)
    with stand.house.database.write() as connection:
        # The replay asks nothing of such entries.
        count = TILE - 3 - journal.size(connection)
        filling = [journal.Event(journal.Kind.KEY_CHANGED, clock.now(), None, {"n": n}) for n in range(count)]
        journal.append(connection, filling)
    stand.close()
    sent = {f"{n:02}.xml": stands.package(samples.valid(HOUSES[n % len(HOUSES)])) for n in range(PACKAGES)}
    for name, raw in sent.items():
        (folder / name).write_bytes(raw)
    return ledger.Ledger(folder, settings(folder, database), sent)


def say(*words: object) -> None:
    """Tell the world, at once and whatever happens next; by a system call that nobody lets fail (`test_syscalls`)."""
    os.writev(1, [f"{' '.join(map(str, words))}\n".encode()])


def main(folder: Path, database: str = "", *, say: Say = say) -> None:
    opened = stands.Reopened(settings(folder, database))
    try:
        for step in (_beat, _notice, _upload, send, work_off, retry, work_off, publish, fetch, _clean):
            persist(step, opened, folder, say)
    finally:
        opened.close()


def persist(step: Callable[[stands.Stand, Path, Say], None], opened: stands.Stand, folder: Path, say: Say) -> None:
    """Do a step again as long as faults end it, within reason."""
    for _ in range(TRIES - 1):
        with contextlib.suppress(*FAULTS):
            step(opened, folder, say)
            return
    step(opened, folder, say)


def _beat(opened: stands.Stand, folder: Path, say: Say) -> None:
    opened.house.database.ping()


def _notice(opened: stands.Stand, folder: Path, say: Say) -> None:
    noticing.Look(opened.house).refresh()


def _upload(opened: stands.Stand, folder: Path, say: Say) -> None:
    """Upload one file whole and one in parts, going on with what is there already."""
    upload_whole(opened, folder, say)
    client = Client(opened)
    begun = folder / "begun"
    if not begun.exists():
        begun.write_text(id_of(_good(client.begin(len(LONG), "b.zip"))), encoding="ascii")
    id_ = begun.read_text(encoding="ascii")
    there = _good(client.head(id_)).headers["X-Upload-Completed-Parts"].split(",")
    for number, piece in enumerate(split(LONG), 1):
        if str(number) not in there:
            _good(client.part(id_, piece, number))
            say("part", number)
    if client.head(id_).headers["X-Upload-Completed"] == "false":
        _good(client.finish(id_))
    say("completed", id_)


def upload_whole(opened: stands.Stand, folder: Path, say: Say) -> None:
    say("whole", id_of(_good(Client(opened).put(WHOLE, "a.txt"))))


def send(opened: stands.Stand, folder: Path, say: Say) -> None:
    for file in sorted(folder.glob("*.xml")):
        say("acknowledged", file.name, _good(opened.post(file.read_bytes())).message_guid)


def work_off(opened: stands.Stand, folder: Path, say: Say) -> None:
    with _first_run_breaks(opened):
        opened.work()


def retry(opened: stands.Stand, folder: Path, say: Say) -> None:
    with opened.house.database.write(point="retry") as connection:
        for each in list(unfinished.failed(connection)):
            work.retry(connection, each.package.message_guid, clock.now())


def publish(opened: stands.Stand, folder: Path, say: Say) -> None:
    house = opened.house
    publishing.make(house.database, house.key, house.settings)
    publishing.publish(house.database, house.settings)


def fetch(opened: stands.Stand, folder: Path, say: Say, *, last: int = 0) -> None:
    """Ask for the results that there are, as their sender: for all, or for the `last` ones."""
    with opened.house.database.read() as connection:
        made = [each for each in journal.entries(connection) if each.kind == journal.Kind.RESULT_MADE]
    for each in made[-last:]:
        with opened.house.database.read() as connection:
            result = journal.payload(connection, each.index, packages.RESULT)
        assert result in _good(opened.state(str(each.message))).body
        say("fetched", each.message, hashlib.sha256(result).hexdigest())


def expire(opened: stands.Stand, folder: Path, say: Say) -> None:
    keeper.clean(opened.house)


def _clean(opened: stands.Stand, folder: Path, say: Say) -> None:
    keeper.clean(opened.house, unnamed=0)


def _good(answer: stands.Answer) -> stands.Answer:
    if answer.status != 200:
        raise Again(answer.body.decode())
    return answer


@contextlib.contextmanager
def _first_run_breaks(opened: stands.Stand) -> Iterator[None]:
    """Let the first run of the last package that was accepted fail, unless it has failed already."""
    with opened.house.database.read() as connection:
        entries = list(journal.entries(connection))
    accepted = [each.message for each in entries if each.kind == journal.Kind.PACKAGE_ACCEPTED]
    if any(each.kind == journal.Kind.RUN_FAILED for each in entries) or not accepted:
        yield
        return
    broken = {name: _breaking(handler, accepted[-1]) for name, handler in handlers.HANDLERS.items()}
    with mock.patch.dict(handlers.HANDLERS, broken):
        yield


def _breaking(handler: Callable[..., object], victim: str | None) -> Callable[..., object]:
    def run(task, unit):
        if task.message_guid == victim:
            raise ZeroDivisionError
        return handler(task, unit)

    return run
