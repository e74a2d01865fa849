"""The brief exports of houses: who and where they are, what is in them and how they ended (protocol §8.1).

exportBriefBasicHouse and exportBriefLivingHouse answer each of their searches by its TransportGUID, with a house or
with an error of its own; exportBriefApartmentHouse answers one. A number that belongs to a house for which the
organisation has no basis is answered like one that nobody has: numbers can be counted through, GUIDs cannot.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.houses import demolition, exported, kinds, management, storing
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_NUMBERED: Final[Mapping[str, Sequence[kinds.Kind]]] = {
    "HouseUniqueNumber": kinds.HOUSES,
    "PremisesUniqueNumber": (kinds.RESIDENTIAL, kinds.NON_RESIDENTIAL),
    "LivingRoomUniqueNumber": (kinds.ROOM,),
    "BlockUniqueNumber": (kinds.BLOCK,),
}
_UNKNOWN: Final = "00000000-0000-0000-0000-000000000000"
"""AOGUID is mandatory, and this gateway has no register of addresses to take it from."""
_HOUSE: Final = ("State", "LifeCycleStage", "OKTMO")
_PART: Final = (
    "EntranceNum",
    "HasNoEntrance",
    "PremisesNum",
    "RoomNumber",
    "BlockNum",
    "FIASChildHouseGuid",
    "AnnulmentReason",
    "AnnulmentInfo",
    "InformationConfirmed",
    "IsCommonProperty",
    "Category",
)


def export_basic(task: api.Task, registry: Registry) -> api.Exported:
    """Return what is at each address, or around each number."""
    items = _items(task, lambda item: _basic(task, registry, fields.block(item, "Criteria")))
    return api.Exported("exportBriefBasicHouseResult", ({"ResultItem": list(items)},))


def export_living(task: api.Task, registry: Registry) -> api.Exported:
    """Return each living house with its rooms or blocks."""
    items = _items(task, lambda item: _living(task, registry, fields.text(item, "HouseGuid")))
    return api.Exported("exportBriefLivingHouseResult", ({"ResultItem": list(items)},))


def export_apartment(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return an apartment house with its entrances and premises; AUT011003 without a basis, INT002012 if unknown."""
    guid = fields.text(shape.read(task.element, task.shape), "HouseGuid")
    house = _at(task, registry, "HouseGuid", guid, kinds.APARTMENT_HOUSE)
    if isinstance(house, api.Problem):
        return api.Failed(house)
    parts = exported.by_place(registry.load(house.aggregate))
    inside = _inside(house, parts, (kinds.ENTRANCE, kinds.RESIDENTIAL, kinds.NON_RESIDENTIAL))
    said = {**_identity(house), **inside, **management.exported(house, task, registry), **_fate(house)}
    return api.Exported("exportBriefApartmentHouseResult", ({"ApartmentHouseInfo": said},))


def _items(
    task: api.Task, answer: Callable[[fields.Fields], Mapping[str, api.Data] | api.Problem]
) -> Iterator[Mapping[str, api.Data]]:
    for item in fields.rows(shape.read(task.element, task.shape), "RequestItem"):
        found = answer(item)
        if isinstance(found, api.Problem):
            found = {"Error": [{"ErrorCode": found.code, "Description": found.text}]}
        yield {"TransportGUID": str(item["TransportGUID"]), **found}


def _basic(task: api.Task, registry: Registry, criteria: fields.Fields) -> Mapping[str, api.Data] | api.Problem:
    name = next(iter(criteria))
    given = fields.text(criteria, name)
    if name in _NUMBERED:
        house = _around(task, registry, name, given)
    else:
        house = _at(task, registry, name, given, *kinds.HOUSES)
    if isinstance(house, api.Problem):
        return house
    known = {"HouseUniqueNumber": house.unique_number or "", **exported.only(house.data, _HOUSE), **_fate(house)}
    return {"BasicHouseInfo": {"LocationInfo": _location(house), "BasicCharacteristicts": known}}


