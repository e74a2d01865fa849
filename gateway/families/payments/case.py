"""One notification with all that it is judged by; what a package needs is read in few statements."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from gateway.families import api
from gateway.families.accounts import records as accounts
from gateway.families.bills import records as bills
from gateway.families.houses import kinds as house_kinds
from gateway.families.payments import parties, records
from gateway.families.payments.request import Cancellation, Order
from storage.registry import Registry, Thing


@dataclasses.dataclass(frozen=True, slots=True)
class Case:
    """One notification of the request."""

    order: Order
    guid: str
    """The GUID that the notification gets."""
    document: Thing | None
    """The document that is paid, a withdrawn one too; None where none is named, or there is none."""
    account: Thing | None
    """The account that is paid for, a closed one too; None where it is not known."""
    recipients: Sequence[str]
    """orgPPAGUIDs of those who were paid."""
    known_inns: Sequence[str]
    """Every ИНН that RecipientInfo may have; none where that cannot be told."""
    house_is_known: bool
    """Whether the house that it names is in the registry; true where it names none."""
    holder: Thing | None
    """The notification in force of the same order."""
    task: api.Task


@dataclasses.dataclass(frozen=True, slots=True)
class CancellationCase:
    """One cancellation of the request."""

    asked: Cancellation
    notification: Thing | None
    """None where the sender has no notification of this order."""
    task: api.Task


class Cases:
    """The notifications of a package, one after another."""

    def __init__(self, task: api.Task, registry: Registry, orders: Sequence[Order]) -> None:
        self._task = task
        self._registry = registry
        self._parties = parties.Parties(task.directory)
        self._documents = bills.by_ids(registry, {order.document for order in orders if order.document})
        unified = {order.unified for order in orders if order.unified}
        found = registry.linked(accounts.ACCOUNT, map(accounts.unified_link, unified))
        self._by_unified = {str(account.unique_number): account for account in found}
        self._find_by_words(registry, orders)
        self._accounts = registry.get_all(map(bills.account, self._all_documents()))
        self._houses = _houses(registry, {order.house for order in orders if order.house})
        self._guids = {order.transport_guid: task.new_guid() for order in orders}
        registry.observe(map(records.aggregate, self._guids.values()))
        self._holders = registry.find_all(records.NOTIFICATION, (self._key(order) for order in orders))

    def case(self, order: Order) -> Case:
        """Return a notification with what there is now."""
        document, account = self._document(order), self._account(order)
        return Case(
            order=order,
            guid=self._guids[order.transport_guid],
            document=document,
            account=account,
            recipients=self._parties.paid(order, document, account),
            known_inns=self._parties.known_inns(document, account) if order.inn else (),
            house_is_known=not order.house or order.house in self._houses,
            holder=self._holders.get(self._key(order)),
            task=self._task,
        )

    def put(self, notification: Thing) -> None:
        """Keep a notification; the contract lets an order come again within one package."""
        self._registry.put(notification)
        self._holders[str(notification.key)] = notification

    def _find_by_words(self, registry: Registry, orders: Sequence[Order]) -> None:
        """Look for what is named in the words of the recipient alone: its own numbers of accounts and documents."""
        self._worded = {
            order.transport_guid: self._parties.named(order)
            for order in orders
            if not order.document and not order.names_account
        }
        worded = [order for order in orders if self._worded.get(order.transport_guid)]
        self._by_number = registry.find_all(accounts.ACCOUNT, self._account_keys(worded))
        self._documents_by_number = registry.find_all(bills.DOCUMENT, self._document_keys(worded))

    def _document(self, order: Order) -> Thing | None:
        if order.document:
            return self._documents.get(order.document)
        return self._first(self._documents_by_number, self._document_keys([order]))

    def _account(self, order: Order) -> Thing | None:
        document = self._document(order)
        if document is not None:
            return self._accounts.get(bills.account(document))
        if order.names_account:
            return self._by_unified.get(order.unified)
        return self._first(self._by_number, self._account_keys([order]))

    def _all_documents(self) -> Iterable[Thing]:
        yield from self._documents.values()
        yield from self._documents_by_number.values()

    def _document_keys(self, orders: Iterable[Order]) -> Iterable[str]:
        for order in orders:
            if order.period:
                keys = (
                    bills.key(each, order.period, order.number) for each in self._worded.get(order.transport_guid, ())
                )
                yield from filter(None, keys)

    def _account_keys(self, orders: Iterable[Order]) -> Iterable[str]:
        for order in orders:
            keys = (accounts.key(each, order.account_number) for each in self._worded.get(order.transport_guid, ()))
            yield from filter(None, keys)

    @staticmethod
    def _first(found: Mapping[str, Thing], keys: Iterable[str]) -> Thing | None:
        return next(filter(None, map(found.get, keys)), None)

    def _key(self, order: Order) -> str:
        return records.key(self._task.organisation, order.order_id)


def _houses(registry: Registry, guids: set[str]) -> set[str]:
    return {fias for kind in house_kinds.HOUSES for fias in registry.find_all(kind.name, guids)}
