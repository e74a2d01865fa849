"""How an apartment house is managed (HouseManagementType): by its agreements, else as a municipality or owner has said.

An import may state it only of a house that no contract and no charter manages; elsewhere the element is ignored
(annotation of importHouseOMSRequest). An export says what follows from the agreements. A charter outweighs a contract:
the way that the owners have chosen is their association, also where it hires a managing organisation.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Final

from gateway.families import api, basis, days, fields
from gateway.families.agreements.kinds import CHARTER, CONTRACT
from gateway.families.houses.request import Request
from storage.registry import Registry, Thing

ELEMENT: Final = "HouseManagementType"
_DICTIONARY: Final = 25
_BY_CONTRACT: Final = "Управление управляющей организацией"
_ASSOCIATION: Final = "Управление товариществом собственников жилья"
_HOUSING: Final = "Управление жилищным или жилищно-строительным кооперативом"
_BY_CHARTER: Final[Mapping[str, str]] = {
    "ТСЖ": _ASSOCIATION,
    "ТСН": _ASSOCIATION,
    "ЖСК": _HOUSING,
    "ЖК": _HOUSING,
    "Кооператив": "Управление иным специализированным потребительским кооперативом",
}
"""By the role of the organisation whose charter it is; entries are found by name, for their codes are not public."""


def heeded(request: Request, task: api.Task, registry: Registry) -> Request:
    """Return the request without a way of management that it may not state, because the house is managed."""
    if ELEMENT not in request.house.fields or not basis.holders(registry, request.fias_guid, days.today(task.now)):
        return request
    house = dataclasses.replace(request.house, fields=fields.without(request.house.fields, (ELEMENT,)))
    return dataclasses.replace(request, house=house)


def exported(house: Thing, task: api.Task, registry: Registry) -> dict[str, api.Data]:
    """Return the element as it holds today; nothing where nobody knows, or the dictionary has no word for it."""
    held = basis.holders(registry, house.key or "", days.today(task.now))
    if not held:
        return {ELEMENT: house.data[ELEMENT]} if ELEMENT in house.data else {}
    entry = _entry(_name({each.kind: each for each in held}, task), task)
    return {ELEMENT: {"Code": entry.code, "GUID": entry.guid, "Name": entry.name}} if entry else {}


def _name(held: Mapping[str, basis.Record], task: api.Task) -> str:
    charter = held.get(CHARTER.name)
    if charter is None:
        return _BY_CONTRACT if CONTRACT.name in held else ""
    owner = task.directory.by_guid(charter.organisation)
    role = task.role if charter.organisation == task.organisation else owner.role if owner else ""
    return _BY_CHARTER.get(role, "")


def _entry(name: str, task: api.Task) -> api.Item | None:
    known = task.dictionaries.dictionary(_DICTIONARY)
    items = known.items.values() if known else ()
    return next((item for item in items if item.name == name and item.actual), None)
