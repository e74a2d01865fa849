"""How payment documents grow: time and memory by the size of a package of documents, withdrawals, and an export.

`python bench/bills.py [--sizes 1 10 100 250 500 1000] [--json]`. Ratios of one run on one machine: the processor time
and the memory of a step per document, at the largest size beside the one before (the goals are 1.5 and 2). Each
document is for another account, charges for housing and for cold water by the agreement of the house, and tells its
sums.
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
from tests.unit.families.accounts import requests as accounts  # noqa: E402
from tests.unit.families.agreements import requests as agreements  # noqa: E402
from tests.unit.families.bills import requests  # noqa: E402

PATH: Final = "/ext-bus-bills-service/services/BillsAsync"
NSI: Final = "/ext-bus-nsi-service/services/NsiAsync"
DOCUMENTS: Final = 500
"""Documents of one package: the most that the contract allows."""
_ACCOUNTS: Final = 100
"""Accounts of one import: the most that the contract allows."""
_TOTALS: Final = (
    "<TotalPayableByChargeInfo>1453.00</TotalPayableByChargeInfo><TotalPayableByPD>1453.00</TotalPayableByPD>"
)


class House:
    """A managed house with accounts, and the packages of their documents."""

    def __init__(self, gateway: house_stand.Gateway, count: int, size: int, water: str) -> None:
        """`water` is the GUID of the one municipal service of the organisation."""
        self._gateway = gateway
        self._count = count
        self._water = water
        fias = f"{count:08x}-0000-4000-8000-000000000003"
        flat = played(gateway, accounts.house(fias, flats=1))[1]
        played(gateway, agreements.place(agreements.house(101, fias, services=agreements.service())))
        self._accounts: list[str] = []
        while len(self._accounts) < size:
            few = range(min(_ACCOUNTS, size - len(self._accounts)))
            opened = (accounts.account(n, accounts.place("PremisesGUID", flat)) for n in few)
            self._accounts += played(gateway, accounts.accounts(*opened))

    def packages(self) -> list[bytes]:
        """Return the packages that place a document for every account."""
        charges = (requests.charge(), self._cold_water())
        made = [
            requests.document(10_000 + n, *charges, of=guid, number=f"{self._count}-{n}", totals=_TOTALS)
            for n, guid in enumerate(self._accounts)
        ]
        some = (made[n : n + DOCUMENTS] for n in range(0, len(made), DOCUMENTS))
        return [self._signed(requests.documents(*each)) for each in some]

    def export(self, document_ids: Sequence[str]) -> bytes:
        """Return the export of documents."""
        return self._signed(requests.export(*document_ids))

    def withdrawal(self, document_ids: Sequence[str]) -> bytes:
        """Return the package that withdraws documents."""
        return self._signed(requests.withdrawals(*document_ids, first=20_000))

    def _cold_water(self) -> str:
        reference = f"<n:Code>1</n:Code><n:GUID>{self._water}</n:GUID>"
        used = requests.consumption("10")
        said = requests.service(
            reference,
            rate="45.3",
            total="453.00",
            said="<AccountingPeriodTotal>453.00</AccountingPeriodTotal>",
            more=used,
        )
        return requests.charge(said, "MunicipalService")

    def _signed(self, request: bytes) -> bytes:
        return self._gateway.signed(etree.fromstring(request))


def played(gateway: house_stand.Gateway, request: bytes, path: str = "") -> list[str]:
    """Let a package be executed; return the GUIDs of what it has made."""
    guid = gateway.take(gateway.signed(etree.fromstring(request)), path)
    gateway.work()
    return [str(each.text) for each in gateway.result(guid).iter(wire.base("GUID"))]


def _one(size: int) -> Mapping[str, float]:
    """Return what documents cost that are placed, exported and withdrawn."""
    facts: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="hcs-bench-") as folder, house_stand.Gateway(Path(folder)) as gateway:
        (water,) = played(gateway, requests.own_municipal_services("1"), NSI)
        _life(gateway, House(gateway, 1, _ACCOUNTS, water), {})  # what is loaded and compiled once belongs to nobody
        _life(gateway, House(gateway, 2, size, water), facts)
    return facts


def _life(gateway: house_stand.Gateway, house: House, facts: dict[str, float]) -> None:
    packages = house.packages()
    # The contract has no package of more: two of them are there to be exported and withdrawn.
    results = [_measured(gateway, "place", each, facts if len(packages) == 1 else {}) for each in packages]
    document_ids = [str(each.text) for result in results for each in result.iter(wire.base("UniqueNumber"))]
    _measured(gateway, "export", house.export(document_ids), facts)
    _measured(gateway, "withdraw", house.withdrawal(document_ids), facts)


def _measured(gateway: house_stand.Gateway, name: str, message: bytes, facts: dict[str, float]) -> etree._Element:
    guid = curve.measured(f"{name}, intake", lambda: gateway.take(message, PATH), facts)
    curve.measured(f"{name}, worker", gateway.work, facts)
    return gateway.result(guid)


BENCH: Final = registries.Bench(__file__, __doc__ or "", "document", (1, 10, 100, 250, 500, 1000), None, _one)


if __name__ == "__main__":
    sys.exit(BENCH.main())
