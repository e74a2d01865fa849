"""Runs the fuzzing: `python -m tests.fuzz [certificates|documents] [--count N] [--seed S] [--only N]`.

Without a kind both run, each in a process of its own. The count is HCS_FUZZ where it is not given. Exits with 1 where
something was found; a finding is printed with the command that makes it again.
"""

from __future__ import annotations

import argparse
import base64
import collections
import dataclasses
import heapq
import os
import random
import subprocess
import sys
import time
import traceback
import warnings

from tests.fuzz import targets

_COUNT = 100_000
_SHOWN = 5
_PROGRESS = 100_000


@dataclasses.dataclass(slots=True)
class Report:
    """What came out of a run."""

    kind: str
    seed: int
    outcomes: collections.Counter[str] = dataclasses.field(default_factory=collections.Counter)
    slowest: list[tuple[float, int, int]] = dataclasses.field(default_factory=list)
    """(milliseconds of processor time, number, octets) of the worst inputs, the least of them first."""
    findings: list[tuple[int, str]] = dataclasses.field(default_factory=list)

    def run(self, number: int) -> None:
        """Make one input, judge it, note what came out."""
        _make, judge = targets.TARGETS[self.kind]
        encoded = made(self.kind, self.seed, number)
        started = time.process_time()
        try:
            outcome = judge(encoded)
        except Exception:  # noqa: BLE001 - every exception is what is looked for
            outcome = "FOUND"
            self.findings.append((number, traceback.format_exc()))
        elapsed = (time.process_time() - started) * 1000
        self.outcomes[outcome] += 1
        place = heapq.heappush if len(self.slowest) < _SHOWN else heapq.heappushpop
        place(self.slowest, (elapsed, number, len(encoded)))

    def text(self) -> str:
        lines = [f"{self.kind}, seed {self.seed}: {self.outcomes.total()} inputs, {len(self.findings)} findings"]
        lines += [f"  {count:>9} {outcome}" for outcome, count in self.outcomes.most_common()]
        lines += [
            f"  {ms:.1f} ms for number {number}, {size} octets"
            for ms, number, size in sorted(self.slowest, reverse=True)
        ]
        for number, text in self.findings[:_SHOWN]:
            lines += [f"\n{text}", f"again: python -m tests.fuzz {self.kind} --seed {self.seed} --only {number}"]
        return "\n".join(lines)


def made(kind: str, seed: int, number: int) -> bytes:
    """The input of that number."""
    make, _judge = targets.TARGETS[kind]
    return make(random.Random(f"{kind} {seed} {number}"))  # noqa: S311 - it has to be the same again


def run(kind: str, seed: int, numbers: range) -> Report:
    """Judge the inputs of these numbers."""
    report = Report(kind, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cryptography warns of odd certificates
        for number in numbers:
            report.run(number)
            if report.outcomes.total() % _PROGRESS == 0:
                print(report.text(), file=sys.stderr, flush=True)
    return report


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", nargs="?", choices=targets.TARGETS)
    parser.add_argument("--count", type=int, default=int(os.environ.get("HCS_FUZZ") or _COUNT))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="judge this input alone, and print it in base64")
    arguments = parser.parse_args()
    if arguments.kind is None:
        options = ["--count", str(arguments.count), "--seed", str(arguments.seed)]
        started = [subprocess.Popen([sys.executable, "-m", "tests.fuzz", kind, *options]) for kind in targets.TARGETS]
        return max(process.wait() for process in started)
    numbers = range(arguments.count) if arguments.only is None else range(arguments.only, arguments.only + 1)
    report = run(arguments.kind, arguments.seed, numbers)
    print(report.text(), flush=True)
    if arguments.only is not None:
        print(base64.encodebytes(made(arguments.kind, arguments.seed, arguments.only)).decode())
    return int(bool(report.findings))


if __name__ == "__main__":
    sys.exit(main())
