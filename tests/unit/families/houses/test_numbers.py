from __future__ import annotations

import pytest

from gateway.families.houses import numbers


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "PHa00001"),
        (99_999, "PHa99999"),
        (100_000, "PHb00000"),
        (200_004, "PHc00004"),
        (2_600_000, "PHaa00000"),
        (2_700_000, "PHab00000"),
        (26 * 27 * 100_000, "PHaaa00000"),
    ],
)
def test_count__becomes_letters_and_five_digits(count: int, expected: str) -> None:
    assert numbers.number("premises", count) == expected


def test_no_two_counts__share_a_number() -> None:
    counts = (*range(1, 3000), *range(99_990, 100_010), *range(2_599_990, 2_600_010))
    assert len({numbers.number("room", count) for count in counts}) == len(counts)


def test_series__do_not_share_numbers() -> None:
    assert len({numbers.number(series, 1) for series in ("house", "premises", "room", "block")}) == 4
