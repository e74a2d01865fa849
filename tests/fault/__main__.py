"""The long run of faults: `python -m tests.fault [sqlite|postgresql] [--kills N] [--seed S] [--only GENERATION]`.

Installations in full swing (`busy`) are killed at random moments and at random passages of random fail points;
PostgreSQL itself is stopped at once now and then. Without a database both are used, each for half of the kills, side by
side. After each kill the invariants are asked, the replay after every twentieth; when an installation has been killed
often enough its work is finished, and all five hold. The number of kills is HCS_FAULT where it is not given. What is
random comes from the seed; when exactly a process is hit does not. Exits with 1 where something was found: then its
folder is kept, and the command to try it again is told.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import dataclasses
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pytest

from storage import failpoints
from tests import postgres, samples
from tests import stand as stands
from tests.fault import day, ledger, nursery

DATABASES = ("sqlite", "postgresql")
KILLS = 1000
KILLS_OF_ONE = 25
"""Kills after which an installation may finish its work, and another one takes its place."""
REPLAY_EVERY = 20
AT_A_POINT = 0.5
STOP_SERVER = 0.05
LATEST_PASSAGE = 5
REPEATED = 0.2
"""Part of the acknowledged packages that is sent once more."""
NEVER_PASSED = ("file-part.", "files.removed", "ping.")
POINTS = [each for each in failpoints.POINTS if not each.startswith(NEVER_PASSED)]
TEXTS = [*(samples.valid(name) for name in day.HOUSES), samples.EXPORT]


@dataclasses.dataclass(slots=True)
class Tally:
    """What a run has come to."""

    database: str
    seed: int
    kills: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    """By where they hit: a point, or `moment`."""
    counts: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    findings: list[str] = dataclasses.field(default_factory=list)

    def line(self) -> str:
        return f"{self.database}, seed {self.seed}: {self.kills.total()} kills, {len(self.findings)} findings"

    def text(self) -> str:
        lines = [
            self.line(),
            *(f"  {count:>6} {name}" for name, count in self.counts.items()),
            "kills by place:",
            *(f"  {count:>6} {name}" for name, count in self.kills.most_common()),
            *self.findings,
        ]
        return "\n".join(lines)


class Generation:
    """One installation, from its first kill to the end of its work."""

    def __init__(self, tally: Tally, number: int, nest: nursery.Nursery, server: postgres.Server | None) -> None:
        self.tally = tally
        self.number = number
        self.nest = nest
        self.server = server
        self.random = random.Random(f"{tally.seed} {number}")  # noqa: S311 - it has to be the same again
        self.folder = Path(tempfile.mkdtemp(prefix="hcs-gateway-fault-"))
        database = server.new_database() if server else ""
        self.ledger = ledger.Ledger(self.folder, day.settings(self.folder, database), {})
        self.typical = 1.0
        """Seconds that a process lives which nobody kills."""

    def run(self, kills: int) -> None:
        """Kill so often, and let the work be finished; raises AssertionError for whatever does not hold."""
        stands.Stand(self.folder / "data", database=self.ledger.settings.database).close()
        done, rounds = 0, 0
        while done < kills:
            rounds += 1
            self._pack()
            done += self._round()
            self.ledger.check(replay=rounds % REPLAY_EVERY == 0)
            self._unpack()
        assert self.ledger.run(self.nest, "busy").wait() == 0
        self.ledger.check(finished=True)
        self.tally.counts["packages acknowledged"] += len(self.ledger.acknowledged)
        self.tally.counts["installations"] += 1
        shutil.rmtree(self.folder)

    def _pack(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            raw = stands.package(self.random.choice(TEXTS))
            name = f"{len(self.ledger.sent):05}.xml"
            self.ledger.sent[name] = raw
            (self.folder / name).write_bytes(raw)

    def _unpack(self) -> None:
        for name in self.ledger.acknowledged:
            if self.random.random() > REPEATED:
                (self.folder / name).unlink(missing_ok=True)

    def _round(self) -> bool:
        """Let one process work, and kill it; tell whether it was hit before its end."""
        point = ""
        if self.random.random() < AT_A_POINT:
            point = f"{self.random.choice(POINTS)}:kill:{self.random.randint(1, LATEST_PASSAGE)}"
        delay = self.random.random() ** 2 * self.typical  # most of the work is done early
        stops = self.server is not None and self.random.random() < STOP_SERVER
        started = time.monotonic()
        child = self.nest.begin("busy", self.folder, self.ledger.settings.database, point=point)
        if stops:
            time.sleep(delay / 2)
            self.server.stop()
            self.server.start()
            self.tally.counts["stops of the server"] += 1
        if not point:
            time.sleep(delay)
            child.kill()
        was_killed = child.was_killed
        self.ledger.hear(child)
        if was_killed:
            self.tally.kills[point.partition(":")[0] or "moment"] += 1
        else:
            self.tally.counts["processes that came to their end before"] += 1
            if not stops:
                self.typical += (time.monotonic() - started - self.typical) / 4
        return was_killed


def run(database: str, kills: int, seed: int, only: int | None) -> Tally:
    tally = Tally(database, seed)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgres.running()) if database == "postgresql" else None
        nest = stack.enter_context(nursery.Nursery())
        numbers = itertools.count() if only is None else [only]
        for number in numbers:
            generation = Generation(tally, number, nest, server)
            try:
                generation.run(min(KILLS_OF_ONE, kills - tally.kills.total()))
            except AssertionError:
                again = f"python -m tests.fault {database} --seed {seed} --only {number}"
                tally.findings.append(f"\n{traceback.format_exc()}\nin {generation.folder}; again: {again}")
            print(tally.line(), file=sys.stderr, flush=True)
            if tally.kills.total() >= kills:
                break
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", nargs="?", choices=DATABASES)
    parser.add_argument("--kills", type=int, default=int(os.environ.get("HCS_FAULT") or KILLS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="GENERATION", help="this installation alone, the first is 0")
    arguments = parser.parse_args()
    if arguments.database is None:
        share = -(-arguments.kills // len(DATABASES))
        options = ["--kills", str(share), "--seed", str(arguments.seed)]
        started = [subprocess.Popen([sys.executable, "-m", "tests.fault", each, *options]) for each in DATABASES]
        return max(process.wait() for process in started)
    try:
        tally = run(arguments.database, arguments.kills, arguments.seed, arguments.only)
    except pytest.skip.Exception as missing:
        print(f"not on {arguments.database}: {missing}", file=sys.stderr)
        return 0
    print(tally.text(), flush=True)
    return int(bool(tally.findings))


if __name__ == "__main__":
    sys.exit(main())
