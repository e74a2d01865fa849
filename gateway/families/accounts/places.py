"""For what an account pays: its Accommodation, found among the houses of the registry."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from gateway.families import fields
from gateway.families.houses import finding, kinds
from storage.registry import Registry, Thing

HOUSE: Final = "FIASHouseGuid"
_KINDS: Final = {
    "PremisesGUID": frozenset((kinds.RESIDENTIAL.name, kinds.NON_RESIDENTIAL.name, kinds.BLOCK.name)),
    "LivingRoomGUID": frozenset((kinds.ROOM.name,)),
}
"""What each element may name; a block of a house of blocks is premises to those who live in it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """One Accommodation."""

    element: str
    """The element that names it: PremisesGUID, LivingRoomGUID or FIASHouseGuid."""
    guid: str
    """As it was sent."""
    house: str | None
    """FIASHouseGuid, lower case, of the house it stands in; None where there is no such live object."""
    share: str
    """SharePercent as it was sent, empty where it was not."""


def find(content: fields.Fields, registry: Registry) -> tuple[Place, ...]:
    """Return the places that a content names, in its order."""
    return tuple(_place(row, registry) for row in fields.rows(content, "Accommodation"))


def guids(content: fields.Fields) -> Iterable[str]:
    """Yield the GUIDs of premises and rooms that a content names, lower case."""
    rows = fields.rows(content, "Accommodation")
    return (fields.text(row, element).lower() for row in rows for element in _KINDS if element in row)


def _place(row: fields.Fields, registry: Registry) -> Place:
    element = next(name for name in (*_KINDS, HOUSE) if name in row)
    guid = fields.text(row, element)
    found = finding.house(registry, guid.lower()) if element == HOUSE else _part(element, guid.lower(), registry)
    return Place(element, guid, finding.house_of(found) if found else None, fields.text(row, "SharePercent"))


def _part(element: str, guid: str, registry: Registry) -> Thing | None:
    thing = registry.get(guid)
    return thing if thing and thing.kind in _KINDS[element] and thing.ended_at is None else None
