"""What a registry has of a generated city: where a load goes on, and whether all of it is there in the end."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import sqlalchemy as sa

from bench import house_stand
from bench.city_houses import KINDS, SERVICES, YEAR, House
from gateway.families import basis
from gateway.families.accounts import records as accounts
from gateway.families.bills import records as bills
from gateway.families.houses import kinds as house_kinds
from gateway.families.houses import storing
from gateway.families.metering import readings, resources
from gateway.families.metering import records as metering
from gateway.families.nsi import own
from storage import numbers, tables
from storage.registry import Registry

_MUNICIPAL: Final = 51
"""The dictionary of the municipal services of an organisation."""


class Known:
    """What the registry of a gateway has of a city, as it is at each question."""

    def __init__(self, gateway: house_stand.Gateway) -> None:
        self._organisation = gateway.organisation
        self._database = gateway.installation.database
        self._numbers = numbers.Numbers(self._database)

    def services(self) -> list[str]:
        """Return the GUIDs of the municipal services of the organisation; empty where it has none."""
        with self._registry() as registry:
            found = own.Own(registry, self._organisation)
            return [item.guid for code in SERVICES if (item := found.item(_MUNICIPAL, code))]

    def flats(self, house: House) -> list[str]:
        """Return the PremisesGUIDs of a house in the order of their numbers; empty where there is no house."""
        with self._registry() as registry:
            found = registry.load(storing.aggregate(house.fias))
        flats = [each for each in found if each.kind == house_kinds.RESIDENTIAL.name]
        return [each.id for each in sorted(flats, key=lambda each: int(each.data["PremisesNum"]))]

    def is_managed(self, house: House) -> bool:
        """Return whether there is an agreement about a house."""
        with self._registry() as registry:
            return any(basis.records(registry, house.fias))

    def accounts(self, house: House) -> list[str]:
        """Return the AccountGUIDs of the generated accounts of a house, in the order of their numbers."""
        with self._registry() as registry:
            found = registry.linked(accounts.ACCOUNT, [accounts.house_link(house.fias)])
        by_number = {accounts.public(each)["AccountNumber"]: each.id for each in found}
        return [by_number[number] for number in house.numbers() if number in by_number]

    def devices(self, house: House) -> Mapping[str, list[str]]:
        """Return the root GUIDs of the devices of a house by kind, as they were placed."""
        found: dict[str, list[str]] = {kind: [] for kind in KINDS}
        with self._registry() as registry:
            for each in registry.linked(metering.DEVICE, [metering.house_link(house.fias)]):
                is_electric = each.data["counts"] == resources.ELECTRIC
                found["electric" if is_electric else next(iter(each.data["resources"]))].append(each.id)
        return found

    def has_reading(self, root: str, month: int) -> bool:
        """Return whether a device has a reading of a month."""
        return self.readings([root], month) == 1

    def readings(self, roots: Iterable[str], *months: int) -> int:
        """Return how many readings devices have of months."""
        with self._registry() as registry:
            found = registry.get_all(readings.id_of(root, YEAR) for root in roots).values()
        wanted = {period(month) for month in months}
        return sum(len(wanted & each.data.get(readings.CURRENT, {}).keys()) for each in found)

    def has_document(self, account: str, month: int) -> bool:
        """Return whether an account has a document for a month."""
        return self._hanging(bills.DOCUMENT, [bills.account_link(account, period(month))]) > 0

    def has_documents(self, house: House, month: int) -> bool:
        """Return whether the accounts of a house have documents for a month."""
        return self._hanging(bills.DOCUMENT, [bills.house_link(house.fias, period(month))]) > 0

    def document_ids(self, house: House, month: int) -> list[str]:
        """Return the PaymentDocumentIDs of a house in a month."""
        with self._registry() as registry:
            found = registry.linked(bills.DOCUMENT, [bills.house_link(house.fias, period(month))])
        return [bills.document_id(each) for each in found]

    def counts(self, houses: Iterable[House], months: int) -> dict[str, int]:
        """Return how many accounts, devices, readings and documents of houses there are."""
        counts = dict.fromkeys(("accounts", "devices", "readings", "documents"), 0)
        periods = [period(month) for month in range(1, months + 1)]
        for house in houses:
            devices = [root for roots in self.devices(house).values() for root in roots]
            counts["accounts"] += len(self.accounts(house))
            counts["devices"] += len(devices)
            counts["readings"] += self.readings(devices, *range(1, months + 1))
            links = [bills.house_link(house.fias, each) for each in periods]
            counts["documents"] += self._hanging(bills.DOCUMENT, links)
        return counts

    def objects(self) -> dict[str, int]:
        """Return how many objects of every kind that belongs to houses there are, with their versions and bytes."""
        thing = tables.registry_object.c
        told = (sa.func.count(), sa.func.sum(thing.version), sa.func.sum(sa.func.length(thing.data)))
        with self._database.read() as connection:
            rows = connection.execute(sa.select(thing.kind, *told).where(thing.kind != own.ENTRY).group_by(thing.kind))
            return {
                f"{kind} {name}": int(each)
                for kind, *sums in rows
                for name, each in zip(("objects", "versions", "characters"), sums, strict=True)
            }

    def bytes(self) -> int:
        """Return how large the database is, with its journal."""
        with self._database.read() as connection:
            if self._database.is_sqlite:
                pages, size = (
                    connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("page_count", "page_size")
                )
                return int(pages or 0) * int(size or 0)
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar() or 0)

    def _hanging(self, kind: str, links: Iterable[str]) -> int:
        link = tables.registry_link.c
        with self._database.read() as connection:
            return int(
                connection.execute(
                    sa.select(sa.func.count()).where(link.link.in_(list(links)), link.kind == kind)
                ).scalar()
                or 0
            )

    @contextlib.contextmanager
    def _registry(self) -> Iterator[Registry]:
        with self._database.read() as connection:
            yield Registry(connection, self._numbers)


def period(month: int) -> str:
    """Return a month of the year as families keep it."""
    return f"{YEAR}-{month:02}"
