"""Premises, blocks and rooms by the numbers that people know them by, as exportPaymentDocumentDetails names them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.families import fields
from gateway.families.accounts import places
from gateway.families.accounts import records as accounts
from gateway.families.fields import Fields
from gateway.families.houses import kinds
from storage.registry import Registry, Thing

_PARTS: Final = {
    "ResidentialPremise": (kinds.RESIDENTIAL, "ResidentialPremiseRoom"),
    "ResidentialBlock": (kinds.BLOCK, "ResidentialBlockRoom"),
    "NonResidentialApartment": (kinds.NON_RESIDENTIAL, ""),
    "NonResidentialBlock": (kinds.BLOCK, ""),
}
"""What an element names, and the element with the number of a room inside it."""


def paid_for(found: Sequence[Thing], asked: Fields, registry: Registry) -> list[Thing]:
    """Return those of the accounts that are for the part of a house that is named; all where none is."""
    element = next((name for name in _PARTS if name in asked), None)
    if element is None:
        return list(found)
    kind, room_element = _PARTS[element]
    number, room = fields.text(asked, element), fields.text(asked, room_element)
    things = registry.get_all(guid for each in found for guid in places.guids(accounts.public(each)))
    registry.get_all(thing.parent for thing in things.values() if thing.parent)

    def is_it(guid: str) -> bool:
        thing = things.get(guid)
        if thing is None:
            return False
        if thing.kind == kinds.ROOM.name:
            outer = registry.get(thing.parent or "")
            return bool(room) and _has(thing, kinds.ROOM, room) and outer is not None and _has(outer, kind, number)
        return not room and _has(thing, kind, number)

    return [each for each in found if any(map(is_it, places.guids(accounts.public(each))))]


def _has(thing: Thing, kind: kinds.PartKind, number: str) -> bool:
    return thing.kind == kind.name and fields.text(thing.data, kind.number) == number
