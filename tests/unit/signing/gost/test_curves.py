"""The numbers of every curve: proved to be what a curve for signatures has to be (RFC 7091, section 5.2)."""

from __future__ import annotations

import pytest

from signing.gost import curves, keys, points

CURVES = pytest.mark.parametrize("curve", curves.ALL, ids=lambda curve: curve.name)

NAMES = {
    "1.2.643.2.2.35.0": "GostR3410-2001-TestParamSet",
    "1.2.643.2.2.35.1": "GostR3410-2001-CryptoPro-A-ParamSet",
    "1.2.643.2.2.35.2": "GostR3410-2001-CryptoPro-B-ParamSet",
    "1.2.643.2.2.35.3": "GostR3410-2001-CryptoPro-C-ParamSet",
    "1.2.643.2.2.36.0": "GostR3410-2001-CryptoPro-XchA-ParamSet",
    "1.2.643.2.2.36.1": "GostR3410-2001-CryptoPro-XchB-ParamSet",
    "1.2.643.7.1.2.1.1.1": "tc26-gost-3410-2012-256-paramSetA",
    "1.2.643.7.1.2.1.1.2": "tc26-gost-3410-2012-256-paramSetB",
    "1.2.643.7.1.2.1.1.3": "tc26-gost-3410-2012-256-paramSetC",
    "1.2.643.7.1.2.1.1.4": "tc26-gost-3410-2012-256-paramSetD",
    "1.2.643.7.1.2.1.2.0": "tc26-gost-3410-2012-512-paramSetTest",
    "1.2.643.7.1.2.1.2.1": "tc26-gost-3410-12-512-paramSetA",
    "1.2.643.7.1.2.1.2.2": "tc26-gost-3410-12-512-paramSetB",
    "1.2.643.7.1.2.1.2.3": "tc26-gost-3410-2012-512-paramSetC",
}
SAME = [
    ("1.2.643.2.2.35.1", "1.2.643.2.2.36.0", "1.2.643.7.1.2.1.1.2"),
    ("1.2.643.2.2.35.2", "1.2.643.7.1.2.1.1.3"),
    ("1.2.643.2.2.35.3", "1.2.643.2.2.36.1", "1.2.643.7.1.2.1.1.4"),
]


def is_prime(number):
    """Miller-Rabin with the first 40 primes as witnesses."""
    witnesses = [n for n in range(2, 174) if all(n % m for m in range(2, n))]
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for witness in witnesses:
        power = pow(witness, odd, number)
        if power in {1, number - 1}:
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def test_every_parameter_set__is_there_by_its_identifier():
    assert {curve.oid: curve.name for curve in curves.ALL} == NAMES


@pytest.mark.parametrize("names", SAME)
def test_one_curve_under_several_names__has_the_same_numbers(names):
    same = {
        (curve.p, curve.a, curve.b, curve.q, curve.x, curve.y, curve.cofactor)
        for curve in curves.ALL
        if curve.oid in names
    }
    assert len(same) == 1


@CURVES
def test_field_and_order__are_prime_and_of_their_length(curve):
    assert is_prime(curve.p)
    assert is_prime(curve.q)
    assert curve.p != curve.q
    assert curve.size in {32, 64}
    assert 8 * curve.size - 3 <= curve.q.bit_length() <= 8 * curve.size


@CURVES
def test_base_point__is_on_the_curve_and_of_the_order(curve):
    base = (curve.x, curve.y)
    assert curve.has(*base)
    assert points.multiple(curve, curve.q, base)[2] == 0
    assert points.multiple(curve, curve.q - 1, base)[2] != 0


@CURVES
def test_number_of_points__is_the_order_times_the_cofactor(curve):
    """Hasse: it differs from p + 1 by 2√p at most, and only one multiple of the order does."""
    assert (curve.q * curve.cofactor - curve.p - 1) ** 2 <= 4 * curve.p
    assert curve.cofactor == (4 if curve.a not in {-3, 7} else 1)


@CURVES
def test_curve__is_neither_singular_nor_weak(curve):
    assert (4 * curve.a**3 + 27 * curve.b**2) % curve.p
    assert curve.a % curve.p
    assert curve.b % curve.p
    degrees = range(1, 32 if curve.size == 32 else 132)
    assert all(pow(curve.p, degree, curve.q) != 1 for degree in degrees)


def test_curves_of_the_examples__are_marked():
    assert [curve.oid for curve in curves.ALL if curve.example] == ["1.2.643.2.2.35.0", "1.2.643.7.1.2.1.2.0"]


def test_algorithms__have_the_curves_of_their_length():
    for algorithm in keys.ALGORITHMS:
        assert {curve.size for curve in algorithm.curves} == {algorithm.size}
    assert {curve for algorithm in keys.ALGORITHMS for curve in algorithm.curves} == set(curves.ALL)


@pytest.mark.parametrize("point", [(0, 0), (1, 1), (-1, 1), (0, 1 << 256)])
def test_point_elsewhere__is_not_on_the_curve(point):
    assert not any(curve.has(*point) for curve in curves.ALL)
