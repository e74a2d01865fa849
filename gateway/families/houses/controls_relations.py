"""Rules about how an object fits the house as it will be: entrances, premises and their rooms, blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gateway import errors
from gateway.families import api, fields
from gateway.families.houses import kinds, plan
from gateway.families.houses.controls import Control, Phase, control
from gateway.families.houses.controls_content import is_non_residential
from gateway.families.problems import problem

_COMMUNAL: Final = "2"
"""Communal flat in dictionary 30."""


@control(Phase.RELATIONS, (kinds.RESIDENTIAL,), errors.ENTRANCE_MISSING)
def entrance_of_premises_exists(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse residential premises whose entrance is neither in the house nor in the request."""
    if not change.ends and _misses_entrance(change, whole):
        yield problem(errors.ENTRANCE_MISSING, entrance=fields.text(change.after, "EntranceNum"))


@control(Phase.RELATIONS, (kinds.LIFT,), errors.LIFT_ENTRANCE_MISSING)
def entrance_of_lift_exists(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a lift whose entrance is neither in the house nor in the request."""
    if not change.ends and _misses_entrance(change, whole):
        yield problem(errors.LIFT_ENTRANCE_MISSING, entrance=fields.text(change.after, "EntranceNum"))


@control(Phase.RELATIONS, (kinds.RESIDENTIAL,), errors.PREMISES_HAVE_ROOMS)
def premises_with_rooms_stay_communal(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse premises that stop being a communal flat while they have rooms."""
    if not change.ends and not _is_communal(change.after) and whole.rooms_left(change):
        yield problem(errors.PREMISES_HAVE_ROOMS)


@control(Phase.RELATIONS, (kinds.BLOCK,), errors.BLOCK_HAS_ROOMS)
def block_with_rooms_stays_residential(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a block that becomes non-residential while it has rooms."""
    if not change.ends and is_non_residential(change.after) and whole.rooms_left(change):
        yield problem(errors.BLOCK_HAS_ROOMS)


@control(Phase.RELATIONS, (kinds.BLOCK,), errors.HOUSE_HAS_NO_BLOCKS)
def blocks_stand_in_a_house_of_blocks(_change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a block in a house that is not built as blocks (HasBlocks)."""
    if not fields.flag(whole.house.after, "HasBlocks"):
        yield problem(errors.HOUSE_HAS_NO_BLOCKS)


@control(Phase.RELATIONS, (kinds.ROOM,), errors.ROOM_NEEDS_BLOCK)
def rooms_of_a_house_of_blocks_stand_in_blocks(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a room outside the blocks of a house of blocks."""
    if change.owner is None and fields.flag(whole.house.after, "HasBlocks"):
        yield problem(errors.ROOM_NEEDS_BLOCK)


@control(
    Phase.RELATIONS,
    (kinds.ROOM,),
    errors.OWNER_REFUSED,
    errors.OBJECT_ENDED,
    errors.ROOM_NOT_IN_COMMUNAL,
    errors.BLOCK_NOT_RESIDENTIAL,
)
def room_has_its_place(change: plan.Change, whole: plan.Plan) -> Iterator[api.Problem]:
    """Refuse a room that is not in a communal flat or a residential block, or whose place is not there."""
    owner = change.owner
    if owner is None or change.ends:
        return
    around = whole.state(owner)
    if around is None and whole.stands(owner):
        yield problem(errors.OBJECT_ENDED, guid=owner.id)
    elif around is None:
        yield problem(errors.OWNER_REFUSED)
    elif owner.item.kind is kinds.RESIDENTIAL and not _is_communal(around):
        yield problem(errors.ROOM_NOT_IN_COMMUNAL)
    elif owner.item.kind is kinds.BLOCK and is_non_residential(around):
        yield problem(errors.BLOCK_NOT_RESIDENTIAL)


def _misses_entrance(change: plan.Change, whole: plan.Plan) -> bool:
    key = plan.place(change.after)
    return bool(fields.text(change.after, "EntranceNum")) and not whole.has_entrance(key)


def _is_communal(premises: fields.Fields) -> bool:
    return fields.item_code(premises, "PremisesCharacteristic") == _COMMUNAL


CONTROLS: Final[tuple[Control, ...]] = (
    entrance_of_premises_exists,
    entrance_of_lift_exists,
    premises_with_rooms_stay_communal,
    block_with_rooms_stays_residential,
    blocks_stand_in_a_house_of_blocks,
    rooms_of_a_house_of_blocks_stand_in_blocks,
    room_has_its_place,
)
