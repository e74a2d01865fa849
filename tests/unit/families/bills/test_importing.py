"""What becomes of payment documents that are imported."""

from __future__ import annotations

from gateway.families.bills import records
from tests.unit.families.accounts.requests import transport
from tests.unit.families.accounts.rig import THEIRS, codes
from tests.unit.families.bills.requests import document, documents
from tests.unit.families.bills.rig import Rig

FIRST = "10АА000001-01-0001"


def test_new_document__gets_the_number_of_its_account(rig: Rig) -> None:
    rig.settled()
    answer = rig.play(documents(document(10), document(11), document(12, of=2)))
    numbers = [one.unique_number for one in answer.outcomes]
    assert numbers == [FIRST, "10АА000001-01-0002", "10АА000002-01-0001"]
    assert records.is_exposed(rig.document(FIRST))


def test_document_of_another_provider__is_for_no_account(rig: Rig) -> None:
    rig.settled()
    assert codes(rig.play(documents(document(10)), organisation=THEIRS)) == {transport(10): ["INT008901"]}
