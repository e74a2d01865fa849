"""importNotificationData as values: what is asked of each piece of news."""

from __future__ import annotations

import dataclasses
import enum
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.fields import Fields

NAMESPACE: Final = f"{wire.ROOT}house-management/"
SEND: Final = "IsShipOff"
OWNERS: Final = "RoomOwners"
DEBTS: Final = "DeptsInforming"
"""Sic on the wire."""
HOUSE: Final = "FIASHouseGuid"
_ABOUT_HOUSES: Final = ("OtherOrganizationSelection", "AccountOpening")


class Verb(enum.Enum):
    """What is asked; the element that asks for it."""

    WRITE = "Create"
    """Of news that is there, too: it is said anew."""
    SEND = SEND
    DELETE = "DeleteNotification"
    RECALL = "RecallNotification"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked:
    """One notification of the request."""

    transport_guid: str
    guid: str
    """NotificationGUID, lower case; empty where there is none."""
    verb: Verb
    content: Fields
    """What the news says, or why it is recalled; empty where nothing is said."""


def read(task: api.Task) -> tuple[Asked, ...]:
    """Return what a valid importNotificationRequest asks for, in its order."""
    asked = shape.read(task.element, task.shape)
    return tuple(_asked(row) for row in fields.rows(asked, "notification"))


def _asked(row: Fields) -> Asked:
    verb = next(verb for verb in Verb if verb.value in row)
    guid = fields.text(row, "NotificationGUID").lower()
    return Asked(str(row["TransportGUID"]), guid, verb, fields.block(row, verb.value))


def houses(content: Fields) -> list[str]:
    """Return the FIASHouseGuids, lower case, whose residents news is addressed to by name; each once."""
    owners = fields.block(content, OWNERS)
    around = (content, *(fields.block(owners, name) for name in _ABOUT_HOUSES))
    return list(dict.fromkeys(guid.lower() for each in around for guid in fields.texts(each, HOUSE)))


def debtors(content: Fields) -> list[str]:
    """Return the ЕЛС of the accounts whose payers are told of a debt."""
    rows = fields.rows(fields.block(fields.block(content, OWNERS), DEBTS), "Account")
    return [fields.text(row, "UnifiedAccountNumber") for row in rows]
