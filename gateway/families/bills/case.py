"""One document of an import with all that it is judged by; what a package needs is read in few statements."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from gateway.families import api
from gateway.families.accounts import records as accounts
from gateway.families.bills import records
from gateway.families.bills.request import Asked, Request
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One PaymentDocument of the request."""

    asked: Asked
    request: Request
    account: Thing | None
    """None where the sender has no such account."""
    corrected: Thing | None
    """The document that it takes the place of; None where there is none, or it is not the sender's."""
    paid: Decimal
    """Kopecks that have been acknowledged for that one."""
    holder: Thing | None
    """The live document that has its number in the month."""
    task: api.Task


class Cases:
    """The documents of a package, and what becomes of them one after another."""

    def __init__(self, task: api.Task, registry: Registry, request: Request) -> None:
        self._task = task
        self._registry = registry
        self._request = request
        found = registry.get_all(asked.account for asked in request.documents)
        self._accounts = {
            guid: thing
            for guid, thing in found.items()
            if thing.kind == accounts.ACCOUNT and accounts.provider(thing) == task.organisation
        }
        self._documents = records.by_ids(registry, {asked.corrects for asked in request.documents if asked.corrects})
        self._paid = records.acknowledged(registry, list(self._documents.values()))
        self._counts = registry.get_all(map(records.count_id, self._accounts))
        self._holders = registry.find_all(records.DOCUMENT, self._keys())
        registry.observe(map(records.aggregate, self._accounts))

    def case(self, asked: Asked) -> Case:
        """Return a document with what there is now, the documents before it in the package included."""
        corrected = self._documents.get(asked.corrects)
        if corrected is not None and records.provider(corrected) != self._task.organisation:
            corrected = None
        return Case(
            asked=asked,
            request=self._request,
            account=self._accounts.get(asked.account),
            corrected=corrected,
            paid=self._paid.get(corrected.id, Decimal()) if corrected else Decimal(),
            holder=self._holders.get(self._key(asked) or ""),
            task=self._task,
        )

    def next_count(self, account: Thing) -> int:
        """Return the number of the next document of an account, from 1, and remember that it is given out."""
        id_ = records.count_id(account.id)
        known = self._counts.get(id_) or Thing(id_, records.COUNT, records.aggregate(account.id), parent=account.id)
        count = int(known.data.get("last", 0)) + 1
        self._counts[id_] = dataclasses.replace(known, data={"last": count})
        self._registry.put(self._counts[id_])
        return count

    def put(self, document: Thing) -> None:
        """Keep a document as it is from now on."""
        self._registry.put(document)
        self._documents[records.document_id(document)] = document
        if document.key is not None and records.is_withdrawn(document):
            self._holders.pop(document.key, None)
        elif document.key is not None:
            self._holders[document.key] = document

    def _keys(self) -> Iterable[str]:
        return filter(None, map(self._key, self._request.documents))

    def _key(self, asked: Asked) -> str | None:
        return records.key(self._task.organisation, self._request.period, asked.number)
