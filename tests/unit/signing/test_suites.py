"""Suites: right signatures, wrong ones, and keys that are not theirs."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import signing
from signing import digests, suites
from signing.suites import ecdsa
from signing.suites import rsa as rsa_suites

CURVES = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]
RSA_KEY = rsa.generate_private_key(65537, 2048)
CURVE_KEYS = [ec.generate_private_key(curve) for curve in CURVES]
DATA = b"signed"


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize("suite", rsa_suites.SUITES)
def test_rsa__verifies_its_own_and_nothing_else(suite):
    signature = suite.sign(RSA_KEY, DATA)
    assert suite.verify(spki(RSA_KEY), DATA, signature)
    assert suite.verify_certificate(spki(RSA_KEY), DATA, signature)
    assert not suite.verify(spki(RSA_KEY), DATA + b".", signature)
    assert not suite.verify(spki(RSA_KEY), DATA, signature[:-1])
    assert not suite.verify(spki(RSA_KEY), DATA, b"\0" + signature)
    assert not suite.verify(spki(CURVE_KEYS[0]), DATA, signature)
    assert not any(other.verify(spki(RSA_KEY), DATA, signature) for other in rsa_suites.SUITES if other is not suite)


def test_rsa_of_1024_bits__verifies_nothing():
    key = rsa.generate_private_key(65537, 1024)  # noqa: S505 - that it is refused is the point
    signature = rsa_suites.RSA_SHA256.sign(key, DATA)
    assert not rsa_suites.RSA_SHA256.verify(spki(key), DATA, signature)
    assert not rsa_suites.RSA_SHA256.verify_certificate(spki(key), DATA, signature)


@pytest.mark.parametrize("suite", ecdsa.SUITES)
@pytest.mark.parametrize(("key", "size"), list(zip(CURVE_KEYS, [32, 48, 66], strict=True)))
def test_ecdsa__verifies_both_halves_of_the_exact_length(suite, key, size):
    signature = suite.sign(key, DATA)
    assert len(signature) == 2 * size
    assert suite.verify(spki(key), DATA, signature)
    assert not suite.verify(spki(key), DATA + b".", signature)
    halves = signature[:size], signature[size:]
    for wrong in (
        signature[:-1],
        signature + b"\0",
        b"\0" + halves[0] + b"\0" + halves[1],
        halves[1] + halves[0],
        halves[0] + bytes(size),
        bytes(size) + halves[1],
        b"",
        b"\xff" * (2 * size),
    ):
        assert not suite.verify(spki(key), DATA, wrong)
    assert not suite.verify(spki(RSA_KEY), DATA, signature)


@pytest.mark.parametrize(
    ("key", "accepting"),
    [
        (RSA_KEY, rsa_suites.SUITES),
        *((key, ecdsa.SUITES) for key in CURVE_KEYS),
        (rsa.generate_private_key(65537, 1024), ()),  # noqa: S505 - that it is refused is the point
        (ec.generate_private_key(ec.SECP256K1()), ()),
        (ec.generate_private_key(ec.SECP224R1()), ()),
        (ed25519.Ed25519PrivateKey.generate(), ()),
    ],
)
def test_key__is_accepted_by_its_kind_and_size_only(key, accepting):
    assert tuple(suite for suite in suites.KNOWN if suite.accepts(spki(key))) == accepting


@pytest.mark.parametrize("broken", [b"", b"garbage", spki(RSA_KEY)[:-3]])
def test_broken_key__is_nobodys(broken):
    for suite in suites.KNOWN:
        assert not suite.accepts(broken)
        assert not suite.verify(broken, DATA, bytes(64))
        assert not suite.verify_certificate(broken, DATA, bytes(64))


def test_addresses_and_identifiers__are_found_by_the_policy():
    policy = signing.STRICT
    for suite in suites.KNOWN:
        assert policy.suite(suite.uri) is suite
        assert policy.suite_of_certificate(suite.oid) is suite
        assert policy.digest(suite.digest.uri) is suite.digest


def test_sha1_and_md5__are_nowhere():
    policy = signing.STRICT
    for old in (
        "http://www.w3.org/2000/09/xmldsig#sha1",
        "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#md5",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1",
    ):
        assert policy.suite(old) is None
        assert policy.digest(old) is None
    assert policy.suite_of_certificate("1.2.840.113549.1.1.5") is None
    assert {digest.name for digest in digests.SHA2} == {"sha256", "sha384", "sha512"}
