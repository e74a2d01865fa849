"""Erasure by order: which package is meant, and what came of it; `storage.erasure` has what is done."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Final

from storage import database, directory, erasure, journal, packages, search
from storage import errors as storage_errors
from storage.subjects import Subject

BATCH: Final = 100
"""Packages that are erased in one transaction: intake waits for it."""
_MOST_REFUSALS: Final = 1000


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A package that a message may mean."""

    index: int
    """Of its `package-accepted` or `package-refused` entry."""
    message_guid: str | None
    """None where it was refused."""


@dataclasses.dataclass(frozen=True, slots=True)
class Told:
    """An erasure, as the journal tells of it."""

    index: int
    """Of the `payload-erased` entry."""
    at: dt.datetime
    message_guid: str | None
    entry: int
    """Index of the entry that accepted or refused the package."""
    reason: str
    by: str


@dataclasses.dataclass(frozen=True, slots=True)
class Swept:
    """What became of many packages."""

    erased: int
    first: int | None
    """Indexes of the first and last `payload-erased` entries; None where there is none."""
    last: int | None
    kept: int = 0
    """Packages that cannot be erased, as those of whose key only an archive that is not here knows."""
    why: str | None = None
    """Why the first of these cannot."""


def named(connection: directory.Connection, guid: str) -> list[Named]:
    """Return the packages under a MessageGUID: the gateway's own, or else the sender's, refused ones too."""
    found = [Named(each.entry_index, each.message_guid) for each in packages.named(connection, guid)]
    if [each.message_guid for each in found] == [guid]:
        return found
    query = search.Query(((Subject.MESSAGE, guid),), (journal.Kind.PACKAGE_REFUSED,))
    refused = sorted(search.find(connection, query, limit=_MOST_REFUSALS))
    return found + [Named(index, None) for index in refused]


def told(connection: directory.Connection, index: int) -> Told | None:
    """Return how the package that the entry `index` tells of was erased; None where it was not.

    Raises ValueError for a damaged entry.
    """
    order = erasure.orders(connection, [index]).get(index)
    return None if order is None else _told(journal.entry(connection, order))


def erase(db: database.Database, index: int, order: erasure.Order, now: dt.datetime) -> Told:
    """Erase a package; one that was erased before stays as it is, and what the journal tells of it is returned.

    Raises what `storage.erasure.target` raises.
    """
    with db.write(point="erase") as connection:
        before = told(connection, index)
        if before is not None:
            return before
        (made,) = erasure.erase(connection, [erasure.target(connection, index)], order, now)
    return _told(made)


def sweep(
    db: database.Database,
    indexes: Sequence[int],
    order: erasure.Order,
    clock: Callable[[], dt.datetime],
    progress: Callable[[int], None],
) -> Swept:
    """Erase the packages of these entries, `BATCH` in one transaction; those that were erased meanwhile are passed by.

    `progress` is told how many more were looked at. What is done when it is interrupted stays done; one that cannot be
    erased keeps no other one.
    """
    made, kept = list[int](), list[str]()
    for start in range(0, len(indexes), BATCH):
        batch = indexes[start : start + BATCH]
        with db.write(point="erase") as connection:
            done = erasure.orders(connection, batch)
            targets = []
            for index in batch:
                try:
                    targets += [erasure.target(connection, index)] if index not in done else []
                except (storage_errors.Archived, storage_errors.NotErasable) as error:
                    kept.append(f"entry {index}: {error}")
            made += [entry.index for entry in erasure.erase(connection, targets, order, clock())]
        progress(len(batch))
    first, last = (made[0], made[-1]) if made else (None, None)
    return Swept(len(made), first, last, len(kept), kept[0] if kept else None)


def _told(order: journal.Entry) -> Told:
    entry, reason, by = (order.facts.get(name) for name in (erasure.ENTRY, "reason", "by"))
    if order.kind != journal.Kind.PAYLOAD_ERASED or not isinstance(entry, int):
        raise ValueError(f"entry {order.index} tells of no erasure")
    return Told(order.index, order.at, order.message, entry, str(reason), str(by))
