"""What has to be said of a device, in which cases (protocol §8.3: obligations that are written in the annotations).

The rules judge a device as it will be, so a correction that takes away what another field demands is refused as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from gateway.families import api, fields
from gateway.families.controls import Control, control
from gateway.families.metering import changing, codes, kinds, resources
from gateway.families.metering.case import Case
from gateway.families.problems import problem

_ALWAYS: Final = ("MeteringDeviceStamp", "MeteringDeviceModel", "FactorySealDate")
_VERIFIED: Final = ("FirstVerificationDate", "VerificationInterval")
_ELECTRIC: Final = ("TariffCount", "TransformationRatio")


@control(codes.DETAIL_MISSING)
def maker_is_told(case: Case) -> Iterator[api.Problem]:
    """Refuse a device without its mark, its model or the day on which its maker has sealed it."""
    missing = _missing(case, _ALWAYS)
    if case.asked.states and missing:
        yield problem(codes.DETAIL_MISSING, names=missing)


@control(codes.COMMISSIONING_MISSING)
def commissioning_is_told(case: Case) -> Iterator[api.Problem]:
    """Refuse a device, other than a collective one, without the day on which it was put into operation."""
    if case.asked.states and case.kind is not kinds.COLLECTIVE and _missing(case, ("CommissioningDate",)):
        yield problem(codes.COMMISSIONING_MISSING, kind=case.kind.title)


@control(codes.VERIFICATION_MISSING)
def collective_device_is_verified(case: Case) -> Iterator[api.Problem]:
    """Refuse a collective device without its last verification or the interval between verifications."""
    missing = _missing(case, _VERIFIED)
    if case.asked.states and case.kind is kinds.COLLECTIVE and missing:
        yield problem(codes.VERIFICATION_MISSING, names=missing)


@control(codes.REMOTE_MISSING)
def remote_reading_is_described(case: Case) -> Iterator[api.Problem]:
    """Refuse a device that is read from afar without the name of the system that does it."""
    if case.asked.states and fields.flag(case.basic, "RemoteMeteringMode") and _missing(case, ("RemoteMeteringInfo",)):
        yield problem(codes.REMOTE_MISSING)


@control(codes.SENSOR_MISSING)
def sensors_are_described(case: Case) -> Iterator[api.Problem]:
    """Refuse a collective device that has sensors without where they are; other devices have no place for it."""
    if not case.asked.states or case.kind is not kinds.COLLECTIVE:
        return
    for name, flag in changing.SENSORS.items():
        if fields.flag(case.basic, flag) and not fields.text(case.place, name):
            yield problem(codes.SENSOR_MISSING, flag=flag, name=name)


@control(codes.COUNTING_MIXED)
def resources_are_counted_one_way(case: Case) -> Iterator[api.Problem]:
    """Refuse readings of a device that counts volumes (ConsumedVolume), and volumes of one that does not."""
    element = resources.element(case.after)
    counts_volumes = fields.flag(case.basic, "ConsumedVolume")
    if case.asked.is_whole and counts_volumes != (element == resources.VOLUMES):
        yield problem(codes.COUNTING_MIXED, counts="объёмы" if counts_volumes else "показания", element=element)


@control(codes.ELECTRICITY_ONLY)
def electricity_stands_apart(case: Case) -> Iterator[api.Problem]:
    """Refuse tariffs and transformation of another resource, and electricity among the resources of one tariff."""
    if not case.asked.is_whole:
        return
    for row in case.rows:
        code = resources.code(row)
        if code == resources.ELECTRICITY and resources.element(case.after) == resources.READINGS:
            yield problem(codes.ELECTRICITY_ONLY, name=resources.READINGS, code=code)
        if code != resources.ELECTRICITY and fields.given(row, _ELECTRIC):
            yield problem(codes.ELECTRICITY_ONLY, name=next(name for name in _ELECTRIC if name in row), code=code)


@control(codes.RESOURCE_UNMEASURED, codes.UNIT_UNFIT)
def unit_is_of_the_resource(case: Case) -> Iterator[api.Problem]:
    """Refuse a resource that no device measures, and a unit in which a resource is not measured."""
    for row in case.rows if case.asked.is_whole else ():
        code, unit = resources.code(row), resources.unit(row)
        if case.task.dictionaries.item(2, code) is None:
            continue
        if code not in resources.UNITS:
            yield problem(codes.RESOURCE_UNMEASURED, code=code)
        elif unit not in resources.UNITS[code]:
            yield problem(codes.UNIT_UNFIT, code=code, unit=unit, units=", ".join(resources.UNITS[code]))


@control(codes.RESOURCE_REPEATED)
def resource_is_told_once(case: Case) -> Iterator[api.Problem]:
    """Refuse a device that measures one resource twice."""
    if not case.asked.states:
        return
    stated = Counter(map(resources.code, resources.rows(case.asked.content)))
    for code in (code for code, times in stated.items() if times > 1):
        yield problem(codes.RESOURCE_REPEATED, code=code)


def _missing(case: Case, names: tuple[str, ...]) -> str:
    return ", ".join(name for name in names if not fields.given(case.basic, (name,)))


RULES: Final[tuple[Control[Any], ...]] = (
    maker_is_told,
    commissioning_is_told,
    collective_device_is_verified,
    remote_reading_is_described,
    sensors_are_described,
    resources_are_counted_one_way,
    electricity_stands_apart,
    unit_is_of_the_resource,
    resource_is_told_once,
)
