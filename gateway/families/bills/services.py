"""What a document charges for: its services, wherever the contract has them stand (annotations of ServiceType)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from gateway.families import fields
from gateway.families.bills import request
from gateway.families.fields import Fields

HOUSING: Final = "HousingService"
ADDITIONAL: Final = "AdditionalService"
MUNICIPAL: Final = "MunicipalService"
MUNICIPAL_KIND: Final = "TypeMunicipalService"
RESOURCE: Final = "MunicipalResource"
MAIN_RESOURCE: Final = "GeneralMunicipalResource"
PENALTIES: Final = "PenaltiesAndCourtCosts"
OVERHAUL: Final = "CapitalRepairCharge"
OVERHAUL_YEAR: Final = "CapitalRepairYearCharge"
OVERHAUL_MONTH: Final = "CapitalRepairMonthlyCharge"
INSURANCE: Final = "Insurance"
OVERHAUL_DEBT: Final = "CapitalRepairDebt"

DICTIONARIES: Final = {
    HOUSING: 50,
    ADDITIONAL: 1,
    MUNICIPAL: 51,
    MUNICIPAL_KIND: 3,
    RESOURCE: 2,
    MAIN_RESOURCE: 337,
    PENALTIES: 329,
}
"""Registry numbers of the dictionaries that ServiceType is from; the others have none."""
CHARGED: Final = frozenset((HOUSING, ADDITIONAL, MUNICIPAL, OVERHAUL, OVERHAUL_MONTH, INSURANCE, OVERHAUL_DEBT))
"""What the total of the services adds up."""
PAID_TO: Final = frozenset((*CHARGED - {OVERHAUL_MONTH}, OVERHAUL_YEAR, PENALTIES))
"""What may name payment details of its own."""
_PARTS: Final = frozenset((RESOURCE, MAIN_RESOURCE))
_SERVICES: Final = frozenset((*CHARGED, *PAID_TO, MUNICIPAL_KIND, *_PARTS))
_AROUND: Final = ("ChargeInfo", "ChargeDebt", "GroupMunicipalService")


@dataclasses.dataclass(frozen=True, slots=True)
class Service:
    """One service, resource, overhaul, insurance or penalty of a document, of one month where it tells months."""

    element: str
    """The element that holds it."""
    where: str
    """Where it stands, as people read it: `ChargeInfo/HousingService 1`."""
    content: Fields
    above: tuple[str, ...]
    """Identity of what it is a part of; empty where it is nothing's."""
    payee: str
    """Payment details that it names, itself or by what it is a part of; empty where none."""

    @property
    def code(self) -> str:
        """The code of its ServiceType; empty where it has none."""
        return fields.item_code(self.content, "ServiceType")

    @property
    def contractor(self) -> str:
        """The orgPPAGUID of who gives it, lower case; empty where it is not said."""
        return fields.text(self.content, "orgPPAGUID").lower()

    @property
    def is_part(self) -> bool:
        """Whether it is a resource, whose contractor is that of its service where nothing else is said."""
        return self.element in _PARTS

    @property
    def identity(self) -> tuple[str, ...]:
        """What no other service of a document is: of the same kind, contractor and month."""
        month = (fields.text(self.content, "Year"), fields.text(self.content, "Month"))
        return (self.element, *self.above, self.code, self.contractor, *map(_number, month))


def is_debt(content: Fields) -> bool:
    """Return whether a document is one of debts, and not of the current charges of its month."""
    return "ChargeDebt" in content or OVERHAUL_DEBT in content


def services(content: Fields) -> list[Service]:
    """Return everything that a document charges for, in its order."""
    return list(_inside(content, "", (), ""))


def _inside(content: Fields, path: str, above: tuple[str, ...], payee: str) -> Iterator[Service]:
    for name in content:
        where = f"{path}/{name}" if path else name
        if name in _AROUND:
            for row in fields.rows(content, name):
                yield from _inside(row, where, above, payee)
        elif name in _SERVICES:
            for row in fields.rows(content, name):
                code = fields.item_code(row, "ServiceType")
                place = f"{where} {code}".rstrip()
                to = fields.text(row, request.PAYEE) or payee
                service = Service(name, place, row, above, to)
                yield service
                yield from _inside(row, place, service.identity, to)


def _number(text: str) -> str:
    return text.lstrip("0")
