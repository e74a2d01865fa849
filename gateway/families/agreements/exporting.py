"""exportCAChData and exportStatusCAChData: the agreements of the organisation that asks, and of nobody else.

A root GUID names all versions of an agreement, a version GUID one. Counterparties are persons and organisations that a
stranger has no business with, so agreements of others are as good as not there: nothing found is INT002012.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, Final

from gateway.contracts import shape
from gateway.families import api, basis, days, fields
from gateway.families.agreements import codes, document, showing, status
from gateway.families.agreements.document import Document, House
from gateway.families.agreements.kinds import KINDS
from gateway.families.fields import Fields
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_FLAGS: Final[dict[str, Callable[[House], bool]]] = {
    "IsConflicted": status.is_conflicted,
    "IsBlocked": status.is_blocked,
}


def export_agreements(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the versions that any of the criteria names; all of one's own where there are none."""
    criteria = fields.rows(shape.read(task.element, task.shape), "Criteria")
    found: dict[str, Thing] = {}
    for each in criteria or ({},):
        for thing in _versions(task, registry, each):
            if thing.data["organisation"] == task.organisation:
                found[thing.id] = thing
    today = days.today(task.now)
    items = tuple(_exported(registry, thing, today) for thing in found.values())
    return _answer("exportCAChResult", items)


def export_statuses(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the statuses of the versions that the criteria name."""
    today = days.today(task.now)
    items: dict[str, dict[str, Any]] = {}
    for each in fields.rows(shape.read(task.element, task.shape), "Criteria"):
        wanted = _flagged(fields.block(each, "ControlObjects"))
        for thing in _named(registry, each):
            whole = document.read(thing)
            if whole.organisation == task.organisation and any(wanted(house) for house in whole.houses):
                items[thing.id] = status.view(_seen(thing, today), today, wanted)
    return _answer("exportStatusCAChResult", tuple(items.values()))


def _answer(branch: str, items: tuple[dict[str, Any], ...]) -> api.Exported | api.Failed:
    return api.Exported(branch, items) if items else api.Failed(problem(codes.NOTHING_TO_EXPORT))


def _exported(registry: Registry, thing: Thing, today: dt.date) -> dict[str, Any]:
    kind = next(kind for kind in KINDS if kind.versions == thing.kind)
    whole = registry.load(thing.aggregate)
    return {kind.exported: showing.exported(_seen(thing, today), [each for each in whole if each.kind == kind.paid])}


def _seen(thing: Thing, today: dt.date) -> Document:
    """Return a version; the newest one as of today, earlier ones as they were."""
    whole = document.read(thing)
    return document.as_of(whole, today) if thing.ended_at is None else whole


def _flagged(control: Fields) -> Callable[[House], bool]:
    asked = [has for name, has in _FLAGS.items() if fields.flag(control, name)]
    return lambda house: all(has(house) for has in asked)


def _versions(task: api.Task, registry: Registry, criteria: Fields) -> Iterator[Thing]:
    """Yield the versions that one criterion names."""
    if "UOGUID" in criteria:
        yield from _of_house(registry, criteria)
    elif criteria:
        yield from _named(registry, criteria)
    else:
        for root in registry.load(document.directory(task.organisation)):
            yield from _all(registry, root.id)


def _named(registry: Registry, criteria: Fields) -> Iterator[Thing]:
    for kind in KINDS:
        if kind.version in criteria:
            thing = registry.get(fields.text(criteria, kind.version).lower())
            if thing is not None and thing.kind == kind.versions:
                yield thing
        elif kind.root in criteria:
            root = fields.text(criteria, kind.root).lower()
            yield from (thing for thing in _all(registry, root) if thing.kind == kind.versions)


def _of_house(registry: Registry, criteria: Fields) -> Iterator[Thing]:
    organisation, signed = fields.text(criteria, "UOGUID").lower(), fields.text(criteria, "SigningDate")
    for root in basis.agreements(registry, fields.text(criteria, "FIASHouseGuid")):
        for thing in _all(registry, root):
            said = fields.text(thing.data["terms"], "SigningDate")
            is_it = not signed or (said != "" and days.day(said) == days.day(signed))
            if is_it and thing.data["organisation"] == organisation and _wanted(thing, criteria):
                yield thing


def _wanted(thing: Thing, criteria: Fields) -> bool:
    return thing.ended_at is None or not fields.flag(criteria, "LastVersionOnly")


def _all(registry: Registry, root: str) -> Iterator[Thing]:
    return (thing for thing in registry.load(document.aggregate(root)) if document.is_version(thing))
