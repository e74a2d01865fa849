"""How a dictionary leaves: whole or by pages, all of it or what was changed since a moment, entries under entries.

The contract has 1000 entries of the highest level on a page; a larger dictionary is not given whole (INT016041).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from gateway import clock, errors
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.nsi import builtin, codes
from gateway.families.problems import problem

PAGE: Final = 1000

BEGINNING: Final = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
"""Moment of what was never changed."""
_BEFORE_ALL: Final = dt.datetime.min.replace(tzinfo=dt.UTC)
_AFTER_ALL: Final = dt.datetime.max.replace(tzinfo=dt.UTC)

_Tree: TypeAlias = Mapping[str | None, Sequence[api.Item]]


def whole(found: api.Dictionary, request: fields.Fields, now: dt.datetime) -> api.Exported | api.Failed:
    """Return the dictionary as NsiItem; INT016041 where it is larger than a page, INT002012 without entries."""
    tree = _tree(found)
    if len(tree[None]) > PAGE:
        values = {"number": str(found.number), "total": str(len(tree[None])), "page": str(PAGE)}
        return api.Failed(problem(codes.USE_PAGING, **values))
    entries = _elements(found, tree, tree[None], since(request))
    return api.Exported("NsiItem", (_item(found, entries, now),)) if entries else nothing()


def page(found: api.Dictionary, request: fields.Fields, now: dt.datetime) -> api.Exported | api.Failed:
    """Return a page of the dictionary as NsiPagingItem; INT002012 behind the last page.

    With ModifiedAfter the pages are those of the entries that were changed.
    """
    tree, number = _tree(found), int(fields.text(request, "Page"))
    after = since(request)
    roots = [item for item in tree[None] if _changed(tree, item, after)]
    entries = _elements(found, tree, roots[(number - 1) * PAGE : number * PAGE], after)
    if not entries:
        return nothing()
    counts = {
        "TotalItemsCount": str(len(roots)),
        "TotalPages": str(-(-len(roots) // PAGE)),
        "CurrentPage": str(number),
    }
    return api.Exported("NsiPagingItem", ({**_item(found, entries, now), **counts},))


def everything(found: api.Dictionary) -> api.Exported:
    """Return the whole dictionary as one answer, however large: to be judged, and not to be sent."""
    tree = _tree(found)
    return api.Exported("NsiItem", (_item(found, _elements(found, tree, tree[None], None), BEGINNING),))


def nothing() -> api.Failed:
    """Return the answer of an export that has found nothing."""
    return api.Failed(problem(errors.NOTHING_TO_EXPORT))


def since(request: fields.Fields) -> dt.datetime | None:
    """Return ModifiedAfter; a time without a zone is Moscow's. None where the request has none."""
    text = fields.text(request, "ModifiedAfter")
    if not text:
        return None
    try:
        moment = dt.datetime.fromisoformat(text.replace("T24:00:00", "T23:59:59"))
    except ValueError:
        # Valid xs:dateTime beyond the years that a clock can show: before everything, or after it.
        return _BEFORE_ALL if text.startswith("-") else _AFTER_ALL
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.MOSCOW)


def name_field(found: api.Dictionary, value: str) -> Mapping[str, api.Data]:
    """Return the field that names an entry."""
    return {shape.KIND: f"NsiElement{found.kind}FieldType", "Name": found.field, "Value": value}


def _item(found: api.Dictionary, entries: Sequence[api.Data], now: dt.datetime) -> dict[str, api.Data]:
    return {"NsiItemRegistryNumber": str(found.number), "Created": clock.wire(now), "NsiElement": entries}


def _tree(found: api.Dictionary) -> _Tree:
    """Return the entries by the code of the entry that they stand under; those of the highest level under None."""
    tree: dict[str | None, list[api.Item]] = defaultdict(list)
    for item in found.items.values():
        tree[item.parent and builtin.normal(item.parent)].append(item)
    return tree


def _elements(
    found: api.Dictionary, tree: _Tree, items: Sequence[api.Item], after: dt.datetime | None
) -> list[api.Data]:
    return [_element(found, tree, item, after) for item in items if _changed(tree, item, after)]


def _element(found: api.Dictionary, tree: _Tree, item: api.Item, after: dt.datetime | None) -> Mapping[str, api.Data]:
    content: dict[str, api.Data] = {
        "Code": item.code,
        "GUID": item.guid,
        "Modified": clock.wire(item.modified_at),
        "IsActual": "true" if item.actual else "false",
        "NsiElementField": item.fields or [name_field(found, item.name)],
    }
    children = _elements(found, tree, tree.get(builtin.normal(item.code), ()), after)
    return {**content, "ChildElement": children} if children else content


def _changed(tree: _Tree, item: api.Item, after: dt.datetime | None) -> bool:
    """Return whether the entry or one below it was changed after the moment."""
    if after is None or item.modified_at > after:
        return True
    return any(_changed(tree, child, after) for child in tree.get(builtin.normal(item.code), ()))
