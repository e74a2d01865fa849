"""Months of archives are those of UTC, with the first moment and without the last one."""

from __future__ import annotations

import datetime as dt

import pytest

from gateway import clock
from gateway.journal.archiving.month import Month


@pytest.mark.parametrize(
    ("text", "end", "before"),
    [
        ("2025-12", (2026, 1, 1), "2025-11"),
        ("2026-01", (2026, 2, 1), "2025-12"),
        ("2026-02", (2026, 3, 1), "2026-01"),
        ("2028-02", (2028, 3, 1), "2028-01"),
        ("2026-06", (2026, 7, 1), "2026-05"),
    ],
)
def test_month__ends_where_the_next_one_begins(text, end, before):
    month = Month.read(text)
    assert (str(month), month.end, str(month.before)) == (text, dt.datetime(*end, tzinfo=dt.UTC), before)
    assert Month.of(month.begin) == Month.of(month.end - dt.timedelta(microseconds=1)) == month
    assert Month.of(month.end) > month > month.before


def test_month_of_a_moment__is_that_of_utc():
    assert str(Month.of(dt.datetime(2026, 2, 1, 2, 59, tzinfo=clock.MOSCOW))) == "2026-01"
    assert str(Month.of(dt.datetime(2026, 2, 1, 3, 0, tzinfo=clock.MOSCOW))) == "2026-02"


@pytest.mark.parametrize("text", ["", "2026-00", "2026-13", "2026-1", "26-01", "2026-01-01", "2026-01 ", "٢٠٢٦-01"])
def test_anything_else__is_no_month(text):
    with pytest.raises(ValueError, match="is no month like 2026-01"):
        Month.read(text)
