"""Payments matched with documents: what for, how much, what it does to the documents, and how it is taken back."""

from __future__ import annotations

import pytest

from gateway.families import api
from gateway.families.bills import records as bills
from gateway.families.nsi import builtin
from gateway.families.payments import records
from storage import history
from tests.unit.families.accounts.requests import entry, transport
from tests.unit.families.accounts.rig import codes
from tests.unit.families.bills import requests as b
from tests.unit.families.payments import requests as r
from tests.unit.families.payments.rig import BANK, FIRST, OTHER, SECOND, THEIRS, Rig

HOUSING = r.housing(builtin.guid(50, "1"))
OVERHAUL = r.housing(builtin.guid(50, "2"))
WATER = f"<MSType>{transport(950)}</MSType>"
NOTIFICATION = transport(100)


@pytest.fixture
def paid(billed: Rig) -> Rig:
    """A payment of 1200 roubles for the first document, and one of 100 roubles for nothing in particular."""
    sent = r.orders(r.order(100, r.by_document(FIRST), amount=120000), r.order(101, amount=10000))
    assert codes(billed.by_bank(sent)) == {}
    return billed


def play(rig: Rig, *made: str, **options: object) -> dict[str, list[str]]:
    """Send acknowledgements; return the codes of what was refused."""
    return codes(rig.play(r.acknowledgements(*made), **options))


def status(rig: Rig, guid: str = NOTIFICATION) -> int:
    return records.status(rig.stored(guid))


def water(rig: Rig) -> str:
    return WATER.replace(transport(950), rig.given[transport(950)])


def test_payment__is_acknowledged_piece_by_piece(paid: Rig) -> None:
    assert status(paid) == records.NEW
    answer = paid.play(r.acknowledgements(r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100000)))
    assert codes(answer) == {}
    assert answer.outcomes[0].guid == paid.stored(transport(120)).id
    assert status(paid) == records.IN_PART
    assert play(paid, r.acknowledgement(121, r.by_order(100), FIRST, water(paid), 20000)) == {}
    assert status(paid) == records.ACKNOWLEDGED
    assert records.acknowledged(paid.stored(NOTIFICATION)) == 120000


def test_payment_for_one_document__may_be_matched_with_others_of_the_provider(paid: Rig) -> None:
    made = (
        r.acknowledgement(120, r.by_guid(100), SECOND, HOUSING, 70000),
        r.acknowledgement(121, r.by_guid(100), OTHER, HOUSING, 50000),
    )
    assert play(paid, *made) == {}
    assert status(paid) == records.ACKNOWLEDGED


def test_order__may_be_named_in_the_looser_word_too(paid: Rig) -> None:
    named = r.by_order(100).replace("OrderID>", "OrderIDMultipurpose>")
    assert play(paid, r.acknowledgement(120, named, FIRST, HOUSING, 100)) == {}


def test_more_than_was_paid__is_never_acknowledged(paid: Rig) -> None:
    assert play(paid, r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 120001)) == {transport(120): ["INT008978"]}
    made = (
        r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100000),
        r.acknowledgement(121, r.by_order(100), FIRST, water(paid), 20001),
        r.acknowledgement(122, r.by_guid(100), SECOND, HOUSING, 20000),
    )
    assert play(paid, *made) == {transport(121): ["INT008978"]}
    assert status(paid) == records.ACKNOWLEDGED


@pytest.mark.parametrize("amount", ["0", "-100", "100.50"])
def test_amount__is_a_number_of_kopecks(paid: Rig, amount: str) -> None:
    made = r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, amount)
    assert play(paid, made) == {transport(120): ["INT008976"]}


def test_amount_with_zeros_behind_the_point__is_one_of_kopecks(paid: Rig) -> None:
    assert play(paid, r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, "120000.00")) == {}
    assert status(paid) == records.ACKNOWLEDGED


def test_charge__is_matched_with_a_payment_once(paid: Rig) -> None:
    made = [r.acknowledgement(120 + n, r.by_guid(100), FIRST, HOUSING, 100) for n in range(2)]
    assert play(paid, *made) == {transport(121): ["INT008977"]}
    assert play(paid, r.acknowledgement(122, r.by_order(100), FIRST, HOUSING, 100)) == {transport(122): ["INT008977"]}


def test_payment_to_others__is_not_there(paid: Rig) -> None:
    made = r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100)
    for organisation in (THEIRS, BANK):
        assert play(paid, made, organisation=organisation) == {transport(120): ["INT008970"]}
    unknown = [
        r.acknowledgement(121, r.by_guid(999), FIRST, HOUSING, 100),
        r.acknowledgement(122, r.by_order(100, THEIRS), FIRST, HOUSING, 100),
        r.acknowledgement(123, r.by_guid(60), FIRST, HOUSING, 100),
    ]
    assert play(paid, *unknown) == {transport(count): ["INT008970"] for count in (121, 122, 123)}


