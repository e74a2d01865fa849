"""Sums that follow from what they are made of, kopeck by kopeck."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.families.bills import services, sums
from tests.unit.families.accounts.requests import transport
from tests.unit.families.accounts.rig import codes
from tests.unit.families.bills.requests import document, documents
from tests.unit.families.bills.rig import Rig

MONEY = st.decimals(min_value=0, max_value=10**9, places=2)


def mismatches(content: dict) -> list[tuple[str, str, str]]:
    found = sums.mismatches(content, services.services(content))
    return [(each.where, str(each.told), str(each.computed)) for each in found]


def row(total: str = "100.00", **said: object) -> dict:
    return {"ServiceType": {"Code": "1"}, "Rate": "1", "TotalPayable": total, **said}


def charged(*rows: dict, **totals: object) -> dict:
    """A document of additional services."""
    numbered = ({**one, "ServiceType": {"Code": str(n)}} for n, one in enumerate(rows, 1))
    return {"ChargeInfo": [{"AdditionalService": one} for one in numbered], **totals}


def volumes(*amounts: str) -> dict:
    return {"Volume": [{"@type": "I", "#text": amount} for amount in amounts]}


def test_accrual__is_volume_times_rate_rounded_half_up() -> None:
    exact = row("10.01", Rate="2.001", Consumption=volumes("5.0025"), AccountingPeriodTotal="10.01")
    assert mismatches(charged(exact)) == []
    half = row("1.13", Rate="0.5", Consumption=volumes("2.25"), AccountingPeriodTotal="1.13")
    assert mismatches(charged(half)) == []
    two = row("3.00", Rate="1", Consumption=volumes("1", "2"), AccountingPeriodTotal="3.01")
    assert mismatches(charged(two)) == [
        ("ChargeInfo/AdditionalService 1/AccountingPeriodTotal", "3.01", "3.00"),
        ("ChargeInfo/AdditionalService 1/TotalPayable", "3.00", "3.01"),
    ]


def test_volume_and_rate_of_all_their_digits__lose_nothing() -> None:
    computed = sums.accrued({"Rate": "12345678.123456", "Consumption": volumes("123456789012345.1234567")})
    assert str(computed) == "1524157779301832263374.74"


@pytest.mark.parametrize(
    ("said", "right"),
    [
        ({"ServiceCharge": {"MoneyRecalculation": "-10.50", "MoneyDiscount": "20"}}, "69.50"),
        ({"ServiceCharge": {"MoneyDiscount": "-20"}}, "80.00"),
        ({"MultiplyingFactor": {"Ratio": "1.5", "AmountOfExcessFees": "50"}}, "150.00"),
        ({}, "100.00"),
    ],
)
def test_payable__is_accrued_corrected_and_without_benefits(said: dict, right: str) -> None:
    assert mismatches(charged(row(right, AccountingPeriodTotal="100", **said))) == []
    (found,) = mismatches(charged(row("1.00", AccountingPeriodTotal="100", **said)))
    assert Decimal(found[2]) == Decimal(right)


def test_overall__adds_debt_penalties_and_costs_and_may_lose_what_the_contractor_is_fined() -> None:
    beside = {"DebtPreviousPeriodsOrAdvanceBillingPeriod": "-30", "Penalties": "5", "StateFees": "2", "CourtCosts": "3"}
    assert mismatches(charged(row(TotalPayableOverall="80.00", **beside))) == []
    fined = {**beside, "ServiceProviderPenalties": "7"}
    for right in ("80", "73"):
        assert mismatches(charged(row(TotalPayableOverall=right, **fined))) == []
    assert mismatches(charged(row(TotalPayableOverall="87", **fined))) != []


def test_housing__may_have_its_resources_inside_or_beside() -> None:
    resource = {"ServiceType": {"Code": "1"}, "TotalPayable": "10"}
    for total, by_services in (("100", "100"), ("110", "110"), ("100", "110")):
        said = row(total, AccountingPeriodTotal="100", MunicipalResource=[resource])
        assert mismatches({"ChargeInfo": [{"HousingService": said}], "TotalPayableByChargeInfo": by_services}) == []
    said = row("105", AccountingPeriodTotal="100", MunicipalResource=[resource])
    assert len(mismatches({"ChargeInfo": [{"HousingService": said}]})) == 1


def test_kind_of_municipal_service__is_the_sum_of_its_services() -> None:
    group = {"TypeMunicipalService": {"ServiceType": {"Code": "1"}, "TotalPayable": "150"}}
    group["MunicipalService"] = [row("100"), {**row("50"), "ServiceType": {"Code": "2"}}]
    said = {"ChargeInfo": [{"GroupMunicipalService": group}], "TotalPayableByChargeInfo": "150"}
    assert mismatches(said) == []
    group["TypeMunicipalService"]["TotalPayable"] = "151"
    assert [where for where, *_ in mismatches(said)] == [
        "ChargeInfo/GroupMunicipalService/TypeMunicipalService/TotalPayable"
    ]


TOTALS = {
    "TotalPayableByChargeInfo": "175",
    "TotalPayableOverallByChargeInfo": "180",
    "TotalByPenaltiesAndCourtCosts": "7",
    "TotalPayableByPD": "182",
    "TotalPayableByPDWithDebtAndAdvance": "187",
}


@pytest.mark.parametrize("wrong", TOTALS)
def test_totals__follow_from_services_insurance_overhaul_and_penalties(wrong: str) -> None:
    said = {
        **charged(row("100", DebtPreviousPeriodsOrAdvanceBillingPeriod="5")),
        "Insurance": {"Rate": "1", "TotalPayable": "25"},
        "CapitalRepairCharge": {"Contribution": "1", "TotalPayable": "50"},
        "PenaltiesAndCourtCosts": [{"ServiceType": {"Code": "1"}, "TotalPayable": "7"}],
        **TOTALS,
    }
    assert mismatches(said) == []
    assert mismatches({**said, wrong: "1"}) == [(wrong, "1", TOTALS[wrong])]


def test_debts_of_the_whole_document__take_the_place_of_those_of_its_services() -> None:
    said = charged(
        row(DebtPreviousPeriodsOrAdvanceBillingPeriod="5"), DebtPreviousPeriods="40", AdvanceBllingPeriod="10"
    )
    assert mismatches({**said, "TotalPayableByPDWithDebtAndAdvance": "130"}) == []
    assert mismatches({**said, "TotalPayableByPDWithDebtAndAdvance": "135"}) != []


def test_overhaul_of_a_year__is_the_sum_of_its_months() -> None:
    months = [{"Month": str(n), "Contribution": "1", "TotalPayable": f"{n}.10"} for n in range(1, 13)]
    said = {"CapitalRepairYearCharge": {"CapitalRepairMonthlyCharge": months, "Year": "2026"}}
    assert mismatches({**said, "TotalPayableByPD": "79.20"}) == []


def test_instalments__add_up() -> None:
    parts = [row(PiecemealPayment={"piecemealPaymentSum": "12.30"}), row(PiecemealPayment={"piecemealPaymentSum": "1"})]
    assert mismatches(charged(*parts, totalPiecemealPaymentSum="13.30")) == []
    assert mismatches(charged(*parts, totalPiecemealPaymentSum="13")) != []


def test_debts__add_up_with_those_of_overhauls() -> None:
    said = {
        "ChargeDebt": [{"AdditionalService": {**row("10"), "Month": "1", "Year": "2026"}}],
        "CapitalRepairDebt": [{"Month": "1", "Year": "2026", "TotalPayable": "5"}],
    }
    assert mismatches({**said, "TotalPayableByPD": "15"}) == []
    assert mismatches({**said, "TotalPayableByPD": "10"}) != []


def test_payee__gets_what_names_it() -> None:
    rows = (row("100", PaymentInformationKey="a"), row("50", PaymentInformationKey="b"))
    details = [
        {"PaymentInformationKey": key, "TotalPayableByPaymentInformation": total, **more}
        for key, total, more in (
            ("a", "100", {"DebtPreviousPeriodsOrAdvanceBillingPeriod": "1", "TotalPayableWithDebtAndAdvance": "101"}),
            ("b", "50", {}),
        )
    ]
    assert mismatches(charged(*rows, DetailsPaymentInformation=details)) == []
    swapped = [{**each, "PaymentInformationKey": key} for each, key in zip(details, "ba", strict=True)]
    assert len(mismatches(charged(*rows, DetailsPaymentInformation=swapped))) == 2
    one = {"TotalPayableByPaymentInformation": "150", "TotalPayableWithDebtAndAdvance": "151"}
    (found,) = mismatches(charged(*rows, PaymentInformationKey="a", PaymentInformationDetails=one))
    assert found == ("PaymentInformationDetails/TotalPayableWithDebtAndAdvance", "151", "150")


@given(st.lists(MONEY, min_size=1, max_size=40), st.decimals(-5, 5, places=2))
def test_total__is_right_to_the_kopeck_and_to_no_other(amounts: list[Decimal], off: Decimal) -> None:
    total = sum(amounts, Decimal())
    said = charged(*(row(str(amount)) for amount in amounts), TotalPayableByPD=str(total + off))
    assert bool(mismatches(said)) == bool(off)


def test_sums_that_differ__are_told_unless_they_are_confirmed(rig: Rig) -> None:
    rig.settled()
    wrong = document(10, totals="<TotalPayableByPD>999.99</TotalPayableByPD>")
    answer = rig.play(documents(wrong, document(11)))
    assert codes(answer) == {transport(10): ["INT008165"]}
    (said,) = answer.outcomes[0].problems
    assert said.text.endswith("указано 999.99, рассчитано 1000.00 [TotalPayableByPD]")
    assert codes(rig.play(documents(wrong, confirmed=True))) == {}
