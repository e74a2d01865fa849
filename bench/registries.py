"""Two gateways beside each other, one with an empty registry and one with a full one, on SQLite or on PostgreSQL."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from bench import curve, house_stand, processor
from storage import database
from tests import postgres

DATABASES: Final = ("sqlite", "postgresql")
GOALS: Final = {"seconds": 1.5, "bytes": 2.0, "ratio": 1.5}
"""The most that each figure may grow; buffers double, so memory does in steps."""
Ratios: TypeAlias = Mapping[str, Mapping[str, float]]
"""By operation: milliseconds of the processor in the `empty` and the `full` registry, and their `ratio`."""
Visit: TypeAlias = Callable[[int], Mapping[str, bytes]]
"""Returns the signed messages of one round, by operation."""


@dataclasses.dataclass(frozen=True, slots=True)
class Bench:
    """A script that draws a curve over sizes and compares a full registry with an empty one."""

    script: str
    """Its file, which is started once more for each size."""
    about: str
    noun: str
    """What a size counts."""
    sizes: Sequence[int]
    rows: tuple[str, int] | None
    """What fills the registry, and how many of them unless it is said; None where it only draws a curve."""
    one: Callable[[int], Mapping[str, float]]
    """Measures one size."""
    full: Callable[[int, str, int], Ratios] | None = None
    """Measures a registry of so many rows on a database in so many rounds."""

    def main(self) -> int:
        """Measure, print, and return 0; 1 where a goal is missed."""
        arguments = self._arguments()
        if arguments.one:
            print(json.dumps(self.one(arguments.one)))
            return 0
        found: dict[str, Any] = {"load": load()}
        if arguments.sizes:
            found["curve"] = curve.of(self.script, arguments.sizes, arguments.rounds)
            found["growth"] = curve.growths(found["curve"])
        if self.full is not None and arguments.rows:
            found["registry"] = self.full(arguments.rows, arguments.database, arguments.rounds * 5)
        kind = "" if self.rows is None else arguments.database
        print(json.dumps(found, indent=1) if arguments.json else report(found, self.noun, kind))
        return verdict(found)

    def _arguments(self) -> argparse.Namespace:
        parser = argparse.ArgumentParser(description=self.about.partition("\n")[0])
        parser.add_argument("--sizes", nargs="*", type=int, default=self.sizes, help=f"of the curve, in {self.noun}")
        if self.rows is not None:
            name, rows = self.rows
            parser.add_argument(
                f"--{name}", dest="rows", type=int, default=rows, help="in the full registry; 0 leaves it out"
            )
            parser.add_argument("--database", choices=DATABASES, default="sqlite", help="of the full registry")
        parser.add_argument("--rounds", type=int, default=3, help="of which the medians are told")
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
        return parser.parse_args()


@contextlib.contextmanager
def beside(kind: str, fill: Callable[[database.Database], None]) -> Iterator[tuple[Place, Place]]:
    """Open both; PostgreSQL is a private server of the machine's binaries."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hcs-bench-")))
        server = stack.enter_context(postgres.running()) if kind == "postgresql" else None
        urls = [server.new_database() if server else "" for _ in range(2)]
        empty, full = (
            stack.enter_context(house_stand.Gateway(folder / name, database=url))
            for name, url in zip(("empty", "full"), urls, strict=True)
        )
        fill(full.installation.database)
        if server:
            with full.installation.database.write() as connection:  # what autovacuum does after a while
                connection.exec_driver_sql("ANALYZE")
        yield Place(empty, urls[0]), Place(full, urls[1])


@contextlib.contextmanager
def alone(kind: str) -> Iterator[Place]:
    """Open an empty one; PostgreSQL is a private server of the machine's binaries."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hcs-bench-")))
        server = stack.enter_context(postgres.running()) if kind == "postgresql" else None
        url = server.new_database() if server else ""
        yield Place(stack.enter_context(house_stand.Gateway(folder, database=url)), url)


class Place:
    """A gateway and where its processor time is spent."""

    def __init__(self, gateway: house_stand.Gateway, url: str) -> None:
        self.gateway: Final = gateway
        self.paths: Mapping[str, str] = {}
        """The paths of the services that are asked, by operation; of house management where none is said."""
        self.name: Final = url.rpartition("/")[2]
        """Of its PostgreSQL database; empty for SQLite."""

    def seconds(self, operation: str, message: bytes) -> float:
        """Let the message of an operation in; return what its execution costs."""
        guid = self.gateway.take(message, self.paths.get(operation, ""))
        spent = processor.seconds(self.gateway.work, self.name)
        self.gateway.result(guid)
        return spent


def compared(places: tuple[Place, Place], visits: tuple[Visit, Visit], rounds: int) -> Ratios:
    """Return the medians of rounds in which both take turns."""
    spent: dict[str, tuple[list[float], list[float]]] = {}
    for turn in range(rounds):
        for which, (place, visit) in enumerate(zip(places, visits, strict=True)):
            for name, message in visit(turn).items():
                spent.setdefault(name, ([], []))[which].append(place.seconds(name, message))
    return {name: _ratio(*map(statistics.median, both)) for name, both in spent.items()}


def _ratio(empty: float, full: float) -> Mapping[str, float]:
    return {"empty": round(empty * 1000, 1), "full": round(full * 1000, 1), "ratio": round(full / empty, 2)}


def load() -> str:
    """Return how busy the machine is: what others do is in no figure, but makes all of them less sure."""
    return f"load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def report(found: Mapping[str, Any], noun: str, kind: str) -> str:
    """Return the load, the curve and the ratios for a person, as far as they were measured."""
    parts = [found["load"]]
    if "curve" in found:
        parts.append(curve.table(found["curve"], noun))
    if "registry" in found:
        lines = [f"{f'ms, {kind}':<36}{'empty':>10}{'full':>10}{'ratio':>8}"]
        rows = found["registry"].items()
        lines += [f"{name:<36}{row['empty']:>10}{row['full']:>10}{row['ratio']:>8}" for name, row in rows]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def verdict(found: Mapping[str, Any]) -> int:
    """Return 1 where a goal is missed, else 0."""
    ratios = [(name.rpartition(" ")[2], value) for name, value in found.get("growth", {}).items()]
    ratios += [("ratio", row["ratio"]) for row in found.get("registry", {}).values()]
    return int(any(value > GOALS[goal] for goal, value in ratios))
