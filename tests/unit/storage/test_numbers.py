"""What a run has taken is written so that a replay takes the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import numbers

TAKEN = st.lists(st.tuples(st.sampled_from(["account", "house-number"]), st.integers(1, 60)))


@given(TAKEN)
def test_written_numbers__are_given_out_again_series_by_series(taken):
    recorded = numbers.Recorded(numbers.written(taken))
    assert [recorded.next(series) for series, _ in taken] == [number for _, number in taken]
    with pytest.raises(numbers.Exhausted, match="account"):
        recorded.next("account")


def test_numbers_in_a_row__are_a_range():
    taken = [("b", 7), ("a", 3), ("b", 8), ("b", 9), ("b", 12)]
    assert numbers.written(taken) == "a=3;b=7-9,12"


@pytest.mark.parametrize("text", ["a=x", "a", "a=1-"])
def test_text_that_is_no_record__is_refused_or_gives_nothing(text):
    with pytest.raises((ValueError, numbers.Exhausted)):
        numbers.Recorded(text).next("b")
