"""Packages about the documents of the same accounts at once: no number twice, the later sees the earlier."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lxml import etree

from gateway import wire
from gateway.families.bills import codes, records
from storage import numbers, registry
from tests import stand as stands
from tests.integration.storage import at_once
from tests.unit.families.accounts import requests as accounts
from tests.unit.families.bills.requests import document, documents, withdrawals

WORKERS = 3


class Bills:
    """A stand with accounts for overhauls, which rest on no agreement, and the packages of their documents."""

    def __init__(self, stand: stands.Stand) -> None:
        self.stand = stand
        (_, flat, *_) = self._told(self.play(accounts.house()), "GUID")
        opened = (accounts.account(n, accounts.place("PremisesGUID", flat), kind="isCRAccount") for n in range(1, 6))
        self.accounts = self._told(self.play(accounts.accounts(*opened)), "GUID")

    def play(self, data: bytes) -> etree._Element:
        result = self.stand.result(self.stand.send(data).message_guid)
        assert list(result.iter(wire.base("Error"), wire.base("ErrorMessage"))) == []
        return result

    def placed(self, account: int, count: int = 1) -> list[str]:
        """Place documents of an account; return their PaymentDocumentIDs."""
        made = (document(n, of=self.accounts[account]) for n in range(10, 10 + count))
        return self._told(self.play(documents(*made)), "UniqueNumber")

    def at_once(self, *data: bytes, first: int | None = None) -> at_once.Played:
        return at_once.play(self.stand, [self.stand.send(each).message_guid for each in data], first=first)

    def states(self, *document_ids: str) -> list[bool]:
        """Whether each of the documents is withdrawn."""
        with self.stand.house.database.read() as connection:
            unit = registry.Registry(connection, numbers.Numbers(self.stand.house.database))
            found = records.by_ids(unit, document_ids)
        return [records.is_withdrawn(found[id_]) for id_ in document_ids]

    @staticmethod
    def _told(result: etree._Element, name: str) -> list[str]:
        return [each.text for each in result.iter(wire.base(name))]


@pytest.fixture(scope="module")
def here(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bills]:
    stand = stands.Stand(tmp_path_factory.mktemp("bills"), database=shared_url)
    yield Bills(stand)
    stand.close()


def test_documents_of_one_account_placed_by_all_at_once__are_numbered_one_after_another(here: Bills) -> None:
    packages = [documents(*(document(n, of=here.accounts[4]) for n in range(1, 6))) for _ in range(WORKERS)]
    played = here.at_once(*packages)
    assert played.codes == [[]] * WORKERS
    assert played.runs > WORKERS, "whoever stores later runs again"
    given = sorted(each.text for result in played.results for each in result.iter(wire.base("UniqueNumber")))
    service_id = given[0][:13]
    assert given == [f"{service_id}-{n:04}" for n in range(1, 5 * WORKERS + 1)]


def test_documents_of_different_accounts__do_not_meet(here: Bills) -> None:
    played = here.at_once(*(documents(document(1, of=guid)) for guid in here.accounts[1:4]))
    assert (played.codes, played.runs) == ([[]] * WORKERS, WORKERS)


def test_number_taken_by_all_at_once__is_of_one_document_and_refused_to_the_others(here: Bills) -> None:
    played = here.at_once(*(documents(document(1, of=guid, number="7")) for guid in here.accounts[:WORKERS]))
    winner, *others = played.order
    assert played.codes[winner] == []
    assert [played.codes[each] for each in others] == [[codes.NUMBER_TAKEN]] * len(others)


@pytest.mark.parametrize("first", [0, 1])
def test_document_withdrawn_and_corrected_at_once__is_so_once(here: Bills, first: int) -> None:
    (former,) = here.placed(1)
    correcting = documents(document(1, of=here.accounts[1], corrects=former))
    played = here.at_once(withdrawals(former), correcting, first=first)
    assert played.order == [first, 1 - first]
    assert played.codes[1 - first] == [codes.WITHDRAWN_ALREADY]
    assert played.codes[first] == []
    assert here.states(former) == [True]
