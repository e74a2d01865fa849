"""How houses grow: time and memory by the number of premises, and a registry of a million objects beside an empty one.

`python bench/houses.py [--objects 1000000] [--database postgresql] [--sizes 30 100 … 9000] [--json]`. Ratios of
one run on one machine, where 1 is the ideal: the processor time and the memory of a step per premises, at the largest
size beside the one before (a quadratic step gives 3; the goals are 1.5 and, because buffers grow by doubling, 2), and a
full registry beside an empty one (1.5).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from bench import curve, house_rows, house_stand, registries  # noqa: E402  # after the path

_SIZES: Final = (30, 100, 300, 1000, 3000, 9000)
_HOUSE: Final = 100
"""Premises of the house that is imported into a full and into an empty registry."""


def _one(size: int) -> Mapping[str, float]:
    """Return seconds, and bytes at the highest, of each step in the life of a house."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        _life(gateway, 10, 0, {})  # what is loaded and compiled once belongs to nobody
        _life(gateway, size, 1, facts)
    return facts


def _life(gateway: house_stand.Gateway, size: int, seed: int, facts: dict[str, float]) -> None:
    created = house_stand.create(size, seed)
    address = house_stand.fias(created)
    made = _played(gateway, gateway.signed(created), "create", facts)
    changed = house_stand.update(address, house_stand.premises(made))
    _played(gateway, gateway.signed(changed), "update", facts)
    _played(gateway, gateway.signed(house_stand.export(address)), "export", facts)


def _played(gateway: house_stand.Gateway, message: bytes, name: str, facts: dict[str, float]) -> Any:
    if name == "export":  # a question is small, whatever the house is
        guid = gateway.take(message)
    else:
        guid = curve.measured(f"{name} intake", lambda: gateway.take(message), facts)
    curve.measured(f"{name} worker", gateway.work, facts)
    return gateway.result(guid)


def _registry(objects: int, database: str, rounds: int) -> registries.Ratios:
    """Return what an import and an export cost in an empty and in a full registry, taken in turns."""
    with registries.beside(database, lambda where: house_rows.fill(where, objects)) as places:
        first, second = (_visit(place.gateway) for place in places)
        return registries.compared(places, (first, second), rounds)


def _visit(gateway: house_stand.Gateway) -> registries.Visit:
    def messages(turn: int) -> Mapping[str, bytes]:
        created = house_stand.create(_HOUSE, turn)
        exported = house_stand.export(house_stand.fias(created))
        return {"import of a house of 100": gateway.signed(created), "export of it": gateway.signed(exported)}

    return messages


BENCH: Final = registries.Bench(
    __file__,
    __doc__ or "",
    "premises",
    _SIZES,
    ("objects", 1_000_000),
    _one,
    _registry,
)


if __name__ == "__main__":
    sys.exit(BENCH.main())