def _living(task: api.Task, registry: Registry, guid: str) -> Mapping[str, api.Data] | api.Problem:
    house = _at(task, registry, "HouseGuid", guid, kinds.LIVING_HOUSE)
    if isinstance(house, api.Problem):
        return house
    flags = {
        "HasBlocks": _flag(house, "HasBlocks"),
        "IsMultipleHousesAddress": _flag(house, "HasMultipleHousesWithSameAddress"),
    }
    inside = _inside(house, exported.by_place(registry.load(house.aggregate)), (kinds.BLOCK, kinds.ROOM))
    return {"LivingHouseInfo": {**_identity(house), **flags, **inside, **_fate(house)}}


def _at(task: api.Task, registry: Registry, where: str, guid: str, *wanted: kinds.HouseKind) -> Thing | api.Problem:
    """Return the house with this FIASHouseGuid or this GUID of the registry; what is wrong where there is none."""
    names = {kind.name for kind in wanted}
    ours = registry.get(guid.lower())
    fias_guid = (ours.key or "") if ours is not None and ours.kind in names else guid.lower()
    if not task.may_use_house(fias_guid):
        return problem(errors.PROVIDER_DENIED, where=f"{where} {guid}")
    house = _stored(registry, fias_guid)
    if house is None or house.kind not in names:
        return problem(errors.NOTHING_TO_EXPORT, where=f"{where} {guid}")
    return house


def _stored(registry: Registry, fias_guid: str) -> Thing | None:
    for kind in kinds.HOUSES:
        found = registry.find(kind.name, fias_guid)
        if found is not None:
            return found
    # Only the living are found by their address; all the rest of a house need not be read to find those.
    return exported.house(registry.load(storing.aggregate(fias_guid)))


def _around(task: api.Task, registry: Registry, where: str, number: str) -> Thing | api.Problem:
    """Return the house that has this number, or in which the thing with this number stands."""
    found = (registry.numbered(kind.name, number) for kind in _NUMBERED[where])
    thing = next((each for each in found if each is not None), None)
    while thing is not None and thing.parent is not None:
        thing = registry.get(thing.parent)
    if thing is None or not task.may_use_house(thing.key or ""):
        return problem(errors.NOTHING_TO_EXPORT, where=f"{where} {number}")
    return thing


def _location(house: Thing) -> dict[str, api.Data]:
    address = f"ФИАС {house.key}"
    return {**_addresses(house), "Address": address, "AOGUID": _UNKNOWN, "ESTSTATUS": "0"}


def _addresses(house: Thing) -> dict[str, api.Data]:
    return {"HCSHouseGUID": house.id, "FIASHouseGUID": house.key or ""}


def _identity(house: Thing) -> dict[str, api.Data]:
    number = house.unique_number or ""
    return {**_addresses(house), "HouseUniqueNumber": number, "ModificationDate": exported.modified(house)}


def _fate(house: Thing) -> dict[str, api.Data]:
    reason = fields.text(fields.block(house.data, demolition.REASON), "Description")
    told = {demolition.REASON: reason} if reason else {}
    return {**exported.only(house.data, (demolition.DATE,)), **told, **exported.hostel(house)}


def _inside(around: Thing, parts: exported.Parts, order: Sequence[kinds.PartKind]) -> dict[str, api.Data]:
    found = {kind: [_part(thing, kind, parts) for thing in parts.get((around.id, kind), ())] for kind in order}
    return {kind.exported: repeats for kind, repeats in found.items() if repeats}


def _part(thing: Thing, kind: kinds.PartKind, parts: exported.Parts) -> dict[str, api.Data]:
    said = {**exported.identity(thing, kind), **exported.only(thing.data, _PART), **exported.termination(thing)}
    return {**said, **_inside(thing, parts, (kinds.ROOM,))}


def _flag(house: Thing, name: str) -> str:
    return "true" if fields.flag(house.data, name) else "false"
