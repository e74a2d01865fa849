"""How a device is written in an export: one of its versions, with its last readings (protocol §8.3)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Final

from gateway import clock
from gateway.contracts import model
from gateway.families import api, fields
from gateway.families.fields import Fields
from gateway.families.metering import changing, kinds, readings, records, request, resources
from storage.registry import Registry, Thing

_NUMBERS_SINCE: Final = (14, 8, 0, 1)
_ACTIVE, _ARCHIVAL = "Active", "Archival"
_PAPERS: Final = ("Certificate", "ProjectRegistrationNode")


@dataclasses.dataclass(frozen=True, slots=True)
class Shown:
    """A device in one of its versions."""

    device: Thing
    version: Thing


class Exports:
    """Writes the devices of one export; what they refer to is read together."""

    def __init__(self, task: api.Task, registry: Registry, chosen: Sequence[Shown], *, with_houses: bool) -> None:
        self._task = task
        self._registry = registry
        self._origins = Origins(task.directory)
        self._with_houses = with_houses
        self._numbered = model.number(task.version) >= _NUMBERS_SINCE
        contents = [records.version_content(shown.version) for shown in chosen]
        registry.get_all(root for content in contents for root in _linked(content))
        registry.get_all(each for shown in chosen for each in readings.latest(shown.device))
        if self._numbered:
            registry.get_all(guid.lower() for content in contents for guid in _named(content))

    def written(self, shown: Shown) -> dict[str, api.Data]:
        """Return exportMeteringDeviceDataResult of a device."""
        device, version = shown.device, shown.version
        if version.created_at is None:
            raise ValueError(f"{version.kind} {version.id} is not stored yet")
        is_current = device.data["version"] == version.id
        content = changing.translated(records.version_content(version), self._current)
        owner = self._owner(device)
        return {
            **fields.without(content, resources.ELEMENTS),
            request.BASIC: self._basic(device, fields.block(content, request.BASIC)),
            resources.element(content): self._measured(device, content),
            "MeteringDeviceRootGUID": device.id,
            "StatusRootDoc": _ACTIVE if records.is_active(device) else _ARCHIVAL,
            "MeteringDeviceVersionGUID": version.id,
            "VersionNumber": str(version.data["number"]),
            "StatusVersion": _ACTIVE if is_current and records.is_active(device) else _ARCHIVAL,
            "UpdateDateTime": clock.wire(version.created_at),
            **({"MeteringOwner": {"orgRootEntityGUID": [owner]}} if owner else {}),
            "MeteringDeviceGISGKHNumber": str(device.unique_number),
        }

    def _basic(self, device: Thing, basic: Fields) -> dict[str, api.Data]:
        kind = kinds.of(basic)
        place = dict(fields.block(basic, kind.element))
        if records.provider(device) != self._task.organisation:
            place = fields.without(place, _PAPERS)
        if not kind.stands_in_parts and self._with_houses:
            place[kinds.HOUSE] = list(records.houses(device))
        if kind.stands_in_parts and self._numbered:
            place[kind.informed] = [self._informed(kind, guid) for guid in fields.texts(place, kind.names)]
            # Rooms are named by GUID alone only in the older version; premises are in both (their annotations).
            if kind.names == "LivingRoomGUID":
                place.pop(kind.names)
        return {**basic, kind.element: place}

    def _informed(self, kind: kinds.Kind, guid: str) -> Fields:
        part = self._registry.get(guid.lower())
        return {kind.names: guid, kind.number: fields.text(part.data, kinds.NUMBERS[part.kind]) if part else ""}

    def _measured(self, device: Thing, content: Fields) -> api.Data:
        element, rows = resources.element(content), resources.rows(content)
        if element == resources.VOLUMES:
            return list(rows)
        known = records.measured(device)
        written = [self._reading(device, row, known) for row in rows]
        return written[0] if element == resources.ELECTRIC else written

    def _reading(self, device: Thing, row: Fields, known: Mapping[str, resources.Measured]) -> dict[str, api.Data]:
        code = resources.code(row)
        values, organisation = self._last(device, row)
        own = resources.own(code, known[code].unit if code in known else resources.unit(row), values)
        return {
            **row,
            **values,
            **self._origins.told(organisation),
            **({"MeteringValueInDefaultUnit": own} if own else {}),
        }

    def _last(self, device: Thing, row: Fields) -> tuple[dict[str, str], str]:
        """Return the last values of one resource and who gave them: when it was replaced, later on, or at first."""
        code = resources.code(row)
        told = resources.stated(device.data.get("replaced", {})).values()
        for each in (last for rows in told for last in rows if resources.code(last) == code):
            return readings.values_of(each), records.provider(device)
        entry = readings.last(self._registry, device, code)
        if entry is not None:
            return readings.values_of(entry), entry["by"]
        return readings.values_of(row), records.provider(device)

    def _owner(self, device: Thing) -> str:
        if records.kind(device) is not kinds.COLLECTIVE:
            return ""
        return self._origins.root(records.provider(device))

    def _current(self, root: str) -> str:
        other = self._registry.get(root)
        return str(other.data["version"]) if other else root


class Origins:
    """Who has given readings; each organisation is looked up once for an export."""

    def __init__(self, directory: api.Directory) -> None:
        self._find = functools.cache(directory.by_guid)

    def told(self, organisation: str) -> dict[str, str]:
        """Return its orgPPAGUID and, where it is known, its name."""
        found = self._find(organisation)
        return {**({"ReadingsSource": found.name} if found else {}), "orgPPAGUID": organisation}

    def root(self, organisation: str) -> str:
        """Return its orgRootEntityGUID; empty where it is not known."""
        found = self._find(organisation)
        return found.root if found else ""


def _linked(content: Fields) -> list[str]:
    return fields.texts(fields.block(content, request.LINKED), request.LINKS)


def _named(content: Fields) -> list[str]:
    basic = fields.block(content, request.BASIC)
    kind = kinds.of(basic)
    return fields.texts(fields.block(basic, kind.element), kind.names) if kind.stands_in_parts else []
