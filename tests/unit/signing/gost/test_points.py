"""Multiples of points: every one of a small curve, and the corners of the large ones."""

from __future__ import annotations

import secrets

import pytest

from signing.gost import curves, points
from signing.gost.curves import Curve

SMALL = Curve("small", "1.2.3", p=1019, a=-3, b=15, q=977, x=0, y=228)
BASE = (SMALL.x, SMALL.y)


def plain_sum(one, other):
    """The sum by the definition, in affine coordinates; None is infinity."""
    if one is None or other is None:
        return one or other
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % SMALL.p == 0:
        return None
    slope = (
        (3 * x1 * x1 + SMALL.a) * pow(2 * y1, -1, SMALL.p) if one == other else (y2 - y1) * pow(x2 - x1, -1, SMALL.p)
    )
    x = (slope * slope - x1 - x2) % SMALL.p
    return x, (slope * (x1 - x) - y1) % SMALL.p


def plain_multiples():
    """0·G, 1·G, … (q-1)·G by adding G again and again."""
    found = [None]
    while len(found) < SMALL.q:
        found.append(plain_sum(found[-1], BASE))
    return found


def affine(point):
    return points.affine(SMALL, point) if point[2] else None


def test_every_multiple_on_a_small_curve__is_the_plain_sum():
    for k, expected in enumerate(plain_multiples()):
        assert affine(points.multiple_of_base(SMALL, k)) == expected
        assert affine(points.multiple(SMALL, k, BASE)) == expected


def test_sums_of_multiples_on_a_small_curve__are_the_plain_sums():
    multiples = plain_multiples()
    for d in (1, 2, 3, 488, SMALL.q - 1):
        for u in range(0, SMALL.q, 61):
            for v in range(0, SMALL.q, 53):
                expected = multiples[(u + v * d) % SMALL.q]
                assert affine(points.sum_of_multiples(SMALL, u, v, multiples[d])) == expected


def test_sum_that_cancels__is_infinity():
    for curve in curves.ALL:
        total = points.sum_of_multiples(curve, 5, curve.q - 5, (curve.x, curve.y))
        assert total[2] == 0
        with pytest.raises(ValueError, match="invertible"):
            points.affine(curve, total)


@pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)
def test_sum_of_multiples__is_one_multiple_of_the_base(curve):
    d, u, v = (secrets.randbelow(curve.q - 1) + 1 for _ in range(3))
    key = points.affine(curve, points.multiple_of_base(curve, d))
    total = points.affine(curve, points.sum_of_multiples(curve, u, v, key))
    assert total == points.affine(curve, points.multiple_of_base(curve, (u + v * d) % curve.q))
    assert curve.has(*total)
