"""Verifying a long journal: entries a second of one core, beside a bare loop of SHA-256 over the same records.

`python -m bench.journal_verify` fills half a million small entries and verifies them with their tree and columns;
then entries with a package each, whose payloads are unpacked and digested too. Processor time, the best of the rounds:
the machine has other work.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bench import journal_search, processor
from storage import database, journal, tables, verification

ROUNDS: Final = 3
BATCH: Final = 1000
REQUEST: Final = 5_000
"""Bytes of a package, of which half are the same in each."""


def main() -> int:
    """Fill, verify, print; end with 1 where a fault is found, because there is none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--packages", type=int, default=20_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    print(f"{'journal':<28}{'entries':>9}{'entries/s':>11}{'bare loop/s':>13}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder, journal_search.opened(arguments.database, Path(folder)) as db:
        fill(db, arguments.rows, journal_search.event)
        told("small entries", db, arguments.rows)
    with tempfile.TemporaryDirectory() as folder, journal_search.opened(arguments.database, Path(folder)) as db:
        fill(db, arguments.packages, package)
        told("entries with a package", db, arguments.packages)
    return 0


def fill(db: database.Database, rows: int, event: Callable[[int], journal.Event]) -> None:
    """Write entries as a gateway does."""
    for first in range(0, rows, BATCH):
        with db.write() as connection:
            journal.append(connection, [event(index) for index in range(first, min(first + BATCH, rows))])


def package(index: int) -> journal.Event:
    """Return a package that is accepted; its content compresses by half."""
    chance = random.Random(index)  # noqa: S311  # the same in every run
    request = b"<a>" * (REQUEST // 6) + chance.randbytes(REQUEST // 2)
    plain = journal_search.event(2 * index)
    return journal.Event(plain.kind, plain.at, plain.message, plain.facts, (journal.Payload("request", request),))


def told(name: str, db: database.Database, rows: int) -> None:
    """Print the figures of one journal."""
    seconds = {step.__name__: min(_seconds(step, db) for _ in range(ROUNDS)) for step in (verified, hashed)}
    ours, bare = (rows / seconds[step] for step in ("verified", "hashed"))
    print(f"{name:<28}{rows:>9}{ours:>11.0f}{bare:>13.0f}{bare / ours:>7.1f}", flush=True)


def verified(connection: sa.Connection) -> None:
    """Verify everything, as `gateway journal verify --chain --jobs 1` does."""
    if found := next(verification.verify(connection), None):
        sys.exit(f"entry {found.index}: {found.what}")


def hashed(connection: sa.Connection) -> None:
    """Read every record and hash it, and nothing else."""
    entry = tables.journal_entry.c
    rows = connection.execute(sa.select(entry.record).order_by(entry.entry_index).execution_options(yield_per=500))
    for (record,) in rows:
        hashlib.sha256(b"\x00" + record).hexdigest()


def _seconds(step: Callable[[sa.Connection], None], db: database.Database) -> float:
    with db.read() as connection:
        return processor.seconds(lambda: step(connection), "" if db.is_sqlite else str(connection.engine.url.database))


if __name__ == "__main__":
    sys.exit(main())
