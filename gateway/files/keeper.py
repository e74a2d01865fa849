"""What happens to files besides requests: uploads end, blobs that nobody names go.

One process of a host does it, whichever took the lock first; when it is gone, another one does. All of it may be done
twice and broken off anywhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import threading
from collections.abc import Collection, Iterator
from typing import Final

from gateway import clock, installation
from gateway.files import blobs
from storage import database, failpoints, files
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.files")

EVERY: Final = 600.0
"""Seconds between two rounds."""
UNNAMED: Final = 24 * 60 * 60
"""Age in seconds of a blob that no part names, before it goes: its part may be on its way into the database."""
_RETRY: Final = 10.0
"""Seconds until another look at a lock that is taken."""


def run(house: installation.Installation, stop: threading.Event) -> None:
    """Do a round every ten minutes until `stop` is set; what goes wrong is logged and tried again."""
    while not stop.is_set():
        with _locked(house) as is_ours:
            if not is_ours:
                stop.wait(_RETRY)
                continue
            while not stop.is_set():
                try:
                    clean(house)
                except Exception:  # whatever it is: nothing is lost, and the next round looks again
                    log.exception("files not cleaned")
                stop.wait(EVERY)


def clean(house: installation.Installation, *, unnamed: float = UNNAMED) -> None:
    """End the uploads whose time is over, and remove the blobs that no part has named for so many seconds."""
    with house.database.write(point="file-expire") as connection:
        ended = files.expire(connection, clock.now())
    if ended:
        log.info("uploads ended", extra={"facts": {"uploads": ended}})
    kept = blobs.open_blobs(house.settings)
    for batch in kept.older(unnamed):
        removed = remove_unused(house.database, kept, batch)
        if removed:
            log.info("blobs removed", extra={"facts": {"blobs": removed}})


def remove_unused(db: database.Database, kept: blobs.Blobs, candidates: Collection[str]) -> int:
    """Remove those of the blobs that belong to no file and no part, and return how many that were.

    It is done in the turn of the writer: whoever names a blob looks in his own turn whether it is there.
    """
    with db.read() as connection:
        spare = {*candidates} - files.used(connection, candidates)
    if spare:
        with storage_errors.translated(), db.write() as connection:
            spare -= files.used(connection, spare)
            for blob in sorted(spare):
                kept.remove(blob)
                failpoints.reach("files.removed")
    return len(spare)


@contextlib.contextmanager
def _locked(house: installation.Installation) -> Iterator[bool]:
    descriptor = os.open(house.settings.data / "files.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = True
    except BlockingIOError:
        is_ours = False
    try:
        yield is_ours
    finally:
        os.close(descriptor)
