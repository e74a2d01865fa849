"""The changes of a plan that nothing speaks against, put into the registry, with what follows from them.

Two things follow that no TransportGUID asks for: rooms end with the premises around them, and whatever stands in an
entrance goes along when the entrance gets another number.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from gateway.families import fields
from gateway.families.houses import kinds, numbers
from gateway.families.houses.plan import Change, Plan, place
from storage.registry import Registry, Thing

_WHY: Final = ("AnnulmentReason", "AnnulmentInfo")
_PLACE: Final = ("FIASChildHouseGuid", "EntranceNum")


def aggregate(fias_guid: str) -> str:
    """Return the registry's name for a house with everything in it."""
    return f"house:{fias_guid.lower()}"


def store(plan: Plan, registry: Registry) -> Mapping[Change, Thing]:
    """Put every change that stands; return the things that came of them."""
    made = {change: _put(plan, change, registry) for change in plan.changes if plan.stands(change)}
    _end_rooms(plan, made, registry)
    _follow_entrances(plan, made, registry)
    return made


def _put(plan: Plan, change: Change, registry: Registry) -> Thing:
    thing = change.before or _new(plan, change, registry)
    ended_at = plan.task.now if change.ends else None
    changed = dataclasses.replace(thing, data=change.after, ended_at=ended_at)
    registry.put(changed)
    return changed


def _new(plan: Plan, change: Change, registry: Registry) -> Thing:
    kind = change.item.kind
    is_house = isinstance(kind, kinds.HouseKind)
    series = "house" if isinstance(kind, kinds.HouseKind) else kind.series
    return Thing(
        id=change.id,
        kind=kind.name,
        aggregate=aggregate(plan.request.fias_guid),
        parent=None if is_house else (change.owner or plan.house).id,
        key=plan.request.fias_guid.lower() if is_house else None,
        unique_number=numbers.next_number(series, registry) if series else None,
    )


def _end_rooms(plan: Plan, made: Mapping[Change, Thing], registry: Registry) -> None:
    # A room that the request annuls itself is already ended, for its own reason.
    rooms = {room.id: room for room in plan.live(kinds.ROOM)}
    rooms |= {change.id: thing for change, thing in made.items() if change.item.kind is kinds.ROOM}
    ended = {change.id: change.after for change in made if change.ends}
    for room in rooms.values():
        if room.parent in ended and room.ended_at is None:
            why = {name: ended[room.parent][name] for name in _WHY if name in ended[room.parent]}
            registry.put(dataclasses.replace(room, data={**room.data, **why}, ended_at=plan.task.now))


def _follow_entrances(plan: Plan, made: Mapping[Change, Thing], registry: Registry) -> None:
    moved = {
        place(change.before.data): change.after
        for change in made
        if change.item.kind is kinds.ENTRANCE and change.before is not None and not change.ends
    }
    moved = {old: after for old, after in moved.items() if place(after) != old}
    stated = {change.id for change in made}
    for kind in (kinds.RESIDENTIAL, kinds.LIFT):
        for thing in plan.live(kind) if moved else ():
            after = moved.get(place(thing.data))
            if after is not None and thing.id not in stated:
                new = {name: after[name] for name in _PLACE if name in after}
                registry.put(dataclasses.replace(thing, data={**fields.without(thing.data, _PLACE), **new}))
