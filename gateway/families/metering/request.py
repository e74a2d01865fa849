"""importMeteringDeviceData as values: what is asked of each device (protocol §8.3)."""

from __future__ import annotations

import dataclasses
import enum
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.metering import kinds

NAMESPACE: Final = f"{wire.ROOT}house-management/"
BASIC: Final = "BasicChatacteristicts"
"""Sic on the wire."""
MOVE: Final = "AddressChatacteristicts"
LINKED: Final = "LinkedWithMetering"
NOT_LINKED: Final = "NotLinkedWithMetering"
LINKS: Final = "LinkedMeteringDeviceVersionGUID"
_UPDATE: Final = "DeviceDataToUpdate"


class Verb(enum.Enum):
    """What is asked of a device; the element that asks for it."""

    CREATE = "DeviceDataToCreate"
    BEFORE = "UpdateBeforeDevicesValues"
    AFTER = "UpdateAfterDevicesValues"
    LINK = "LinkedWithMetering"
    ARCHIVE = "ArchiveDevice"
    REPLACE = "ReplaceDevice"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One MeteringDevice of the request."""

    transport_guid: str
    verb: Verb
    version: str
    """MeteringDeviceVersionGUID, lower case; empty where a device is to be placed."""
    content: Fields
    """What is said, in the contract's words."""
    house: str
    """FIASHouseGuid of the whole request, lower case; empty where it is not about one house."""

    @property
    def is_whole(self) -> bool:
        """Whether everything is said of the device anew."""
        return self.verb in (Verb.CREATE, Verb.BEFORE)

    @property
    def states(self) -> bool:
        """Whether it says something of the device itself: not only that it goes, or belongs with others."""
        return self.is_whole or self.verb is Verb.AFTER

    @property
    def kind(self) -> kinds.Kind | None:
        """The kind of the device that it is about; None where it does not say."""
        found = [kind for kind in kinds.KINDS if kind.element in self._where]
        return found[0] if found else None

    @property
    def place(self) -> Fields:
        """Where the device stands, or is moved to; empty where it is not said."""
        return fields.block(self._where, self.kind.element) if self.kind else {}

    @property
    def named(self) -> list[str]:
        """GUIDs, as sent, of the houses, premises or rooms that it is said to serve."""
        return fields.texts(self.place, self.kind.names) if self.kind else []

    @property
    def accounts(self) -> list[str]:
        """AccountGUIDs, lower case."""
        return [guid.lower() for guid in fields.texts(self.place if self.is_whole else self.content, "AccountGUID")]

    @property
    def linked(self) -> list[str]:
        """Versions of other devices that it is linked with, lower case."""
        said = self.content if self.verb is Verb.LINK else fields.block(self.content, LINKED)
        return [guid.lower() for guid in fields.texts(said, LINKS)]

    @property
    def replacing(self) -> str:
        """Version of the device that takes its place, lower case; empty where none does."""
        return fields.text(self.content, "ReplacingMeteringDeviceVersionGUID").lower()

    @property
    def _where(self) -> Fields:
        return fields.block(self.content, BASIC if self.is_whole else MOVE)


def read(task: api.Task) -> tuple[Asked, ...]:
    """Return what a valid importMeteringDeviceDataRequest asks for, in its order."""
    asked = shape.read(task.element, task.shape)
    house = fields.text(asked, kinds.HOUSE).lower()
    return tuple(_asked(row, house) for row in fields.rows(asked, "MeteringDevice"))


def _asked(row: Fields, house: str) -> Asked:
    around = fields.block(row, _UPDATE) if _UPDATE in row else row
    verb = next(verb for verb in Verb if verb.value in around)
    version = fields.text(around, "MeteringDeviceVersionGUID").lower()
    return Asked(str(row["TransportGUID"]), verb, version, fields.block(around, verb.value), house)
