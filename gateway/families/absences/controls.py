"""The controls of acts that a device cannot be installed, as named rules in stages like those of metering.

The conditions of the official SRV059012 are not public, and SRV059009 and SRV059011 are gone since 15.11 (protocol
§5.4): the codes are this gateway's own, and follow from the annotations and from what the act says.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

from gateway import errors
from gateway.families import api, days, fields, references
from gateway.families.absences import codes, request
from gateway.families.absences import records as acts
from gateway.families.absences.case import HOUSE, KINDS, Case
from gateway.families.absences.request import Verb
from gateway.families.controls import Control, control
from gateway.families.houses import finding
from gateway.families.metering import kinds, resources
from gateway.families.problems import problem

_DICTIONARIES: Final = {"DeviceTypeBase": 27, "MunicipalResources": 2, "DeviceInstallBlockingReason": 379}
_WATER: Final = {"1", "2"}
"""Cold and hot water (НСИ 2): the only resources that an act may name together."""
_TITLES: Final = {"1": "индивидуальный", "2": "общедомовой", "3": "общий (квартирный)", "4": "комнатный"}


@control(errors.NOT_IN_REGISTRY)
def act_is_of_its_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse to change an act that is not there, or is another provider's: both are told in the same words."""
    if case.asked.version and case.before is None:
        yield problem(errors.NOT_IN_REGISTRY, where=f"{request.VERSION} {case.asked.version}")


@control(codes.ANNULLED)
def act_is_not_annulled(case: Case) -> Iterator[api.Problem]:
    """Refuse to change an annulled act, or to annul it again."""
    if case.before is not None and acts.is_annulled(case.before):
        yield problem(codes.ANNULLED, guid=case.before.id)


@control(codes.VERSION_OUTDATED)
def version_is_current(case: Case) -> Iterator[api.Problem]:
    """Refuse to change a former version of an act: its sender has not seen what the act says now."""
    if case.before is not None and not acts.is_annulled(case.before):
        current = str(case.before.data["version"])
        if current != case.asked.version:
            yield problem(codes.VERSION_OUTDATED, version=case.asked.version, current=current)


@control(errors.PART_UNKNOWN, errors.NOT_IN_REGISTRY)
def object_is_there(case: Case) -> Iterator[api.Problem]:
    """Refuse a house that is not placed, and premises and rooms that are not there or are annulled."""
    for each in case.objects:
        if each.thing is None and each.type == HOUSE:
            yield problem(errors.NOT_IN_REGISTRY, where=f"HMObjectGUID {each.guid}")
        elif each.thing is None:
            yield problem(errors.PART_UNKNOWN, where="HMObjectGUID", guid=each.guid)


@control(codes.OBJECT_UNFIT)
def object_is_of_its_type(case: Case) -> Iterator[api.Problem]:
    """Refuse a room that is called premises, and premises that are called a room (annotation of AddressType)."""
    for each in case.objects:
        if each.thing and each.thing.kind not in KINDS[each.type]:
            yield problem(codes.OBJECT_UNFIT, guid=each.guid, type=each.type)


@control(codes.OBJECT_REPEATED)
def object_is_named_once(case: Case) -> Iterator[api.Problem]:
    """Refuse an object that the request names twice (the contract's key misses GUIDs that differ by case alone)."""
    for guid in case.repeated:
        yield problem(codes.OBJECT_REPEATED, guid=guid)


@control(errors.PROVIDER_DENIED)
def house_is_of_the_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse an object in a house for which the provider has no basis."""
    # Told by what was named: in which house an object of others is, is not for the sender to learn.
    for each in case.objects:
        if each.thing and not case.may_use_house(finding.house_of(each.thing)):
            yield problem(errors.PROVIDER_DENIED, where=f"HMObjectGUID {each.guid}")


@control(codes.DEVICE_UNFIT)
def device_is_one_of_the_object(case: Case) -> Iterator[api.Problem]:
    """Refuse a type of devices that such an object cannot have: a collective one in a flat, for example."""
    device = fields.item_code(case.asked.content, "DeviceTypeBase")
    accepted = frozenset[str]().union(*(kind.accepts for kind in kinds.KINDS if kind.type == device))
    for each in case.objects if device in _TITLES else ():
        if each.thing and each.thing.kind in KINDS[each.type] and each.thing.kind not in accepted:
            yield problem(codes.DEVICE_UNFIT, device=_TITLES[device], guid=each.guid, type=each.type)


@control(codes.RESOURCES_APART, codes.RESOURCE_UNMEASURED)
def resources_are_measured_together(case: Case) -> Iterator[api.Problem]:
    """Refuse what devices do not measure, and two resources other than hot and cold water (their annotation)."""
    named = case.asked.resources
    if len(named) > 1 and set(named) != _WATER:
        yield problem(codes.RESOURCES_APART, codes=", ".join(named))
    for code in dict.fromkeys(named):
        if case.task.dictionaries.item(2, code) and code not in resources.UNITS:
            yield problem(codes.RESOURCE_UNMEASURED, code=code)


@control(codes.DRAWN_UP_IN_FUTURE, codes.EXPIRES_TOO_EARLY)
def days_of_the_act_are_in_order(case: Case) -> Iterator[api.Problem]:
    """Refuse an act of a day to come, and one that ends before it was drawn up."""
    if case.asked.verb is Verb.ANNUL:
        return
    drawn_up = days.day(fields.text(case.asked.content, request.DRAWN_UP))
    today = days.today(case.task.now)
    if drawn_up > today:
        yield problem(codes.DRAWN_UP_IN_FUTURE, date=days.shown(drawn_up), today=days.shown(today))
    last = fields.text(case.asked.content, request.EXPIRES)
    if last and days.day(last) < drawn_up:
        yield problem(codes.EXPIRES_TOO_EARLY, expires=days.shown(days.day(last)), drawn_up=days.shown(drawn_up))


@control(codes.ANNULLED_OUT_OF_TIME)
def annulment_is_of_a_day_of_the_act(case: Case) -> Iterator[api.Problem]:
    """Refuse to annul an act from a day before it was drawn up, or from a day to come."""
    if case.asked.verb is not Verb.ANNUL or case.before is None:
        return
    date = days.day(fields.text(case.asked.content, "AnnulDate"))
    drawn_up = days.day(fields.text(case.content, request.DRAWN_UP))
    today = days.today(case.task.now)
    if not drawn_up <= date <= today:
        told = {"date": days.shown(date), "drawn_up": days.shown(drawn_up), "today": days.shown(today)}
        yield problem(codes.ANNULLED_OUT_OF_TIME, **told)


@control(*references.CODES)
def references_are_known(case: Case) -> Iterator[api.Problem]:
    """Refuse entries of dictionaries (НСИ 2, 27, 379) that are not there, and GUIDs of another stand."""
    yield from references.problems(case.asked.content, _DICTIONARIES, case.task.dictionaries)


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (act_is_of_its_provider,),
    (act_is_not_annulled, version_is_current),
    (
        object_is_there,
        object_is_of_its_type,
        object_is_named_once,
        house_is_of_the_provider,
        device_is_one_of_the_object,
        resources_are_measured_together,
        days_of_the_act_are_in_order,
        annulment_is_of_a_day_of_the_act,
        references_are_known,
    ),
)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*STAGES))
"""Every rule of the family, in the order in which they are asked."""
