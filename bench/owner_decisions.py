"""How owners' decisions grow: time and memory by the size of a package, and a meeting that has many already.

`python bench/owner_decisions.py [--decisions 50000] [--database postgresql] [--sizes 1 100 1000 3000 10000] [--json]`.
Ratios of one run on one machine: the processor time and the memory of a step per decision, at the largest size beside
the one before (the goals are 1.5 and 2), and a package of a thousand decisions for a meeting that has so many of them
already, beside the same for a meeting without any (1.5). Votes given in the system are measured: they need no files.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it runs as a script too

from lxml import etree  # noqa: E402  # after the path

from bench import curve, house_stand, registries  # noqa: E402
from gateway import wire  # noqa: E402
from storage import database as databases  # noqa: E402
from tests.unit.families.accounts import requests as houses  # noqa: E402
from tests.unit.families.voting import requests  # noqa: E402

MOST: Final = 10_000
"""Decisions of one package: the most that the contract allows."""
NAMED: Final = 1000
"""Decisions that one export may name."""
_PACKAGE: Final = 1000
_AREA: Final = "99999999"
"""Square metres of a house in which everybody has one."""
_DIGITAL: Final = "<IsDigitalDecision>true</IsDigitalDecision>"


class Meeting:
    """A house that votes, and the packages of its owners' decisions."""

    def __init__(self, gateway: house_stand.Gateway, count: int) -> None:
        self._gateway = gateway
        self._owners = 0
        fias = f"{count:08x}-0000-4000-8000-000000000003"
        house = houses.house(fias, flats=1).replace(b"<TotalSquare>900<", f"<TotalSquare>{_AREA}<".encode())
        self._played(house)
        asked = requests.message(1, requests.system(), mode=requests.OPERATIVE)
        (result,) = self._played(asked.replace(houses.FIAS.encode(), fias.encode()))
        self._message = str(result.findtext(wire.base("GUID")))
        self._voting = str(result.findtext(".//{*}VotingGUID"))

    def decisions(self, size: int) -> bytes:
        """Return a package with decisions of so many other owners."""
        first, self._owners = self._owners, self._owners + size
        return self._package(dict.fromkeys(range(first, first + size)))

    def changed(self, roots: Sequence[str]) -> bytes:
        """Return a package in which the first owners decide otherwise."""
        return self._package(dict(enumerate(roots)))

    def all(self) -> bytes:
        """Return the export of every decision of the meeting."""
        return self._signed(requests.export_decisions(("VotingGUID", self._voting)))

    def named(self, roots: Sequence[str]) -> bytes:
        """Return the export of these decisions."""
        return self._signed(requests.export_decisions(*(("RootOwnerDecisionGUID", root) for root in roots)))

    def live(self, size: int) -> None:
        """Let so many owners decide."""
        for first in range(0, size, MOST):
            guid = self._gateway.take(self.decisions(min(MOST, size - first)))
            self._gateway.work()
            self._gateway.result(guid)

    def _package(self, roots: Mapping[int, str | None]) -> bytes:
        made = (
            requests.decision(
                10_000 + n,
                self._message,
                requests.owned(f"50-50/001/{n}", flat=str(n), area="1"),
                root=root,
                answer="Against" if root else "Agree",
                files=_DIGITAL,
            )
            for n, root in roots.items()
        )
        return self._signed(requests.decisions(*made))

    def _signed(self, request: bytes) -> bytes:
        return self._gateway.signed(etree.fromstring(request, etree.XMLParser(huge_tree=True)))

    def _played(self, request: bytes) -> list[etree._Element]:
        guid = self._gateway.take(self._signed(request))
        self._gateway.work()
        return list(self._gateway.result(guid).iter("{*}CommonResult"))


def _one(size: int) -> Mapping[str, float]:
    """Return what so many decisions cost: placed, changed, and exported in both ways."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        _life(gateway, Meeting(gateway, 1), 1, {})  # what is loaded and compiled once belongs to nobody
        _life(gateway, Meeting(gateway, 2), size, facts)
    return facts


def _life(gateway: house_stand.Gateway, meeting: Meeting, size: int, facts: dict[str, float]) -> None:
    placed = _step(gateway, "placed", meeting.decisions(size), facts)
    roots = [str(each.findtext(wire.base("GUID"))) for each in placed.iter("{*}CommonResult")]
    _step(gateway, "changed", meeting.changed(roots), facts)
    _step(gateway, "export of all", meeting.all(), facts)
    if size <= NAMED:
        _step(gateway, "export by GUID", meeting.named(roots), facts)


def _step(gateway: house_stand.Gateway, name: str, message: bytes, facts: dict[str, float]) -> etree._Element:
    guid = curve.measured(f"{name}, intake", lambda: gateway.take(message), facts)
    curve.measured(f"{name}, worker", gateway.work, facts)
    return gateway.result(guid)


def _meeting(decisions: int, database: str, rounds: int) -> registries.Ratios:
    """Return what a package costs a meeting without decisions and one with many, taken in turns."""
    with registries.beside(database, _nothing) as places:
        meetings = [Meeting(place.gateway, 1) for place in places]
        meetings[1].live(decisions)
        first, second = (
            lambda _, meeting=meeting: {f"{_PACKAGE} decisions": meeting.decisions(_PACKAGE)} for meeting in meetings
        )
        return registries.compared(places, (first, second), rounds)


def _nothing(_: databases.Database) -> None:
    """Leave the registry empty: the meeting itself is what is full, and its decisions come by packages."""


BENCH: Final = registries.Bench(
    __file__,
    __doc__ or "",
    "decision",
    (1, 100, 1000, 3000, MOST),
    ("decisions", 50_000),
    _one,
    _meeting,
)


if __name__ == "__main__":
    sys.exit(BENCH.main())
