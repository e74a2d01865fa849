"""How a step grows with its package: processor time and memory by size, each size in processes of its own.

A script that measures one size prints its facts as JSON when it is called with `--one SIZE`; here it is called for
every size in turn, several times over, and the medians count: neighbours on the machine come and go.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from bench import growth

Facts: TypeAlias = Mapping[str, float]
"""`<step> seconds` of the processor, and `<step> bytes` at the highest."""
Curve: TypeAlias = Mapping[int, Facts]
"""Facts by size."""
_Step = TypeVar("_Step")
_KIB: Final = 1024


def measured(name: str, step: Callable[[], _Step], facts: dict[str, float]) -> _Step:
    """Do a step, note what it costs, return what it returns."""
    kept: list[_Step] = []
    began = time.process_time()
    facts[f"{name} bytes"] = growth.highest(lambda: kept.append(step()))
    facts[f"{name} seconds"] = time.process_time() - began
    return kept[0]


def of(script: str, sizes: Sequence[int], rounds: int) -> Curve:
    """Return the medians of all sizes, which take turns."""
    seen: dict[int, list[Facts]] = {size: [] for size in sizes}
    for _ in range(rounds):
        for size in sizes:
            done = subprocess.run([sys.executable, script, "--one", str(size)], check=True, stdout=subprocess.PIPE)
            seen[size].append(json.loads(done.stdout))
    return {
        size: {name: statistics.median(each[name] for each in found) for name in found[0]}
        for size, found in seen.items()
    }


def growths(curve: Curve) -> Facts:
    """Return each figure for one object at its largest size, beside the same at the size before: 1 is linear."""
    names = dict.fromkeys(name for facts in curve.values() for name in facts)
    found = {}
    for name in names:
        *_, before, largest = [0, *sorted(size for size, facts in curve.items() if name in facts)]
        if not before:
            continue  # one size is no curve
        found[name] = round(curve[largest][name] / largest / (curve[before][name] / before), 2)
    return found


def table(curve: Curve, noun: str) -> str:
    """Return rows of steps, columns of sizes: what one object costs."""
    steps = dict.fromkeys(name.removesuffix(" seconds") for facts in curve.values() for name in facts)
    steps = {step: None for step in steps if not step.endswith(" bytes")}
    lines = [f"{f'per {noun}':<24}" + "".join(f"{size:>20}" for size in curve)]
    for step in steps:
        cells = (_cell(facts, step, size) for size, facts in curve.items())
        lines.append(f"{step:<24}" + "".join(f"{each:>20}" for each in cells))
    lines += ["", "the largest beside the size before:"]
    lines += [f"{name:<24} {value:5.2f}" for name, value in growths(curve).items()]
    return "\n".join(lines)


def _cell(facts: Facts, step: str, size: int) -> str:
    if f"{step} seconds" not in facts:
        return ""
    return f"{facts[f'{step} seconds'] * 1000 / size:8.2f} ms{facts[f'{step} bytes'] / size / _KIB:6.1f} KiB"
