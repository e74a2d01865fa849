"""Keys as certificates and files write them: read when sound, refused when not, whatever the bytes."""

from __future__ import annotations

import base64
import random

import pytest

from signing import der
from signing.gost import curves, keys, points
from signing.gost.keys import GOST_2001, GOST_2012_256, GOST_2012_512, PublicKey

KINDS = [
    pytest.param(algorithm, curve, id=f"{algorithm.name} on {curve.name}")
    for algorithm in keys.ALGORITHMS
    for curve in algorithm.curves
]
BELIEVED = [kind for kind in KINDS if not kind.values[1].example]
OF_COFACTOR = [(GOST_2012_256, curves.TC26_256[0]), (GOST_2012_512, curves.TC26_512[3])]


def spki(algorithm, curve, x, y, *, parameters=None, octets=None):
    """What a stranger may write, sound or not."""
    size = algorithm.size
    octets = x.to_bytes(size, "little") + y.to_bytes(size, "little") if octets is None else octets
    named = [curve.oid, algorithm.hash_oid] if parameters is None else parameters
    identifier = der.sequence(
        der.object_identifier(algorithm.oid), der.sequence(*(der.object_identifier(oid) for oid in named))
    )
    return der.sequence(identifier, der.bit_string(der.octet_string(octets)))


def pkcs8(key, octets, *, version=b"\2\1\0"):
    identifier = der.sequence(
        der.object_identifier(key.algorithm.oid), der.sequence(der.object_identifier(key.curve.oid))
    )
    return der.sequence(version, identifier, der.octet_string(octets))


