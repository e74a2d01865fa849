"""The controls of individual services as named rules (protocol §5.4, §8.2), in stages like those of accounts."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from gateway.families import api, fields, references
from gateway.families.accounts import codes, records
from gateway.families.controls import Control, control
from gateway.families.problems import problem
from storage.registry import Thing

_OWN_DICTIONARIES: Final = {"AdditionalService": 1}


@dataclasses.dataclass(frozen=True, slots=True)
class ServiceSubject:
    """One individual service of a request with all that it has to be judged by."""

    transport_guid: str
    content: fields.Fields
    """What is said about it; empty where it is to be deleted."""
    account_guid: str | None
    """AccountGUID, lower case, where a service is to be made."""
    guid: str | None
    """AccountIndividualServiceGUID, lower case, where one is to be changed or deleted."""
    account: Thing | None
    """The stored account; None where the provider has no such account."""
    before: Thing | None
    """The stored service; None where the provider has no such service."""
    times_named: int
    task: api.Task
    own: references.Entries
    """The dictionaries of the organisation itself."""


@control(codes.SERVICE_UNKNOWN)
def service_is_of_its_provider(subject: ServiceSubject) -> Iterator[api.Problem]:
    """Refuse to change a service that is not there, or is another provider's."""
    if subject.guid is not None and subject.before is None:
        yield problem(codes.SERVICE_UNKNOWN, guid=subject.guid)


@control(codes.SERVICE_DELETED)
def service_is_not_deleted(subject: ServiceSubject) -> Iterator[api.Problem]:
    """Refuse to change a deleted service, or to delete it again."""
    if subject.before is not None and subject.before.ended_at is not None:
        yield problem(codes.SERVICE_DELETED, guid=subject.before.id)


@control(codes.SERVICE_REPEATED)
def service_is_named_once(subject: ServiceSubject) -> Iterator[api.Problem]:
    """Refuse a service that is named twice."""
    if subject.guid is not None and subject.times_named > 1:
        yield problem(codes.SERVICE_REPEATED, guid=subject.guid)


@control(codes.ACCOUNT_UNKNOWN, codes.ACCOUNT_CLOSED)
def service_is_for_an_open_account(subject: ServiceSubject) -> Iterator[api.Problem]:
    """Refuse a service of an account that is not there, is another provider's, or is closed; it can be deleted."""
    if subject.account is None:
        if subject.account_guid is not None:
            yield problem(codes.ACCOUNT_UNKNOWN, guid=subject.account_guid)
    elif subject.content and not records.is_open(subject.account):
        yield problem(codes.ACCOUNT_CLOSED, guid=subject.account.id, date=records.closed_on(subject.account))


@control(codes.SERVICE_ENDS_BEFORE_IT_BEGINS)
def service_begins_before_it_ends(subject: ServiceSubject) -> Iterator[api.Problem]:
    """Refuse a service whose last day is before its first one."""
    begin, end = fields.text(subject.content, "BeginDate"), fields.text(subject.content, "EndDate")
    if end[:10] < begin[:10]:
        yield problem(codes.SERVICE_ENDS_BEFORE_IT_BEGINS, begin=begin, end=end)


@control(*references.OWN_CODES)
def service_is_in_the_own_dictionary(subject: ServiceSubject) -> Iterator[api.Problem]:
    """Refuse an AdditionalService that the organisation's own dictionary (НСИ 1) does not have, or has deleted."""
    yield from references.problems(subject.content, _OWN_DICTIONARIES, subject.own)


STAGES: Final[tuple[tuple[Control[ServiceSubject], ...], ...]] = (
    (service_is_named_once,),
    (service_is_of_its_provider, service_is_not_deleted, service_is_for_an_open_account),
    (service_begins_before_it_ends, service_is_in_the_own_dictionary),
)
