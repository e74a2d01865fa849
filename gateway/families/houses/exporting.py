"""exportHouseData: the house as it was imported, in the words of exportHouseResult (protocol §8.1).

Annulled parts are exported with their TerminationDate. Since version 15.6.0.1 the house has a GUID of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from gateway import clock, errors
from gateway.contracts import model, shape
from gateway.families import api
from gateway.families import fields as fields_module
from gateway.families.houses import kinds
from gateway.families.houses.storing import aggregate
from gateway.families.problems import problem
from storage import registry as registry_module

_Parts: TypeAlias = Mapping[tuple[str | None, kinds.PartKind], Sequence[registry_module.Thing]]

_HOUSE_GUID_SINCE: Final = (15, 6, 0, 1)
_CHARACTERISTICS: Final = (
    "FIASHouseGuid",
    "TotalSquare",
    "State",
    "LifeCycleStage",
    "UsedYear",
    "FloorCount",
    "OKTMO",
    "OlsonTZ",
    "CulturalHeritage",
    "OGFData",
)
_OWN: Final = {
    kinds.APARTMENT_HOUSE.name: ("UndergroundFloorCount", "HouseManagementType"),
    kinds.LIVING_HOUSE.name: ("HasBlocks", "HasMultipleHousesWithSameAddress"),
}
_PART: Final = (
    "EntranceNum",
    "HasNoEntrance",
    "FIASChildHouseGuid",
    "StoreysCount",
    "CreationYear",
    "PremisesNum",
    "RoomNumber",
    "BlockNum",
    "FactoryNum",
    "Type",
    "PremisesCharacteristic",
    "TotalArea",
    "GrossArea",
    "NoGrossArea",
    "Square",
    "IsCommonProperty",
    "Category",
    "OGFData",
    "AnnulmentReason",
    "AnnulmentInfo",
    "InformationConfirmed",
)
_HOSTEL: Final = ("IsMunicipalProperty", "IsRegionProperty", "HostelType")


def export_house(task: api.Task, registry: registry_module.Registry) -> api.Exported | api.Failed:
    """Return the house with this FIASHouseGuid and all its parts; AUT011003 without a basis, INT002000 if unknown."""
    fias_guid = fields_module.text(shape.read(task.element, task.shape), "FIASHouseGuid")
    if not task.may_use_house(fias_guid.lower()):
        return api.Failed(problem(errors.PROVIDER_DENIED, where=f"FIASHouseGuid {fias_guid}"))
    things = registry.load(aggregate(fias_guid))
    house = next((thing for thing in things if thing.kind in _OWN), None)
    if house is None:
        return api.Failed(problem(errors.NOT_IN_REGISTRY, where=f"FIASHouseGuid {fias_guid}"))
    return api.Exported("exportHouseResult", (_result(task, house, _by_place(things)),))


def _by_place(things: Sequence[registry_module.Thing]) -> _Parts:
    named = {kind.name: kind for kind in kinds.PARTS}
    places: defaultdict[tuple[str | None, kinds.PartKind], list[registry_module.Thing]] = defaultdict(list)
    for thing in things:
        if thing.kind in named:
            places[thing.parent, named[thing.kind]].append(thing)
    return places


def _result(task: api.Task, house: registry_module.Thing, parts: _Parts) -> dict[str, api.Data]:
    result = {"HouseUniqueNumber": house.unique_number or "", "ModificationDate": _modified(house)}
    if model.number(task.version) >= _HOUSE_GUID_SINCE:
        result["HouseGUID"] = house.id
    if house.kind == kinds.APARTMENT_HOUSE.name:
        order = (kinds.ENTRANCE, kinds.RESIDENTIAL, kinds.LIFT, kinds.NON_RESIDENTIAL)
        return {**result, "ApartmentHouse": {**_own(house), **_parts_of(house, parts, order)}}
    inside = _parts_of(house, parts, (kinds.ROOM, kinds.BLOCK))
    return {**result, "LivingHouse": {**_own(house), **inside, "HouseGUID": house.id}}


def _own(house: registry_module.Thing) -> dict[str, api.Data]:
    basic = {**_cadastre(house), **_only(house.data, _CHARACTERISTICS)}
    hostel = _only({**house.data, **fields_module.block(house.data, "HostelData")}, _HOSTEL)
    if hostel:
        basic["ExportHostelData"] = hostel
    return {"BasicCharacteristicts": basic, **_only(house.data, _OWN[house.kind])}


def _parts_of(around: registry_module.Thing, parts: _Parts, order: Sequence[kinds.PartKind]) -> dict[str, api.Data]:
    found = {kind: [_part(thing, kind, parts) for thing in parts.get((around.id, kind), ())] for kind in order}
    return {kind.exported: repeats for kind, repeats in found.items() if repeats}


def _part(thing: registry_module.Thing, kind: kinds.PartKind, parts: _Parts) -> dict[str, api.Data]:
    part = {**_cadastre(thing), **_only(thing.data, _PART), **_parts_of(thing, parts, (kinds.ROOM,))}
    if thing.ended_at is not None:
        part["TerminationDate"] = thing.ended_at.astimezone(clock.MOSCOW).date().isoformat()
    if thing.unique_number is not None:
        part[kind.export_number] = thing.unique_number
    return {**part, "ModificationDate": _modified(thing), kind.guid: thing.id}


def _cadastre(thing: registry_module.Thing) -> dict[str, api.Data]:
    """Return what the export says of the cadastre: the number, or that there is no link to it.

    A room is exported in the same words as it is imported, everything else in fewer.
    """
    given = _only(thing.data, fields_module.CADASTRE)
    if thing.kind == kinds.ROOM.name or "CadastralNumber" in given or not given:
        return given
    return {"No_RSO_GKN_EGRP_Registered": "true"}


def _only(fields: fields_module.Fields, names: Sequence[str]) -> dict[str, api.Data]:
    return {name: fields[name] for name in names if name in fields}


def _modified(thing: registry_module.Thing) -> str:
    if thing.changed_at is None:
        raise ValueError(f"{thing.kind} {thing.id} is not stored yet")
    return clock.wire(thing.changed_at)
