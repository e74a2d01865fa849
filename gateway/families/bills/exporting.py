"""exportPaymentDocumentData: the caller's own documents by every key that the contract has (protocol §8.4).

Documents of others do not exist for it. Withdrawn ones are told too, with their mark. A PaymentDocumentID that is not
there has an ErrorMessage of its own among the others; of the accounts of a month those without documents are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, fields
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.bills import codes, records, request, showing
from gateway.families.problems import problem
from storage.registry import Registry, Thing


def export_documents(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return the documents in the order of what they were asked by; INT002012 for none."""
    asked = shape.read(task.element, task.shape)
    wanted = fields.texts(asked, "PaymentDocumentID")
    found = _named(wanted, registry) if wanted else _of_month(asked, request.period(asked), task, registry)
    own = [document for document in found if records.provider(document) == task.organisation]
    if not own:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    known = {records.document_id(document) for document in own}
    missing = [id_ for id_ in dict.fromkeys(wanted) if id_ not in known]
    items = (*map(showing.written, own), *map(_missing, missing))
    return api.Exported("exportPaymentDocResult", items)


def _missing(document_id: str) -> fields.Fields:
    said = problem(codes.DOCUMENT_UNKNOWN, document=document_id)
    return {"ErrorMessage": {"ErrorCode": said.code, "Description": said.text}}


def _named(wanted: Sequence[str], registry: Registry) -> list[Thing]:
    found = records.by_ids(registry, set(wanted))
    return [found[id_] for id_ in dict.fromkeys(wanted) if id_ in found]


def _of_month(asked: fields.Fields, period: str, task: api.Task, registry: Registry) -> list[Thing]:
    house = fields.text(asked, "FIASHouseGuid").lower()
    if house:
        return _of_house(asked, house, period, task, registry)
    guids = _accounts(asked, registry)
    found = registry.linked(records.DOCUMENT, (records.account_link(guid, period) for guid in guids))
    place = {guid: number for number, guid in enumerate(guids)}
    return sorted(found, key=lambda document: place[records.account(document)])


def _accounts(asked: fields.Fields, registry: Registry) -> list[str]:
    """Return AccountGUIDs, each once: as they are told, or those of accounts with these ЕЛС or ИЖКУ."""
    guids = [guid.lower() for guid in fields.texts(asked, "AccountGUID")]
    if guids:
        return list(dict.fromkeys(guids))
    unified = [account_numbers.unified_of(number) for number in fields.texts(asked, "ServiceID")]
    wanted = dict.fromkeys(filter(None, (*fields.texts(asked, "UnifiedAccountNumber"), *unified)))
    found = registry.linked(accounts.ACCOUNT, map(accounts.unified_link, wanted))
    by_number = {str(account.unique_number): account.id for account in found}
    return [by_number[number] for number in wanted if number in by_number]


def _of_house(asked: fields.Fields, house: str, period: str, task: api.Task, registry: Registry) -> list[Thing]:
    """Return the documents of a house whose own number, or whose account's number, is among those asked for."""
    found = registry.linked(records.DOCUMENT, [records.house_link(house, period)])
    own = [document for document in found if records.provider(document) == task.organisation]
    wanted = frozenset(fields.texts(asked, "PaymentDocumentNumber"))
    if wanted:
        return [document for document in own if records.number(document) in wanted]
    wanted = frozenset(fields.texts(asked, "AccountNumber"))
    things = registry.get_all(map(records.account, own))
    numbers = {guid: fields.text(accounts.public(thing), "AccountNumber") for guid, thing in things.items()}
    return [document for document in own if numbers.get(records.account(document)) in wanted]
