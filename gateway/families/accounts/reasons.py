"""On what an account rests (AccountReasons): what its import names, and what follows from who manages its houses.

An import can name contracts of supply, of social hire and on waste; it has no element for a contract of management or
a charter (AccountReasonsImportType). An export has one (AccountReasons of exportAccountResult): whoever has placed the
agreement need not say it again, so it is looked up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from gateway.families import api, basis, days, fields
from gateway.families.accounts import records
from gateway.families.agreements.kinds import KINDS
from storage.registry import Registry, Thing

ELEMENT: Final = "AccountReasons"
_GUID: Final = "ContractGUID"
_NAMED: Final = ("SupplyResourceContract", "SocialHireContract", "TKOContract")
_MANAGED: Final = "isUOAccount"
"""The kind of accounts that rest on the management of a house; others rest on contracts of their own."""


def named(content: fields.Fields) -> Iterator[tuple[str, str]]:
    """Yield where a contract is named by its GUID, and that GUID in lower case."""
    for name in _NAMED:
        for row in fields.rows(fields.block(content, ELEMENT), name):
            if _GUID in row:
                yield f"{ELEMENT}/{name}/{_GUID}", fields.text(row, _GUID).lower()


class Managements:
    """What agreements the accounts of one export rest on; a house is asked about once for each day."""

    def __init__(self, registry: Registry, today: dt.date) -> None:
        self._registry = registry
        self._today = today
        self._held: dict[tuple[str, dt.date], list[basis.Record]] = {}

    def written(self, thing: Thing, content: fields.Fields) -> fields.Fields:
        """Return the content of an account with the contract and the charter by which its provider manages it.

        They are those that hold today, for a closed account on its last day, and in all houses of the account.
        """
        found = self._found(thing) if _MANAGED in content else {}
        return {**content, ELEMENT: {**fields.block(content, ELEMENT), **found}} if found else content

    def _found(self, thing: Thing) -> dict[str, api.Data]:
        closed = records.closed_on(thing)
        day = days.day(closed) if closed else self._today
        provider = records.provider(thing)
        held = [
            {(each.kind, each.agreement) for each in self._holders(house, day) if each.organisation == provider}
            for house in records.houses(thing)
        ]
        common = dict(set.intersection(*held)) if held else {}
        return {kind.exported: {kind.root: common[kind.name]} for kind in KINDS if kind.name in common}

    def _holders(self, house: str, day: dt.date) -> list[basis.Record]:
        if (house, day) not in self._held:
            self._held[house, day] = basis.holders(self._registry, house, day)
        return self._held[house, day]
