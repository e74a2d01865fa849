"""What devices measure (НСИ 2) and in which units (annotation of importMeteringDeviceValuesRequest, protocol §8.3).

A device has one unit for each of its resources, fixed when it is placed; exports add the value in the unit that is the
resource's own where the two differ.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from gateway.families import fields
from gateway.families.fields import Fields

ELECTRICITY: Final = "3"
READINGS: Final = "MunicipalResourceNotEnergy"
ELECTRIC: Final = "MunicipalResourceEnergy"
VOLUMES: Final = "MunicipalResources"
ELEMENTS: Final = (READINGS, ELECTRIC, VOLUMES)
TARIFFS: Final = ("MeteringValueT1", "MeteringValueT2", "MeteringValueT3")
_STATED: Final = {
    "DeviceValueMunicipalResourceNotElectric": READINGS,
    "DeviceValueMunicipalResourceElectric": ELECTRIC,
    "VolumeDeviceValues": VOLUMES,
}
"""The last values of a device that is replaced; what kind of device gives them."""
VALUES: Final = ("MeteringValue", *TARIFFS)

_LITRE, _CUBIC_METRE, _GCAL, _KWH, _MWH, _JOULE, _GJ, _MJ = "112", "113", "233", "245", "246", "271", "A056", "A058"
_WATER: Final = (_CUBIC_METRE, _LITRE)
UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "1": _WATER,
    "2": _WATER,
    ELECTRICITY: (_KWH,),
    "4": (_CUBIC_METRE,),
    "5": (_GCAL, _KWH, _MWH, _JOULE, _GJ, _MJ),
    "8": _WATER,
}
"""Codes of units (ОКЕИ) by the code of the resource that devices measure; the first is the resource's own."""

_GCAL_IN_JOULES: Final = Decimal(4186800000)
_SHARE: Final[Mapping[str, Decimal]] = {
    _LITRE: Decimal("0.001"),
    _JOULE: 1 / _GCAL_IN_JOULES,
    _MJ: Decimal(10**6) / _GCAL_IN_JOULES,
    _GJ: Decimal(10**9) / _GCAL_IN_JOULES,
    _KWH: Decimal(3_600_000) / _GCAL_IN_JOULES,
    _MWH: Decimal(3_600_000_000) / _GCAL_IN_JOULES,
}
"""How much of the resource's own unit one of these is: of a cubic metre, or of an international gigacalorie."""
_LAST_DIGIT: Final = Decimal("0.0000001")


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """One resource of a device."""

    unit: str
    tariffs: int
    """How many values a reading of it has: 1 to 3 for electricity."""


def element(content: Fields) -> str:
    """Return the element in which a device, or a change of it, states its resources; empty where it states none."""
    return next((name for name in ELEMENTS if name in content), "")


def rows(content: Fields) -> tuple[Fields, ...]:
    """Return what is stated of each resource."""
    return fields.rows(content, element(content))


def stated(content: Fields) -> dict[str, tuple[Fields, ...]]:
    """Return the values that a correction or a replacement states, by the element of the devices that give them."""
    told = {name: name for name in ELEMENTS} | _STATED
    return {element: fields.rows(content, name) for name, element in told.items() if name in content}


def code(row: Fields) -> str:
    """Return the code of the resource that a row is about; only electricity goes without saying."""
    return fields.item_code(row, "MunicipalResource") or ELECTRICITY


def unit(row: Fields) -> str:
    """Return the unit that a row states, or that of its resource; empty for what no device measures."""
    return fields.text(row, "Unit") or UNITS.get(code(row), ("",))[0]


def measured(content: Fields) -> dict[str, Measured]:
    """Return what a device measures, by the code of the resource."""
    return {code(row): Measured(unit(row), tariffs(row)) for row in rows(content)}


def own(resource: str, unit_: str, values: Fields) -> dict[str, str]:
    """Return values in the resource's own unit, with its code; nothing where that is the unit they are in."""
    default = UNITS[resource][0]
    if unit_ == default:
        return {}
    return {**{name: _shown(Decimal(text) * _SHARE[unit_]) for name, text in _values(values)}, "DefaultUnit": default}


def tariffs(row: Fields) -> int:
    """Return how many tariffs a row states."""
    stated = fields.text(row, "TariffCount")
    return int(stated) if stated else max(1, sum(name in row for name in TARIFFS))


def _values(row: Fields) -> Iterator[tuple[str, str]]:
    return ((name, fields.text(row, name)) for name in VALUES if name in row)


def _shown(value: Decimal) -> str:
    text = f"{value.quantize(_LAST_DIGIT):f}"
    return text.rstrip("0").rstrip(".")
