"""An installation in full swing, in one process that may be killed at any moment: threads that send, execute and publish.

It works off the folder of its client: every `*.xml` is sent until it is answered, by several threads at once; two workers
execute, a tenth of the runs fails by a defect and is ordered again, checkpoints are made and published all the while. It
ends when nothing is left to do. What a client sees is said as in `day`.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from gateway import clock, errors
from gateway.exchange import worker
from gateway.families import handlers
from gateway.journal import publishing
from storage import errors as storage_errors
from storage import journal, packages, unfinished, work
from tests import stand as stands
from tests.fault.day import Say, say, settings

SENDERS = 3
WORKERS = 2
DEFECTS = 0.1
PAUSE = 0.02


def main(folder: Path, database: str = "", *, say: Say = say) -> None:
    opened = stands.Reopened(settings(folder, database))
    files = sorted(folder.glob("*.xml"))
    senders = [threading.Thread(target=_send, args=(opened, files[n::SENDERS], say)) for n in range(SENDERS)]
    over = threading.Event()
    workers = [worker.Worker(opened.house, f"worker {n}") for n in range(WORKERS)]
    others = [
        *(threading.Thread(target=each.run, args=(over,), kwargs={"idle": PAUSE}) for each in workers),
        threading.Thread(target=_always, args=(_publish, opened, over)),
        threading.Thread(target=_always, args=(_retry, opened, over)),
    ]
    with mock.patch.dict(handlers.HANDLERS, {name: _sometimes(each) for name, each in handlers.HANDLERS.items()}):
        for thread in (*senders, *others):
            thread.start()
        for thread in senders:
            thread.join()
        while not _is_over(opened):
            time.sleep(PAUSE)
        over.set()
        for thread in others:
            thread.join()
    opened.close()


def _send(opened: stands.Stand, files: list[Path], say: Say) -> None:
    for file in files:
        answer = opened.post(file.read_bytes())
        while answer.status != 200 and answer.code in (errors.NOT_READY, errors.EXCHANGE_FAILED):
            time.sleep(PAUSE)
            answer = opened.post(file.read_bytes())
        if answer.status == 200:
            say("acknowledged", file.name, answer.message_guid)
        else:
            say("refused", file.name, answer.code)


def _publish(opened: stands.Stand) -> None:
    house = opened.house
    with house.database.read() as connection:
        if not journal.size(connection):
            return
    publishing.make(house.database, house.key, house.settings)
    publishing.publish(house.database, house.settings)


def _retry(opened: stands.Stand) -> None:
    with opened.house.database.read() as connection:
        if not packages.parked(connection):
            return
    with opened.house.database.write(point="retry") as connection:
        for each in list(unfinished.failed(connection)):
            work.retry(connection, each.package.message_guid, clock.now())


def _is_over(opened: stands.Stand) -> bool:
    try:
        with opened.house.database.read() as connection:
            return packages.waiting(connection) == packages.parked(connection) == 0
    except storage_errors.NotReady:
        return False


def _always(step: Callable[[stands.Stand], None], opened: stands.Stand, over: threading.Event) -> None:
    while not over.wait(PAUSE):
        try:
            step(opened)
        except storage_errors.NotReady:
            continue


def _sometimes(handler: Callable[..., object]) -> Callable[..., object]:
    def run(task, unit):
        found = handler(task, unit)
        if random.random() < DEFECTS:  # noqa: S311
            raise ZeroDivisionError
        return found

    return run
