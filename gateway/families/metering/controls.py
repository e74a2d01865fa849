"""The controls of metering devices as named rules (protocol §5.4, §8.3), in stages like those of accounts.

Those of readings are in `controls_values`.

Is the device one that the sender may change, and in this version? Is what is said about it right? One that fails in a
stage is not asked about in the next.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from gateway import errors
from gateway.families import api, days, fields, references
from gateway.families.controls import Control, control
from gateway.families.metering import (
    codes,
    controls_content,
    controls_places,
    controls_values,
    readings,
    records,
    request,
    resources,
)
from gateway.families.metering.case import Case
from gateway.families.metering.request import Verb
from gateway.families.problems import problem

DICTIONARIES: Final = {
    "MunicipalResource": 2,
    "VerificationInterval": 16,
    "ArchivingReason": 21,
    "ReasonVerification": 224,
}
_ENDS: Final = (Verb.ARCHIVE, Verb.REPLACE)


@control(errors.PART_UNKNOWN)
def device_is_of_its_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse to change a device that is not there, or is another provider's: both are told in the same words."""
    if case.asked.version and case.before is None:
        yield problem(errors.PART_UNKNOWN, where="MeteringDeviceVersionGUID", guid=case.asked.version)


@control(codes.DEVICE_ARCHIVED, codes.ARCHIVED_UNCHANGED)
def device_is_active(case: Case) -> Iterator[api.Problem]:
    """Refuse to change an archived device, or to archive or replace it again."""
    if case.before is not None and not records.is_active(case.before):
        code = codes.DEVICE_ARCHIVED if case.asked.verb in _ENDS else codes.ARCHIVED_UNCHANGED
        yield problem(code, guid=case.before.id)


@control(codes.VERSION_OUTDATED)
def version_is_current(case: Case) -> Iterator[api.Problem]:
    """Refuse to change a version that another one has taken the place of: its sender has not seen what is there."""
    if case.before is not None and records.is_active(case.before) and case.before.data["version"] != case.asked.version:
        current = str(case.before.data["version"])
        yield problem(codes.VERSION_OUTDATED, version=case.asked.version, current=current)


@control(codes.READINGS_BEGUN, codes.READINGS_NOT_BEGUN)
def update_is_for_before_or_after_readings(case: Case) -> Iterator[api.Problem]:
    """Refuse to describe a device anew once it has readings, and to correct it while it has none (annotations)."""
    if case.before is None or not records.is_active(case.before):
        return
    if case.asked.verb is Verb.BEFORE and readings.have_begun(case.before):
        yield problem(codes.READINGS_BEGUN, guid=case.before.id)
    elif case.asked.verb is Verb.AFTER and not readings.have_begun(case.before):
        yield problem(codes.READINGS_NOT_BEGUN, guid=case.before.id)


@control(codes.VERIFIED_ALREADY)
def first_verification_stays(case: Case) -> Iterator[api.Problem]:
    """Refuse another FirstVerificationDate once a verification was given (annotation of FirstVerificationDate)."""
    named = fields.text(case.asked.content, "FirstVerificationDate") if case.asked.verb is Verb.AFTER else ""
    if case.before is None or not readings.is_verified(case.before) or not named:
        return
    known = fields.text(fields.block(case.content, request.BASIC), "FirstVerificationDate")
    if not known or days.day(known) != days.day(named):
        yield problem(codes.VERIFIED_ALREADY, guid=case.before.id)


@control(codes.RESOURCE_CHANGED)
def what_is_measured_stays(case: Case) -> Iterator[api.Problem]:
    """Refuse a correction, or last readings, of other resources, of another kind or number of tariffs than before."""
    if case.before is None or case.asked.is_whole:
        return
    known, told = records.measured(case.before), resources.stated(case.asked.content)
    counts = str(case.before.data["counts"])
    for element, rows in told.items():
        if element != counts:
            yield problem(codes.RESOURCE_CHANGED, what=f"вид показаний ({element})")
            continue
        for row in rows:
            code = resources.code(row)
            if code not in known:
                yield problem(codes.RESOURCE_CHANGED, what=f"ресурс с кодом «{code}»")
            elif resources.tariffs(row) != known[code].tariffs:
                yield problem(codes.RESOURCE_CHANGED, what=f"число тарифов ({known[code].tariffs})")
    flag = case.asked.content.get("ConsumedVolume")
    if flag is not None and (flag in ("true", "1")) != (counts == resources.VOLUMES):
        yield problem(codes.RESOURCE_CHANGED, what="ConsumedVolume")


@control(codes.FOREIGN_ENTRY, references.UNKNOWN_ENTRY, references.UNVERIFIABLE_ENTRY)
def references_are_known(case: Case) -> Iterator[api.Problem]:
    """Refuse entries of dictionaries (НСИ 2, 16, 21, 224) that are not there, and GUIDs of another stand."""
    entries = case.task.dictionaries
    yield from references.problems(case.asked.content, DICTIONARIES, entries, foreign=codes.FOREIGN_ENTRY)


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (device_is_of_its_provider,),
    (device_is_active, version_is_current, update_is_for_before_or_after_readings),
    (
        *controls_content.RULES,
        *controls_places.RULES,
        what_is_measured_stays,
        first_verification_stays,
        references_are_known,
    ),
)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*STAGES, *controls_values.STAGES))
"""Every rule of the family, in the order in which they are asked."""
