"""Searching a large journal: milliseconds a question, and by which index the database answers it.

`python -m bench.journal_search` fills a million plain entries (half of them packages, half results) and asks. Nothing
may walk through the journal: the plan of each question is printed, and a walk ends the script with 1. A question of a
time looks through the index of times as far as that time goes, and no further.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from storage import database, journal, search, subjects, tables
from storage.subjects import Subject
from tests import postgres

BEGIN: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
BATCH: Final = 50_000
HOUSES: Final = 5_000
ORGANISATIONS: Final = 200
OPERATIONS: Final = ("importHouseUOData", "exportHouseData", "importAccountData", "importPaymentDocumentData")
ROUNDS: Final = 20


def main() -> int:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, opened(arguments.database, Path(folder)) as db:
        began = time.perf_counter()
        fill(db, arguments.rows)
        db.close()  # and with it the connection that has filled it
        print(
            f"{arguments.rows} entries on {arguments.database}, filled in {time.perf_counter() - began:.0f} s",
            flush=True,
        )
        print(f"{'question':<38}{'found':>7}{'median ms':>11}{'worst ms':>10}  plan")
        return max(asked(db, name, query) for name, query in questions(arguments.rows).items())


def questions(rows: int) -> dict[str, search.Query]:
    """Return what is asked, by its words."""
    organisation, house = (Subject.ORGANISATION, guid("o", 7)), (Subject.HOUSE, guid("h", 77))
    middle = BEGIN + dt.timedelta(seconds=rows // 2)
    return {
        "message": search.Query(((Subject.MESSAGE, guid("m", rows // 4)),)),
        "house": search.Query((house,)),
        "account": search.Query(((Subject.ACCOUNT, guid("a", 4321)),)),
        "organisation": search.Query((organisation,)),
        "operation": search.Query(((Subject.OPERATION, OPERATIONS[0]),)),
        "code": search.Query(((Subject.CODE, "INT004171"),)),
        "certificate": search.Query(((Subject.CERTIFICATE, "ab" * 31 + "07"),)),
        "state": search.Query(kinds=(journal.Kind.PACKAGE_REFUSED,)),
        "an hour": search.Query(since=middle, until=middle + dt.timedelta(hours=1)),
        "organisation, operation": search.Query((organisation, (Subject.OPERATION, OPERATIONS[3]))),
        "organisation, code": search.Query((organisation, (Subject.CODE, "INT004171"))),
        "organisation, state": search.Query((organisation,), (journal.Kind.PACKAGE_REFUSED,)),
        "organisation, a day": search.Query((organisation,), (), middle, middle + dt.timedelta(days=1)),
        "house, a half of the time": search.Query((house,), (), None, middle),
        "nothing of the kind": search.Query((organisation, (Subject.CODE, "INT000000"))),
    }


def asked(db: database.Database, name: str, query: search.Query) -> int:
    """Ask one question, print its line, and return whether the database walks."""
    with db.read() as connection:
        took = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            found = search.find(connection, query, limit=50)
            took.append((time.perf_counter() - began) * 1000)
        plan = search.plan(connection, query, limit=50)
    figures = f"{len(found):>7}{statistics.median(took):>11.2f}{max(took):>10.2f}"
    print(f"{name:<38}{figures}  {'; '.join(plan)}", flush=True)
    return int(any("Seq Scan" in line or line.startswith("SCAN") for line in plan))


def fill(db: database.Database, rows: int) -> None:
    """Write plain entries; their records are what a gateway writes, and only their payloads are missing."""
    previous = journal.GENESIS
    for first in range(0, rows, BATCH):
        entries, pairs = [], []
        for index in range(first, min(first + BATCH, rows)):
            entry = journal.link(index, event(index), previous)
            previous = entry.hash
            entries.append(entry)
            pairs += [(index, pair) for pair in about(entry)]
        with db.hint() as connection:
            if db.is_sqlite:
                # Only to be done sooner; questions are asked with what a gateway has.
                connection.exec_driver_sql("PRAGMA cache_size = -800000")
            connection.execute(sa.insert(tables.journal_entry), [row(entry) for entry in entries])
            subjects.add_pairs(connection, pairs)
    if not db.is_sqlite:
        with db.write() as connection:
            connection.exec_driver_sql("ANALYZE")


def event(index: int) -> journal.Event:
    """Return a package or its result; one package of twenty is refused."""
    at, number = BEGIN + dt.timedelta(seconds=index), index // 2
    organisation, message = guid("o", number % ORGANISATIONS), guid("m", number)
    facts = {"organisation": organisation, "operation": OPERATIONS[number % len(OPERATIONS)]}
    if index % 2:
        return journal.Event(journal.Kind.RESULT_MADE, at, message, {**facts, "outcome": "imported"})
    facts |= {"requester_guid": guid("r", number), "certificate_sha256": "ab" * 31 + f"{number % 200:02x}"}
    if number % 20 == 0:
        return journal.Event(journal.Kind.PACKAGE_REFUSED, at, None, {**facts, "code": "FMT001300"})
    return journal.Event(journal.Kind.PACKAGE_ACCEPTED, at, message, facts)


def about(entry: journal.Entry) -> list[subjects.Pair]:
    """Return what an entry is about; a result has read or changed a house and two accounts."""
    found = list(subjects.said(entry))
    if entry.kind == journal.Kind.RESULT_MADE:
        number = entry.index // 2
        found.append((Subject.HOUSE, guid("h", number % HOUSES)))
        found += [(Subject.ACCOUNT, guid("a", (number * 2 + which) % (HOUSES * 20))) for which in (0, 1)]
        if number % 500 == 7:
            found.append((Subject.CODE, "INT004171"))
    return found


def row(entry: journal.Entry) -> dict[str, object]:
    """Return an entry as its table has it."""
    names = ("kind", "message", "record", "hash")
    return {
        "entry_index": entry.index,
        "at": journal.moment(entry.at),
        **{name: getattr(entry, name) for name in names},
    }


def guid(kind: str, number: int) -> str:
    """Return a GUID that is the same in every run."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}{number}"))


@contextlib.contextmanager
def opened(kind: str, folder: Path) -> Iterator[database.Database]:
    """Make a database."""
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{folder}/journal.db"
        if kind == "postgresql":
            url = stack.enter_context(postgres.running()).new_database()
        db = database.Database.open(url)
        db.migrate()
        yield db
        db.close()


if __name__ == "__main__":
    sys.exit(main())
