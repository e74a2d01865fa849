"""A city taken in through the SOAP door: package after package, going on where an earlier load has stopped.

What was done already is asked of the registry itself. Ten houses go through their whole year before the next ten begin,
so every part of the load does the same work, and a registry that becomes slower by growing shows it.
"""

from __future__ import annotations

import csv
import dataclasses
import itertools
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

from lxml import etree

from bench import city_registry, house_stand, processor
from bench.city_houses import FLATS, KINDS, SERVICES, YEAR, House
from tests.unit.families.bills import requests as bills
from tests.unit.families.metering import requests as metering

READINGS: Final = 1000
"""Devices of one package: the most that the contract allows."""
DOCUMENTS: Final = 500
"""Payment documents of one package: the most that the contract allows."""
PATHS: Final = {
    "services": "/ext-bus-nsi-service/services/NsiAsync",
    "readings": "/ext-bus-device-metering-service/services/DeviceMeteringAsync",
    "documents": "/ext-bus-bills-service/services/BillsAsync",
}
"""Of the services besides house management, by the kind of package."""
_BLOCK: Final = 10
"""Houses that go through their year together; they fill packages of readings and documents whole."""
SECONDS: Final = 20
"""Between two lines that tell how far a load is."""
_Each = TypeVar("_Each")


@dataclasses.dataclass(frozen=True, slots=True)
class City:
    """How large a city is."""

    accounts: int
    months: int
    seed: int

    def houses(self) -> list[House]:
        """Return its houses; the last one may have fewer flats."""
        whole, rest = divmod(self.accounts, FLATS)
        sizes = [FLATS] * whole + [rest] * bool(rest)
        return [House(self.seed, number, size) for number, size in enumerate(sizes)]

    def blocks(self) -> Iterator[list[House]]:
        """Yield the houses that go through their year together."""
        return batches(self.houses(), _BLOCK)

    @property
    def counts(self) -> dict[str, int]:
        """What there is of it after its months."""
        devices = len(KINDS) * self.accounts
        each = {"accounts": self.accounts, "devices": devices}
        return {**each, "readings": devices * self.months, "documents": self.accounts * self.months}

    @property
    def packages(self) -> int:
        """How many packages it takes."""
        return 1 + sum(
            len(block) * (3 + len(KINDS))
            + self.months * (-(-devices // READINGS) + -(-devices // len(KINDS) // DOCUMENTS))
            for block in self.blocks()
            for devices in [len(KINDS) * sum(house.flats for house in block)]
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Taken:
    """What a package of a load has cost."""

    kind: str
    intake: float
    """Seconds of the processor."""
    worker: float
    """Seconds of the processor, with those of the backends of PostgreSQL."""
    wall: float
    """Seconds from its arrival to its result."""


class Load:
    """Takes a city into a gateway; what every package has cost is noted in a file, for those who go on later."""

    def __init__(self, gateway: house_stand.Gateway, database: str = "", notes: Path | None = None) -> None:
        """`database` is the name of the PostgreSQL database, empty for SQLite; without a file nothing is noted."""
        self._gateway = gateway
        self._registry = city_registry.Known(gateway)
        self._database = database
        self._notes = notes
        self._done = 0
        self._said = self._began = time.monotonic()

    def take_in(self, city: City) -> None:
        """Take in whatever of the city is not there yet."""
        self._gateway.drain()
        services = self.services()
        for count, block in enumerate(city.blocks(), 1):
            if self._registry.has_documents(block[-1], city.months):
                continue
            self.houses(block)
            for month in range(1, city.months + 1):
                self.month(block, month, services)
                self._tell(f"block {count}, month {month}", city.packages)

    def services(self) -> list[str]:
        """Return the GUIDs of the municipal services of the organisation, placed where there are none."""
        if not self._registry.services():
            self._play("services", bills.own_municipal_services(*SERVICES))
        return self._registry.services()

    def houses(self, block: Sequence[House]) -> None:
        """Place houses with agreement, accounts and devices, as far as they are not there."""
        known = self._registry
        for house in block:
            if not known.flats(house):
                self._play("house", house.premises())
            if not known.is_managed(house):
                self._play("agreement", house.agreement())
            if not known.accounts(house):
                self._play("accounts", house.accounts(known.flats(house)))
            devices = known.devices(house)
            for kind in (kind for kind in KINDS if not devices[kind]):
                self._play("devices", house.devices(kind, known.flats(house), known.accounts(house)))

    def month(self, block: Sequence[House], month: int, services: Sequence[str]) -> None:
        """Take in the readings and the documents of a month, as far as they are not there."""
        for root, package in self.readings(block, month):
            if not self._registry.has_reading(root, month):
                self._play("readings", package)
        for account, package in self.documents(block, month, services):
            if not self._registry.has_document(account, month):
                self._play("documents", package)

    def readings(self, block: Sequence[House], month: int, turn: int = 0) -> Iterator[tuple[str, bytes]]:
        """Yield the packages of a month's readings, each with its first device."""
        rows = []
        for house in block:
            devices = self._registry.devices(house)
            roots = [root for kind in KINDS for root in devices[kind]]
            rows += zip(roots, house.readings(month, devices, turn), strict=True)
        for some in batches(rows, READINGS):
            yield some[0][0], metering.values(*(said for _, said in some))

    def documents(
        self, block: Sequence[House], month: int, services: Sequence[str], turn: int = 0
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the packages of a month's documents, each with its first account."""
        rows = []
        for house in block:
            accounts = self._registry.accounts(house)
            rows += zip(accounts, house.documents(month, accounts, services, turn), strict=True)
        for some in batches(rows, DOCUMENTS):
            yield some[0][0], bills.documents(*(said for _, said in some), month=month, year=YEAR)

    def _play(self, kind: str, request: bytes) -> None:
        message, began = self._gateway.signed(etree.fromstring(request)), time.monotonic()
        taken: list[str] = []
        intake = processor.seconds(lambda: taken.append(self._gateway.take(message, PATHS.get(kind, ""))))
        worker = processor.seconds(self._gateway.work, self._database)
        self._gateway.result(taken[0])
        self._done += 1
        if self._notes is not None:
            with self._notes.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(dataclasses.astuple(Taken(kind, intake, worker, time.monotonic() - began)))

    def _tell(self, where: str, packages: int) -> None:
        now = time.monotonic()
        if now - self._said < SECONDS:
            return
        self._said = now
        rate = self._done / (now - self._began)
        left = packages - (len(noted(self._notes)) if self._notes else self._done)
        line = f"{where}: {rate:.2f} packages a second, {left} packages and {left / rate / 60:.0f} minutes left"
        print(line, file=sys.stderr, flush=True)


def noted(notes: Path) -> list[Taken]:
    """Return what the packages of a load, and of those before it in this city, have cost."""
    if not notes.exists():
        return []
    with notes.open(newline="", encoding="utf-8") as file:
        return [
            Taken(kind, float(intake), float(worker), float(wall)) for kind, intake, worker, wall in csv.reader(file)
        ]


def batches(values: Iterable[_Each], size: int) -> Iterator[list[_Each]]:
    """Yield lists of so many, the last of fewer."""
    left = iter(values)
    while some := list(itertools.islice(left, size)):
        yield some
