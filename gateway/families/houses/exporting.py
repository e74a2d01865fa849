"""exportHouseData: the house as it was imported, in the words of exportHouseResult (protocol §8.1).

Annulled parts are exported with their TerminationDate. Since version 15.6.0.1 the house has a GUID of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway import errors
from gateway.contracts import model, shape
from gateway.families import api
from gateway.families import fields as fields_module
from gateway.families.houses import demolition, exported, kinds, management
from gateway.families.houses.storing import aggregate
from gateway.families.problems import problem
from storage.registry import Registry, Thing

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
    demolition.DATE,
    demolition.REASON,
)
_OWN: Final = {
    kinds.APARTMENT_HOUSE.name: ("UndergroundFloorCount",),
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


def export_house(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the house with this FIASHouseGuid and all its parts; AUT011003 without a basis, INT002000 if unknown."""
    fias_guid = fields_module.text(shape.read(task.element, task.shape), "FIASHouseGuid")
    if not task.may_use_house(fias_guid.lower()):
        return api.Failed(problem(errors.PROVIDER_DENIED, where=f"FIASHouseGuid {fias_guid}"))
    things = registry.load(aggregate(fias_guid))
    house = exported.house(things)
    if house is None:
        return api.Failed(problem(errors.NOT_IN_REGISTRY, where=f"FIASHouseGuid {fias_guid}"))
    return api.Exported("exportHouseResult", (_result(task, registry, house, exported.by_place(things)),))


def _result(task: api.Task, registry: Registry, house: Thing, parts: exported.Parts) -> dict[str, api.Data]:
    result = {"HouseUniqueNumber": house.unique_number or "", "ModificationDate": exported.modified(house)}
    if model.number(task.version) >= _HOUSE_GUID_SINCE:
        result["HouseGUID"] = house.id
    if house.kind == kinds.APARTMENT_HOUSE.name:
        order = (kinds.ENTRANCE, kinds.RESIDENTIAL, kinds.LIFT, kinds.NON_RESIDENTIAL)
        managed = management.exported(house, task, registry)
        return {**result, "ApartmentHouse": {**_own(house), **managed, **_parts_of(house, parts, order)}}
    inside = _parts_of(house, parts, (kinds.ROOM, kinds.BLOCK))
    return {**result, "LivingHouse": {**_own(house), **inside, "HouseGUID": house.id}}


def _own(house: Thing) -> dict[str, api.Data]:
    basic = {**_cadastre(house), **exported.only(house.data, _CHARACTERISTICS), **exported.hostel(house)}
    return {"BasicCharacteristicts": basic, **exported.only(house.data, _OWN[house.kind])}


def _parts_of(around: Thing, parts: exported.Parts, order: Sequence[kinds.PartKind]) -> dict[str, api.Data]:
    found = {kind: [_part(thing, kind, parts) for thing in parts.get((around.id, kind), ())] for kind in order}
    return {kind.exported: repeats for kind, repeats in found.items() if repeats}


def _part(thing: Thing, kind: kinds.PartKind, parts: exported.Parts) -> dict[str, api.Data]:
    said = {**_cadastre(thing), **exported.only(thing.data, _PART), **exported.termination(thing)}
    known = {**exported.identity(thing, kind), "ModificationDate": exported.modified(thing)}
    return {**said, **known, **_parts_of(thing, parts, (kinds.ROOM,))}


def _cadastre(thing: Thing) -> dict[str, api.Data]:
    """Return what the export says of the cadastre: the number, or that there is no link to it.

    A room is exported in the same words as it is imported, everything else in fewer.
    """
    given = exported.only(thing.data, fields_module.CADASTRE)
    if thing.kind == kinds.ROOM.name or "CadastralNumber" in given or not given:
        return given
    return {"No_RSO_GKN_EGRP_Registered": "true"}
