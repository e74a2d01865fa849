"""One package more for a city: beside the same package for an empty registry, in turns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lxml import etree

from bench import city_load, house_stand
from bench.city_houses import FLATS, KINDS, YEAR, House
from bench.city_registry import Known
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.bills import requests as bills
from tests.unit.families.metering import requests as metering

_HOUSES: Final = 5
"""As many as fill a package of documents; there are devices enough for one of readings."""
_FIRST: Final = 90_000
"""Number of the first house that probes may add to a city; every probe has houses of its own."""
_LAST_DAYS: Final = f"<inputDateFrom>{YEAR}-11-01</inputDateFrom><inputDateTo>{YEAR}-12-31</inputDateTo>"

READINGS: Final = f"import of {city_load.READINGS} readings"
DOCUMENTS: Final = f"import of {city_load.DOCUMENTS} documents"
_HISTORY: Final = f"history of {FLATS * len(KINDS)} devices"
_EXPORT: Final = f"export of {city_load.DOCUMENTS} documents"
PATHS: Final = {
    READINGS: city_load.PATHS["readings"],
    _HISTORY: city_load.PATHS["readings"],
    DOCUMENTS: city_load.PATHS["documents"],
    _EXPORT: city_load.PATHS["documents"],
}
"""Of the services besides house management, by operation."""


class Visit:
    """Houses that a probe adds to a registry, with the months before behind them, and the packages of one more."""

    def __init__(self, gateway: house_stand.Gateway, seed: int, months: int) -> None:
        self._gateway = gateway
        self._load = city_load.Load(gateway)
        self._month = max(months, 2)
        known = Known(gateway)
        first = next(number for number in range(_FIRST, 100_000, _HOUSES) if not known.flats(House(seed, number)))
        self._block = [House(seed, first + count) for count in range(_HOUSES)]
        self._services = self._load.services()
        self._load.houses(self._block)
        for month in range(1, self._month):
            self._load.month(self._block, month, self._services)
        self._flats = known.flats(self._block[-1])
        self._documents = [each for house in self._block for each in known.document_ids(house, 1)]

    def messages(self, turn: int) -> Mapping[str, bytes]:
        """Return the signed messages of a round, by operation."""
        house = self._block[0].fias
        (_, readings), *_ = self._load.readings(self._block, self._month, turn)
        ((_, documents),) = self._load.documents(self._block, self._month, self._services, turn + 1)
        requests = {
            READINGS: readings,
            DOCUMENTS: documents,
            f"import of {FLATS} accounts": self._accounts(turn),
            f"export of a house of {FLATS} accounts": accounts.export("FIASHouseGuid", house),
            _HISTORY: metering.history(house, filters=_LAST_DAYS),
            _EXPORT: bills.export(*self._documents),
        }
        return {name: self._gateway.signed(etree.fromstring(request)) for name, request in requests.items()}

    def _accounts(self, turn: int) -> bytes:
        """Return the import of more accounts, in the last house: the first one stays as it is exported."""
        rows = zip(self._flats, self._block[-1].numbers(), strict=True)
        return accounts.accounts(
            *(
                accounts.account(
                    n, accounts.place("PremisesGUID", flat), number=f"{number}+{turn}", payer=accounts.PERSON
                )
                for n, (flat, number) in enumerate(rows)
            )
        )
