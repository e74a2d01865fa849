"""ЕЛС and ИЖКУ have their lengths and never repeat."""

from __future__ import annotations

import pytest

from gateway.families.accounts import numbers


@pytest.mark.parametrize(("count", "number"), [
    (1, "10АА000001"),
    (10**6, "10АБ000000"),
    (27 * 10**6, "10БА000000"),
    (729 * 10**6 + 5, "11АА000005"),
    (90 * 729 * 10**6 - 1, "99ЯЯ999999"),
])  # fmt: skip
def test_counter__runs_through_all_numbers(count: int, number: str) -> None:
    assert numbers.unified(count) == number
    assert (len(number), len(numbers.service(number))) == (10, 13)


def test_last_number__is_followed_by_none() -> None:
    with pytest.raises(OverflowError):
        numbers.unified(90 * 729 * 10**6)


def test_service__names_its_account() -> None:
    assert numbers.unified_of(numbers.service("90НО452262")) == "90НО452262"
    assert numbers.unified_of("90НО452262-02") is None
