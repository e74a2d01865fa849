"""Checkpoints are made, stored, and put into a folder: at an interval by one process of a host, and on demand.

A checkpoint is signed only over what is committed, and only if the journal still begins with everything that the last
one covers: an installation never contradicts itself without saying so (Contradiction, and the log).
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

from gateway import clock, installation, settings, watch
from gateway.journal import errors, notes
from gateway.journal.checkpoint import Checkpoint
from signing import issue
from signing.certificates import read
from signing.signer import Signer
from storage import checkpoints, database, failpoints, journal, merkle, tree

log: Final = logging.getLogger("gateway.journal")

_RETRY: Final = 10.0
"""Seconds until another look at a lock that is taken, or after something went wrong."""


def run(house: installation.Installation, stop: threading.Event) -> None:
    """Make a checkpoint at the interval of the settings until `stop` is set, if the journal has grown meanwhile."""
    conf = house.settings
    if not conf.checkpoint_interval:
        return
    while not stop.is_set():
        with watch.alone(conf.data / "journal.lock") as is_ours:
            while is_ours and not stop.is_set():
                try:
                    with house.database.read() as connection:
                        is_empty = journal.size(connection) == 0
                    if not is_empty:
                        make(house.database, house.key, conf)
                    publish(house.database, conf)
                except Exception:  # whatever it is: nothing is lost, and the next look tries again
                    log.exception("no checkpoint made")
                stop.wait(conf.checkpoint_interval)
        stop.wait(_RETRY)


def make(db: database.Database, key: Signer, conf: settings.Settings) -> checkpoints.Kept:
    """Return a checkpoint of the whole journal: a new one, or the last where nothing was written since.

    Raises Contradiction, SigningError, and BadNote for a journal without an entry.
    """
    with db.read() as connection:
        last, size = checkpoints.last(connection), journal.size(connection)
        if last is not None and (last.size, last.certificate) == (size, key.certificate):
            return last
        if size == 0:
            raise errors.BadNote("the journal has no entries yet, and a checkpoint nothing to say")
        if last is not None:
            _check_continues(merkle.at_size(connection, size), last)
        first, newest = (next(journal.entries(connection, at, at + 1)) for at in (0, size - 1))
        root = merkle.root(connection, size)
    origin = conf.journal_origin or f"hcs-gateway/{first.hash[:16]}"
    note = Checkpoint(origin, size, root, clock.now(), newest.hash).sign(key)
    failpoints.reach("checkpoint.signed")
    with db.write(point="checkpoint") as connection:
        other = checkpoints.last(connection)
        if other is not None and other != last and other.size >= size:
            return other
        return checkpoints.add(connection, size, note, key.certificate)


def covering(db: database.Database, key: Signer, conf: settings.Settings, index: int) -> checkpoints.Kept:
    """Return the first checkpoint that covers an entry, made now where there is none yet; raises as `make`."""
    with db.read() as connection:
        kept = checkpoints.covering(connection, index)
    return kept or make(db, key, conf)


def publish(db: database.Database, conf: settings.Settings) -> None:
    """Put the last checkpoint, behind every tile that it needs, into the folder of the settings, if there is one.

    One at a time does so, and looks which is the last only then: an older one never takes the place of a newer, which
    would look to a witness as if the journal had been cut.
    """
    if not conf.checkpoint_folder:
        return
    folder = Path(conf.checkpoint_folder)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "checkpoint"
    with watch.alone(folder / ".lock", wait=True):
        with db.read() as connection:
            kept = checkpoints.last(connection)
        if kept is None or (target.exists() and target.read_text("utf-8") == kept.note):
            return
        level = 0
        while full := kept.size >> (8 * level):
            _publish_level(db, folder, level, full)
            level += 1
        _write(folder / "certificate.pem", issue.pem(read(kept.certificate)))
        failpoints.reach("checkpoint.before-publish")
        _write(target, kept.note.encode())
        failpoints.reach("checkpoint.after-publish")


def tile_path(level: int, number: int, width: int = tree.WIDTH) -> str:
    """Return the path of a tile under the prefix of a log (C2SP tlog-tiles): tile/0/x001/x234/067.p/12."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    part = "" if width == tree.WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join([*(f'x{each}' for each in groups[:-1]), groups[-1]])}{part}"


def _check_continues(whole: tree.Tree, last: checkpoints.Kept) -> None:
    signed = Checkpoint.read(notes.parse(last.note))
    if whole.size < signed.size:
        raise errors.Contradiction(
            f"the journal has {whole.size} entries, and a checkpoint of {signed.size} was signed: its tail was cut"
        )
    try:
        proof = whole.consistency(signed.size)
        is_same = tree.verify_consistency(signed.size, whole.size, proof, signed.root, whole.root())
    except ValueError as error:
        raise errors.Contradiction(f"the journal is damaged: {error}") from error
    if not is_same:
        raise errors.Contradiction(
            f"the first {signed.size} entries of the journal are not those whose checkpoint was signed at "
            f"{journal.moment(signed.at)}"
        )


def _publish_level(db: database.Database, folder: Path, level: int, count: int) -> None:
    full, rest = divmod(count, tree.WIDTH)
    # In ascending order, and each whole: below a file that is there nothing is missing.
    first = next((number + 1 for number in range(full - 1, -1, -1) if (folder / tile_path(level, number)).exists()), 0)
    for number, width in [*((number, tree.WIDTH) for number in range(first, full)), *([(full, rest)] if rest else [])]:
        with db.read() as connection:
            hashes = merkle.tile(connection, level, number, width)
        _write(folder / tile_path(level, number, width), hashes)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    issue.write_atomically(path, data, mode=0o644, replace=True)
