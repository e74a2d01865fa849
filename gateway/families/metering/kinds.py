"""Where a device stands and what that makes of it: its place names its type (НСИ 27; annotations of DevicePlace)."""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway.families.fields import Fields
from gateway.families.houses import kinds as houses

HOUSE: Final = "FIASHouseGuid"


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """One kind of devices."""

    element: str
    """The element of the contract that says it."""
    title: str
    """What a Russian text calls it."""
    type: str
    """Code of its type (НСИ 27)."""
    names: str
    """The element that names what it serves."""
    accepts: frozenset[str]
    """What that may be, in the words of the registry."""
    informed: str = ""
    """The element that tells the number beside the GUID, in exports since 14.8.0.1."""
    number: str = ""
    """The number inside it."""

    @property
    def stands_in_parts(self) -> bool:
        """Whether it serves premises or rooms, not whole houses."""
        return self.names != HOUSE


_ANY_HOUSE: Final = frozenset(kind.name for kind in houses.HOUSES)
_DWELLINGS: Final = frozenset((houses.RESIDENTIAL.name, houses.BLOCK.name))
_PREMISES: Final = ("PremiseGUID", "PremiseInfo", "PremiseNo")
_ROOM: Final = ("LivingRoomGUID", "LivingRoomInfo", "LivingRoomNo")


def _part(element: str, title: str, type_: str, words: tuple[str, str, str], accepts: frozenset[str]) -> Kind:
    names, informed, number = words
    return Kind(element, title, type_, names, accepts, informed, number)


COLLECTIVE: Final = Kind("CollectiveDevice", "общедомовой", "2", HOUSE, _ANY_HOUSE)
LIVING_HOUSE: Final = Kind(
    "ApartmentHouseDevice", "индивидуальный жилого дома", "1", HOUSE, frozenset((houses.LIVING_HOUSE.name,))
)
KINDS: Final = (
    COLLECTIVE,
    _part("ResidentialPremiseDevice", "индивидуальный жилого помещения", "1", _PREMISES, _DWELLINGS),
    _part(
        "NonResidentialPremiseDevice",
        "индивидуальный нежилого помещения",
        "1",
        _PREMISES,
        frozenset((houses.NON_RESIDENTIAL.name,)),
    ),
    LIVING_HOUSE,
    _part("LivingRoomDevice", "комнатный", "4", _ROOM, frozenset((houses.ROOM.name,))),
    _part("CollectiveApartmentDevice", "общий (квартирный)", "3", _PREMISES, _DWELLINGS),
)
BY_ELEMENT: Final = {kind.element: kind for kind in KINDS}
NUMBERS: Final = {part.name: part.number for part in houses.PARTS}
"""The field with the number of a part of a house, by its kind in the registry."""


def of(content: Fields) -> Kind:
    """Return the kind whose element stands in a block: in BasicChatacteristicts, or where a device is moved to."""
    return next(kind for kind in KINDS if kind.element in content)
