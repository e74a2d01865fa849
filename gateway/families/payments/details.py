"""exportPaymentDocumentDetails: what is to be paid, for those who take payments (protocol §8.4).

They see exposed documents of every provider, by what stands on the document that a payer shows them; others may not
ask. Where nothing is charged, the account itself is told, so that it can be paid for. What is owed from before is told
to who names the payer alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway import errors
from gateway.contracts import shape
from gateway.families import api, fields, roles
from gateway.families.accounts import numbers as account_numbers
from gateway.families.accounts import records as accounts
from gateway.families.bills import records as bills
from gateway.families.fields import Fields
from gateway.families.payments import details_showing, executors, premises, request
from gateway.families.problems import problem
from storage.registry import Registry, Thing


def export_details(task: api.Task, registry: Registry) -> api.Exported | api.Failed:
    """Return documents, or accounts without any; INT002012 for neither, INT004170 for those who take no payments."""
    refused = roles.refusal(task, roles.PAYMENT_ACCEPTORS)
    if refused is not None:
        return api.Failed(refused)
    asked = shape.read(task.element, task.shape)
    documents = _documents(asked, registry)
    exposed = [document for document in documents if bills.is_exposed(document)]
    open_ = [] if exposed else _without_documents(asked, registry)
    providers = [*map(bills.provider, exposed), *map(accounts.provider, open_)]
    if not providers:
        return api.Failed(problem(errors.NOTHING_TO_EXPORT))
    known = executors.Executors(task.directory)
    missing = known.incomplete(providers)
    if missing is not None:
        return api.Failed(missing)
    shown = details_showing.Exports(task, registry, known, fields.block(asked, "AmountRequired"))
    if exposed:
        told: Fields = {"Charge": {"PaymentDocument": shown.documents(exposed)}}
    else:
        told = {"Service": [shown.service(each) for each in open_]}
    return api.Exported("exportPaymentDocumentDetailsResult", (told,))


def _without_documents(asked: Fields, registry: Registry) -> list[Thing]:
    """Return the open accounts that are named; the number of a document names none."""
    if "PaymentDocumentNumber" in asked:
        return []
    return [account for account in _accounts(asked, registry) if accounts.is_open(account)]


def _documents(asked: Fields, registry: Registry) -> list[Thing]:
    named = fields.text(asked, "PaymentDocumentID")
    if named:
        return list(bills.by_ids(registry, [named]).values())
    found = registry.linked(bills.DOCUMENT, (bills.account_link(each.id) for each in _accounts(asked, registry)))
    number = fields.text(asked, "PaymentDocumentNumber")
    return [
        each
        for each in found
        if request.is_of_period(bills.period(each), asked) and (not number or bills.number(each) == number)
    ]


def _accounts(asked: Fields, registry: Registry) -> list[Thing]:
    """Return the accounts that are named; with PaymentDocumentNumber all of the house, or of its part."""
    house = fields.text(asked, "FIASHouseGuid").lower()
    if house:
        found: Iterable[Thing] = registry.linked(accounts.ACCOUNT, [accounts.house_link(house)])
        number = fields.text(asked, "AccountNumber")
        numbered = [each for each in found if not number or _number(each) == number]
        return premises.paid_for(numbered, asked, registry)
    told = fields.text(asked, "UnifiedAccountNumber")
    unified = told or account_numbers.unified_of(fields.text(asked, "ServiceID")) or ""
    return registry.linked(accounts.ACCOUNT, [accounts.unified_link(unified)] if unified else [])


def _number(account: Thing) -> str:
    return fields.text(accounts.public(account), "AccountNumber")
