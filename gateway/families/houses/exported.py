"""What every export of houses says in the same words: what is of a house or a part, and how it ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from gateway import clock
from gateway.families import api
from gateway.families import fields as fields_module
from gateway.families.houses import kinds
from storage.registry import Thing

Parts: TypeAlias = Mapping[tuple[str | None, kinds.PartKind], Sequence[Thing]]
"""What stands in what: by the id of the object around and the kind, in the order of creation."""

_HOUSES: Final = frozenset(kind.name for kind in kinds.HOUSES)
_HOSTEL: Final = ("IsMunicipalProperty", "IsRegionProperty", "HostelType")


def house(things: Iterable[Thing]) -> Thing | None:
    """Return the house among the things of its aggregate; None where the registry has none at this address."""
    return next((thing for thing in things if thing.kind in _HOUSES), None)


def by_place(things: Sequence[Thing]) -> Parts:
    """Return the parts of a house by where they stand."""
    named = {kind.name: kind for kind in kinds.PARTS}
    places: defaultdict[tuple[str | None, kinds.PartKind], list[Thing]] = defaultdict(list)
    for thing in things:
        if thing.kind in named:
            places[thing.parent, named[thing.kind]].append(thing)
    return places


def only(fields: fields_module.Fields, names: Iterable[str]) -> dict[str, api.Data]:
    """Return the fields of these names, as far as they are there."""
    return {name: fields[name] for name in names if name in fields}


def hostel(house: Thing) -> dict[str, api.Data]:
    """Return ExportHostelData of a house; nothing where nobody said anything of it."""
    said = only({**house.data, **fields_module.block(house.data, "HostelData")}, _HOSTEL)
    return {"ExportHostelData": said} if said else {}


def termination(thing: Thing) -> dict[str, api.Data]:
    """Return the day in Moscow on which a part ended; nothing while it lives."""
    if thing.ended_at is None:
        return {}
    return {"TerminationDate": thing.ended_at.astimezone(clock.MOSCOW).date().isoformat()}


def identity(thing: Thing, kind: kinds.PartKind) -> dict[str, api.Data]:
    """Return the GUID and, where the kind has one, the unique number of a part."""
    number = {} if thing.unique_number is None else {kind.export_number: thing.unique_number}
    return {kind.guid: thing.id, **number}


def modified(thing: Thing) -> str:
    """Return ModificationDate of a stored thing."""
    if thing.changed_at is None:
        raise ValueError(f"{thing.kind} {thing.id} is not stored yet")
    return clock.wire(thing.changed_at)
