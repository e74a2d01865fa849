"""What a document may charge for: services of the dictionaries and of the agreement, once each, with their payees."""

from __future__ import annotations

import pytest

from tests.unit.families.accounts.requests import account, accounts, entry, flat, transport
from tests.unit.families.accounts.rig import THEIRS, codes
from tests.unit.families.bills.requests import (
    PAYEE,
    charge,
    cold_water,
    debt,
    document,
    documents,
    payee,
    ref,
    service,
)
from tests.unit.families.bills.rig import Rig

HOT_WATER = ref(51, "2", 951)
DOORPHONE = charge(service(ref(1, "1", 900)), "AdditionalService")
CONCIERGE = charge(service(ref(1, "2", 901)), "AdditionalService")


@pytest.fixture
def settled(rig: Rig) -> Rig:
    rig.settled()
    return rig


def refused(rig: Rig, *charges: str, totals: str = "", **options: object) -> list[str]:
    """The codes of a document with these charges."""
    paid_to = options.pop("paid_to", None)
    sent = documents(document(10, *charges, totals=totals, paid_to=paid_to), **options)
    return codes(rig.play(sent)).get(transport(10), [])


def group(kind: str, *mains: str) -> str:
    total = f"<ServiceType>{ref(3, kind)}</ServiceType><TotalPayable>{1000 * len(mains)}.00</TotalPayable>"
    inside = "".join(f"<MunicipalService>{service(main)}</MunicipalService>" for main in mains)
    return (
        f"<ChargeInfo><GroupMunicipalService><TypeMunicipalService>{total}</TypeMunicipalService>{inside}"
        "</GroupMunicipalService></ChargeInfo>"
    )


def test_document_that_charges_nothing__is_none(settled: Rig) -> None:
    nothing = "<PaymentsTaken>20</PaymentsTaken>"
    sent = documents(document(10, totals=nothing)).replace(charge().encode(), b"")
    assert codes(settled.play(sent)) == {transport(10): ["SRV008076"]}


def test_service__is_of_its_dictionary(settled: Rig) -> None:
    assert refused(settled, charge(service(ref(50, "9")))) == ["INT002903"]
    assert refused(settled, charge(service(ref(1, "7", 900)), "AdditionalService")) == ["INT002901"]
    assert refused(settled, charge(service(ref(51, "1", 951)), "MunicipalService")) == ["INT002902"]


def test_services_of_the_agreement__may_be_charged_and_no_others(settled: Rig) -> None:
    assert refused(settled, charge(), cold_water(), DOORPHONE) == []
    assert refused(settled, charge(service(HOT_WATER), "MunicipalService")) == ["SRV008076"]
    assert refused(settled, CONCIERGE) == ["SRV008076"]
    assert refused(settled, group("1", ref(51, "1", 950))) == []
    assert refused(settled, group("2", HOT_WATER)) == ["SRV008076", "SRV008076"]


def test_services_of_a_time_without_an_agreement__may_not_be_charged(settled: Rig) -> None:
    assert refused(settled, cold_water(), month=12, year=2023) == ["SRV008076"]


def test_account_of_a_supplier__needs_no_agreement_of_management(settled: Rig) -> None:
    opened = settled.play(accounts(account(30, flat(101), kind="isRSOAccount")), organisation=THEIRS, role="РСО")
    assert codes(opened) == {}
    sent = documents(document(10, charge(), of=30))
    assert codes(settled.play(sent, organisation=THEIRS, role="РСО")) == {}


def test_debts__may_be_for_services_that_are_no_longer_given(settled: Rig) -> None:
    assert refused(settled, debt("MunicipalService", HOT_WATER), debt("HousingService", ref(50, "1"))) == []


def test_service__is_charged_once(settled: Rig) -> None:
    fine = f"<PenaltiesAndCourtCosts><ServiceType>{entry(329, '1')}</ServiceType><Cause>Просрочка</Cause>"
    fine += "<TotalPayable>5.00</TotalPayable></PenaltiesAndCourtCosts>"
    assert refused(settled, charge(), charge()) == ["INT008935"]
    assert refused(settled, cold_water(), group("1", ref(51, "1", 950))) == ["INT008935"]
    assert refused(settled, charge(), fine, fine) == ["INT008935"]


def test_debt_of_a_service__is_told_once_for_each_month(settled: Rig) -> None:
    housing = ref(50, "1")
    assert refused(settled, debt("HousingService", housing, 1), debt("HousingService", housing, 2)) == []
    assert refused(settled, debt("HousingService", housing, 1), debt("HousingService", housing, 1)) == ["INT008935"]


def test_payees__are_told_once_or_at_every_service(settled: Rig) -> None:
    to = [f"<PaymentInformationKey>{transport(PAYEE + n)}</PaymentInformationKey>" for n in (0, 1)]
    both = payee() + payee(PAYEE + 1, "40702810900000000002")
    details = "".join(
        f"<DetailsPaymentInformation>{key}<TotalPayableByPaymentInformation>1000.00</TotalPayableByPaymentInformation>"
        "</DetailsPaymentInformation>"
        for key in to
    )
    silent, first = charge(), charge(service(said=to[0]))
    second, water = cold_water(said=to[1]), cold_water()
    assert refused(settled, first, second, paid_to=details, payees=both) == []
    assert refused(settled, silent, second, paid_to=details, payees=both) == ["SRV008076"]
    assert refused(settled, silent, water, paid_to=details, payees=both) == ["SRV008076"]
    assert refused(settled, first, water, paid_to=to[0], payees=both) == ["SRV008076"]
    assert refused(settled, first, second, paid_to=to[0], payees=both) == ["SRV008076"]
    assert refused(settled, silent, water, paid_to=to[0], payees=both) == []


def test_overhaul__is_charged_by_month_or_by_year(settled: Rig) -> None:
    said = "<Contribution>10.00</Contribution><TotalPayable>500.00</TotalPayable>"
    months = "".join(
        f"<CapitalRepairMonthlyCharge>{said}<b:Month>{n}</b:Month></CapitalRepairMonthlyCharge>" for n in range(1, 13)
    )
    year = f"<CapitalRepairYearCharge>{months}<b:Year>2026</b:Year></CapitalRepairYearCharge>"
    month = f"<CapitalRepairCharge>{said}</CapitalRepairCharge>"
    assert refused(settled, charge(), year) == []
    assert refused(settled, charge(), month) == []
    assert refused(settled, charge(), month, year) == ["INT008940"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("", []),
        ("<MDPreviousPeriodReadings>12.5</MDPreviousPeriodReadings><MDUnit>113</MDUnit>", []),
        ("<MDPreviousPeriodReadings>12.5</MDPreviousPeriodReadings>", ["INT008939"]),
        ("<MDUnit>113</MDUnit>", ["INT008939"]),
    ],
)
def test_readings__have_a_unit(settled: Rig, said: str, expected: list[str]) -> None:
    device = f"<MeteringDevice>СГВ-15</MeteringDevice>{said}<MDServiceCode>1</MDServiceCode>"
    assert refused(settled, f"<IndividualMDReadings>{device}</IndividualMDReadings>", charge()) == expected
