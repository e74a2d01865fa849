"""What of a payment document a payment is matched with, by the dictionary entry that names it (its annotations)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from gateway.families import api, fields
from gateway.families.bills import records as bills
from gateway.families.bills import request as bills_request
from gateway.families.bills import services
from gateway.families.payments import ack_request
from gateway.families.payments.ack_request import Asked
from storage.registry import Thing

_ELEMENTS: Final = {
    ack_request.HOUSING: services.HOUSING,
    ack_request.MUNICIPAL: services.MUNICIPAL,
    ack_request.ADDITIONAL: services.ADDITIONAL,
    ack_request.PENALTIES: services.PENALTIES,
    ack_request.MUNICIPAL_KIND: services.MUNICIPAL_KIND,
}
_OVERHAULS: Final = frozenset((services.OVERHAUL, services.OVERHAUL_YEAR, services.OVERHAUL_DEBT))
_HOUSING_DICTIONARY: Final = 50
_OVERHAUL_ENTRY: Final = "2"
"""«Взнос на капитальный ремонт»: such charges name no entry of a dictionary themselves."""


def matched(document: Thing, asked: Asked, dictionaries: api.Dictionaries) -> Sequence[services.Service]:
    """Return the charges that an acknowledgement may be for, of debts those of every month."""
    return list(_of_entry(document, asked, dictionaries))


def month(service: services.Service) -> str:
    """Return the month of a debt, YYYY-MM; empty for a charge of the document's own month or of a year."""
    has_both = all(name in service.content for name in ("Year", "Month"))
    return bills_request.period(service.content) if has_both else ""


def _of_entry(document: Thing, asked: Asked, dictionaries: api.Dictionaries) -> Iterator[services.Service]:
    is_overhaul = asked.type == ack_request.HOUSING and asked.entry == _overhaul(dictionaries)
    for each in services.services(bills.content(document)):
        if each.element in _OVERHAULS:
            if is_overhaul:
                yield each
        elif asked.type == ack_request.ADDITIONAL and each.element == services.INSURANCE:
            if fields.text(each.content, "InsuranceProductGUID").lower() == asked.entry:
                yield each
        elif each.element == _ELEMENTS[asked.type] and asked.entry in _entry(each):
            yield each


def _entry(service: services.Service) -> tuple[str, str]:
    return service.code, fields.text(fields.block(service.content, "ServiceType"), "GUID").lower()


def _overhaul(dictionaries: api.Dictionaries) -> str:
    item = dictionaries.item(_HOUSING_DICTIONARY, _OVERHAUL_ENTRY)
    return item.guid if item else ""
