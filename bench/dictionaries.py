"""Dictionaries by size: loading, the first package after it, one reference, one page, and the memory that stays.

`python -m bench.dictionaries` prints a table. All of it must grow with the number of entries and not faster, and what a
package pays (the look at the revision, a reference) must not grow at all.
"""

from __future__ import annotations

import csv
import io
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gateway.families.nsi import installed, loading, pages
from storage import database, numbers, registry

SIZES = (1_000, 5_000, 20_000, 40_000)
TITLES = ("entries", "read s", "load s", "first s", "next µs", "item µs", "page ms", "MB")
NUMBER = 700

Value = TypeVar("Value")


def main() -> None:
    """Print the table."""
    print(" ".join(f"{title:>8}" for title in TITLES))
    for size in SIZES:
        print(" ".join(f"{value:>8.2f}" if index else f"{value:>8}" for index, value in enumerate(measured(size))))


def measured(size: int) -> tuple[float, ...]:
    """Return the figures of a dictionary with `size` entries."""
    with tempfile.TemporaryDirectory() as folder:
        db = database.Database.open(f"sqlite:///{Path(folder) / 'registry.db'}")
        db.migrate()
        given, known = numbers.Numbers(db), installed.Installed()
        read_s, (found,) = timed(lambda: loading.collect([("bench", file(size))]))
        load_s, _ = timed(lambda: load(db, given, found))
        with db.read() as connection:

            def view() -> installed.View:
                return known.view(registry.Registry(connection, given))

            first_s, whole = timed(lambda: view().dictionary(NUMBER))
            tracemalloc.start()
            kept = installed.Installed().view(registry.Registry(connection, given)).dictionary(NUMBER)
            megabytes = tracemalloc.get_traced_memory()[0] / 2**20
            tracemalloc.stop()
            del kept
            next_s, _ = timed(lambda: [view().item(NUMBER, str(size)) for _ in range(100)])
            seen = view()
            item_s, _ = timed(lambda: [seen.item(NUMBER, str(size)) for _ in range(1000)])
            page_s, _ = timed(lambda: pages.page(whole, {"Page": str(size // pages.PAGE)}, pages.BEGINNING))
        db.close()
    return size, read_s, load_s, first_s, next_s * 1e4, item_s * 1e3, page_s * 1e3, megabytes


def load(db: database.Database, given: numbers.Numbers, found: loading.reading.Collected) -> None:
    """Load as the command does."""
    with db.read() as connection:
        unit = registry.Registry(connection, given)
        new = loading.dictionary(found, None, None)
        loading.check("bench", new)
        loading.put(new, None, unit)
    with db.write() as connection:
        registry.apply(connection, unit, organisation="bench", message="bench", at=pages.BEGINNING)


def file(size: int) -> bytes:
    """Return a dictionary as CSV."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("registry_number", "code", "name"))
    writer.writerows((NUMBER, number, f"Запись справочника № {number}") for number in range(1, size + 1))
    return text.getvalue().encode()


def timed(action: Callable[[], Value]) -> tuple[float, Value]:
    """Return the seconds that an action takes, and what it returns."""
    begin = time.perf_counter()
    value = action()
    return time.perf_counter() - begin, value


if __name__ == "__main__":
    main()
