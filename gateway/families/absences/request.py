"""importAbsenceDeviceInfo as values: what is asked of each act."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields

NAMESPACE: Final = f"{wire.ROOT}house-management/"
VERSION: Final = "AbsenceDeviceInfoVersionGUID"
DRAWN_UP, EXPIRES, ANNULLED = "ActCreateDate", "ActExpireDate", "ActAnnulDate"


class Verb(enum.Enum):
    """What is asked of an act; the element that asks for it."""

    PLACE = "PlacingAbsenceDeviceInfo"
    EDIT = "EditAbsenceDeviceInfo"
    ANNUL = "AnnulmentAbsenceDeviceInfo"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One AbsenceDeviceInfo of the request."""

    transport_guid: str
    verb: Verb
    version: str
    """AbsenceDeviceInfoVersionGUID, lower case; empty where an act is to be placed."""
    content: Fields
    """What is said, in the contract's words, without the version."""

    @property
    def objects(self) -> Sequence[tuple[str, str]]:
        """HMObjectGUID, as sent, and AddressType of each object; none where the act is to be annulled."""
        rows = fields.rows(self.content, "ObjectAbsenceDeviceInfo")
        return [(fields.text(row, "HMObjectGUID"), fields.text(row, "AddressType")) for row in rows]

    @property
    def resources(self) -> Sequence[str]:
        """Codes of the resources (НСИ 2)."""
        return [fields.text(row, "Code").rstrip(".") for row in fields.rows(self.content, "MunicipalResources")]


def read(task: api.Task) -> tuple[Asked, ...]:
    """Return what a valid importAbsenceDeviceInfoRequest asks for, in its order."""
    asked = shape.read(task.element, task.shape)
    return tuple(_asked(row) for row in fields.rows(asked, "AbsenceDeviceInfo"))


def _asked(row: Fields) -> Asked:
    verb = next(verb for verb in Verb if verb.value in row)
    said = fields.block(row, verb.value)
    version = fields.text(said, VERSION).lower()
    return Asked(str(row["TransportGUID"]), verb, version, fields.without(said, (VERSION,)))
