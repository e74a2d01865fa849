"""What happens to files besides requests: uploads end, blobs that nobody names go, files get their ГОСТ digest.

One process of a host does it, whichever took the lock first; when it is gone, another one does. All of it may be done
twice and broken off anywhere.
"""

from __future__ import annotations

import contextlib
import fcntl
import logging
import math
import os
import threading
import time
from collections.abc import Collection, Iterator
from typing import Final

from gateway import clock, installation
from gateway.files import blobs, digests
from storage import database, failpoints, files
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.files")

EVERY: Final = 1.0
"""Seconds between two looks for files without a digest."""
CLEAN_EVERY: Final = 600.0
"""Seconds between two cleanings."""
UNNAMED: Final = 24 * 60 * 60
"""Age in seconds of a blob that no part names, before it goes: its part may be on its way into the database."""
_RETRY: Final = 10.0
"""Seconds until another look at a lock that is taken, or after something went wrong."""


def run(house: installation.Installation, stop: threading.Event) -> None:
    """Look after the files until `stop` is set; what goes wrong is logged and tried again."""
    cleaned = -math.inf
    while not stop.is_set():
        with _locked(house) as is_ours:
            while is_ours and not stop.wait(EVERY):
                try:
                    if time.monotonic() - cleaned >= CLEAN_EVERY:
                        clean(house)
                        cleaned = time.monotonic()
                    while digest_next(house, stop):
                        pass
                except digests.Stopped:
                    return
                except Exception:  # whatever it is: nothing is lost, and the next look tries again
                    log.exception("files not looked after")
                    stop.wait(_RETRY)
        stop.wait(_RETRY)


def digest_next(house: installation.Installation, stop: threading.Event) -> bool:
    """Compute the ГОСТ digest of the oldest file without one; False where every file has one.

    Raises digests.Stopped when `stop` is set in the middle of it.
    """
    with house.database.read() as connection:
        file = files.undigested(connection)
    if file is None:
        return False
    digest(house, file, stop)
    return True


def digest(house: installation.Installation, file: files.File, stop: threading.Event | None = None) -> str:
    """Return the ГОСТ digest of a completed file, computed and kept if nobody has done it yet."""
    if file.gost94 is not None:
        return file.gost94
    kept = blobs.open_blobs(house.settings)
    with storage_errors.translated(), kept.open(str(file.sha256)) as content:
        made = digests.gost94(content, house.settings, stop or threading.Event())
    with house.database.write() as connection:
        files.digest(connection, file.id, made)
    return made


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
