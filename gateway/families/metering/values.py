"""importMeteringDeviceValues: readings and volumes of up to 1000 devices, each value for itself (protocol §8.3).

This is the everyday package, so what it needs of the registry is read in a few statements, whatever its size, and each
device costs one row. Verifications and control values of a request are judged before its current values, which have to
keep to them; a value of a resource and period that is there is overwritten.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, Final

from gateway import clock
from gateway.families import api, controls, days, fields
from gateway.families.metering import controls_values as rules
from gateway.families.metering import readings, records, resources
from gateway.families.metering import values_request as request
from gateway.families.metering.values_request import Value
from storage.registry import Registry, Thing

_ORDER: Final = (readings.VERIFICATION, readings.CONTROL, readings.CURRENT)
_VERIFIED: Final = ("StartDateValue", "EndDateValue", "SealDate", "PlannedVerification", "VerificationReason")


def import_values(task: api.Task, registry: Registry) -> api.Imported:
    """Keep the values that nothing speaks against; one outcome for each, in the order of the request."""
    sent = request.read(task)
    devices = _devices(task, registry, sent)
    book = readings.Book(registry)
    book.fetch((devices[value.device], value.year) for value in sent if value.device in devices)
    measured = {guid: records.measured(device) for guid, device in devices.items()}
    today = days.today(task.now)
    sound: set[tuple[str, str]] = set()
    outcomes = {}
    for value in sorted(sent, key=lambda each: _ORDER.index(each.section)):
        device = devices.get(value.device)
        reading = rules.Reading(value, device, measured.get(value.device, {}), book, today, task, sound)
        outcomes[value.transport_guid] = _import(reading)
    book.store()
    return api.Imported(tuple(outcomes[value.transport_guid] for value in sent))


def _devices(task: api.Task, registry: Registry, sent: Sequence[Value]) -> dict[str, Thing]:
    """Return the devices that the sender may give readings of, by the GUIDs that it names them by."""
    versions = registry.get_all(value.device for value in sent if value.by_version)
    roots = {guid: str(each.parent) for guid, each in versions.items() if each.kind == records.VERSION}
    roots |= {value.device: value.device for value in sent if not value.by_version}
    things = registry.get_all(roots.values())
    may_use = functools.cache(task.may_use_house)
    return {
        guid: things[root]
        for guid, root in roots.items()
        if root in things
        and things[root].kind == records.DEVICE
        and (records.provider(things[root]) == task.organisation or any(map(may_use, records.houses(things[root]))))
    }


def _import(reading: rules.Reading) -> api.Outcome:
    value = reading.value
    found = controls.first_problems(rules.STAGES, reading)
    if found:
        return api.Outcome(value.transport_guid, problems=found)
    if reading.device is None:
        raise TypeError("a reading of no device has passed the controls")
    origin = {"date": value.date, "by": reading.task.organisation, "at": clock.wire(reading.task.now)}
    if value.section == readings.VERIFICATION:
        _verify(reading.book, reading.device, value, origin)
    else:
        code, values = resources.code(value.content), readings.values_of(value.content)
        reading.book.enter(reading.device, value.section, value.key, code, {**origin, **values})
        if value.section == readings.CONTROL:
            reading.book.check(reading.device, code, value.date, values)
    return api.Outcome(value.transport_guid, updated_at=reading.task.now)


def _verify(book: readings.Book, device: Thing, value: Value, origin: dict[str, Any]) -> None:
    start, end = (
        {resources.code(row): readings.values_of(row) for row in value.side(name)}
        for name in ("StartValue", "EndValue")
    )
    told = {name: value.content[name] for name in _VERIFIED if fields.given(value.content, (name,))}
    entry = {**origin, **told, "start": start, "end": end}
    book.enter(device, readings.VERIFICATION, value.key, readings.ALL, entry)
    book.verify(device)
    for code, values in end.items():
        book.check(device, code, value.date, values)
