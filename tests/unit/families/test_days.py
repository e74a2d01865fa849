from __future__ import annotations

import datetime as dt

import pytest

from gateway.families import days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-28", dt.date(2026, 2, 28)),
        (" 2026-02-28+03:00 ", dt.date(2026, 2, 28)),
        ("2026-02-28Z", dt.date(2026, 2, 28)),
        ("5000-01-01", dt.date(5000, 1, 1)),
        ("12026-02-28", days.NEVER),
        ("-0044-03-15", dt.date.min),
    ],
)
def test_date_of_the_wire__is_a_day(text: str, expected: dt.date) -> None:
    assert days.day(text) == expected


def test_what_is_no_date__is_an_error() -> None:
    with pytest.raises(ValueError, match="is no date"):
        days.day("вчера")


def test_evening_in_utc__is_the_next_day_in_moscow() -> None:
    assert days.today(dt.datetime(2026, 3, 31, 21, 0, tzinfo=dt.UTC)) == dt.date(2026, 4, 1)
    assert days.today(dt.datetime(2026, 3, 31, 20, 59, tzinfo=dt.UTC)) == dt.date(2026, 3, 31)


@pytest.mark.parametrize(
    ("end", "today", "expected"),
    [
        (dt.date(2026, 4, 1), dt.date(2026, 4, 1), dt.date(2026, 4, 1)),
        (dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2027, 3, 31)),
        (dt.date(2020, 6, 1), dt.date(2026, 4, 1), dt.date(2026, 6, 1)),
        (dt.date(2024, 2, 29), dt.date(2026, 4, 1), dt.date(2027, 2, 28)),
        (days.NEVER, dt.date(2026, 4, 1), days.NEVER),
    ],
)
def test_what_goes_on_by_itself__ends_on_the_next_such_day(end: dt.date, today: dt.date, expected: dt.date) -> None:
    assert days.rolled(end, today) == expected


def test_year_after_the_last__is_the_last() -> None:
    assert days.years_later(dt.date(9999, 1, 1), 1) == days.NEVER
