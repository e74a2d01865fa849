"""Both backends give one answer to every signature, good or bad; `HCS_LONG=1` asks about ten thousand."""

from __future__ import annotations

import random

import pytest

from signing.gost import curves, keys, selection
from tests.unit.signing import makers

KINDS = [
    pytest.param(algorithm, curve, id=f"{algorithm.name} on {curve.name}")
    for algorithm in keys.ALGORITHMS
    for curve in algorithm.curves
]
ROUNDS = 500 if makers.LONG else 10
"""For each of the 20 pairs of algorithm and curve."""


def flipped(octets, source):
    position = source.randrange(8 * len(octets))
    number = int.from_bytes(octets, "big") ^ 1 << position
    return number.to_bytes(len(octets), "big")


MUTATIONS = {
    "none": lambda signature, source: signature,
    "one bit": flipped,
    "halves swapped": lambda signature, source: signature[len(signature) // 2 :] + signature[: len(signature) // 2],
    "bytes reversed": lambda signature, source: signature[::-1],
    "zero": lambda signature, source: bytes(len(signature)),
    "r is zero": lambda signature, source: signature[: len(signature) // 2] + bytes(len(signature) // 2),
    "s is zero": lambda signature, source: bytes(len(signature) // 2) + signature[len(signature) // 2 :],
    "all ones": lambda signature, source: b"\xff" * len(signature),
    "one byte more": lambda signature, source: signature + b"\0",
    "one byte before": lambda signature, source: b"\0" + signature,
    "one byte less": lambda signature, source: signature[:-1],
    "twice": lambda signature, source: signature * 2,
    "empty": lambda signature, source: b"",
    "random": lambda signature, source: source.randbytes(len(signature)),
}


@pytest.fixture(scope="module")
def fast():
    return makers.backend("openssl")


@pytest.fixture(scope="module")
def plain():
    return selection.choose("pure")


def verdicts(fast, plain, key, digest, signature):
    return {backend.verify(key, digest, signature) for backend in (fast, plain)}


@pytest.mark.slow
@pytest.mark.parametrize(("algorithm", "curve"), KINDS)
def test_random_signatures__are_judged_alike(fast, plain, algorithm, curve):
    source = random.Random(f"{algorithm.name} {curve.oid}")  # noqa: S311 - reproducible on purpose
    for number in range(ROUNDS):
        key = keys.PrivateKey(algorithm, curve, source.randrange(1, curve.q))
        digest = source.randbytes(algorithm.size)
        signature = (fast, plain)[number % 2].sign(key, digest)
        assert verdicts(fast, plain, key.public, digest, signature) == {True}
        what = source.choice(sorted(MUTATIONS))
        mutant = MUTATIONS[what](signature, source)
        assert verdicts(fast, plain, key.public, digest, mutant) == {mutant == signature}, what
        assert verdicts(fast, plain, key.public, flipped(digest, source), signature) == {False}


@pytest.mark.parametrize(("algorithm", "curve"), KINDS)
def test_mutated_signature__is_refused_by_both(fast, plain, algorithm, curve):
    source = random.Random(f"mutated {curve.oid}")  # noqa: S311 - reproducible on purpose
    key, digest = keys.PrivateKey(algorithm, curve, source.randrange(1, curve.q)), source.randbytes(algorithm.size)
    signature = fast.sign(key, digest)
    refused = {
        what
        for what, mutate in MUTATIONS.items()
        if verdicts(fast, plain, key.public, digest, mutate(signature, source)) == {False}
    }
    assert refused == MUTATIONS.keys() - {"none"}


@pytest.mark.parametrize(("algorithm", "curve"), KINDS)
def test_half_plus_the_order__is_no_other_way_to_write_it(fast, plain, algorithm, curve):
    key, size = keys.generate(algorithm, curve), algorithm.size
    signature = plain.sign(key, bytes(size))
    s, r = (int.from_bytes(half, "big") for half in (signature[:size], signature[size:]))
    for other in ((s + curve.q, r), (s, r + curve.q), (curve.q, r), (s, curve.q)):
        if max(other).bit_length() <= 8 * size:
            written = b"".join(number.to_bytes(size, "big") for number in other)
            assert verdicts(fast, plain, key.public, bytes(size), written) == {False}


@pytest.mark.parametrize(("algorithm", "curve"), KINDS)
def test_key_of_another_owner_or_curve__verifies_nothing(fast, plain, algorithm, curve):
    key, digest = keys.generate(algorithm, curve), bytes(algorithm.size)
    signature = fast.sign(key, digest)
    others = [keys.generate(algorithm, other).public for other in algorithm.curves]
    assert all(verdicts(fast, plain, other, digest, signature) == {False} for other in others)


def test_one_key_on_a_curve_of_two_names__is_the_same_key(fast, plain):
    names = [curve for curve in keys.GOST_2012_256.curves if (curve.p, curve.a) == (curves.XCH_A.p, curves.XCH_A.a)]
    twins = [keys.PrivateKey(keys.GOST_2012_256, curve, 34) for curve in names]
    signature = plain.sign(twins[0], bytes(32))
    assert len(twins) == 3
    assert all(verdicts(fast, plain, twin.public, bytes(32), signature) == {True} for twin in twins)
