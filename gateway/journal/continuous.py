"""The journal is verified all the time: what is new at once, and then everything again, gently, round after round.

One process of a host does it, in a thread of its own. How far it has come stands in a small file of the data folder:
a restart goes on there, and the metrics of every process read it. The file is no proof of anything; whoever wants one
runs `gateway journal verify`.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

from gateway import installation, watch
from gateway.journal import signed
from gateway.settings import Settings
from signing import issue
from signing.gost import selection
from storage import checkpoints, directory, journal, verification

log: Final = logging.getLogger("gateway.journal")

FILE: Final = "verified.json"
"""Where it stands, in the data folder."""
SLICE: Final = 500
"""Entries verified before it pauses and writes down where it stands; of checkpoints as many."""
MOST: Final = 100
"""Faults that are remembered; each of them is logged once."""

_NEW: Final = 1.0
"""Seconds of pause for a second of work, as long as there are entries that nobody has verified."""
_AGAIN: Final = 9.0
"""The same for what has been verified before: a tenth of a processor."""
_LEAST: Final = 0.1
"""Seconds of the shortest pause."""
ROUND: Final = 3600.0
"""Seconds from the end of one round to the beginning of the next."""
_RETRY: Final = 10.0
"""Seconds until another look at a lock that is taken, or after something went wrong."""


@dataclasses.dataclass(slots=True)
class Standing:
    """How far it has come."""

    verified: int = 0
    """Entries, from the first one on, that were verified since they were written."""
    head: str = journal.GENESIS
    """Hash of the last of them."""
    notes: int = 0
    """Checkpoints that were verified."""
    again: int = 0
    """Entries that this round has verified."""
    notes_again: int = 0
    rounds: int = 0
    """Rounds that are completed."""
    faults: dict[str, int] = dataclasses.field(default_factory=dict)
    """What is wrong, and at which entry; what a whole round does not find any more is forgotten."""
    found: list[str] = dataclasses.field(default_factory=list)
    """Those of them that this round has found."""

    @classmethod
    def read(cls, data: Path) -> Self | None:
        """Return what the file in a data folder says; None where there is none, or none that can be read."""
        try:
            said: dict[str, Any] = json.loads((data / FILE).read_text("utf-8"))
            made = cls(**said)
        except (OSError, ValueError, TypeError):
            return None
        return made if all(isinstance(getattr(made, each.name), _TYPES[each.name]) for each in _FIELDS) else None

    def write(self, data: Path) -> None:
        """Put it into the file, whole or not at all."""
        issue.write_atomically(data / FILE, json.dumps(dataclasses.asdict(self)).encode(), mode=0o600, replace=True)


_FIELDS: Final = dataclasses.fields(Standing)
_TYPES: Final = {each.name: type(getattr(Standing(), each.name)) for each in _FIELDS}


def run(house: installation.Installation, stop: threading.Event) -> None:
    """Verify until `stop` is set, looking at the interval of the settings for what is new."""
    conf = house.settings
    if not conf.verify_interval:
        return
    while not stop.is_set():
        with watch.alone(conf.data / "verify.lock") as is_ours:
            if is_ours:
                _keep_on(house, stop)
        stop.wait(_RETRY)


def _keep_on(house: installation.Installation, stop: threading.Event) -> None:
    data, interval = house.settings.data, house.settings.verify_interval
    standing = Standing.read(data) or Standing()
    look = begin = 0.0  # when to look for what is new, and when to begin the next round
    while not stop.is_set():
        began = time.monotonic()
        before = dataclasses.replace(standing, faults=dict(standing.faults), found=list(standing.found))
        try:
            if began >= look and new(house, standing):
                pause = _NEW
            else:
                look, pause = (began + interval if began >= look else look), _AGAIN
                if began >= begin and again(house, standing):
                    begin = began + ROUND
            if standing != before:
                standing.write(data)
        except Exception:  # whatever it is: what stands in the file is true, and the next look goes on there
            log.exception("the journal is not verified")
            stop.wait(_RETRY)
            continue
        done = time.monotonic()
        rest = min(look, begin) - done if begin > done else 0.0
        stop.wait(max((done - began) * pause, rest, _LEAST))


def new(house: installation.Installation, standing: Standing) -> bool:
    """Verify some of what nobody has verified; return whether there was anything."""
    with house.database.read() as connection:
        size, count = journal.size(connection), checkpoints.count(connection)
        _check_kept(connection, standing, size, count)
        stop = verification.end_of_part(connection, standing.verified, size, SLICE)
        if standing.verified < stop:
            _note(standing, verification.verify(connection, standing.verified, stop))
            standing.verified, standing.head = stop, _hash(connection, stop - 1)
            return True
        if standing.notes < count:
            standing.notes = _verify_notes(connection, house.settings, standing, standing.notes, count)
            return True
    return False


def again(house: installation.Installation, standing: Standing) -> bool:
    """Verify some of what was verified before; return whether that has completed a round.

    At its end the tree above all entries is verified.
    """
    with house.database.read() as connection:
        if standing.again < standing.verified:
            stop = verification.end_of_part(connection, standing.again, standing.verified, SLICE)
            _note(standing, verification.verify(connection, standing.again, stop))
            standing.again = stop
        elif standing.notes_again < standing.notes:
            at = standing.notes_again
            standing.notes_again = _verify_notes(connection, house.settings, standing, at, standing.notes)
        else:
            _note(standing, verification.above(connection, journal.size(connection)))
            standing.faults = {what: index for what, index in standing.faults.items() if what in standing.found}
            standing.found, standing.again, standing.notes_again = [], 0, 0
            standing.rounds += 1
            return True
    return False


def _check_kept(connection: directory.Connection, standing: Standing, size: int, notes: int) -> None:
    """Say so, and begin anew, where what was verified is not there any more, or something else in its place."""
    if standing.verified > size:
        what = f"{standing.verified} entries were verified and there are {size}: the tail was cut, or a copy restored"
        found = verification.Fault(size, what)
    elif standing.verified and _hash(connection, standing.verified - 1) != standing.head:
        found = verification.Fault(standing.verified - 1, "the journal is another one than was verified")
    elif standing.notes > notes:
        found = verification.Fault(size, f"{standing.notes} checkpoints were verified and there are {notes}")
    else:
        return
    faults = standing.faults
    for each in _FIELDS:
        setattr(standing, each.name, getattr(Standing(), each.name))
    standing.faults = faults
    _note(standing, iter([found]))


def _hash(connection: directory.Connection, index: int) -> str:
    row = next(journal.rows(connection, index, index + 1), None)
    return journal.GENESIS if row is None else str(row.hash)


def _verify_notes(connection: directory.Connection, conf: Settings, standing: Standing, start: int, count: int) -> int:
    stop = min(count, start + SLICE)
    judge = signed.Checkpoints(connection, selection.choose(conf.gost_backend))
    _note(standing, judge.faults(start, stop))
    return stop


def _note(standing: Standing, faults: Iterator[verification.Fault]) -> None:
    for fault in faults:
        if fault.unread:
            continue
        what = f"entry {fault.index}: {fault.what}"
        if what not in standing.found and len(standing.found) < MOST:
            standing.found.append(what)
        if what not in standing.faults and len(standing.faults) < MOST:
            standing.faults[what] = fault.index
            log.error("the journal is damaged", extra={"facts": {"index": fault.index, "what": fault.what}})
