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
GOST: Final = "gost2012-256"
SUITES: Final = ("rsa-2048", "p256", *([GOST] if judges.engine() else []))
RATIOS: Final = {
    "ours / by hand": ("ours", "by hand"),
    "signxml / ours": ("signxml", "ours"),
    "ГОСТ / RSA": ("ours", "ours, RSA"),
}
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
    authority: Path
    small: Path
    """A small one by the same signer, to warm up with."""
    by_rsa: Case | None = None
    """The same element, signed by RSA: ГОСТ is measured beside it."""

    def judges(self) -> dict[str, judges.Judge]:
        """Return who can judge this message, by name."""
        raw = self.message.read_bytes()
        found = {name: make(raw, self.authority) for name, make in judges.JUDGES.items()}
        if self.by_rsa:  # signxml knows no ГОСТ
            del found["signxml"]
            found["ours, RSA"] = judges.ours(self.by_rsa.message.read_bytes(), self.by_rsa.authority)
        return found


def cases(arguments: argparse.Namespace, folder: Path) -> Iterator[Case]:
    """Write the messages asked for into the folder, one after the other."""
    rsa = _Signer(SUITES[0], folder)
    for suite in arguments.suites:
        signer = rsa if suite == rsa.suite else _Signer(suite, folder)
        for kind in arguments.kinds:
            for size in arguments.sizes:
                beside = rsa.case(kind, size) if suite == GOST else None
                yield dataclasses.replace(signer.case(kind, size), by_rsa=beside)


class _Signer:
    """An authority, a signer and what he has signed, in files."""

    def __init__(self, suite: str, folder: Path) -> None:
        self.suite = suite
        self._folder = folder
        began, ends = judges.NOW - timedelta(days=100), judges.NOW + timedelta(days=100)
        authority = issue.new_authority(suite, "УЦ", now=began)
        person = Subject(common_name="Иванов И. И.")
        self._signer = issue.issue(authority, suite, person, now=began, not_after=ends).signer()
        self._authority = folder / f"{suite}.pem"
        self._authority.write_bytes(issue.pem(authority.certificate))
        self._small = self._write("houses", _SMALL)

    def case(self, kind: str, size: str) -> Case:
        """Sign one message."""
        return Case(kind, size, self.suite, self._write(kind, SIZES[size]), self._authority, self._small)

    def _write(self, kind: str, size: int) -> Path:
        file = self._folder / f"{self.suite}-{kind}-{size}.xml"
        file.write_bytes(elements.message(kind, size, self._signer, at=judges.NOW))
        return file


def turns(runs: Mapping[str, judges.Judge], seconds: float) -> dict[str, list[float]]:
    """Let the judges take turns for so long; return the milliseconds of each, round by round."""
    repeats = {name: _repeats(run) for name, run in runs.items()}
    found: dict[str, list[float]] = {name: [] for name in runs}
    names = list(runs)
    least, most = _ROUNDS
    ends = time.monotonic() + seconds
    for number in range(most):
        if number >= least and time.monotonic() > ends:
            break
        # Another one begins with each round: nobody always comes after the same neighbour.
        first = number % len(runs)
        for name in (*names[first:], *names[:first]):
            found[name].append(_sample(runs[name], repeats[name]))
    return found


def _repeats(run: judges.Judge) -> int:
    run()
    return max(1, round(_SAMPLE / _sample(run, 1)))


def _sample(run: judges.Judge, repeat: int) -> float:
    began = time.process_time_ns()
    for _ in range(repeat):
        run()
    return (time.process_time_ns() - began) / repeat / 1e6


def row(case: Case, seconds: float) -> dict[str, Any]:
    """Measure one message."""
    size = case.message.stat().st_size
    found = turns(case.judges(), seconds)
    return {
        "suite": case.suite,
        "element": case.kind,
        "size": case.size,
        "bytes": size,
        "ms": {name: round(statistics.median(each), 3) for name, each in found.items()},
        **{
            name: _ratio(found[above], found[below])
            for name, (above, below) in RATIOS.items()
            if {above, below} <= {*found}
        },
        "memory": _memory(case, size, {*judges.JUDGES} - {*found}) if size >= _WEIGHED else {},
    }


def _ratio(above: list[float], below: list[float]) -> float:
    return round(statistics.median(one / other for one, other in zip(above, below, strict=True)), 2)


def _memory(case: Case, size: int, absent: set[str]) -> dict[str, float]:
    needed = {
        what: growth.growth(what, case.message, case.small, case.authority)
        for what in growth.WHAT
        if what not in absent
    }
    return {what: round(each / size, 1) for what, each in needed.items()}


def _line(row: Mapping[str, Any]) -> str:
    figures = [row["ms"].get(name) for name in judges.JUDGES]
    figures += [row.get(name) for name in RATIOS]
    figures += [row["memory"].get(name) for name in growth.WHAT]
    cells = [
        row["suite"],
        row["element"],
        row["size"],
        *("–" if figure is None else f"{figure:g}" for figure in figures),
    ]
    return f"| {' | '.join(cells)} |"


def _head() -> str:
    names = [*(f"{name}, ms" for name in judges.JUDGES), *RATIOS, *(f"memory: {what}" for what in growth.WHAT)]
    return f"| suite | element | size | {' | '.join(names)} |\n|---|---|---|{'---:|' * len(names)}"


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
