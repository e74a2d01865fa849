"""The controls of accounts as named rules (protocol §5.4, §8.2); those of services are in `controls_services`.

The rules stand in stages: is the object named once, is it one that the sender may change, is what is said about it
right? One that fails in a stage is not asked about in the next.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from gateway import clock, errors
from gateway.families import api, fields, references
from gateway.families.accounts import codes, controls_services, kinds, places, reasons, records
from gateway.families.accounts.request import Asked
from gateway.families.controls import Control, control
from gateway.families.problems import problem
from storage.registry import Registry, Thing

_WHOLE: Final = Decimal(100)
_DICTIONARIES: Final = {"CloseReason": 22, "Type": 95}


@dataclasses.dataclass(frozen=True, slots=True)
class Subject:
    """One account of a request with all that it has to be judged by."""

    asked: Asked
    before: Thing | None
    """The stored account; None for a new one, and where the provider has no account with this GUID."""
    places: tuple[places.Place, ...]
    times_named: int
    """How often the request names this account."""
    task: api.Task
    registry: Registry


@control(codes.ACCOUNT_UNKNOWN)
def account_is_of_its_provider(subject: Subject) -> Iterator[api.Problem]:
    """Refuse to change an account that is not there, or is another provider's: both are told in the same words."""
    if subject.asked.guid is not None and subject.before is None:
        yield problem(codes.ACCOUNT_UNKNOWN, guid=subject.asked.guid)


@control(codes.ACCOUNT_CLOSED)
def account_is_open(subject: Subject) -> Iterator[api.Problem]:
    """Refuse to change a closed account, or to close it again."""
    if subject.before is not None and not records.is_open(subject.before):
        yield problem(codes.ACCOUNT_CLOSED, guid=subject.before.id, date=records.closed_on(subject.before))


@control(codes.ACCOUNT_REPEATED)
def account_is_named_once(subject: Subject) -> Iterator[api.Problem]:
    """Refuse an account that is named twice (the contract's key misses GUIDs that differ by the case of letters)."""
    if subject.asked.guid is not None and subject.times_named > 1:
        yield problem(codes.ACCOUNT_REPEATED, guid=subject.asked.guid)


@control(codes.KIND_NOT_OF_ROLE)
def kind_is_of_the_role(subject: Subject) -> Iterator[api.Problem]:
    """Refuse an account of a kind that organisations of this role do not keep."""
    kind, role = kinds.of(subject.asked.content), subject.task.role
    if role not in kind.roles:
        roles = ", ".join(kind.roles)
        yield problem(codes.KIND_NOT_OF_ROLE, role=role, kind=kind.element, title=kind.title, roles=roles)


@control(codes.KIND_CHANGED)
def kind_stays(subject: Subject) -> Iterator[api.Problem]:
    """Refuse to make an account one of another kind."""
    after = kinds.of(subject.asked.content)
    before = kinds.of(records.public(subject.before)) if subject.before else after
    if before is not after:
        yield problem(codes.KIND_CHANGED, before=before.element, after=after.element)


@control(codes.NUMBER_TAKEN)
def number_is_free(subject: Subject) -> Iterator[api.Problem]:
    """Refuse a number that another open account of the provider has."""
    key = records.key(subject.task.organisation, subject.asked.number)
    if key is None or subject.asked.closes:
        return
    holder = subject.registry.find(records.ACCOUNT, key)
    if holder is not None and holder.id != subject.asked.guid:
        yield problem(codes.NUMBER_TAKEN, number=subject.asked.number, guid=holder.id)


@control(codes.PLACE_MISSING)
def open_account_has_a_place(subject: Subject) -> Iterator[api.Problem]:
    """Refuse an open account without Accommodation."""
    if not subject.asked.closes and not subject.places:
        yield problem(codes.PLACE_MISSING)


