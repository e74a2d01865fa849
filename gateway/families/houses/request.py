"""What an import asks for: the house and its parts, in the order of the request, with the sender's own identifiers.

The three requests (УО, ОМС, ЕСП) have one shape as far as the business goes; what a role cannot send is not there.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway.contracts import shape
from gateway.families import fields as fields_module
from gateway.families.houses import content, kinds

_IDENTITY: Final = ("TransportGUID", *{kind.guid for kind in kinds.PARTS})
_IGNORED: Final = {
    kinds.APARTMENT_HOUSE: ("MinFloorCount",),
    # A living house is not managed: the contract keeps the element and says that it does not apply.
    kinds.LIVING_HOUSE: ("HouseManagementType",),
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One object of the request: what carries a TransportGUID."""

    kind: kinds.Kind
    creates: bool
    """Whether it stands in a …ToCreate element; otherwise in …ToUpdate."""
    transport_guid: str
    """As sent, byte for byte."""
    guid: str | None
    """GUID of the part to change, lower case; None for what is created and for the house."""
    fields: fields_module.Fields
    """What is said about the object; its identifiers are taken out, a house's characteristics stand beside the rest."""
    owner: Item | None = None
    """The premises or block around a room; None where the house itself is around it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Request:
    """One import: exactly one house."""

    fias_guid: str
    """FIASHouseGuid as sent; it comes back in the outcome of the house."""
    house: Item
    parts: tuple[Item, ...]
    inherits: bool
    """InheritMissingValues: what an update does not state stays as it is."""
    within_reach: frozenset[str]
    """What an update of a house by this operation could state: an update that does not inherit resets nothing else."""


def read(element: etree._Element, pattern: shape.Shape) -> Request:
    """Return what a valid importHouse…Request of this shape asks for."""
    sent = shape.read(element, pattern)
    kind = next(kind for kind in kinds.HOUSES if kind.branch in sent)
    part = fields_module.block(sent, kind.branch)
    house = _house(part, kind)
    path = (kind.branch, kind.update)
    return Request(
        fias_guid=fields_module.text(house.fields, "FIASHouseGuid"),
        house=house,
        parts=tuple(_parts(part)),
        inherits=fields_module.flag(sent, "InheritMissingValues"),
        within_reach=content.names(pattern, *path) | content.names(pattern, *path, "BasicCharacteristicts"),
    )


def _house(part: fields_module.Fields, kind: kinds.HouseKind) -> Item:
    creates = kind.create in part
    sent = fields_module.block(part, kind.create if creates else kind.update)
    characteristics = fields_module.block(sent, "BasicCharacteristicts")
    said = {**fields_module.without(sent, ("BasicCharacteristicts", *_IGNORED[kind])), **characteristics}
    return Item(kind, creates, str(sent["TransportGUID"]), None, fields_module.without(said, _IDENTITY))


def _parts(house: fields_module.Fields) -> Iterator[Item]:
    """Yield the parts in the order in which the contract lets them stand."""
    yield from _items(house, kinds.NON_RESIDENTIAL)
    yield from _items(house, kinds.ENTRANCE)
    for wrapper in fields_module.rows(house, "ResidentialPremises"):
        yield from _with_rooms(wrapper, kinds.RESIDENTIAL)
    yield from _items(house, kinds.LIFT)
    yield from _items(house, kinds.ROOM)
    for wrapper in fields_module.rows(house, "Blocks"):
        yield from _with_rooms(wrapper, kinds.BLOCK)


def _with_rooms(wrapper: fields_module.Fields, kind: kinds.PartKind) -> Iterator[Item]:
    for owner in _items(wrapper, kind):
        yield owner
        yield from _items(wrapper, kinds.ROOM, owner)


def _items(part: fields_module.Fields, kind: kinds.PartKind, owner: Item | None = None) -> Iterator[Item]:
    for sent in fields_module.rows(part, kind.create):
        yield Item(kind, True, str(sent["TransportGUID"]), None, fields_module.without(sent, _IDENTITY), owner)
    for sent in fields_module.rows(part, kind.update):
        guid = fields_module.text(sent, kind.guid).lower()
        yield Item(kind, False, str(sent["TransportGUID"]), guid, fields_module.without(sent, _IDENTITY), owner)
