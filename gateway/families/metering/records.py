"""What the registry keeps of a metering device, and how other families read it.

A device is an aggregate of its own, `device:<root GUID>`, together with its versions: packages for different devices
never meet. The device itself holds what readings are judged by and is small; what the contract says of it stands in its
versions, each an object under its own GUID that never changes again (protocol §8.3: the root is stable, every edit has
a version). Houses and the provider are links.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Final

from gateway.families import api, fields
from gateway.families.metering import kinds, resources
from storage.registry import Registry, Thing

DEVICE: Final = "metering-device"
VERSION: Final = "metering-device-version"
_SERIES: Final = "metering-device-number"
_DIGITS: Final = 12


def aggregate(root: str) -> str:
    """Return the registry's name for a device with everything about it."""
    return f"device:{root}"


def house_link(fias: str) -> str:
    """Return the link of the devices that serve this house."""
    return f"house:{fias}"


def provider_link(organisation: str) -> str:
    """Return the link of the devices that an organisation has placed."""
    return f"provider:{organisation}"


def new(registry: Registry, guid: str) -> Thing:
    """Return a device that is not stored yet, with a number (MeteringDeviceGISGKHNumber) that no other ever has."""
    number = f"{registry.next_number(_SERIES):0{_DIGITS}}"
    return Thing(guid, DEVICE, aggregate(guid), unique_number=number)


def changed(
    registry: Registry, device: Thing, content: fields.Fields, houses: Iterable[str], task: api.Task, **more: Any
) -> Thing:
    """Store a device in a new version with this content; `more` is what else the device keeps from now on."""
    version = Thing(
        task.new_guid(),
        VERSION,
        device.aggregate,
        parent=device.id,
        data={"number": number(device) + 1, "content": content},
    )
    served = sorted(set(houses))
    data = {
        **device.data,
        "provider": task.organisation,
        "houses": served,
        "kind": kinds.of(fields.block(content, "BasicChatacteristicts")).element,
        "counts": resources.element(content),
        "resources": {code: dataclasses.asdict(each) for code, each in resources.measured(content).items()},
        "version": version.id,
        "number": number(device) + 1,
        **more,
    }
    links = frozenset((provider_link(task.organisation), *map(house_link, served)))
    after = dataclasses.replace(device, data=data, links=links)
    registry.put(after)
    registry.put(version)
    return after


def of_version(registry: Registry, guid: str) -> Thing | None:
    """Return the device that has, or once had, this version; None where no device has."""
    version = registry.get(guid)
    if version is None or version.kind != VERSION or version.parent is None:
        return None
    return registry.get(version.parent)


def content(registry: Registry, device: Thing) -> fields.Fields:
    """Return what is said of a device now, in the words of the contract."""
    found = registry.get(device.data["version"])
    if found is None:
        raise ValueError(f"device {device.id} has lost its version")
    return version_content(found)


def version_content(version: Thing) -> fields.Fields:
    """Return what a version says; other devices stand in it by their root GUIDs, and no houses do."""
    said: fields.Fields = version.data["content"]
    return said


def provider(device: Thing) -> str:
    """Return the orgPPAGUID of whoever has placed the device."""
    return str(device.data["provider"])


def houses(device: Thing) -> tuple[str, ...]:
    """Return the FIASHouseGuids, lower case, of the houses that it serves."""
    return tuple(device.data["houses"])


def kind(device: Thing) -> kinds.Kind:
    """Return the kind of the device."""
    return kinds.BY_ELEMENT[device.data["kind"]]


def measured(device: Thing) -> dict[str, resources.Measured]:
    """Return what it measures, by the code of the resource."""
    return {code: resources.Measured(**each) for code, each in device.data["resources"].items()}


def number(device: Thing) -> int:
    """Return the number of its version, 0 before the first."""
    return int(device.data.get("number", 0))


def is_active(device: Thing) -> bool:
    """Return whether it is not archived."""
    return device.ended_at is None
