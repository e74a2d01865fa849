"""Numbers of entrances, premises, rooms and blocks: once among the living of one place.

Judged on the house as it will be, so two flats can exchange their numbers in one request. Whoever newly takes a number
that another one has is refused, and gets back the number it had before, which may in turn be taken by then.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final, TypeAlias

from gateway import errors
from gateway.families import api
from gateway.families import fields as fields_module
from gateway.families.houses import kinds
from gateway.families.houses import plan as plan_module
from gateway.families.problems import problem

CODES: Final = frozenset({errors.ROOM_IN_PREMISES_REPEATED})
"""Codes given here beside `PartKind.repeated`."""

_Key: TypeAlias = tuple[str | None, str, str]
"""What a number is unique in (id of the object around, child house of a grouping house), and the number."""


def settle(plan: plan_module.Plan, kind: kinds.PartKind) -> None:
    """Refuse every change of this kind that would repeat a number; linear in the size of the house."""
    standing = {change.id: change for change in plan.parts if change.item.kind is kind and plan.stands(change)}
    holders = _holders(plan, kind, standing)
    contested = [key for key, ids in holders.items() if len(ids) > 1]
    while contested:
        key = contested.pop()
        if len(holders[key]) < 2:  # noqa: PLR2004  # one holder is what a number is for
            continue
        claims = [standing[id_] for id_ in holders[key] if id_ in standing]
        newcomers = {change.id: change for change in claims if _old_key(kind, change) != key}
        holders[key] = [id_ for id_ in holders[key] if id_ not in newcomers]
        for change in newcomers.values():
            del standing[change.id]
            plan.refuse(change, _repeated(kind, change))
            old = _old_key(kind, change)
            if old is not None:
                holders[old].append(change.id)
                contested.append(old)


def _holders(
    plan: plan_module.Plan, kind: kinds.PartKind, standing: dict[str, plan_module.Change]
) -> defaultdict[_Key, list[str]]:
    holders: defaultdict[_Key, list[str]] = defaultdict(list)
    for thing in plan.live(kind):
        if thing.id not in standing:
            holders[_key(kind, thing.parent, thing.data)].append(thing.id)
    for change in standing.values():
        if not change.ends:
            parent = change.owner.id if change.owner else plan.house.id
            holders[_key(kind, parent, change.after)].append(change.id)
    return holders


def _key(kind: kinds.PartKind, parent: str | None, fields: fields_module.Fields) -> _Key:
    return parent, fields_module.text(fields, "FIASChildHouseGuid").lower(), fields_module.text(fields, kind.number)


def _old_key(kind: kinds.PartKind, change: plan_module.Change) -> _Key | None:
    before = change.before
    return _key(kind, before.parent, before.data) if before is not None and change.was_live else None


def _repeated(kind: kinds.PartKind, change: plan_module.Change) -> api.Problem:
    number = fields_module.text(change.after, kind.number)
    if change.owner is None or not isinstance(change.owner.item.kind, kinds.PartKind):
        return problem(kind.repeated, number=number)
    around = fields_module.text(change.owner.after, change.owner.item.kind.number)
    return problem(errors.ROOM_IN_PREMISES_REPEATED, number=number, premises=around)
