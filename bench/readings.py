"""How readings grow: time and memory by the size of a package, and a registry of a whole city beside an empty one.

`python bench/readings.py [--devices 600000] [--database postgresql] [--sizes 1 10 100 300 1000] [--json]`. Ratios of
one run on one machine: the processor time and the memory of a step per reading, at the largest size beside the one
before (the goals are 1.5 and 2), and a package of a thousand readings in a registry of so many devices with a year of
readings each, for devices that have eleven months of readings themselves, beside the same in an empty registry (1.5).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from lxml import etree  # noqa: E402  # after the path

from bench import curve, house_stand, reading_rows, registries  # noqa: E402
from gateway import wire  # noqa: E402
from tests.unit.families.accounts import requests as accounts  # noqa: E402
from tests.unit.families.metering import requests  # noqa: E402

READINGS: Final = 1000
"""Devices of one package: the most that the contract allows."""
PATH: Final = "/ext-bus-device-metering-service/services/DeviceMeteringAsync"
_PACKAGE: Final = f"{READINGS} readings"
_DEVICES: Final = 100
"""Devices of one import: the most that the contract allows."""


class City:
    """A house with an account and devices, and the packages of their readings."""

    def __init__(self, gateway: house_stand.Gateway, count: int, devices: int) -> None:
        self._gateway = gateway
        self._turn = 0
        flat = self._played(accounts.house(f"{count:08x}-0000-4000-8000-000000000002", flats=1))[1]
        (account,) = self._played(accounts.accounts(accounts.account(1, accounts.place("PremisesGUID", flat))))
        place = requests.flat_device(flat, of=(account,))
        self._roots: list[str] = []
        while len(self._roots) < devices:
            few = range(min(_DEVICES, devices - len(self._roots)))
            made = (requests.create(n, requests.whole(place, number=str(n))) for n in few)
            self._roots += self._played(requests.devices(*made))

    def month(self, number: int) -> bytes:
        """Return a package with a reading of every device for a month of 2025, another one at every call."""
        self._turn += 1
        day = f"2025-{number:02}-01"
        rows = (
            requests.values_of(root, requests.current(n, f"{100 * number + self._turn}.5", day=day))
            for n, root in enumerate(self._roots)
        )
        return self._gateway.signed(etree.fromstring(requests.values(*rows)))

    def live(self, months: int) -> None:
        """Let so many months go by."""
        for number in range(1, months + 1):
            guid = self._gateway.take(self.month(number), PATH)
            self._gateway.work()
            self._gateway.result(guid)

    def _played(self, request: bytes) -> list[str]:
        guid = self._gateway.take(self._gateway.signed(etree.fromstring(request)))
        self._gateway.work()
        made = self._gateway.result(guid).iter("{*}CommonResult")
        return [str(each.findtext(wire.base("GUID"))) for each in made]


def _one(size: int) -> Mapping[str, float]:
    """Return what a package of readings costs: the first ones of a year, those of the next month, the same again."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        _life(gateway, City(gateway, 1, _DEVICES), {})  # what is loaded and compiled once belongs to nobody
        _life(gateway, City(gateway, 2, size), facts)
    return facts


def _life(gateway: house_stand.Gateway, city: City, facts: dict[str, float]) -> None:
    for number, name in ((1, "first of a year"), (2, "next month"), (2, "overwritten")):
        message = city.month(number)
        guid = curve.measured(f"{name}, intake", lambda message=message: gateway.take(message, PATH), facts)  # type: ignore[misc]
        curve.measured(f"{name}, worker", gateway.work, facts)
        gateway.result(guid)


def _registry(devices: int, database: str, rounds: int) -> registries.Ratios:
    """Return what a package of readings costs in an empty and in a full registry, taken in turns."""
    with registries.beside(database, lambda where: reading_rows.fill(where, devices)) as places:
        cities = [City(place.gateway, 1, READINGS) for place in places]
        cities[1].live(11)
        for place in places:
            place.paths = {_PACKAGE: PATH}
        first, second = (lambda _, city=city: {_PACKAGE: city.month(12)} for city in cities)
        return registries.compared(places, (first, second), rounds)


BENCH: Final = registries.Bench(
    __file__,
    __doc__ or "",
    "reading",
    (1, 10, 100, 300, 1000),
    ("devices", 600_000),
    _one,
    _registry,
)


if __name__ == "__main__":
    sys.exit(BENCH.main())
