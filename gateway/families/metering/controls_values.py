"""The controls of readings as named rules (protocol §5.4, §8.3), in stages: the device, its kind, the value itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Final

from gateway import errors
from gateway.families import api, days, fields, references
from gateway.families.controls import Control, control
from gateway.families.metering import codes, readings, records, resources
from gateway.families.metering.values_request import Value
from gateway.families.problems import problem
from storage.registry import Thing

_DICTIONARIES: Final = {"MunicipalResource": 2, "VerificationReason": 224}


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """One value of a request with all that it has to be judged by."""

    value: Value
    device: Thing | None
    """None where there is no such device that the sender may see."""
    known: dict[str, resources.Measured]
    """What the device measures."""
    book: readings.Book
    today: dt.date
    task: api.Task
    sound: set[tuple[str, str]]
    """References to resources, code and GUID, that the package was found right in: most of its values have the same."""


@control(errors.PART_UNKNOWN)
def device_takes_readings_of_the_sender(reading: Reading) -> Iterator[api.Problem]:
    """Refuse values of a device that is not there, or stands in no house that the sender may use."""
    if reading.device is None:
        where = "MeteringDeviceVersionGUID" if reading.value.by_version else "MeteringDeviceRootGUID"
        yield problem(errors.PART_UNKNOWN, where=where, guid=reading.value.device)


@control(codes.READING_OF_ARCHIVED)
def device_of_the_reading_is_active(reading: Reading) -> Iterator[api.Problem]:
    """Refuse values of an archived device."""
    if reading.device is not None and not records.is_active(reading.device):
        yield problem(codes.READING_OF_ARCHIVED, guid=reading.device.id)


@control(codes.ANOTHER_HOUSE)
def device_of_the_reading_is_in_the_house(reading: Reading) -> Iterator[api.Problem]:
    """Refuse values of a device that does not stand in the house that the whole request is about."""
    house = reading.value.house
    if reading.device is not None and house and house not in records.houses(reading.device):
        yield problem(codes.ANOTHER_HOUSE, house=house)


@control(codes.READING_UNFIT)
def values_are_of_the_kind_of_the_device(reading: Reading) -> Iterator[api.Problem]:
    """Refuse readings of a device that counts volumes, volumes of one that does not, and electricity of another."""
    if reading.device is not None and reading.device.data["counts"] != reading.value.counts:
        yield problem(codes.READING_UNFIT, element=reading.value.element, counts=str(reading.device.data["counts"]))


@control(references.UNKNOWN_ENTRY, references.UNVERIFIABLE_ENTRY, codes.FOREIGN_ENTRY)
def references_of_the_reading_are_known(reading: Reading) -> Iterator[api.Problem]:
    """Refuse entries of dictionaries (НСИ 2, 224) that are not there, and GUIDs of another stand."""
    content, entries = reading.value.content, reading.task.dictionaries
    resource = fields.block(content, "MunicipalResource")
    told = (fields.text(resource, "Code"), fields.text(resource, "GUID"))
    if reading.value.section != readings.VERIFICATION and told in reading.sound:
        return
    found = tuple(references.problems(content, _DICTIONARIES, entries, foreign=codes.FOREIGN_ENTRY))
    if not found and resource:
        reading.sound.add(told)
    yield from found


@control(codes.RESOURCE_UNKNOWN)
def resource_is_one_of_the_device(reading: Reading) -> Iterator[api.Problem]:
    """Refuse a resource that the device does not measure."""
    for code in dict.fromkeys(map(resources.code, reading.value.rows)):
        if code not in reading.known:
            yield problem(codes.RESOURCE_UNKNOWN, code=code, known=", ".join(reading.known))


@control(codes.TARIFFS_UNFIT)
def tariffs_are_those_of_the_device(reading: Reading) -> Iterator[api.Problem]:
    """Refuse values of fewer or more tariffs than the device has."""
    for row in reading.value.rows:
        known, told = reading.known.get(resources.code(row)), resources.tariffs(row)
        if known is not None and known.tariffs != told:
            yield problem(codes.TARIFFS_UNFIT, told=str(told), known=str(known.tariffs))


@control(codes.TAKEN_IN_FUTURE)
def reading_is_taken_already(reading: Reading) -> Iterator[api.Problem]:
    """Refuse a value of a day that has not come yet, by the calendar of Moscow."""
    if reading.value.date > reading.today.isoformat():
        date, today = days.shown(dt.date.fromisoformat(reading.value.date)), days.shown(reading.today)
        yield problem(codes.TAKEN_IN_FUTURE, date=date, today=today)


@control(codes.VERIFICATION_DISORDERED)
def verification_begins_ends_and_is_sealed(reading: Reading) -> Iterator[api.Problem]:
    """Refuse a verification that ends before it begins, or a seal from before its end."""
    content = reading.value.content
    if reading.value.section == readings.VERIFICATION:
        begin, end, seal = (days.day(fields.text(content, f"{name}")) for name in _DAYS)
        if not begin <= end <= seal:
            told = (days.shown(each) for each in (begin, end, seal))
            yield problem(codes.VERIFICATION_DISORDERED, **dict(zip(("begin", "end", "seal"), told, strict=True)))


@control(codes.RESOURCE_REPEATED)
def verification_tells_a_resource_once(reading: Reading) -> Iterator[api.Problem]:
    """Refuse a verification that tells two values of one resource at one of its ends."""
    for name in ("StartValue", "EndValue") if reading.value.section == readings.VERIFICATION else ():
        told = Counter(map(resources.code, reading.value.side(name)))
        for code in (code for code, times in told.items() if times > 1):
            yield problem(codes.RESOURCE_REPEATED, code=code)


@control(codes.BELOW_CHECK)
def current_value_is_not_below_the_last_check(reading: Reading) -> Iterator[api.Problem]:
    """Refuse a current reading below the nearest control value, or end of a verification, up to its day.

    It may well be lower than the current one before it; volumes are not readings, and know no such order.
    """
    value = reading.value
    if value.section != readings.CURRENT or value.counts == resources.VOLUMES or reading.device is None:
        return
    check = reading.book.last_check(reading.device, resources.code(value.content), value.date)
    if check is not None and check.exceeds(readings.values_of(value.content)):
        told, floor = (", ".join(each.values()) for each in (readings.values_of(value.content), check.values))
        yield problem(codes.BELOW_CHECK, value=told, floor=floor, date=days.shown(dt.date.fromisoformat(check.date)))


_DAYS: Final = ("StartDateValue", "EndDateValue", "SealDate")
STAGES: Final[tuple[tuple[Control[Reading], ...], ...]] = (
    (device_takes_readings_of_the_sender,),
    (
        device_of_the_reading_is_active,
        device_of_the_reading_is_in_the_house,
        values_are_of_the_kind_of_the_device,
        references_of_the_reading_are_known,
    ),
    (
        resource_is_one_of_the_device,
        tariffs_are_those_of_the_device,
        reading_is_taken_already,
        verification_begins_ends_and_is_sealed,
        verification_tells_a_resource_once,
    ),
    (current_value_is_not_below_the_last_check,),
)
