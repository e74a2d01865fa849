"""One document of an import with all that it is judged by; what a package needs is read in few statements."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from decimal import Decimal

from gateway.families import api, references
from gateway.families.accounts import kinds
from gateway.families.accounts import records as accounts
from gateway.families.bills import managed, records
from gateway.families.bills.request import Asked, Request
from gateway.families.bills.services import Service, services
from gateway.families.nsi import own
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Named:
    """A document that is to be withdrawn, or to give way to a correction."""

    document_id: str
    """PaymentDocumentID as it was sent."""
    document: Thing | None
    """None where there is none, or it is not the sender's."""
    paid: Decimal
    """Kopecks that have been acknowledged for it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One PaymentDocument of the request."""

    asked: Asked
    request: Request
    account: Thing | None
    """None where the sender has no such account."""
    corrected: Named | None
    """The document that it takes the place of; None for a new one."""
    holder: Thing | None
    """The live document that has its number in the month."""
    count: int
    """How many documents the account has had."""
    charged: tuple[Service, ...]
    given: tuple[managed.Given, ...]
    """What the sender gives in the houses of the account by agreement, for those of them that it manages."""
    own: references.Entries
    """The dictionaries of whoever gives the services."""
    task: api.Task

    @property
    def kind(self) -> str:
        """The kind of the account, by its element; empty where there is no account."""
        return kinds.of(accounts.public(self.account)).element if self.account else ""

    @property
    def contractors(self) -> list[str]:
        """The orgPPAGUIDs that the request and the services of the document name, each once."""
        named = (self.request.contractor, *(each.contractor for each in self.charged))
        return list(dict.fromkeys(filter(None, named)))


class Documents:
    """Documents that a package names by their PaymentDocumentID, as they are after what has come before."""

    def __init__(self, task: api.Task, registry: Registry, document_ids: Iterable[str]) -> None:
        found = records.by_ids(registry, document_ids)
        self._registry = registry
        self._own = {id_: each for id_, each in found.items() if records.provider(each) == task.organisation}
        self._paid = records.acknowledged(registry, list(self._own.values()))

    def named(self, document_id: str) -> Named:
        """Return one of them."""
        document = self._own.get(document_id)
        return Named(document_id, document, self._paid.get(document.id, Decimal()) if document else Decimal())

    def withdraw(self, document: Thing, task: api.Task) -> None:
        """Withdraw one of them."""
        self._own[records.document_id(document)] = records.withdrawn(document, task.now)
        self._registry.put(self._own[records.document_id(document)])


class Cases:
    """The documents of a package that are to be placed, one after another."""

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
        self._corrected = Documents(task, registry, {each.corrects for each in request.documents if each.corrects})
        self._counts = registry.get_all(map(records.count_id, self._accounts))
        self._holders = registry.find_all(records.DOCUMENT, filter(None, map(self._key, request.documents)))
        registry.observe(map(records.aggregate, self._accounts))
        self._managed = managed.Managements(task, registry, request.period)
        self._entries = own.Own(registry, request.contractor or task.organisation)

    def case(self, asked: Asked) -> Case:
        """Return a document with what there is now, the documents before it in the package included."""
        account = self._accounts.get(asked.account)
        houses = accounts.houses(account) if account else ()
        return Case(
            asked=asked,
            request=self._request,
            account=account,
            corrected=self._corrected.named(asked.corrects) if asked.corrects else None,
            holder=self._holders.get(self._key(asked) or ""),
            count=self._count(account) if account else 0,
            charged=tuple(services(asked.content)),
            given=tuple(filter(None, map(self._managed.given, houses))),
            own=self._entries,
            task=self._task,
        )

    def next_count(self, account: Thing) -> int:
        """Return the number of the next document of an account, from 1, and remember that it is given out."""
        id_ = records.count_id(account.id)
        known = self._counts.get(id_) or Thing(id_, records.COUNT, records.aggregate(account.id), parent=account.id)
        count = self._count(account) + 1
        self._counts[id_] = dataclasses.replace(known, data={"last": count})
        self._registry.put(self._counts[id_])
        return count

    def place(self, document: Thing, corrected: Thing | None) -> None:
        """Put a document into the registry, in the place of the one that it corrects."""
        if corrected is not None:
            self._corrected.withdraw(corrected, self._task)
            self._holders.pop(corrected.key or "", None)
        self._registry.put(document)
        if document.key is not None and not records.is_withdrawn(document):
            self._holders[document.key] = document

    def _count(self, account: Thing) -> int:
        known = self._counts.get(records.count_id(account.id))
        return int(known.data["last"]) if known else 0

    def _key(self, asked: Asked) -> str | None:
        return records.key(self._task.organisation, self._request.period, asked.number)
