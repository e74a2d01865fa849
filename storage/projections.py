"""Whether the packages are what the journal makes of them: nothing missing, nothing extra, nothing else.

They are projected anew by the very code that a running gateway does it with, into a table of their own, and compared.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage import errors, journal, packages, tables, verification

_BATCH: Final = 500
_PACKAGE: Final = tables.package
_COUNT: Final = sa.select(sa.func.count()).select_from(_PACKAGE)
_NAMES: Final = [column.name for column in _PACKAGE.c]
_ORDERED: Final = sa.select(_PACKAGE).order_by(_PACKAGE.c.entry_index).execution_options(yield_per=_BATCH)


def faults(
    connection: sa.Connection, folder: Path, progress: Callable[[int], None] = lambda _: None
) -> Iterator[verification.Fault]:
    """Yield in what the table `package` is not the journal's; `folder` holds the copy, `progress` is told of entries.

    Entries that cannot be read are passed over: `verification.verify` tells of them.
    """
    engine = sa.create_engine(f"sqlite:///{folder / 'packages.db'}")
    try:
        with engine.begin() as copy:
            copy.exec_driver_sql("PRAGMA synchronous=OFF")
            tables.metadata.create_all(copy, tables=[_PACKAGE])
            unread: set[int] = set()
            yield from _projected(connection, copy, unread, progress)
            yield from _compared(connection, copy, unread)
    finally:
        engine.dispose()


def count(connection: sa.Connection) -> int:
    """Return how many packages there are."""
    return connection.execute(_COUNT).scalar_one()


def _projected(
    connection: sa.Connection, copy: sa.Connection, unread: set[int], progress: Callable[[int], None]
) -> Iterator[verification.Fault]:
    rows = journal.rows(connection)
    while some := list(itertools.islice(rows, _BATCH)):
        batch = []
        for row in some:
            try:
                batch.append(journal.decode(row.record, row.hash))
            except (ValueError, TypeError):
                unread.add(row.entry_index)
        try:
            with copy.begin_nested():
                packages.project(copy, batch)
        except _IMPOSSIBLE:
            impossible = list(_one_by_one(copy, batch))
            # It may follow from an entry that could not be read.
            yield from () if unread else impossible
        progress(len(some))


def _one_by_one(copy: sa.Connection, batch: list[journal.Entry]) -> Iterator[verification.Fault]:
    for entry in batch:
        try:
            with copy.begin_nested():
                packages.project(copy, [entry])
        except _IMPOSSIBLE as error:
            yield verification.Fault(entry.index, f"no package can come to that: {type(error).__name__}")


def _compared(connection: sa.Connection, copy: sa.Connection, unread: set[int]) -> Iterator[verification.Fault]:
    live, made = (iter(each.execute(_ORDERED)) for each in (connection, copy))
    here, there = next(live, None), next(made, None)
    while here is not None or there is not None:
        if there is None or (here is not None and here.entry_index < there.entry_index):
            if here is not None and here.entry_index not in unread:
                yield verification.Fault(here.entry_index, f"package {here.message_guid} is not in the journal")
            here = next(live, None)
        elif here is None or there.entry_index < here.entry_index:
            yield verification.Fault(there.entry_index, f"package {there.message_guid} is missing among the packages")
            there = next(made, None)
        else:
            differing = [name for name in _NAMES if getattr(here, name) != getattr(there, name)]
            made_by = (here.result_index, here.failed_index, here.parked_index, here.fetched_index)
            if differing and not unread.intersection(made_by):
                what = f"package {there.message_guid} is not what the journal says: {', '.join(differing)}"
                yield verification.Fault(there.entry_index, what)
            here, there = next(live, None), next(made, None)


_IMPOSSIBLE: Final = (errors.AlreadyFinished, sa.exc.IntegrityError, KeyError)
"""What projecting an entry raises of which there is no package, or another one."""
