"""What an export holds, as plain values, and how that differs from what was sent.

Read by local names, as `gateway.client` does.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, TypeVar

from lxml import etree

from gateway import wire
from gateway.stories import errors

_Key = TypeVar("_Key")
_NOTHING: Final = "nothing"


@dataclasses.dataclass(frozen=True, slots=True)
class Account:
    """One account, as it is sent and as it comes back."""

    number: str
    """AccountNumber, the company's own."""
    premises: str
    """PremisesGUID of the flat for which it pays."""
    area: Decimal
    """TotalSquare, square metres."""
    persons: str
    """LivingPersonsNumber."""
    payer: str
    """Surname and first name."""
    closed_on: str = ""
    """CloseDate; empty while it is open."""


def flats(house: etree._Element) -> dict[str, Decimal]:
    """Return number → area (square metres) of the flats in exportHouseResult."""
    found = every(house, "ResidentialPremises")
    return {text(flat, "PremisesNum"): Decimal(text(flat, "TotalArea") or 0) for flat in found}


def counts(house: etree._Element, names: Iterable[str]) -> dict[str, int]:
    """Return how many elements of each name there are, however deep."""
    return {name: sum(1 for _ in every(house, name)) for name in names}


def accounts(exported: Iterable[etree._Element]) -> dict[str, Account]:
    """Return ЕЛС → account of exportAccountResults."""
    return {text(each, "UnifiedAccountNumber"): _account(each) for each in exported}


def entries(dictionary: etree._Element) -> dict[str, tuple[str, str]]:
    """Return code → GUID and name of the actual entries of a NsiItem, at every level of it.

    The name is the value of the first field, which is how ГИС ЖКХ lays its dictionaries out.
    """
    found = [each for each in every(dictionary, "NsiElement") if text(each, "IsActual") == "true"]
    return {text(each, "Code"): (text(each, "GUID"), text(each, "NsiElementField", "Value")) for each in found}


def every(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements of this name, however deep."""
    return (each for each in element.iter(etree.Element) if wire.local(each.tag) == name)


def first(element: etree._Element, name: str) -> etree._Element:
    """Return the first element of this name, however deep; raises Surprise where there is none."""
    for found in every(element, name):
        return found
    raise errors.Surprise([f"{wire.local(element.tag)} has no {name}"])


def text(element: etree._Element, *path: str) -> str:
    """Return the text of the first element at a path of local names; empty where there is none."""
    for name in path:
        found = next((child for child in element.iterchildren(etree.Element) if wire.local(child.tag) == name), None)
        if found is None:
            return ""
        element = found
    return element.text or ""


def differences(what: str, found: Mapping[_Key, object], expected: Mapping[_Key, object]) -> list[str]:
    """Return a sentence for each key whose values differ, or that only one side has."""
    return [
        f"{what} {key}: {_told(found.get(key))}, expected {_told(expected.get(key))}"
        for key in dict.fromkeys((*expected, *found))
        if found.get(key) != expected.get(key)
    ]


def same(what: str, found: Mapping[_Key, object], expected: Mapping[_Key, object]) -> None:
    """Raise Surprise with every difference, unless there is none."""
    if different := differences(what, found, expected):
        raise errors.Surprise(different)


def _account(element: etree._Element) -> Account:
    person = [text(element, "PayerInfo", "Ind", name) for name in ("Surname", "FirstName")]
    return Account(
        number=text(element, "AccountNumber"),
        premises=text(element, "Accommodation", "PremisesGUID"),
        area=Decimal(text(element, "TotalSquare") or 0),
        persons=text(element, "LivingPersonsNumber"),
        payer=" ".join(person).strip(),
        closed_on=text(element, "Closed", "CloseDate"),
    )


def _told(value: object) -> str:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        shown = (getattr(value, field.name) for field in dataclasses.fields(value))
        return "/".join(map(str, shown))
    return _NOTHING if value is None else str(value)
