"""How other families find what stands in the registry of houses."""

from __future__ import annotations

from typing import Final

from gateway.families.houses import kinds, storing
from storage.registry import Registry, Thing

_PREFIX: Final = storing.aggregate("")


def house(registry: Registry, fias: str) -> Thing | None:
    """Return the live house, of either kind, with this FIASHouseGuid (lower case)."""
    return next(filter(None, (registry.find(kind.name, fias) for kind in kinds.HOUSES)), None)


def house_of(thing: Thing) -> str:
    """Return the FIASHouseGuid, lower case, of the house that a thing is, or is in."""
    return thing.aggregate.removeprefix(_PREFIX)
