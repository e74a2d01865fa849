"""The books of a quarter: months, what went through meters, and what documents ask for."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.stories.office import Account, Flat
from gateway.stories.quarter.books import Document, Meter, Month

FLAT = Flat("1", "1", "54.30")
ACCOUNT = Account("УК-0001", FLAT, "Образцова", "Мария", 2)
SEPTEMBER = Month(2026, 9)


@pytest.mark.parametrize(
    ("month", "before", "last"),
    [
        (Month(2026, 1), Month(2025, 12), "2026-01-31"),
        (Month(2024, 2), Month(2024, 1), "2024-02-29"),
        (Month(2025, 12), Month(2025, 11), "2025-12-31"),
    ],
)
def test_month__knows_its_days_and_the_month_before(month, before, last):
    assert (month.before(), month.last, month.first) == (before, last, f"{month}-01")


def test_meter__has_let_through_what_its_readings_differ_by():
    meter = Meter("1", ACCOUNT, Decimal(7), {SEPTEMBER.before(): Decimal("10.5"), SEPTEMBER: Decimal("12.75")})
    assert meter.volume(SEPTEMBER.before()) == Decimal("3.5")
    assert meter.volume(SEPTEMBER) == Decimal("2.25")
    assert meter.volume(Month(2026, 10)) == 0


def test_meter_that_was_replaced__counts_until_it_was_removed():
    meter = Meter("1", ACCOUNT, Decimal(7), {SEPTEMBER.before(): Decimal("10.5")})
    meter.removed = SEPTEMBER, Decimal("11.5")
    assert meter.volume(SEPTEMBER) == 1


def test_document__asks_for_the_flat_and_for_the_water_each_to_the_kopeck():
    document = Document("1", ACCOUNT, Decimal("3.205"))
    # 54.30 m² at 28.40 is 1542.12; 3.205 m³ at 45.30 is 145.1865.
    assert (document.housing, document.water) == (Decimal("1542.12"), Decimal("145.19"))
    assert document.total == Decimal("1687.31")
