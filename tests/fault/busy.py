"""An installation in full swing, in one process that may be killed at any moment: threads send, execute and publish.

It works off the folder of its client: every `*.xml` is sent until it is answered, by several threads at once; two
workers execute, a tenth of the runs fails by a defect and is ordered again, a file is uploaded, checkpoints are made
and published all the while. It ends when nothing is left to do, and the last results are fetched. What a client sees is
said as in `day`.
"""

from __future__ import annotations

import functools
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from gateway import errors
from gateway.exchange import worker
from gateway.families import handlers
from gateway.settings import Settings
from storage import errors as storage_errors
from storage import journal, packages
from tests import stand as stands
from tests.fault import day
from tests.fault.day import Say, say

SENDERS = 3
WORKERS = 2
DEFECTS = 0.1
FETCHED = 4
PAUSE = 0.02
"""Seconds between two looks at what there is to do."""
INTERVAL = 0.1
"""Seconds between two checkpoints, and between two orders to run again."""


def main(folder: Path, database: str = "", *, say: Say = say) -> None:
    opened = _open(day.settings(folder, database))
    files = sorted(folder.glob("*.xml"))
    senders = [threading.Thread(target=_send, args=(opened, files[n::SENDERS], say)) for n in range(SENDERS)]
    over = threading.Event()
    workers = [worker.Worker(opened.house, f"worker {n}") for n in range(WORKERS)]
    others = [
        *(threading.Thread(target=each.run, args=(over,), kwargs={"idle": PAUSE}) for each in workers),
        threading.Thread(target=_always, args=(_publish, opened, over)),
        threading.Thread(target=_always, args=(_retry, opened, over)),
        threading.Thread(target=_once, args=(opened, folder, say)),
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
    day.persist(functools.partial(day.fetch, last=FETCHED), opened, folder, say)
    opened.close()


def _open(settings: Settings) -> stands.Stand:
    """Open the installation; where its database is just being started, as whoever starts processes anew would."""
    while True:
        try:
            return stands.Reopened(settings)
        except errors.Unavailable:
            time.sleep(PAUSE)


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
    with opened.house.database.read() as connection:
        is_empty = journal.size(connection) == 0
    if not is_empty:
        day.publish(opened, Path(), say)


def _retry(opened: stands.Stand) -> None:
    with opened.house.database.read() as connection:
        failed = packages.parked(connection)
    if failed:
        day.retry(opened, Path(), say)


def _once(opened: stands.Stand, folder: Path, say: Say) -> None:
    for step in (day.upload_whole, day.expire):
        day.persist(step, opened, folder, say)


def _is_over(opened: stands.Stand) -> bool:
    try:
        with opened.house.database.read() as connection:
            return packages.waiting(connection) == packages.parked(connection) == 0
    except storage_errors.NotReady:
        return False


def _always(step: Callable[[stands.Stand], None], opened: stands.Stand, over: threading.Event) -> None:
    while not over.wait(INTERVAL):
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
