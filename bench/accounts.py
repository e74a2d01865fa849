"""How accounts grow: time and memory by the size of a package, and a registry of a million beside an empty one.

`python bench/accounts.py [--accounts 1000000] [--database postgresql] [--sizes 1 10 100 300 1000] [--json]`. Ratios of
one run on one machine: the processor time and the memory of a step per account, at the largest size beside the one
before (the goals are 1.5 and, because buffers grow by doubling, 2), and a full registry beside an empty one (1.5).
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from lxml import etree  # noqa: E402  # after the path

from bench import account_rows, curve, house_stand, registries  # noqa: E402
from gateway import wire  # noqa: E402
from tests.unit.families.accounts import requests  # noqa: E402

IMPORTED: Final = 100
"""Accounts of one import: the most that the contract allows."""
_FLATS: Final = 100
_HM: Final = f"{{{wire.ROOT}house-management/}}"


class House:
    """A house with flats, and the messages about its accounts."""

    def __init__(self, gateway: house_stand.Gateway, count: int) -> None:
        self._gateway = gateway
        self._fias = f"{count:08x}-0000-4000-8000-000000000001"
        made = self._play(requests.house(self._fias, flats=_FLATS))
        self._flats = itertools.cycle(_guids(made)[1:])
        self._numbers = itertools.count(1)
        self._prefix = f"{count}-"
        self.accounts: list[str] = []
        """AccountGUIDs."""
        self.unified: list[str] = []
        """Their ЕЛС."""

    def fill(self, accounts: int) -> None:
        """Open that many accounts."""
        while len(self.accounts) < accounts:
            self.take_in(self._gateway.result(self._done(self.opening(min(IMPORTED, accounts - len(self.accounts))))))

    def take_in(self, made: etree._Element) -> None:
        """Remember what an import has opened."""
        self.accounts += _guids(made)
        self.unified += [str(each.text) for each in made.iter("{*}UnifiedAccountNumber")]

    def opening(self, accounts: int) -> bytes:
        """Return the import of more accounts."""
        rows = [
            requests.account(
                n,
                requests.place("PremisesGUID", next(self._flats)),
                number=f"{self._prefix}{n}",
                payer=requests.PERSON,
                said="<TotalSquare>54.2</TotalSquare>",
            )
            for n in itertools.islice(self._numbers, accounts)
        ]
        return self._signed(requests.accounts(*rows))

    def whole(self) -> bytes:
        """Return the export of the house."""
        return self._signed(requests.export("FIASHouseGuid", self._fias))

    def named(self, element: str, values: list[str]) -> bytes:
        """Return the export of named accounts."""
        return self._signed(requests.export(element, *values))

    def _play(self, request: bytes) -> etree._Element:
        return self._gateway.result(self._done(self._signed(request)))

    def _done(self, message: bytes) -> str:
        guid = self._gateway.take(message)
        self._gateway.work()
        return guid

    def _signed(self, request: bytes) -> bytes:
        return self._gateway.signed(etree.fromstring(request))


def _guids(made: etree._Element) -> list[str]:
    return [str(each.findtext(wire.base("GUID"))) for each in made.iter(f"{_HM}CommonResult")]


def _one(size: int) -> Mapping[str, float]:
    """Return what importing (up to the contract's limit) and exporting this many accounts costs."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        _life(gateway, House(gateway, 1), IMPORTED, {})  # what is loaded and compiled once belongs to nobody
        _life(gateway, House(gateway, 2), size, facts)
    return facts


def _life(gateway: house_stand.Gateway, house: House, size: int, facts: dict[str, float]) -> None:
    if size <= IMPORTED:
        message = house.opening(size)
        guid = curve.measured("import, intake", lambda: gateway.take(message), facts)
        curve.measured("import, worker", gateway.work, facts)
        house.take_in(gateway.result(guid))
    else:
        house.fill(size)
    guid = gateway.take(house.whole())
    curve.measured("export, worker", gateway.work, facts)
    gateway.result(guid)


def _registry(accounts: int, database: str, rounds: int) -> registries.Ratios:
    """Return what an import and exports cost in an empty and in a full registry, taken in turns."""
    with registries.beside(database, lambda where: account_rows.fill(where, accounts)) as places:
        first, second = (_visit(place.gateway) for place in places)
        return registries.compared(places, (first, second), rounds)


def _visit(gateway: house_stand.Gateway) -> registries.Visit:
    large, small, growing = (House(gateway, count) for count in (1, 2, 3))
    large.fill(1000)
    small.fill(100)
    return lambda _: {
        "import of 100": growing.opening(IMPORTED),
        "export of a house of 100": small.whole(),
        "export of a house of 1 000": large.whole(),
        "export of 1 000 by GUID": large.named("AccountGUID", large.accounts),
        "export of 1 000 by ЕЛС": large.named("UnifiedAccountNumber", large.unified),
    }


BENCH: Final = registries.Bench(
    __file__,
    __doc__ or "",
    "account",
    (1, 10, 100, 300, 1000),
    ("accounts", 1_000_000),
    _one,
    _registry,
)


if __name__ == "__main__":
    sys.exit(BENCH.main())
