"""importPaymentDocumentData: up to 500 documents of a month are placed, or up to 1000 withdrawn (protocol §8.4).

Each stands for itself. Every document that is placed gets a PaymentDocumentID of its own, a correction too: it takes
the place of the document that it names, which is withdrawn.
"""

from __future__ import annotations

from gateway.families import api, controls
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.bills import case as cases
from gateway.families.bills import controls as rules
from gateway.families.bills import numbers, records
from gateway.families.bills import request as requests
from storage.registry import Registry, Thing


def import_documents(task: api.Task, registry: Registry) -> api.Imported:
    """Place or withdraw what nothing speaks against; one outcome for each, in the order of the request."""
    request = requests.read(task)
    known = cases.Cases(task, registry, request)
    return api.Imported(tuple(_import(known, asked) for asked in request.documents))


def _import(known: cases.Cases, asked: requests.Asked) -> api.Outcome:
    case = known.case(asked)
    found = controls.first_problems(rules.STAGES, case)
    if found:
        return api.Outcome(asked.transport_guid, problems=found)
    if case.corrected is not None:
        known.put(records.withdrawn(case.corrected, case.task.now))
    document = _document(known, case)
    known.put(document)
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