def test_cancelled_payment__is_not_acknowledged(paid: Rig) -> None:
    assert codes(paid.by_bank(r.cancellations(r.cancellation(110, 100)))) == {}
    made = [
        r.acknowledgement(120 + n, of, FIRST, HOUSING, 100) for n, of in enumerate((r.by_guid(100), r.by_order(100)))
    ]
    assert play(paid, *made) == {transport(120): ["INT008971"], transport(121): ["INT008971"]}


def test_document__is_there_and_to_be_paid(paid: Rig) -> None:
    assert codes(paid.play(b.withdrawals(SECOND))) == {}
    assert codes(paid.play(b.documents(b.document(70, mark="")))) == {}
    made = [
        r.acknowledgement(120 + n, r.by_guid(100), document_id, HOUSING, 100)
        for n, document_id in enumerate(("10АА000001-01-0009", SECOND, "10АА000001-01-0003"))
    ]
    assert play(paid, *made) == {
        transport(120): ["INT008937"],
        transport(121): ["INT008972"],
        transport(122): ["INT008972"],
    }


def test_number__is_that_of_the_document(paid: Rig) -> None:
    number = "<bb:PaymentDocumentNumber>П-{}</bb:PaymentDocumentNumber>"
    made = [r.acknowledgement(119 + n, r.by_guid(100), FIRST, HOUSING, 100, more=number.format(n)) for n in (1, 2)]
    assert play(paid, *made) == {transport(121): ["INT008965"]}


def test_payee__is_that_of_the_document(paid: Rig) -> None:
    (guid,) = bills.payees(paid.document(FIRST))

    def named(inside: str) -> str:
        return f"<PaymentInformation>{inside}</PaymentInformation>"

    pair = "<BankBIK>044525225</BankBIK><operatingAccountNumber>4070281090000000000{}</operatingAccountNumber>"
    by_guid = "<PaymentInformationGuid>{}</PaymentInformationGuid>"
    right = [named(pair.format(1)), named(by_guid.format(guid.upper()))]
    wrong = [named(pair.format(2)), named(by_guid.format(transport(1)))]
    of = (FIRST, SECOND)
    made = [r.acknowledgement(120 + n, r.by_guid(100), of[n], HOUSING, 1, more=each) for n, each in enumerate(right)]
    assert play(paid, *made) == {}
    made = [r.acknowledgement(130 + n, r.by_guid(101), of[n], HOUSING, 1, more=each) for n, each in enumerate(wrong)]
    assert play(paid, *made) == {transport(130): ["INT008974"], transport(131): ["INT008974"]}


def test_charge__is_one_of_the_document(paid: Rig) -> None:
    made = [
        r.acknowledgement(120 + n, r.by_guid(100), OTHER, what, 1)
        for n, what in enumerate(
            (
                water(paid),
                OVERHAUL,
                f"<ASType>{paid.given[transport(900)]}</ASType>",
                f"<PServiceType>{entry(329, '1')}</PServiceType>",
                f"<TMSType>{entry(3, '1')}</TMSType>",
            )
        )
    ]
    assert play(paid, *made) == {transport(120 + n): ["INT008973"] for n in range(5)}


def test_reference__leads_to_an_entry_of_its_dictionary(paid: Rig) -> None:
    wrong = entry(329, "1").replace("<n:Code>1<", "<n:Code>2<")
    made = r.acknowledgement(120, r.by_guid(100), FIRST, f"<PServiceType>{wrong}</PServiceType>", 1)
    assert play(paid, made) == {transport(120): ["INT002902"]}


def test_every_kind_of_charge__can_be_paid(paid: Rig) -> None:
    penalty = (
        f"<PenaltiesAndCourtCosts><ServiceType>{entry(329, '1')}</ServiceType><Cause>просрочка</Cause>"
        "<TotalPayable>10.00</TotalPayable></PenaltiesAndCourtCosts>"
    )
    extra = b.charge(b.service(b.ref(1, "1", 900)), "AdditionalService")
    overhaul = (
        "<CapitalRepairCharge><Contribution>10</Contribution><TotalPayable>500.00</TotalPayable></CapitalRepairCharge>"
    )
    placed = paid.play(b.documents(b.document(70, b.charge(), extra, overhaul, penalty)))
    assert codes(placed) == {}
    document_id = placed.outcomes[0].unique_number
    kinds = (
        HOUSING,
        OVERHAUL,
        f"<ASType>{paid.given[transport(900)]}</ASType>",
        f"<PServiceType>{entry(329, '1')}</PServiceType>",
    )
    made = [r.acknowledgement(120 + n, r.by_guid(100), document_id, each, 1) for n, each in enumerate(kinds)]
    assert play(paid, *made) == {}


