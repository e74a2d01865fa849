"""Signing and verifying in plain Python: the examples of the standard, digit by digit."""

from __future__ import annotations

import pytest

from signing.gost import curves, keys, selftest, signature
from signing.gost.keys import PrivateKey
from tests.unit.signing import makers

# The random number of each example (RFC 7091, section 7.1.2; ГОСТ Р 34.10-2012, A.2.2), and the public key.
SHORT_K = 0x77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3
LONG_K = int(
    "0359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F3658"
    "86748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
    16,
)
SHORT_X = 0x7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B
LONG_X = int(
    "115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD"
    "5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1",
    16,
)

EXAMPLES = [
    (*selftest.SIGNATURES[0], SHORT_K, SHORT_X),
    (*selftest.SIGNATURES[1], SHORT_K, SHORT_X),
    (*selftest.SIGNATURES[2], LONG_K, LONG_X),
]


@pytest.mark.parametrize(("algorithm", "curve", "example", "k", "x"), EXAMPLES)
def test_example_of_the_standard__is_signed_and_verified(monkeypatch, algorithm, curve, example, k, x):
    monkeypatch.setattr(signature, "_ephemeral", lambda _key, _digest: k)
    key = PrivateKey(algorithm, curve, example.d)
    assert key.public.x == x
    digest = example.digest.to_bytes(algorithm.size, "little")
    signed = signature.sign(key, digest)
    assert signed == example.s.to_bytes(algorithm.size, "big") + example.r.to_bytes(algorithm.size, "big")
    assert signature.verify(key.public, digest, signed)


def test_number_that_makes_a_half_zero__is_drawn_again(monkeypatch):
    curve = curves.XCH_A
    key, digest = keys.generate(keys.GOST_2012_256, curve), b"\1" + bytes(31)
    draws = iter([1, 2])
    multiples = signature.points.multiple_of_base
    monkeypatch.setattr(signature, "_ephemeral", lambda _key, _digest: next(draws))
    monkeypatch.setattr(
        signature.points, "multiple_of_base", lambda on, k: (on.q, 0, 1) if k == 1 else multiples(on, k)
    )
    signed = signature.sign(key, digest)
    assert next(draws, None) is None
    assert signature.verify(key.public, digest, signed)


def test_digest_that_is_a_multiple_of_the_order__counts_as_one():
    """RFC 7091, section 6.1, step 2."""
    for algorithm, curve in ((keys.GOST_2012_256, curves.TC26_256[0]), (keys.GOST_2012_512, curves.TC26_512[3])):
        key = keys.generate(algorithm, curve)
        zero, one, order = (number.to_bytes(algorithm.size, "little") for number in (0, 1, curve.q))
        signed = signature.sign(key, zero)
        for digest in (zero, one, order):
            assert signature.verify(key.public, digest, signed)


def test_signatures_over_one_digest__differ():
    key = keys.generate(keys.GOST_2012_256, curves.XCH_A)
    assert signature.sign(key, bytes(32)) != signature.sign(key, bytes(32))


def test_number_below_a_weak_source__still_differs_by_digest_and_key(monkeypatch):
    """With no randomness at all, two digests must not share the number: that would tell the key."""
    monkeypatch.setattr(signature.secrets, "token_bytes", bytes)
    one, other = (keys.generate(keys.GOST_2012_256, curves.XCH_A) for _ in range(2))
    draw = signature._ephemeral  # noqa: SLF001 - the number itself is seen nowhere
    numbers = {draw(key, digest) for key in (one, other) for digest in (bytes(32), b"\1" * 32)}
    assert len(numbers) == 4


@pytest.mark.parametrize("length", [0, 31, 33, 64])
@pytest.mark.parametrize("name", makers.BACKENDS)
def test_digest_of_another_length__is_the_callers_mistake(name, length):
    backend = makers.backend(name)
    key = keys.generate(keys.GOST_2012_256, curves.XCH_A)
    with pytest.raises(ValueError, match="32 bytes"):
        backend.sign(key, bytes(length))
    with pytest.raises(ValueError, match="32 bytes"):
        backend.verify(key.public, bytes(length), bytes(64))