def square_root(number, p):
    """In a field where p = 3 mod 4, as those of both curves with a cofactor; None where there is none."""
    root = pow(number, (p + 1) // 4, p)
    return root if root * root % p == number % p else None


def points_outside_the_subgroup(curve):
    """A point that is the sum of one of the subgroup and one of small order, and the latter alone."""
    for x in range(1, 1000):
        y = square_root(x**3 + curve.a * x + curve.b, curve.p)
        if y is not None:
            small = points.multiple(curve, curve.q, (x, y))
            if small[2]:
                return (x, y), points.affine(curve, small)
    raise AssertionError


@pytest.mark.parametrize(("algorithm", "curve"), BELIEVED)
def test_public_key__is_read_as_it_was_written(algorithm, curve):
    key = keys.generate(algorithm, curve).public
    read = keys.read_public(key.spki())
    assert read == key
    assert (read.algorithm, read.curve) == (algorithm, curve)


@pytest.mark.parametrize(("algorithm", "curve"), KINDS)
def test_private_key__is_read_as_it_was_written(algorithm, curve):
    key = keys.generate(algorithm, curve)
    assert keys.is_private(key.pkcs8())
    assert keys.read_private(key.pkcs8()) == key
    head, *lines, foot = key.pem().decode().splitlines()
    assert (head, foot) == ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----")
    assert base64.b64decode("".join(lines)) == key.pkcs8()
    assert max(map(len, lines)) <= 64


def test_private_number__is_never_shown():
    key = keys.generate(GOST_2012_256, curves.XCH_A)
    assert str(key.d) not in repr(key)


@pytest.mark.parametrize("curve", [curve for curve in curves.ALL if curve.example], ids=lambda curve: curve.name)
def test_key_on_a_curve_of_the_examples__is_nobodys(curve):
    algorithm = GOST_2012_256 if curve.size == 32 else GOST_2012_512
    assert keys.read_public(keys.generate(algorithm, curve).public.spki()) is None


@pytest.mark.parametrize(
    ("algorithm", "curve"),
    [(GOST_2001, curves.TC26_256[0]), (GOST_2012_256, curves.TC26_512_A), (GOST_2012_512, curves.XCH_A)],
)
def test_curve_of_another_algorithm__is_refused(algorithm, curve):
    with pytest.raises(ValueError, match="curve"):
        PublicKey(algorithm, curve, curve.x, curve.y)
    octets = bytes(2 * algorithm.size)
    assert keys.read_public(spki(algorithm, curve, 0, 0, octets=octets)) is None


@pytest.mark.parametrize(("algorithm", "curve"), BELIEVED)
def test_point_off_the_curve__is_refused(algorithm, curve):
    for x, y in ((0, 0), (curve.x, curve.y + 1), (curve.y, curve.x)):
        with pytest.raises(ValueError, match="not on its curve"):
            PublicKey(algorithm, curve, x, y)
        assert keys.read_public(spki(algorithm, curve, x, y)) is None


def test_coordinate_beyond_the_field__is_refused():
    """The same point, written in another way, would be another key to whoever compares bytes."""
    curve = curves.RFC_4357[2]  # its prime leaves room in 256 bits
    assert keys.read_public(spki(GOST_2012_256, curve, curve.x, curve.y))
    assert keys.read_public(spki(GOST_2012_256, curve, curve.x + curve.p, curve.y)) is None


@pytest.mark.parametrize(("algorithm", "curve"), OF_COFACTOR)
def test_point_outside_the_subgroup__is_refused(algorithm, curve):
    for x, y in points_outside_the_subgroup(curve):
        assert curve.has(x, y)
        with pytest.raises(ValueError, match="subgroup"):
            PublicKey(algorithm, curve, x, y)
        assert keys.read_public(spki(algorithm, curve, x, y)) is None


@pytest.mark.parametrize(
    "parameters",
    [
        ["1.2.643.2.2.36.0"],
        ["1.2.643.2.2.36.0", "1.2.643.7.1.1.2.2"],
        ["1.2.643.2.2.36.0", "1.2.643.7.1.1.2.2", "1.2.643.2.2.31.1"],
    ],
)
def test_hash_named_or_not__is_the_same_key(parameters):
    key = keys.generate(GOST_2012_256, curves.XCH_A).public
    assert keys.read_public(spki(GOST_2012_256, key.curve, key.x, key.y, parameters=parameters)) == key


@pytest.mark.parametrize(
    "parameters",
    [[], ["1.2.643.2.2.99"], ["1.2.643.2.2.36.0", "1.2.643.2.2.30.1"], ["1.2.643.7.1.1.2.2", "1.2.643.2.2.36.0"]],
)
def test_parameters_that_do_not_fit__are_refused(parameters):
    key = keys.generate(GOST_2012_256, curves.XCH_A).public
    assert keys.read_public(spki(GOST_2012_256, key.curve, key.x, key.y, parameters=parameters)) is None


def test_key_written_wrongly__is_refused():
    good = keys.generate(GOST_2012_256, curves.XCH_A).public.spki()
    octets = good[-64:]
    for broken in (
        b"",
        b"garbage",
        good[:-1],
        good + b"\0",
        good + bytes(1000),
        good.replace(b"\x03\x43\x00", b"\x03\x43\x01"),
        good.replace(b"\x04\x40", b"\x24\x40"),
        spki(GOST_2012_256, curves.XCH_A, 0, 0, octets=octets + b"\0"),
        spki(GOST_2012_256, curves.XCH_A, 0, 0, octets=octets[:-1]),
        spki(GOST_2012_256, curves.XCH_A, 0, 0, octets=b""),
    ):
        assert keys.read_public(broken) is None


def test_key_with_flipped_and_missing_bytes__never_raises():
    good = keys.generate(GOST_2012_256, curves.TC26_256[0]).public
    source, encoded = random.Random(34), good.spki()  # noqa: S311 - reproducible on purpose
    for _ in range(2000):
        mutant = bytearray(encoded)
        for _ in range(source.randint(1, 3)):
            mutant[source.randrange(len(mutant))] = source.randrange(256)
        del mutant[source.randrange(len(mutant)) : source.choice([0, 0, len(mutant)])]
        read = keys.read_public(bytes(mutant))
        assert read is None or read.curve.has(read.x, read.y)


def test_private_key_of_every_form__is_read():
    key = keys.generate(GOST_2012_256, curves.XCH_A)
    bare, q = key.d.to_bytes(32, "little"), key.curve.q
    masks = [3, 5]
    masked = key.d * pow(15, -1, q) % q
    forms = [
        bare,
        der.octet_string(bare),
        der.integer(key.d),
        b"".join(number.to_bytes(32, "little") for number in (masked, *masks)),
    ]
    for form in forms:
        assert keys.read_private(pkcs8(key, form)) == key
    assert keys.read_private(pkcs8(key, bare, version=b"\2\1\1")) == key


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        bytes(32),
        b"\xff" * 32,
        b"\1" * 31,
        b"\1" * 33,
        der.octet_string(b""),
        der.octet_string(b"\1" * 31),
        der.integer(0),
        b"\2\1\xff",
        b"\x30\x00",
    ],
)
def test_private_key_out_of_range_or_form__is_refused(octets):
    key = keys.generate(GOST_2012_256, curves.XCH_A)
    with pytest.raises(ValueError, match=r"."):
        keys.read_private(pkcs8(key, octets))


def test_private_key_of_another_kind__is_not_taken_for_one():
    for other in (
        b"",
        b"garbage",
        der.sequence(),
        der.sequence(der.integer(0)),
        der.sequence(der.integer(0), b"\x30\0"),
    ):
        assert not keys.is_private(other)
        with pytest.raises(ValueError, match=r"."):
            keys.read_private(other)
    key = keys.generate(GOST_2012_256, curves.XCH_A)
    with pytest.raises(ValueError, match="PrivateKeyInfo"):
        keys.read_private(pkcs8(key, key.d.to_bytes(32, "little"), version=b"\2\1\7"))
