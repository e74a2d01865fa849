"""What a document may charge for, and to whom it is paid, as named rules (protocol §8.4, SRV008076)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from gateway.families import api, fields, references
from gateway.families.bills import codes, request, services
from gateway.families.bills.case import Case
from gateway.families.bills.services import Service
from gateway.families.controls import Control, control
from gateway.families.problems import problem

_MANAGED: Final = "isUOAccount"
_OWN: Final = frozenset((1, 51, 337))
"""Dictionaries that whoever gives the services keeps itself."""
_COMPONENTS: Final = {"nameComponent": 331}
_KIND_OF_SERVICE: Final = "3"


@control(codes.SERVICES_WRONG)
def something_is_charged(case: Case) -> Iterator[api.Problem]:
    """Refuse a document without any charge, debt or penalty."""
    if not case.charged:
        yield problem(codes.SERVICES_WRONG, why="в документе нет ни одного начисления")


@control(*references.CODES)
def references_are_known(case: Case) -> Iterator[api.Problem]:
    """Refuse services that their dictionaries do not have: the common ones, or those of whoever gives the service."""
    for service in case.charged:
        number = services.DICTIONARIES.get(service.element)
        if number is not None:
            entries: references.Entries = case.own if number in _OWN else case.task.dictionaries
            said = {"ServiceType": service.content["ServiceType"]}
            yield from references.problems(said, {"ServiceType": number}, entries, path=service.where)
    components = {"ComponentsOfCost": case.asked.content.get("ComponentsOfCost", ())}
    yield from references.problems(components, _COMPONENTS, case.task.dictionaries)


@control(codes.SERVICE_REPEATED)
def services_are_told_once(case: Case) -> Iterator[api.Problem]:
    """Refuse a service that is charged twice: of one contractor, and in a document of debts for one month."""
    times = Counter(service.identity for service in case.charged)
    told = {service.identity: service for service in case.charged}
    for identity, count in times.items():
        if count > 1:
            yield problem(codes.SERVICE_REPEATED, where=told[identity].where, name=_name(told[identity], case))


@control(codes.SERVICES_WRONG)
def payees_are_told_once_or_everywhere(case: Case) -> Iterator[api.Problem]:
    """Refuse payment details at some services only, and those that the document itself does not name."""
    content = case.asked.content
    details = [fields.text(row, request.PAYEE) for row in fields.rows(content, request.DETAILS)]
    known = {fields.text(content, request.PAYEE), *details}
    paid = [service for service in case.charged if service.element in services.PAID_TO]
    silent = [service.where for service in paid if not service.payee]
    if silent and (details or len(silent) < len(paid)):
        yield problem(codes.SERVICES_WRONG, why="реквизиты указаны не у каждой услуги", where=", ".join(silent))
    for service in paid:
        if service.payee and service.payee not in known:
            yield problem(
                codes.SERVICES_WRONG, why="реквизитов услуги нет среди реквизитов документа", where=service.where
            )


@control(codes.SERVICES_WRONG)
def services_are_of_the_agreement(case: Case) -> Iterator[api.Problem]:
    """Refuse a municipal or additional service that the agreement of management does not have in the month.

    Only for accounts of whoever manages the house. Debts may be for services that are no longer given.
    """
    if case.kind != _MANAGED or services.is_debt(case.asked.content):
        return
    if not case.given:
        yield problem(codes.SERVICES_WRONG, why="нет действующего договора управления или устава для дома счёта")
        return
    for service in case.charged:
        if not _is_given(service, case):
            yield problem(
                codes.SERVICES_WRONG,
                why=f"услуги «{_name(service, case)}» нет в договоре управления или уставе",
                where=service.where,
            )


def _is_given(service: Service, case: Case) -> bool:
    if service.element == services.ADDITIONAL:
        return any(service.code in given.additional for given in case.given)
    if service.element == services.MUNICIPAL_KIND:
        return any(service.code in given.municipal for given in case.given)
    if service.element == services.MUNICIPAL:
        entry = case.own.item(services.DICTIONARIES[services.MUNICIPAL], service.code)
        kind = _kind_of(entry) if entry else ""
        return any(kind in given.municipal for given in case.given)
    return True


def _kind_of(entry: api.Item) -> str:
    """Return the kind of municipal service (НСИ 3) that an entry of the organisation's dictionary 51 is of."""
    for field in entry.fields:
        reference = fields.block(field, "NsiRef")
        if fields.text(reference, "NsiItemRegistryNumber") == _KIND_OF_SERVICE:
            return fields.item_code(reference, "Ref")
    return ""


def _name(service: Service, case: Case) -> str:
    number = services.DICTIONARIES.get(service.element)
    if number is None:
        return service.element
    entries: references.Entries = case.own if number in _OWN else case.task.dictionaries
    entry = entries.item(number, service.code)
    return entry.name if entry else service.code


STAGES: Final[tuple[tuple[Control[Case], ...], ...]] = (
    (something_is_charged, references_are_known),
    (services_are_told_once, payees_are_told_once_or_everywhere, services_are_of_the_agreement),
)
