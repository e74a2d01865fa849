"""What a house consists of, as data: names on the wire, numbers, and the codes that tell one kind from another.

Everything that is said of several kinds is said once, over this table.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from gateway import errors


@dataclasses.dataclass(frozen=True, slots=True)
class HouseKind:
    """An apartment house (МКД) or a living house (ЖД)."""

    name: str
    """Kind of the thing in the registry."""
    branch: str
    """Element of the request that holds a house of this kind and all its parts."""
    title: str
    """What a Russian text calls it."""

    @property
    def create(self) -> str:
        """Element that places a house."""
        return f"{self.branch}ToCreate"

    @property
    def update(self) -> str:
        """Element that changes a house."""
        return f"{self.branch}ToUpdate"


@dataclasses.dataclass(frozen=True, slots=True)
class PartKind:
    """A kind of things inside a house, each with a GUID of its own."""

    name: str
    """Kind of the thing in the registry."""
    create: str
    """Element that creates one."""
    update: str
    """Element that changes or annuls one."""
    guid: str
    """Element that carries the GUID of ГИС ЖКХ, in updates and in exports."""
    number: str
    """Element with the number that people know it by."""
    exported: str
    """Element of exportHouseResult."""
    series: str | None
    """Series of its unique registry numbers; a kind without one has none."""
    unborn: str
    """Code for a GUID that is given while the house itself is being created."""
    foreign: str
    """Code for a GUID that is not of this house."""
    mistaken: str
    """Code for a GUID of this house, but of another kind of things."""
    repeated: str = ""
    """Code for a number that another thing has; a kind without one may repeat its numbers."""
    kept: tuple[str, ...] = ()
    """Fields without which the thing cannot be told or exported: an update never resets them."""
    confirmed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """What must be stated once InformationConfirmed is: a title, and the elements of which one is enough."""

    @property
    def export_number(self) -> str:
        """Element of exportHouseResult with the unique registry number."""
        return f"{self.guid.removesuffix('GUID')}UniqueNumber"


APARTMENT_HOUSE: Final = HouseKind("apartment-house", "ApartmentHouse", "Многоквартирный")
LIVING_HOUSE: Final = HouseKind("living-house", "LivingHouse", "Жилой")
HOUSES: Final = (APARTMENT_HOUSE, LIVING_HOUSE)

_TOTAL_AREA: Final = ("общая площадь (TotalArea)", ("TotalArea",))

ENTRANCE: Final = PartKind(
    name="entrance",
    create="EntranceToCreate",
    update="EntranceToUpdate",
    guid="EntranceGUID",
    number="EntranceNum",
    exported="Entrance",
    series=None,
    unborn=errors.ENTRANCE_UNBORN,
    foreign=errors.ENTRANCE_FOREIGN,
    mistaken=errors.ENTRANCE_FOREIGN,
    repeated=errors.ENTRANCE_REPEATED,
    confirmed=(
        ("этажность (StoreysCount)", ("StoreysCount",)),
        ("год постройки (CreationYear)", ("CreationYear",)),
    ),
)
RESIDENTIAL: Final = PartKind(
    name="residential-premises",
    create="ResidentialPremisesToCreate",
    update="ResidentialPremisesToUpdate",
    guid="PremisesGUID",
    number="PremisesNum",
    exported="ResidentialPremises",
    series="premises",
    unborn=errors.RESIDENTIAL_UNBORN,
    foreign=errors.PART_UNKNOWN,
    mistaken=errors.NOT_RESIDENTIAL,
    repeated=errors.RESIDENTIAL_REPEATED,
    kept=("PremisesNum",),
    confirmed=(
        _TOTAL_AREA,
        ("жилая площадь или признак её отсутствия (GrossArea, NoGrossArea)", ("GrossArea", "NoGrossArea")),
    ),
)
NON_RESIDENTIAL: Final = PartKind(
    name="non-residential-premises",
    create="NonResidentialPremiseToCreate",
    update="NonResidentialPremiseToUpdate",
    guid="PremisesGUID",
    number="PremisesNum",
    exported="NonResidentialPremises",
    series="premises",
    unborn=errors.NON_RESIDENTIAL_UNBORN,
    foreign=errors.NON_RESIDENTIAL_FOREIGN,
    mistaken=errors.NOT_NON_RESIDENTIAL,
    repeated=errors.NON_RESIDENTIAL_REPEATED,
    kept=("PremisesNum",),
    confirmed=(_TOTAL_AREA, ("отнесение к общему имуществу (IsCommonProperty)", ("IsCommonProperty",))),
)
ROOM: Final = PartKind(
    name="room",
    create="LivingRoomToCreate",
    update="LivingRoomToUpdate",
    guid="LivingRoomGUID",
    number="RoomNumber",
    exported="LivingRoom",
    series="room",
    unborn=errors.ROOM_UNBORN,
    foreign=errors.ROOM_FOREIGN,
    mistaken=errors.ROOM_FOREIGN,
    repeated=errors.ROOM_REPEATED,
    kept=("RoomNumber",),
    confirmed=(("площадь (Square)", ("Square",)),),
)
BLOCK: Final = PartKind(
    name="block",
    create="BlockToCreate",
    update="BlockToUpdate",
    guid="BlockGUID",
    number="BlockNum",
    exported="Block",
    series="block",
    unborn=errors.BLOCK_UNBORN,
    foreign=errors.PART_UNKNOWN,
    mistaken=errors.PART_UNKNOWN,
    repeated=errors.BLOCK_REPEATED,
    confirmed=(_TOTAL_AREA,),
)
LIFT: Final = PartKind(
    name="lift",
    create="LiftToCreate",
    update="LiftToUpdate",
    guid="LiftGUID",
    number="FactoryNum",
    exported="Lift",
    series=None,
    unborn=errors.LIFT_FOREIGN,
    foreign=errors.LIFT_FOREIGN,
    mistaken=errors.LIFT_FOREIGN,
    kept=("FactoryNum", "Type"),
)
PARTS: Final = (ENTRANCE, RESIDENTIAL, NON_RESIDENTIAL, ROOM, BLOCK, LIFT)

Kind = HouseKind | PartKind
