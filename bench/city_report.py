"""What a load and a probe of a city have come to, for a person."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from bench import registries
from bench.city_load import Taken

_QUARTERS: Final = 4
Quarter: TypeAlias = Mapping[str, float]
"""`packages a second`, and by kind of package the medians of `KIND, intake` and `KIND, worker`: ms of the processor.

The intake asks the registry nothing: where both grow, it was the machine, and their ratio tells what the registry adds.
"""


def quarters(packages: Sequence[Taken]) -> list[Quarter]:
    """Return what the packages of each quarter of a load have cost, in their order."""
    size = -(-len(packages) // _QUARTERS)
    return [_quarter(packages[first : first + size]) for first in range(0, len(packages), size or 1)]


def _quarter(packages: Sequence[Taken]) -> Quarter:
    spent = sum(each.intake + each.worker for each in packages)
    found = {
        "packages a second": round(len(packages) / sum(each.wall for each in packages), 2),
        "packages a second of the processor": round(len(packages) / spent, 2),
    }
    for kind in dict.fromkeys(each.kind for each in packages):
        some = [each for each in packages if each.kind == kind]
        intake, worker = (statistics.median(getattr(each, step) for each in some) for step in ("intake", "worker"))
        found[f"{kind}, intake"] = round(intake * 1000, 1)
        found[f"{kind}, worker"] = round(worker * 1000, 1)
        found[f"{kind}, worker by intake"] = round(worker / intake, 1)
    return found


def text(found: Mapping[str, Any], database: str) -> str:
    """Return the counts, the quarters of the load and the ratios."""
    parts = [f"{each:<32}{found[each]:>12}" for each in ("bytes per account",) if each in found]
    parts += [_count(name, found["counts"].get(name, 0), wanted) for name, wanted in found.get("wanted", {}).items()]
    rows = dict.fromkeys(name for quarter in found.get("quarters", ()) for name in quarter)
    if rows:
        parts += ["", "ms of the processor a package, by quarter of the load:"]
    for name in rows:
        parts.append(f"{name:<36}" + "".join(f"{quarter.get(name, '–'):>10}" for quarter in found["quarters"]))
    return "\n".join(
        [*parts, "", registries.report({name: found[name] for name in ("load", "registry")}, "", database)]
    )


def _count(name: str, there: int, wanted: int) -> str:
    return f"{name:<32}{there:>12}" + ("" if there == wanted else f", but {wanted} were generated")
