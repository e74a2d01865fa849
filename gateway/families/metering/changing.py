"""What a device is after a request: said anew, corrected, or linked (protocol §8.3, annotations of DeviceUpdate).

A whole description replaces what was there. A correction (UpdateAfterDevicesValues) changes only what it states; lists
that it states (accounts, acts, links) take the place of the former ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gateway.families import fields
from gateway.families.api import Data
from gateway.families.fields import Fields
from gateway.families.metering import kinds, request, resources
from gateway.families.metering.request import Asked, Verb

_CORRECTED: Final = (
    "MeteringDeviceNumber",
    "MeteringDeviceStamp",
    "MeteringDeviceModel",
    "InstallationDate",
    "CommissioningDate",
    "RemoteMeteringMode",
    "RemoteMeteringInfo",
    "TemperatureSensor",
    "PressureSensor",
    "FirstVerificationDate",
    "FactorySealDate",
    "ConsumedVolume",
)
_SENSORS: Final = {
    "TemperatureSensingElementInfo": ("TemperatureSensor", "TemperatureSensorInformation"),
    "PressureSensingElementInfo": ("PressureSensor", "PressureSensorInformation"),
}
"""Where sensors are: the flag without which it is ignored, and its name in a correction."""
SENSORS: Final[Mapping[str, str]] = {name: flag for name, (flag, _) in _SENSORS.items()}
_NEVER_KEPT: Final = (kinds.HOUSE, "PremiseInfo", "LivingRoomInfo")
"""Houses are kept apart; numbers of premises and rooms are ignored at an import."""


def resulting(asked: Asked, before: Fields, roots: Mapping[str, str]) -> Fields:
    """Return the content of the device as it will be; `roots` tells devices by their versions."""
    if asked.is_whole:
        return _tidy(asked.content, roots)
    if asked.verb is Verb.AFTER:
        return _tidy(_corrected(asked, before), roots)
    if asked.verb is Verb.LINK:
        linked = {**fields.block(before, request.LINKED), request.LINKS: asked.linked}
        return _tidy({**before, request.LINKED: linked}, roots)
    return before


def _corrected(asked: Asked, before: Fields) -> Fields:
    said = asked.content
    basic = fields.block(before, request.BASIC)
    kind = kinds.of(basic)
    place = {**fields.block(basic, kind.element), **_only(said, "AccountGUID", "Certificate")}
    if kind.stands_in_parts:
        place.update(_only(asked.place, kind.names))
    sensors = fields.block(said, kinds.COLLECTIVE.element)
    place.update({name: sensors[told] for name, (_, told) in _SENSORS.items() if told in sensors})
    links = _only(said, request.LINKED, request.NOT_LINKED)
    kept = fields.without(before, (request.LINKED, request.NOT_LINKED)) if links else before
    return {**kept, **links, **_remeasured(said, before), request.BASIC: {
        **basic, **_only(said, *_CORRECTED), kind.element: place
    }}  # fmt: skip


def _remeasured(said: Fields, before: Fields) -> dict[str, Data]:
    """Return the first readings with those that a correction states in the place of the former ones."""
    name = resources.element(said)
    if not name or name != resources.element(before):
        return {}
    if name == resources.ELECTRIC:
        return {name: {**fields.block(before, name), **fields.block(said, name)}}
    stated = {resources.code(row): row for row in resources.rows(said)}
    return {
        name: [{**row, **_only(stated.get(resources.code(row), {}), "MeteringValue")} for row in resources.rows(before)]
    }


def _tidy(content: Fields, roots: Mapping[str, str]) -> Fields:
    """Return the content without what an import ignores, and with other devices by their roots."""
    basic = dict(fields.block(content, request.BASIC))
    if not fields.flag(basic, "RemoteMeteringMode"):
        basic.pop("RemoteMeteringInfo", None)
    kind = kinds.of(basic)
    unsensed = (name for name, flag in SENSORS.items() if not fields.flag(basic, flag))
    basic[kind.element] = fields.without(fields.block(basic, kind.element), (*_NEVER_KEPT, *unsensed))
    return translated({**content, request.BASIC: basic}, lambda guid: roots.get(guid.lower(), guid))


def translated(content: Fields, name: Callable[[str], str]) -> Fields:
    """Return the content with other names for the devices that it links with."""
    linked = fields.block(content, request.LINKED)
    if request.LINKS not in linked:
        return content
    guids = [name(guid) for guid in fields.texts(linked, request.LINKS)]
    return {**content, request.LINKED: {**linked, request.LINKS: guids}}


def _only(said: Fields, *names: str) -> dict[str, Data]:
    return {name: said[name] for name in names if name in said}
