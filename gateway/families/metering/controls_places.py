"""Where a device may stand, whose accounts it may hang on, which devices it may go with (protocol §8.3, §8.6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway import errors
from gateway.families import api
from gateway.families.accounts import codes as account_codes
from gateway.families.accounts import records as accounts
from gateway.families.controls import Control, control
from gateway.families.metering import codes, kinds, records, request
from gateway.families.metering.case import Case
from gateway.families.metering.request import Verb
from gateway.families.problems import problem


@control(codes.HOUSE_MISSING, codes.HOUSE_TWICE)
def house_is_told_once(case: Case) -> Iterator[api.Problem]:
    """Refuse a device of a house whose house nobody names, or the request and the device both (its annotation)."""
    kind = case.asked.kind
    if kind is None or kind.stands_in_parts:
        return
    if case.asked.named and case.asked.house:
        yield problem(codes.HOUSE_TWICE)
    elif not case.places:
        yield problem(codes.HOUSE_MISSING)


@control(codes.PLACE_MISSING)
def place_is_told(case: Case) -> Iterator[api.Problem]:
    """Refuse a device of premises or rooms that names none."""
    kind = case.asked.kind
    if kind is not None and kind.stands_in_parts and not case.places:
        yield problem(codes.PLACE_MISSING, name=kind.names)


@control(errors.PART_UNKNOWN, errors.NOT_IN_REGISTRY)
def place_is_there(case: Case) -> Iterator[api.Problem]:
    """Refuse a house that is not placed, and premises and rooms that are not there or are annulled."""
    for place in case.places:
        if place.thing is None and place.name == kinds.HOUSE:
            yield problem(errors.NOT_IN_REGISTRY, where=f"{place.name} {place.guid}")
        elif place.thing is None:
            yield problem(errors.PART_UNKNOWN, where=place.name, guid=place.guid)


@control(codes.PLACE_UNFIT)
def place_is_of_the_kind(case: Case) -> Iterator[api.Problem]:
    """Refuse a device in a place of another kind: one of dwellings in non-residential premises, for example."""
    kind = case.asked.kind
    for place in case.places:
        if kind and place.thing and place.thing.kind not in kind.accepts:
            yield problem(codes.PLACE_UNFIT, name=place.name, guid=place.guid, kind=kind.title)


@control(codes.ANOTHER_HOUSE)
def device_is_in_the_house_of_the_request(case: Case) -> Iterator[api.Problem]:
    """Refuse a device that does not stand in the house that the whole request is about."""
    if case.asked.house and case.houses and case.asked.house not in case.houses:
        yield problem(codes.ANOTHER_HOUSE, house=case.asked.house)


@control(errors.PROVIDER_DENIED)
def house_is_of_the_provider(case: Case) -> Iterator[api.Problem]:
    """Refuse a place in a house for which the provider has no basis."""
    # Told by what was named: in which house a place of others is, is not for the sender to learn.
    for place in case.places:
        if place.house and not case.may_use_house(place.house):
            yield problem(errors.PROVIDER_DENIED, where=f"{place.name} {place.guid}")


@control(account_codes.ACCOUNT_UNKNOWN, codes.ACCOUNT_CLOSED, codes.ACCOUNT_ELSEWHERE)
def account_is_of_the_provider_and_the_house(case: Case) -> Iterator[api.Problem]:
    """Refuse an account that the provider does not have, that is closed, or that pays for nothing in the houses."""
    houses = frozenset(case.houses)
    for guid, account in case.accounts.items():
        if account is None:
            yield problem(account_codes.ACCOUNT_UNKNOWN, where="AccountGUID", guid=guid)
        elif not accounts.is_open(account):
            yield problem(codes.ACCOUNT_CLOSED, guid=guid)
        elif houses and houses.isdisjoint(accounts.houses(account)):
            yield problem(codes.ACCOUNT_ELSEWHERE, guid=guid)


@control(errors.PART_UNKNOWN, codes.LINKED_TO_ITSELF)
def linked_devices_are_others_that_are_there(case: Case) -> Iterator[api.Problem]:
    """Refuse a link with the device itself, with one that is not there, or with one that is archived."""
    for guid in case.asked.linked:
        other = case.others[guid]
        if other is None or not records.is_active(other):
            yield problem(errors.PART_UNKNOWN, where=request.LINKS, guid=guid)
        elif case.before is not None and other.id == case.before.id:
            yield problem(codes.LINKED_TO_ITSELF, guid=guid)


@control(codes.NOT_LINKED)
def device_is_one_of_several(case: Case) -> Iterator[api.Problem]:
    """Refuse to link a device that is said to be enough alone (annotation of LinkedWithMetering)."""
    if case.asked.verb is Verb.LINK and request.LINKED not in case.content:
        yield problem(codes.NOT_LINKED)


@control(errors.PART_UNKNOWN, codes.REPLACED_BY_UNLIKE)
def replacing_device_is_alike(case: Case) -> Iterator[api.Problem]:
    """Refuse a replacement by a device that is not there, is archived, is the same, or measures something else."""
    guid = case.asked.replacing
    if not guid or case.before is None:
        return
    other = case.others[guid]
    if other is None or not records.is_active(other):
        yield problem(errors.PART_UNKNOWN, where="ReplacingMeteringDeviceVersionGUID", guid=guid)
    elif other.id == case.before.id or set(records.measured(other)) != set(records.measured(case.before)):
        yield problem(codes.REPLACED_BY_UNLIKE, guid=guid)


@control(codes.KIND_UNFIT)
def correction_is_of_the_kind(case: Case) -> Iterator[api.Problem]:
    """Refuse to correct what a device of its kind does not have: sensors, accounts, a place of another kind."""
    if case.asked.verb is not Verb.AFTER or case.before is None:
        return
    kind, said = records.kind(case.before), case.asked.content
    unfit = [kinds.COLLECTIVE.element] if kind is not kinds.COLLECTIVE else ["AccountGUID"]
    for element in (name for name in unfit if name in said):
        yield problem(codes.KIND_UNFIT, element=element, kind=kind.title)
    moved = case.asked.kind
    if moved is not None and moved is not kind:
        yield problem(codes.KIND_UNFIT, element=f"{request.MOVE}/{moved.element}", kind=kind.title)


RULES: Final[tuple[Control[Any], ...]] = (
    house_is_told_once,
    place_is_told,
    place_is_there,
    place_is_of_the_kind,
    device_is_in_the_house_of_the_request,
    house_is_of_the_provider,
    account_is_of_the_provider_and_the_house,
    linked_devices_are_others_that_are_there,
    device_is_one_of_several,
    replacing_device_is_alike,
    correction_is_of_the_kind,
)
