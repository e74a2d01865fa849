"""importMeteringDeviceValues as values: each reading has a TransportGUID of its own (protocol §8.3)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from gateway import wire
from gateway.contracts import shape
from gateway.families import api, days, fields
from gateway.families.fields import Fields
from gateway.families.metering import kinds, readings, resources

NAMESPACE: Final = f"{wire.ROOT}device-metering/"
_KINDS: Final = {
    "OneRateDeviceValue": resources.READINGS,
    "ElectricDeviceValue": resources.ELECTRIC,
    "VolumeDeviceValue": resources.VOLUMES,
}
"""What is sent, and the devices that give it."""
_SECTIONS: Final = {
    "CurrentValue": readings.CURRENT,
    "ControlValue": readings.CONTROL,
    "VerificationValue": readings.VERIFICATION,
}


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """One CurrentValue, ControlValue or VerificationValue."""

    transport_guid: str
    device: str
    """GUID of the device or of one of its versions, lower case."""
    by_version: bool
    """Whether the device is named by a version."""
    element: str
    """What it is a value of: OneRateDeviceValue, ElectricDeviceValue or VolumeDeviceValue."""
    section: str
    """`current`, `control` or `verification`."""
    content: Fields
    """What is said, in the contract's words."""
    date: str
    """The day on which it was taken, or the last one of a verification: YYYY-MM-DD."""
    key: str
    """What it is kept under: the month of a current value (YYYY-MM), the day of the others."""
    house: str
    """FIASHouseGuid of the whole request, lower case; empty where it is not about one house."""

    @property
    def counts(self) -> str:
        """The element of the devices that give such values."""
        return _KINDS[self.element]

    @property
    def rows(self) -> tuple[Fields, ...]:
        """Its values by resource: one, or those of both ends of a verification."""
        if self.section == readings.VERIFICATION:
            return (*self.side("StartValue"), *self.side("EndValue"))
        return (self.content,)

    @property
    def year(self) -> int:
        """The year that it is kept in."""
        return int(self.key[:4])

    def side(self, name: str) -> tuple[Fields, ...]:
        """Return the values at the start or the end of a verification."""
        return fields.rows(self.content, name)


def read(task: api.Task) -> tuple[Value, ...]:
    """Return the values of a valid importMeteringDeviceValuesRequest, in its order."""
    asked = shape.read(task.element, task.shape)
    house = fields.text(asked, kinds.HOUSE).lower()
    return tuple(value for row in fields.rows(asked, "MeteringDevicesValues") for value in _values(row, house))


def _values(row: Fields, house: str) -> Iterator[Value]:
    by_version = "MeteringDeviceVersionGUID" in row
    device = fields.text(row, "MeteringDeviceVersionGUID" if by_version else "MeteringDeviceRootGUID").lower()
    element = next(name for name in _KINDS if name in row)
    said = fields.block(row, element)
    for name, section in _SECTIONS.items():
        for content in fields.rows(said, name):
            day = "EndDateValue" if section == readings.VERIFICATION else "DateValue"
            date = days.day(fields.text(content, day)).isoformat()
            yield Value(
                transport_guid=str(content["TransportGUID"]),
                device=device,
                by_version=by_version,
                element=element,
                section=section,
                content=content,
                date=date,
                key=_month(content, date) if section == readings.CURRENT else date,
                house=house,
            )


def _month(content: Fields, date: str) -> str:
    """Return the month that a current value is of; without Period it is that of its day (annotation of Period)."""
    period = fields.block(content, "Period")
    if not period:
        return date[:7]
    return f"{int(fields.text(period, 'Year')):04}-{int(fields.text(period, 'Month')):02}"
