"""importPaymentDocumentData: up to 500 documents of a month are placed, or up to 1000 withdrawn (protocol §8.4).

Each stands for itself. Every document that is placed gets a PaymentDocumentID of its own, a correction too: it takes
the place of the document that it names, which is withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.families import api, controls
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.bills import case as cases
from gateway.families.bills import controls as rules
from gateway.families.bills import numbers, records
from gateway.families.bills import request as requests
from storage.registry import Registry, Thing

_AREAS: Final = ("LivingPersonsNumber", "ResidentialSquare", "HeatedArea", "TotalSquare")
"""What AddressInfo of the export tells of the account, as it is when the document is placed."""


def import_documents(task: api.Task, registry: Registry) -> api.Imported:
    """Place or withdraw what nothing speaks against; one outcome for each, in the order of the request."""
    request = requests.read(task)
    if request.withdrawals:
        return _withdraw_all(task, registry, request.withdrawals)
    known = cases.Cases(task, registry, request)
    return api.Imported(tuple(_place(known, asked) for asked in request.documents))


def _withdraw_all(task: api.Task, registry: Registry, asked: Sequence[requests.Withdrawal]) -> api.Imported:
    documents = cases.Documents(task, registry, {each.document_id for each in asked})
    return api.Imported(tuple(_withdraw(documents, each, task) for each in asked))


def _withdraw(documents: cases.Documents, asked: requests.Withdrawal, task: api.Task) -> api.Outcome:
    named = documents.named(asked.document_id)
    found = controls.first_problems(rules.NAMED, named)
    if found:
        return api.Outcome(asked.transport_guid, problems=found)
    if named.document is None:
        raise TypeError("a document that is not there has passed the controls")
    documents.withdraw(named.document, task)
    return _accepted(asked.transport_guid, named.document, task)


def _place(known: cases.Cases, asked: requests.Asked) -> api.Outcome:
    case = known.case(asked)
    found = controls.first_problems(rules.NAMED, case.corrected) if case.corrected else ()
    found = found or controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(asked.transport_guid, problems=found)
    document = _document(known, case)
    known.place(document, case.corrected.document if case.corrected else None)
    return _accepted(asked.transport_guid, document, case.task)


def _document(known: cases.Cases, case: cases.Case) -> Thing:
    asked, request, account = case.asked, case.request, case.account
    if account is None:
        raise TypeError("a document of no account has passed the controls")
    service_id = account_numbers.service(str(account.unique_number))
    document_id = numbers.document_id(service_id, known.next_count(account))
    houses = accounts.houses(account)
    return Thing(
        id=case.task.new_guid(),
        kind=records.DOCUMENT,
        aggregate=records.aggregate(account.id),
        parent=account.id,
        key=records.key(case.task.organisation, request.period, asked.number),
        unique_number=document_id,
        data={
            "provider": case.task.organisation,
            "account": account.id,
            "period": request.period,
            "exposed": asked.exposed,
            "contractor": request.contractor,
            "content": asked.content,
            "areas": {name: value for name, value in accounts.public(account).items() if name in _AREAS},
            "payees": {guid: request.payees[guid] for guid in asked.payees if guid in request.payees},
        },
        ended_at=case.task.now if asked.withdrawn else None,
        links=frozenset(
            (
                records.id_link(document_id),
                records.account_link(account.id),
                records.account_link(account.id, request.period),
                *(records.house_link(house, request.period) for house in houses),
            )
        ),
    )


def _accepted(transport_guid: str, document: Thing, task: api.Task) -> api.Outcome:
    return api.Outcome(
        transport_guid=transport_guid,
        guid=document.id,
        unique_number=records.document_id(document),
        updated_at=task.now,
    )
