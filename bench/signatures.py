"""How long the judgement of a signature takes, beside the same work by hand in C libraries and beside signxml.

    python bench/signatures.py [--sizes "5 KB" "1 MB"] [--kinds houses] [--suites p256] [--seconds 10] [--json]

One run in which the judges take turns. A ratio is the median of the ratios of neighbours, so what else the machine does
touches both sides; times are processor time. Memory is in lengths of the message (bench/growth.py).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from bench import elements, growth, judges  # noqa: E402  # after the path
from signing import issue  # noqa: E402
from signing.subject import Subject  # noqa: E402

SIZES: Final = {"5 KB": 5_000, "100 KB": 100_000, "1 MB": 1_000_000, "10 MB": 10_000_000}
SUITES: Final = ("rsa-2048", "p256")
_SMALL: Final = 5_000
_SAMPLE: Final = 2.0
"""Milliseconds of one sample: a short judgement is repeated, or the clock would measure itself."""
_WEIGHED: Final = 50_000
"""Least bytes of a message whose memory is weighed: below, the pages of the process itself are all there is to see."""
_ROUNDS: Final = (5, 100)
"""Least and most; in between the time decides."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One signed message, in files."""

    kind: str
    size: str
    suite: str
    message: Path
    small: Path
    """A small one by the same signer, to warm up with."""
    authority: Path


def cases(arguments: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """Write the messages asked for into the folder, one after the other."""
    began, ends = judges.NOW - timedelta(days=100), judges.NOW + timedelta(days=100)
    for suite in arguments.suites:
        authority = issue.new_authority(suite, "УЦ", now=began)
        signer = issue.issue(authority, suite, Subject(common_name="Иванов И. И."), now=began, not_after=ends).signer()
        anchor, small = folder / f"{suite}.pem", folder / f"{suite}.xml"
        anchor.write_bytes(issue.pem(authority.certificate))
        small.write_bytes(elements.message("houses", _SMALL, signer, at=judges.NOW))
        for kind in arguments.kinds:
            for size in arguments.sizes:
                file = folder / f"{suite}-{kind}-{SIZES[size]}.xml"
                file.write_bytes(elements.message(kind, SIZES[size], signer, at=judges.NOW))
                yield Case(kind, size, suite, file, small, anchor)


def turns(runs: Mapping[str, judges.Judge], seconds: float) -> dict[str, list[float]]:
    """Let the judges take turns for so long; return the milliseconds of each, round by round."""
    repeats = {name: _repeats(run) for name, run in runs.items()}
    found: dict[str, list[float]] = {name: [] for name in runs}
    least, most = _ROUNDS
    ends = time.monotonic() + seconds
    for number in range(most):
        if number >= least and time.monotonic() > ends:
            break
        for name, run in runs.items():
            found[name].append(_sample(run, repeats[name]))
    return found


def _repeats(run: judges.Judge) -> int:
    run()
    return max(1, round(_SAMPLE / _sample(run, 1)))


def _sample(run: judges.Judge, repeat: int) -> float:
    began = time.process_time_ns()
    for _ in range(repeat):
        run()
    return (time.process_time_ns() - began) / repeat / 1e6


def _ratio(above: list[float], below: list[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(above, below, strict=True)), 2)


def row(case: Case, seconds: float) -> dict[str, Any]:
    """Measure one message."""
    raw = case.message.read_bytes()
    found = turns({name: make(raw, case.authority) for name, make in judges.JUDGES.items()}, seconds)
    return {
        "suite": case.suite,
        "element": case.kind,
        "size": case.size,
        "bytes": len(raw),
        "ms": {name: round(statistics.median(each), 3) for name, each in found.items()},
        "ours / by hand": _ratio(found["ours"], found["by hand"]),
        "signxml / ours": _ratio(found["signxml"], found["ours"]),
        "memory": _memory(case, len(raw)) if len(raw) >= _WEIGHED else {},
    }


def _memory(case: Case, size: int) -> dict[str, float]:
    needed = {what: growth.growth(what, case.message, case.small, case.authority) for what in growth.WHAT}
    return {what: round(each / size, 1) for what, each in needed.items()}


def _line(row: Mapping[str, Any]) -> str:
    figures = [
        *(f"{row['ms'][name]:.2f}" for name in judges.JUDGES),
        f"**{row['ours / by hand']:.2f}**",
        f"{row['signxml / ours']:.1f}",
        *(f"{row['memory'].get(what, '–')}" for what in growth.WHAT),
    ]
    return " | ".join([f"| {row['suite']}", row["element"], row["size"], *figures]) + " |"


def _head() -> str:
    names = ["suite", "element", "size", *(f"{name}, ms" for name in judges.JUDGES), "ours / by hand", "signxml / ours"]
    names += [f"memory: {what}" for what in growth.WHAT]
    return f"| {' | '.join(names)} |\n|---|---|---|{'---:|' * (len(names) - 3)}"


def main() -> None:
    """Measure what the command line asks for, and print it."""
    arguments = _arguments()
    if not arguments.json:
        print(_head(), flush=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder:
        for case in cases(arguments, Path(folder)):
            rows.append(row(case, arguments.seconds))
            if not arguments.json:
                print(_line(rows[-1]), flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--kinds", nargs="+", choices=elements.KINDS, default=list(elements.KINDS))
    parser.add_argument("--suites", nargs="+", choices=SUITES, default=list(SUITES))
    parser.add_argument("--seconds", type=float, default=10.0, help="for the turns of one message")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
