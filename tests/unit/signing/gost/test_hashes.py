"""Streebog and ГОСТ Р 34.11-94, by both backends: the values of the standards, and piece by piece as at once."""

from __future__ import annotations

import random

import pytest

from signing.gost import selection, selftest
from tests.unit.signing import makers
from tests.unit.signing.makers import value_of as value

HASHES = ("streebog256", "streebog512", "gost94")


@pytest.fixture(params=makers.BACKENDS)
def backend(request):
    return makers.backend(request.param)


@pytest.mark.parametrize(("name", "message", "expected"), selftest.HASHES)
def test_example_of_the_standard__has_its_value(backend, name, message, expected):
    assert value(backend, name, message) == expected


@pytest.mark.parametrize("name", HASHES)
def test_pieces__are_as_the_whole(backend, name):
    source = random.Random(6986)  # noqa: S311 - reproducible on purpose
    message = source.randbytes(1000)
    cuts = sorted(source.randrange(1000) for _ in range(20))
    pieces = [message[start:end] for start, end in zip([0, *cuts], [*cuts, 1000], strict=True)]
    assert value(backend, name, *pieces) == value(backend, name, message)


@pytest.mark.parametrize("name", HASHES)
def test_value_asked_for_twice__is_the_same_and_more_may_follow(backend, name):
    running = backend.hash(name)
    running.update(b"one")
    first = running.digest()
    assert running.digest() == first
    running.update(b"two")
    assert running.digest().hex() == value(backend, name, b"onetwo")


@pytest.mark.parametrize("name", HASHES)
def test_both_backends__agree_around_the_ends_of_blocks_and_on_carries(name):
    fast, plain = makers.backend("openssl"), selection.choose("pure")
    source = random.Random(3411)  # noqa: S311 - reproducible on purpose
    for length in (0, 1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 127, 128, 129, 511, 512, 513, 2000):
        for message in (source.randbytes(length), b"\xff" * length):
            assert value(fast, name, message) == value(plain, name, message), length


def test_unknown_hash__is_a_key_error(backend):
    with pytest.raises(KeyError):
        backend.hash("sha1")
