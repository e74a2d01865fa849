"""Rules about which object a part of the request means: its GUID is of this house, of this kind, and not annulled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway import errors
from gateway.families import api
from gateway.families.houses import kinds, plan
from gateway.families.houses.controls import Control, Phase, control
from gateway.families.problems import problem


@control(Phase.IDENTITY, kinds.PARTS, *(kind.unborn for kind in kinds.PARTS))
def new_house_has_only_new_parts(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a GUID while the house is only being created: its parts have none yet."""
    if whole.house.item.creates and not change.item.creates:
        yield problem(_part(change).unborn, guid=str(change.item.guid))


@control(Phase.IDENTITY, kinds.PARTS, *(kind.foreign for kind in kinds.PARTS), *(kind.mistaken for kind in kinds.PARTS))
def guid_is_of_such_a_part(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a GUID that is not of this house, or not of this kind of parts."""
    if change.item.creates or whole.house.item.creates:
        return
    if change.before is None:
        yield problem(_part(change).foreign, guid=str(change.item.guid))
    elif change.before.kind != change.item.kind.name:
        yield problem(_part(change).mistaken, guid=str(change.item.guid))


@control(Phase.IDENTITY, kinds.PARTS, errors.OBJECT_ENDED)
def part_is_current(change: plan.Change, _whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse to change what was annulled."""
    if change.before is not None and change.before.ended_at is not None:
        yield problem(errors.OBJECT_ENDED, guid=change.before.id)


@control(Phase.IDENTITY, (kinds.ROOM,), errors.ROOM_FOREIGN)
def room_stands_where_it_was(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a room that is updated inside other premises than those in which it was created."""
    around = change.owner.id if change.owner else whole.house.id
    is_room = change.before is not None and change.before.kind == kinds.ROOM.name
    if is_room and change.before is not None and change.before.parent != around:
        yield problem(errors.ROOM_FOREIGN, guid=change.id)


@control(Phase.IDENTITY, kinds.PARTS, errors.OBJECT_REPEATED)
def part_is_named_once(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse an object that is named twice: of two changes nobody could say which one is meant."""
    if not change.item.creates and whole.times_named(change) > 1:
        yield problem(errors.OBJECT_REPEATED, guid=change.id)


def _part(change: plan.Change) -> kinds.PartKind:
    kind = change.item.kind
    if not isinstance(kind, kinds.PartKind):
        raise TypeError(f"{kind.name} is not a part of a house")
    return kind


CONTROLS: Final[tuple[Control, ...]] = (
    new_house_has_only_new_parts,
    guid_is_of_such_a_part,
    part_is_current,
    room_stands_where_it_was,
    part_is_named_once,
)
