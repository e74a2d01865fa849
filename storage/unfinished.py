"""Packages without a result, for those who look after an installation: what waits, what has failed and why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from storage import journal, packages, tables


class Stage(enum.StrEnum):
    """How far a package without a result is; the words are those of `gateway exchange list`."""

    RECEIVED = "received"
    IN_WORK = "in work"
    FAILED = "failed"
    """Its run has failed, and only `work.retry` brings it on."""
    RETRIED = "retried"
    """Its run has failed, and another one is ordered."""


@dataclasses.dataclass(frozen=True, slots=True)
class Unfinished:
    """One package without a result."""

    stage: Stage
    package: packages.Package
    failed_at: dt.datetime | None
    incident: str | None
    """Number of the latest failure in the log."""
    error: str | None
    """Name of the exception that ended the run."""


def failed(connection: sa.Connection) -> Iterator[Unfinished]:
    """Yield the packages whose run has failed, oldest first."""
    for row in connection.execute(_FAILED):
        yield _unfinished(connection, packages.from_row(row), Stage.FAILED)


def waiting(connection: sa.Connection) -> Iterator[Unfinished]:
    """Yield the packages that a worker still has to run, oldest first."""
    for row in connection.execute(_WAITING):
        package = packages.from_row(row)
        if package.failed_index is not None:
            stage = Stage.RETRIED
        else:
            stage = Stage.RECEIVED if row.worker is None else Stage.IN_WORK
        yield _unfinished(connection, package, stage)


def _unfinished(connection: sa.Connection, package: packages.Package, stage: Stage) -> Unfinished:
    if package.failed_index is None:
        return Unfinished(stage, package, None, None, None)
    entry = next(journal.entries(connection, package.failed_index, package.failed_index + 1))
    return Unfinished(stage, package, entry.at, str(entry.facts["incident"]), str(entry.facts["error"]))


_PACKAGE: Final = tables.package
_FAILED: Final = packages.SELECT.where(packages.PARKED).order_by(_PACKAGE.c.entry_index)
_WAITING: Final = (
    packages.SELECT.add_columns(tables.claim.c.worker)
    .select_from(_PACKAGE.outerjoin(tables.claim))
    .where(packages.WAITS)
    .order_by(_PACKAGE.c.entry_index)
)