def test_debt__is_matched_by_its_months(paid: Rig) -> None:
    debts = [b.debt("HousingService", b.ref(50, "1"), month) for month in (1, 2)]
    placed = paid.play(b.documents(b.document(70, *debts)))
    assert codes(placed) == {}
    document_id = placed.outcomes[0].unique_number
    made = [
        r.acknowledgement(120 + n, r.by_guid(100), of, HOUSING, 1, delay=month)
        for n, (of, month) in enumerate(((document_id, "1"), (document_id, "2"), (document_id, "3"), (FIRST, "3")))
    ]
    assert play(paid, *made) == {transport(122): ["INT008975"], transport(123): ["INT008975"]}
    named = "<CapitalRepairYearAckPeriod><b:Year>2026</b:Year><b:Month>1</b:Month></CapitalRepairYearAckPeriod>"
    assert play(paid, r.acknowledgement(130, r.by_guid(100), FIRST, HOUSING, 1, more=named)) == {
        transport(130): ["INT008975"]
    }


def test_package__costs_the_same_number_of_statements_whatever_its_size(paid: Rig) -> None:
    assert codes(paid.by_bank(r.orders(*(r.order(1000 + n, amount=100) for n in range(110))))) == {}

    def some(first: int, count: int) -> bytes:
        counts = range(first, first + count)
        named = (r.by_order(n) if n % 2 else r.by_guid(n) for n in counts)
        return r.acknowledgements(
            *(r.acknowledgement(1000 + n, of, FIRST, HOUSING, 1) for n, of in zip(counts, named, strict=True))
        )

    assert paid.statements(some(1000, 10)) == paid.statements(some(1010, 100))


# What cannot be matched


def test_payment_that_matches_nothing__is_declared_so_and_may_be_matched_later(paid: Rig) -> None:
    assert play(paid, r.impossible(120, r.by_guid(101), reason="Плательщик Образцова не найдена")) == {}
    assert status(paid, transport(101)) == records.IMPOSSIBLE
    with paid.database.read() as connection:
        versions = history.versions(connection, paid.given[transport(101)])
    assert not [each for each in versions if "Образцова" in str(each.data)]
    assert play(paid, r.impossible(121, r.by_guid(101))) == {}, "another reason may be told"
    assert play(paid, r.acknowledgement(122, r.by_guid(101), FIRST, HOUSING, 10000)) == {}
    assert status(paid, transport(101)) == records.ACKNOWLEDGED


def test_acknowledged_payment__matches_something(paid: Rig) -> None:
    assert play(paid, r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100)) == {}
    assert play(paid, r.impossible(121, r.by_guid(100))) == {transport(121): ["INT008979"]}


def test_document_that_a_payment_does_not_match__is_ones_own(paid: Rig) -> None:
    assert play(paid, r.impossible(120, r.by_guid(100), document_id="10АА000001-01-0009")) == {
        transport(120): ["INT008937"]
    }
    assert play(paid, r.impossible(121, r.by_guid(100), document_id=FIRST)) == {}
    assert play(paid, r.taken_apart(122, r.by_guid(100), FIRST)) == {}
    assert status(paid) == records.NEW


# Taken back


def test_cancellation__takes_back_everything_of_one_document(paid: Rig) -> None:
    made = (
        r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100),
        r.acknowledgement(121, r.by_guid(100), FIRST, water(paid), 100),
        r.acknowledgement(122, r.by_guid(100), SECOND, HOUSING, 100),
    )
    assert play(paid, *made) == {}
    assert codes(paid.play(b.withdrawals(FIRST))) == {transport(800): ["SRV008071"]}
    assert play(paid, r.taken_apart(130, r.by_order(100), FIRST)) == {}
    assert records.acknowledged(paid.stored(NOTIFICATION)) == 100
    assert codes(paid.play(b.withdrawals(FIRST))) == {}
    assert codes(paid.play(b.withdrawals(SECOND))) == {transport(800): ["SRV008071"]}


def test_withdrawn_document__is_said_to_be_withdrawn_before_it_is_said_to_be_paid(paid: Rig) -> None:
    assert codes(paid.play(b.withdrawals(FIRST))) == {}
    assert codes(paid.play(b.withdrawals(FIRST))) == {transport(800): ["SRV008070"]}
    assert play(paid, r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 1)) == {transport(120): ["INT008972"]}


def test_what_was_not_acknowledged__is_not_taken_back(paid: Rig) -> None:
    assert play(paid, r.taken_apart(130, r.by_guid(100), FIRST)) == {transport(130): ["INT008980"]}
    assert play(paid, r.acknowledgement(120, r.by_guid(100), FIRST, HOUSING, 100)) == {}
    twice = [r.taken_apart(131 + n, r.by_guid(100), FIRST) for n in range(2)]
    assert play(paid, *twice) == {transport(132): ["INT008980"]}
    assert play(paid, r.acknowledgement(140, r.by_guid(100), FIRST, HOUSING, 120000)) == {}


def test_answers__are_in_the_order_of_the_request(paid: Rig) -> None:
    made = [r.acknowledgement(120 + n, r.by_guid(100), FIRST, each, 1) for n, each in enumerate((HOUSING, OVERHAUL))]
    answer = paid.play(r.acknowledgements(*reversed(made)))
    assert isinstance(answer, api.Imported)
    assert [each.transport_guid for each in answer.outcomes] == [transport(121), transport(120)]
