"""What happens to files besides requests: uploads end, blobs that nobody names go, files get their ГОСТ digest.

One process of a host does it, whichever took the lock first; when it is gone, another one does. All of it may be done
twice and broken off anywhere.
"""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Collection, Iterable
from typing import Final

from gateway import clock, installation, watch
from gateway.files import blobs, digests, places
from storage import database, failpoints, files
from storage import errors as storage_errors

log: Final = logging.getLogger("gateway.files")

EVERY: Final = 1.0
"""Seconds between two looks for files without a digest."""
UNNAMED: Final = 24 * 60 * 60
"""Age in seconds of a blob that no part names, before it goes: its part may be on its way into the database."""
_AT_ONCE: Final = 20
"""Blobs that are removed in one turn of the writer: a bucket may be far away."""
_RETRY: Final = 10.0
"""Seconds until another look at a lock that is taken, or after something went wrong."""


def run(house: installation.Installation, stop: threading.Event) -> None:
    """Look after the files until `stop` is set; what goes wrong is logged and tried again."""
    shelves = places.open_blobs(house.settings).shelves()
    due = dict.fromkeys(range(len(shelves)), -math.inf)
    while not stop.is_set():
        with watch.alone(house.settings.data / "files.lock") as is_ours:
            while is_ours and not stop.wait(EVERY):
                try:
                    for place, shelf in enumerate(shelves):
                        if time.monotonic() >= due[place]:
                            # At first, so that a place which is away keeps nothing else waiting.
                            due[place] = time.monotonic() + shelf.clean_every
                            clean(house, [shelf])
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
    kept = places.open_blobs(house.settings)
    with storage_errors.translated(), kept.open(str(file.sha256)) as content:
        made = digests.gost94(content, house.settings, stop or threading.Event())
    with house.database.write() as connection:
        files.digest(connection, file.id, made)
    return made


def clean(
    house: installation.Installation, shelves: Iterable[blobs.Shelf] | None = None, *, unnamed: float = UNNAMED
) -> None:
    """End the uploads whose time is over, and remove the blobs that nobody has named for so many seconds.

    All shelves are cleaned unless some are named.
    """
    with house.database.write(point="file-expire") as connection:
        ended = files.expire(connection, clock.now())
    if ended:
        log.info("uploads ended", extra={"facts": {"uploads": ended}})
    for shelf in places.open_blobs(house.settings).shelves() if shelves is None else shelves:
        with storage_errors.translated():
            removed = sum(remove_unused(house.database, shelf, batch) for batch in shelf.older(unnamed))
        if removed:
            log.info("blobs removed", extra={"facts": {"blobs": removed}})


def remove_unused(db: database.Database, shelf: blobs.Shelf, candidates: Collection[str]) -> int:
    """Remove those of the blobs that nothing needs on this shelf, and return how many that were.

    It is done in the turn of the writer: whoever names a blob looks in his own turn whether it is there.
    """
    with db.read() as connection:
        left = sorted({*candidates} - shelf.used(connection, candidates))
    removed = 0
    while left:
        some, left = left[:_AT_ONCE], left[_AT_ONCE:]
        with storage_errors.translated(), db.write() as connection:
            for blob in sorted({*some} - shelf.used(connection, some)):
                shelf.remove(blob)
                removed += 1
                failpoints.reach("files.removed")
    return removed