@control(errors.PART_UNKNOWN, errors.NOT_IN_REGISTRY)
def place_is_there(subject: Subject) -> Iterator[api.Problem]:
    """Refuse a house that is not placed, and premises and rooms that are not there or are annulled."""
    for place in subject.places:
        if place.house is None and place.element == places.HOUSE:
            yield problem(errors.NOT_IN_REGISTRY, where=f"Accommodation/{place.element} {place.guid}")
        elif place.house is None:
            yield problem(errors.PART_UNKNOWN, where=f"Accommodation/{place.element}", guid=place.guid)


@control(errors.NOT_IN_REGISTRY)
def reason_is_a_contract_of_its_kind(subject: Subject) -> Iterator[api.Problem]:
    """Refuse a ContractGUID that names a contract of management, a charter or anything else that is known here.

    Contracts of supply, of hire and on waste are kept elsewhere: a GUID that is not known here may well be one.
    """
    for where, guid in reasons.named(subject.asked.content):
        if subject.registry.get(guid) is not None:
            yield problem(errors.NOT_IN_REGISTRY, where=f"{where} {guid}")


@control(errors.PROVIDER_DENIED)
def house_is_of_the_provider(subject: Subject) -> Iterator[api.Problem]:
    """Refuse a place in a house for which the provider has no basis."""
    # Told by what was named: in which house a place of others is, is not for the sender to learn.
    for place in subject.places:
        if place.house and not subject.task.may_use_house(place.house):
            yield problem(errors.PROVIDER_DENIED, where=f"Accommodation, {place.element} {place.guid}")


@control(codes.SHARES_EXCEED)
def shares_of_a_place_fit(subject: Subject) -> Iterator[api.Problem]:
    """Refuse more than 100 % for one place in one account."""
    shares: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for place in subject.places:
        shares[place.element, place.guid.lower()] += Decimal(place.share or 0)
    for (_, guid), share in shares.items():
        if share > _WHOLE:
            yield problem(codes.SHARES_EXCEED, guid=guid, sum=str(share))


@control(codes.CLOSED_UNOPENED)
def only_a_placed_account_is_closed(subject: Subject) -> Iterator[api.Problem]:
    """Refuse Closed without AccountGUID: the account would be for no place."""
    if subject.asked.closes and subject.asked.guid is None:
        yield problem(codes.CLOSED_UNOPENED)


@control(codes.CLOSED_BEFORE_OPENED, codes.CLOSED_IN_FUTURE)
def closing_date_is_of_its_life(subject: Subject) -> Iterator[api.Problem]:
    """Refuse a closing before the day on which the account was placed, and one in the future."""
    date = fields.text(fields.block(subject.asked.content, "Closed"), "CloseDate")
    if not date:
        return
    today = _moscow(subject.task.now)
    opened = _moscow(subject.before.created_at) if subject.before and subject.before.created_at else today
    # A date may carry a zone: what counts is the day that it names.
    if date[:10] > today:
        yield problem(codes.CLOSED_IN_FUTURE, date=date, today=today)
    elif date[:10] < opened:
        yield problem(codes.CLOSED_BEFORE_OPENED, date=date, opened=opened)


@control(*references.CODES)
def references_are_known(subject: Subject) -> Iterator[api.Problem]:
    """Refuse a reason of closing (НСИ 22) or a kind of document (НСИ 95) that the dictionaries do not have."""
    yield from references.problems(subject.asked.content, _DICTIONARIES, subject.task.dictionaries)


def _moscow(moment: dt.datetime) -> str:
    return moment.astimezone(clock.MOSCOW).date().isoformat()


STAGES: Final[tuple[tuple[Control[Subject], ...], ...]] = (
    (account_is_named_once,),
    (account_is_of_its_provider, account_is_open),
    (
        kind_is_of_the_role,
        kind_stays,
        number_is_free,
        open_account_has_a_place,
        place_is_there,
        reason_is_a_contract_of_its_kind,
        house_is_of_the_provider,
        shares_of_a_place_fit,
        only_a_placed_account_is_closed,
        closing_date_is_of_its_life,
        references_are_known,
    ),
)
CONTROLS: Final[tuple[Control[Any], ...]] = tuple(itertools.chain(*STAGES, *controls_services.STAGES))
"""Every rule of the family, in the order in which they are asked."""
