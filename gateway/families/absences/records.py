"""What the registry keeps of an act that a device cannot be installed.

An act is an aggregate of its own, `absence:<AbsenceDeviceInfoGUID>`, together with its versions, which are objects
under their own GUIDs and never change again. The objects that an act is about are its links.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from typing import Final

from gateway.families import api, days, fields
from gateway.families.absences import request
from gateway.families.fields import Fields
from storage.registry import Registry, Thing

ACT: Final = "absence-act"
VERSION: Final = "absence-act-version"


def new(guid: str) -> Thing:
    """Return an act that is not stored yet."""
    return Thing(guid, ACT, f"absence:{guid}")


def object_link(guid: str) -> str:
    """Return the link of the acts about an object: FIASHouseGuid of a house, GUID of premises or a room, lower case."""
    return f"object:{guid}"


def changed(registry: Registry, act: Thing, content: Fields, houses: Iterable[str], task: api.Task) -> Thing:
    """Store an act in a new version with this content, and return the version; annulled acts stay, as ended ones."""
    number = int(act.data.get("number", 0)) + 1
    version = Thing(
        task.new_guid(), VERSION, act.aggregate, parent=act.id, data={"number": number, "content": dict(content)}
    )
    objects = fields.rows(content, "ObjectAbsenceDeviceInfo")
    data = {
        "provider": task.organisation,
        "houses": sorted(set(houses)),
        "of_houses": all(fields.text(row, "AddressType") == "House" for row in objects),
        "version": version.id,
        "number": number,
    }
    links = frozenset(object_link(fields.text(row, "HMObjectGUID").lower()) for row in objects)
    ended_at = task.now if request.ANNULLED in content else None
    registry.put(dataclasses.replace(act, data=data, links=links, ended_at=ended_at))
    registry.put(version)
    return version


def of_version(registry: Registry, guid: str) -> Thing | None:
    """Return the act that has, or once had, this version; None where no act has."""
    version = registry.get(guid)
    if version is None or version.kind != VERSION or version.parent is None:
        return None
    return registry.get(version.parent)


def content(registry: Registry, act: Thing) -> Fields:
    """Return what an act says now."""
    found = registry.get(str(act.data["version"]))
    if found is None:
        raise ValueError(f"act {act.id} has lost its version")
    return said(found)


def said(version: Thing) -> Fields:
    """Return what a version says, in the words of the contract."""
    kept: Fields = version.data["content"]
    return kept


def provider(act: Thing) -> str:
    """Return the orgPPAGUID of whoever has placed the act."""
    return str(act.data["provider"])


def houses(act: Thing) -> tuple[str, ...]:
    """Return the FIASHouseGuids, lower case, of the houses of its objects."""
    return tuple(act.data["houses"])


def is_of_houses(act: Thing) -> bool:
    """Return whether it is about whole houses alone."""
    return bool(act.data["of_houses"])


def is_annulled(act: Thing) -> bool:
    """Return whether it is annulled."""
    return act.ended_at is not None


def has_expired(content: Fields, today: dt.date) -> bool:
    """Return whether the last day of an act with this content is past."""
    last = fields.text(content, request.EXPIRES)
    return bool(last) and days.day(last) < today
