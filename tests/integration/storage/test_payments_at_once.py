"""Packages that acknowledge the same payment, or take its document away, at once: never more than what was paid."""

from __future__ import annotations

import dataclasses
import itertools
import os
from collections.abc import Iterator

import pytest
from lxml import etree

from gateway import clock, wire
from gateway.families.bills import codes as bill_codes
from gateway.families.bills import records as bills
from gateway.families.nsi import builtin
from gateway.families.payments import codes, records
from storage import directory, numbers, registry
from tests import stand as stands
from tests.integration.storage import at_once
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.bills import requests as documents
from tests.unit.families.payments import requests as r

WORKERS = 3
ROUNDS = 20 if os.environ.get("HCS_LONG") else 2
"""Races of one kind: each may end in another order."""
HOUSING = r.housing(builtin.guid(50, "1"))


class Payments:
    """A stand with an account, its documents, and payments for them."""

    def __init__(self, stand: stands.Stand) -> None:
        self.stand = stand
        self._counts = itertools.count(1000)
        self._role("УО")
        (_, flat, *_) = self._play(accounts.house(), "GUID")
        self._role("РСО")
        place = accounts.place("PremisesGUID", flat)
        (self._account,) = self._play(accounts.accounts(accounts.account(1, place, kind="isRSOAccount")), "GUID")

    def document(self) -> str:
        """Place a document; return its PaymentDocumentID."""
        self._role("РСО")
        sent = documents.documents(documents.document(next(self._counts), of=self._account), month=1)
        (document_id,) = self._play(sent, "UniqueNumber")
        return document_id

    def order(self) -> bytes:
        """A package that tells of a payment of a thousand kopecks."""
        count = next(self._counts)
        to = r.recipient(stands.PROVIDER_NUMBERS["inn"], stands.PROVIDER_NUMBERS["kpp"])
        return r.orders(r.order(count, amount=1000, to=to, date="2026-01-31"))

    def payment(self) -> str:
        """Tell of a payment; return its NotificationsOfOrderExecutionGUID."""
        self._role("Банк")
        (guid,) = self._play(self.order(), "GUID")
        self._role("РСО")
        return guid

    def acknowledgement(self, payment: str, document_id: str, amount: int) -> bytes:
        named = f"<NotificationsOfOrderExecutionGUID>{payment}</NotificationsOfOrderExecutionGUID>"
        return r.acknowledgements(r.acknowledgement(next(self._counts), named, document_id, HOUSING, amount))

    def at_once(self, *data: bytes, first: int | None = None) -> at_once.Played:
        return at_once.play(self.stand, [self.stand.send(each).message_guid for each in data], first=first)

    def acknowledged(self, payment: str, *document_ids: str) -> tuple[int, int]:
        """How many kopecks were acknowledged, as the payment and as its documents know it."""
        with self.stand.house.database.read() as connection:
            unit = registry.Registry(connection, numbers.Numbers(self.stand.house.database))
            found = unit.get(payment)
            known = list(bills.by_ids(unit, document_ids).values())
            by_documents = bills.acknowledged(unit, known)
        return int(records.acknowledged(found)), int(sum(by_documents.values()))

    def _role(self, role: str) -> None:
        with self.stand.house.database.write() as connection:
            provider = directory.organisation(connection, stands.PROVIDER)
            directory.change_organisation(connection, dataclasses.replace(provider, role=role), clock.now())

    def as_bank(self) -> None:
        """Let the provider be a bank from now on."""
        self._role("Банк")

    def _play(self, data: bytes, name: str) -> list[str]:
        result = self.stand.result(self.stand.send(data).message_guid)
        assert list(result.iter(wire.base("Error"), wire.base("ErrorMessage"))) == [], etree.tostring(result)
        return [each.text for each in result.iter(wire.base(name))]


@pytest.fixture(scope="module")
def here(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Payments]:
    stand = stands.Stand(tmp_path_factory.mktemp("payments"), database=shared_url)
    yield Payments(stand)
    stand.close()


def test_payment_acknowledged_by_all_at_once__is_never_exceeded(here: Payments) -> None:
    for _ in range(ROUNDS):
        payment, named = here.payment(), [here.document() for _ in range(WORKERS)]
        played = here.at_once(*(here.acknowledgement(payment, each, 400) for each in named))
        assert played.runs > WORKERS, "whoever stores later runs again"
        assert [played.codes[place] for place in played.order] == [[], [], [codes.AMOUNT_EXCEEDED]]
        assert here.acknowledged(payment, *named) == (800, 800)


def test_payments_for_one_document_at_once__are_all_counted(here: Payments) -> None:
    document_id, paid = here.document(), [here.payment() for _ in range(WORKERS)]
    played = here.at_once(*(here.acknowledgement(each, document_id, 1000) for each in paid))
    assert played.codes == [[]] * WORKERS
    assert here.acknowledged(paid[0], document_id) == (1000, 1000 * WORKERS)


@pytest.mark.parametrize("first", [0, 1])
def test_document_paid_and_withdrawn_at_once__the_later_sees_the_earlier(here: Payments, first: int) -> None:
    payment, document_id = here.payment(), here.document()
    sent = (here.acknowledgement(payment, document_id, 1000), documents.withdrawals(document_id))
    played = here.at_once(*sent, first=first)
    assert played.order == [first, 1 - first]
    refused = [[codes.DOCUMENT_NOT_PAYABLE], []] if first else [[], [bill_codes.ACKNOWLEDGED]]
    assert played.codes == refused
    assert here.acknowledged(payment, document_id) == ((0, 0) if first else (1000, 1000))


def test_order_told_of_by_all_at_once__is_one_payment(here: Payments) -> None:
    here.as_bank()
    for _ in range(ROUNDS):
        sent = here.order()
        played = here.at_once(*[sent] * WORKERS)
        assert sorted(played.codes) == [[], *[[codes.ORDER_KNOWN]] * (WORKERS - 1)]
