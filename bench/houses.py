"""How houses grow: time and memory by the number of premises, and a registry of a million objects beside an empty one.

`python bench/houses.py [--sizes 300 1000 3000 9000] [--objects 1000000] [--database URL] [--json]`. Ratios of one run
on one machine, where 1 is the ideal: the processor time and the memory of a step per premises, at the largest size
beside the one before (a quadratic step gives 3; the goals are 1.5 and, because buffers grow by doubling, 2), and a full
registry beside an empty one (1.5).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from bench import growth, house_rows, house_stand  # noqa: E402  # after the path

GOALS: Final = {"seconds": 1.5, "bytes": 2.0, "ratio": 1.5}
_HOUSE: Final = 100
"""Premises of the house that is imported into a full and into an empty registry."""
_ROUNDS: Final = 12
_Step = TypeVar("_Step")


def main() -> int:
    """Measure, print, and return 0; 1 where a goal is missed."""
    arguments = _arguments()
    if arguments.one:
        print(json.dumps(_one(arguments.one)))
        return 0
    curve = {size: _apart(size) for size in arguments.sizes}
    report: dict[str, Any] = {"curve": curve, "growth": _growth(curve)}
    if arguments.objects:
        report["registry"] = _registry(arguments.objects, arguments.database)
    print(json.dumps(report, indent=1) if arguments.json else _table(report))
    ratios = {**report["growth"], **{f"{name} ratio": row["ratio"] for name, row in report.get("registry", {}).items()}}
    return int(any(value > GOALS[name.rpartition(" ")[2]] for name, value in ratios.items()))


def _apart(size: int) -> Mapping[str, float]:
    """Measure one size in a process of its own, so that its memory is its own."""
    done = subprocess.run([sys.executable, __file__, "--one", str(size)], check=True, capture_output=True)
    found: Mapping[str, float] = json.loads(done.stdout)
    return found


def _one(size: int) -> Mapping[str, float]:
    """Return seconds, and bytes at the highest, of each step in the life of a house."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        _life(gateway, 10, {})  # what is loaded and compiled once belongs to nobody
        _life(gateway, size, facts)
    return facts


def _life(gateway: house_stand.Gateway, size: int, facts: dict[str, float]) -> None:
    created = house_stand.create(size, size)
    address = house_stand.fias(created)
    made = _played(gateway, gateway.signed(created), "create", facts)
    changed = house_stand.update(address, house_stand.premises(made))
    _played(gateway, gateway.signed(changed), "update", facts)
    _played(gateway, gateway.signed(house_stand.export(address)), "export", facts)


def _played(gateway: house_stand.Gateway, message: bytes, name: str, facts: dict[str, float]) -> Any:
    if name == "export":  # a question is small, whatever the house is
        guid = gateway.take(message)
    else:
        guid = _measured(f"{name} intake", lambda: gateway.take(message), facts)
    _measured(f"{name} worker", gateway.work, facts)
    return gateway.result(guid)


def _measured(name: str, step: Callable[[], _Step], facts: dict[str, float]) -> _Step:
    kept: list[_Step] = []
    began = time.process_time()
    facts[f"{name} bytes"] = growth.highest(lambda: kept.append(step()))
    facts[f"{name} seconds"] = time.process_time() - began
    return kept[0]


def _growth(curve: Mapping[int, Mapping[str, float]]) -> Mapping[str, float]:
    """Return each figure per premises at the largest size, beside the same at the size before."""
    if len(curve) == 1:
        return {}
    before, largest = sorted(curve)[-2:]
    return {name: round(value / largest / (curve[before][name] / before), 2) for name, value in curve[largest].items()}


def _registry(objects: int, url: str) -> Mapping[str, Mapping[str, float]]:
    """Return the best of an import and of an export in an empty and in a full registry, taken in turns."""
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder:
        first, second = Path(folder) / "empty", Path(folder) / "full"
        with house_stand.Gateway(first) as empty, house_stand.Gateway(second, database=url) as full:
            house_rows.fill(full.installation.database, objects)
            rounds = [(_visit(empty, seed), _visit(full, seed)) for seed in range(_ROUNDS)]
    return {name: _compared([(first[name], second[name]) for first, second in rounds]) for name in _VISIT}


_VISIT: Final = ("import", "export")


def _visit(gateway: house_stand.Gateway, seed: int) -> Mapping[str, float]:
    created = house_stand.create(_HOUSE, seed)
    messages = {"import": created, "export": house_stand.export(house_stand.fias(created))}
    return {name: _seconds(gateway, gateway.signed(messages[name])) for name in _VISIT}


def _seconds(gateway: house_stand.Gateway, message: bytes) -> float:
    guid = gateway.take(message)
    began = time.perf_counter()
    gateway.work()
    taken = time.perf_counter() - began
    gateway.result(guid)
    return taken


def _compared(pairs: Sequence[tuple[float, float]]) -> Mapping[str, float]:
    empty, full = (min(each) for each in zip(*pairs, strict=True))
    return {"empty": round(empty, 4), "full": round(full, 4), "ratio": round(full / empty, 2)}


def _table(report: Mapping[str, Any]) -> str:
    curve: Mapping[int, Mapping[str, float]] = report["curve"]
    lines = [f"{'':<22}" + "".join(f"{size:>18}" for size in curve)]
    steps = [name.removesuffix(" seconds") for name in next(iter(curve.values())) if name.endswith(" seconds")]
    for step in steps:
        cells = [(row[f"{step} seconds"], row[f"{step} bytes"], size) for size, row in curve.items()]
        shown = (f"{taken * 1000 / size:7.2f} ms{held / size / 1024:6.1f} KiB" for taken, held, size in cells)
        lines.append(f"{step:<22}" + "".join(f"{each:>18}" for each in shown))
    lines += ["", "per premises, the largest beside the size before:"]
    lines += [f"{name:<22} {value:5.2f}" for name, value in report["growth"].items()]
    for name, row in report.get("registry", {}).items():
        lines.append(
            f"full registry, {name}: {row['full'] * 1000:.0f} ms ÷ {row['empty'] * 1000:.0f} ms = {row['ratio']}"
        )
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[300, 1000, 3000, 9000], help="premises of a house")
    parser.add_argument("--objects", type=int, default=1_000_000, help="in the full registry; 0 leaves it out")
    parser.add_argument("--database", default="", help="URL of an empty PostgreSQL database for the full registry")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
