"""A year of a city through the SOAP door: houses, accounts, devices, readings and payment documents.

`python bench/city.py [--accounts 200000] [--months 12] [--database postgresql] [--seed 1] [--keep DIR] [--rows]
[--probe]` generates a city from its seed, lets the whole pipeline take it in package by package (signature, schema,
journal, worker), counts what is there in the end, and asks what one package more costs beside an empty registry (the
goal is 1.5 times as much). There are three devices for each account, and packages are as large as the contract allows.
A city in `--keep DIR` is gone on with after it was stopped, and asked again with `--probe`. With `--rows` only the
first thousand accounts come in through the door; all others are copies of their rows.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from bench import city_copies, city_load, city_probe, city_report, house_stand, registries  # noqa: E402  # after the path
from bench.city_houses import FLATS  # noqa: E402
from bench.city_registry import Known  # noqa: E402
from tests import postgres  # noqa: E402

_TAKEN_IN: Final = 1000
"""Accounts of the houses that copies are made of."""
_NAME: Final = "city"
"""Of its database on PostgreSQL; the time of its backends is found by it, so let one such city work at a time."""


def main() -> int:
    """Load, count, probe, print; return 1 where something is missing or the goal is missed."""
    asked = _arguments()
    found: dict[str, Any] = {"load": registries.load()}
    with _opened(asked.keep, asked.database) as (folder, full):
        if not asked.probe:
            found |= _loaded(asked, folder, full)
        with registries.alone(asked.database) as empty:
            visits = [city_probe.Visit(place.gateway, asked.seed, asked.months) for place in (empty, full)]
            for place in (empty, full):
                place.paths = city_probe.PATHS
            messages = (visits[0].messages, visits[1].messages)
            found["registry"] = registries.compared((empty, full), messages, asked.rounds)
    print(json.dumps(found, indent=1) if asked.json else city_report.text(found, asked.database))
    return registries.verdict(found) or int(found.get("counts") != found.get("wanted"))


def _loaded(asked: argparse.Namespace, folder: Path, full: registries.Place) -> dict[str, Any]:
    """Let the city be there, and return what is there, how large it is, and what its packages have cost."""
    known, where = Known(full.gateway), full.gateway.installation.database
    city = city_load.City(_TAKEN_IN if asked.rows else asked.accounts, asked.months, asked.seed)
    notes = folder / "packages.csv"
    city_load.Load(full.gateway, full.name, notes).take_in(city)
    found = {"counts": known.counts(city.houses(), city.months), "wanted": city.counts}
    if asked.rows:
        houses, before = city.houses(), known.objects()
        there = before["account objects"]
        city_copies.fill(where, houses, (there - city.accounts) // FLATS, (asked.accounts - city.accounts) // FLATS)
        found["wanted"] |= {name: count * asked.accounts // there for name, count in before.items()}
        found["counts"] |= known.objects()
    if not where.is_sqlite:
        with where.write() as connection:  # what autovacuum does after a while
            connection.exec_driver_sql("ANALYZE")
    quarters = city_report.quarters(city_load.noted(notes))
    return {**found, "bytes per account": known.bytes() // asked.accounts, "quarters": quarters}


@contextlib.contextmanager
def _opened(keep: Path | None, kind: str) -> Iterator[tuple[Path, registries.Place]]:
    """Open the registry of the city, new or kept."""
    with contextlib.ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hcs-bench-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the server of PostgreSQL runs as somebody else
        server = stack.enter_context(postgres.kept(folder / "postgresql")) if kind == "postgresql" else None
        url = server.kept_database(_NAME) if server else ""
        gateway = stack.enter_context(house_stand.Gateway(folder / "full", database=url))
        yield folder, registries.Place(gateway, url)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=200_000)
    parser.add_argument("--months", type=int, default=12, help="of readings and documents, from 1 to 12")
    parser.add_argument("--database", choices=registries.DATABASES, default="sqlite")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same requests")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the city stays, and is gone on with")
    parser.add_argument("--rows", action="store_true", help=f"copy all but {_TAKEN_IN} accounts")
    parser.add_argument("--probe", action="store_true", help="load nothing: ask a city that was kept")
    parser.add_argument("--rounds", type=int, default=9, help="of the probe, of which the medians are told")
    parser.add_argument("--json", action="store_true", help="print JSON")
    asked = parser.parse_args()
    if asked.probe and asked.keep is None:
        parser.error("--probe asks a city that was kept: it needs --keep")
    if asked.rows and asked.accounts % _TAKEN_IN:
        parser.error(f"--rows makes whole copies of {_TAKEN_IN} accounts ({FLATS} in a house)")
    return asked


if __name__ == "__main__":
    sys.exit(main())
