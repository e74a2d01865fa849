"""Points of an elliptic curve and their multiples, in plain integers (RFC 7091, section 5.1).

Sums are computed in Jacobian coordinates, (X, Y, Z) for the point (X/Z², Y/Z³), which need no division; a Z of zero is
the point at infinity. The time depends on the numbers: for public ones that is no loss, and for secret ones `signature`
warns of it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import TypeAlias

from signing.gost.curves import Curve

Point: TypeAlias = tuple[int, int]
"""Affine coordinates."""
Jacobian: TypeAlias = tuple[int, int, int]

INFINITY: Jacobian = (1, 1, 0)

_PIECES = 4
"""Numbers are cut into so many pieces, each with its own table of multiples: only the bits of a piece are doubled."""
_BASE_WIDTH = 8
"""Bits of a digit for the base point, whose tables are made once for a curve and have 2^6 points each."""
_KEY_WIDTH = 5

_Table: TypeAlias = tuple[Point, ...]
"""Odd multiples of a point: once, three times, five times, …"""


def sum_of_multiples(curve: Curve, u: int, v: int, point: Point) -> Jacobian:
    """Return u·G + v·point, G being the base point; both at once (Straus), doubling once for both."""
    return _evaluate(
        curve,
        [*_terms(curve, u, _base_tables(curve), _BASE_WIDTH), *_terms(curve, v, _key_tables(curve, point), _KEY_WIDTH)],
    )


def multiple_of_base(curve: Curve, k: int) -> Jacobian:
    """Return k·G."""
    return _evaluate(curve, _terms(curve, k, _base_tables(curve), _BASE_WIDTH))


def multiple(curve: Curve, k: int, point: Point) -> Jacobian:
    """Return k·point for any point of the curve, those of small order too, whose tables would hold infinity."""
    return _evaluate(curve, [(k, (point,), 2)])


def affine(curve: Curve, point: Jacobian) -> Point:
    """Return the affine coordinates; raises `ValueError` for the point at infinity."""
    (found,) = _normalised(curve, [point])
    return found


@functools.cache
def _base_tables(curve: Curve) -> tuple[_Table, ...]:
    return _tables(curve, (curve.x, curve.y), _BASE_WIDTH)


@functools.lru_cache(maxsize=1024)
def _key_tables(curve: Curve, point: Point) -> tuple[_Table, ...]:
    """Keep what was computed for a key: the same few organisations sign all day."""
    return _tables(curve, point, _KEY_WIDTH)


def _tables(curve: Curve, point: Point, width: int) -> tuple[_Table, ...]:
    """Return the table of the point for the lowest piece of a number, and of its doubles for the others."""
    starts = [point]
    while len(starts) < _PIECES:
        doubled = _doubled((*starts[-1], 1), _bits_of_a_piece(curve), curve.a, curve.p)
        starts.append(affine(curve, doubled))
    return tuple(_odd_multiples(curve, start, width) for start in starts)


def _terms(curve: Curve, number: int, tables: tuple[_Table, ...], width: int) -> list[tuple[int, _Table, int]]:
    shift = _bits_of_a_piece(curve)
    pieces = [number >> shift * index & (1 << shift) - 1 for index in range(len(tables))]
    return [(piece, table, width) for piece, table in zip(pieces, tables, strict=True)]


def _bits_of_a_piece(curve: Curve) -> int:
    return -(-curve.q.bit_length() // _PIECES)


def _odd_multiples(curve: Curve, point: Point, width: int) -> _Table:
    (twice,) = _normalised(curve, [_doubled((*point, 1), 1, curve.a, curve.p)])
    multiples: list[Jacobian] = [(*point, 1)]
    for _ in range(2 ** (width - 2) - 1):
        multiples.append(_added(multiples[-1], twice, curve.a, curve.p))
    return tuple(_normalised(curve, multiples))


def _normalised(curve: Curve, found: list[Jacobian]) -> Iterator[Point]:
    """Bring many points into affine coordinates with one inversion (Montgomery)."""
    p = curve.p
    products = [1]
    for _x, _y, z in found:
        products.append(products[-1] * z % p)
    inverse = pow(products[-1], -1, p)
    inverses = []
    for (_x, _y, z), before in zip(reversed(found), reversed(products[:-1]), strict=True):
        inverses.append(inverse * before % p)
        inverse = inverse * z % p
    for (x, y, _z), one in zip(found, reversed(inverses), strict=True):
        square = one * one % p
        yield x * square % p, y * square * one % p


def _evaluate(curve: Curve, terms: Iterable[tuple[int, _Table, int]]) -> Jacobian:
    """Sum the terms (number, odd multiples of its point, width of its digits), from the highest digit down."""
    p, a = curve.p, curve.a
    pending: dict[int, list[Point]] = {}
    for number, table, width in terms:
        for position, digit in _digits(number, width):
            x, y = table[abs(digit) >> 1]
            pending.setdefault(position, []).append((x, y if digit > 0 else p - y))
    total, above = INFINITY, 0
    for position in sorted(pending, reverse=True):
        total = _doubled(total, above - position, a, p)
        above = position
        for point in pending[position]:
            total = _added(total, point, a, p)
    return _doubled(total, above, a, p)


def _digits(number: int, width: int) -> Iterator[tuple[int, int]]:
    """Write a number with few odd digits: (position of the bit, digit), |digit| < 2^(width-1) (wNAF)."""
    modulus, half, position = 1 << width, 1 << (width - 1), 0
    while number:
        zeros = (number & -number).bit_length() - 1
        number >>= zeros
        position += zeros
        digit = number & (modulus - 1)
        if digit > half:
            digit -= modulus
        yield position, digit
        number -= digit


def _doubled(point: Jacobian, times: int, a: int, p: int) -> Jacobian:
    """Double a point several times; a point of even order becomes infinity by itself, as its Y is zero."""
    x, y, z = point
    for _ in range(times):
        square = y * y % p
        s = 4 * x * square % p
        zz = z * z % p
        m = (3 * x * x + a * zz * zz) % p
        z = 2 * y * z % p
        x = (m * m - 2 * s) % p
        y = (m * (s - x) - 8 * square * square) % p
    return x, y, z


def _added(point: Jacobian, other: Point, a: int, p: int) -> Jacobian:
    x, y, z = point
    if not z:
        return *other, 1
    zz = z * z % p
    h = (other[0] * zz - x) % p
    r = (other[1] * zz * z - y) % p
    if not h:
        return INFINITY if r else _doubled(point, 1, a, p)
    hh = h * h % p
    hhh = h * hh % p
    v = x * hh % p
    third = (r * r - hhh - 2 * v) % p
    return third, (r * (v - third) - y * hhh) % p, z * h % p
