"""Suites: right signatures, wrong ones, and keys that are not theirs."""

from __future__ import annotations

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import signing
from signing import digests, policy, suites
from signing.gost import curves, keys
from signing.suites import ecdsa, gost
from signing.suites import rsa as rsa_suites
from tests.unit.signing import makers

CURVES = [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()]
RSA_KEY = rsa.generate_private_key(65537, 2048)
CURVE_KEYS = [ec.generate_private_key(curve) for curve in CURVES]
DATA = b"signed"
GOST_KEYS = {algorithm.name: keys.generate(algorithm, algorithm.curves[-1]) for algorithm in keys.ALGORITHMS}


def spki(key):
    if isinstance(key, keys.PrivateKey):
        return key.public.spki()
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_ecdsa__signs_the_same_alike_and_with_a_random_number_where_openssl_is_old(monkeypatch):
    makers.need_repeatable("p256")
    assert ecdsa.ECDSA_SHA256.sign(CURVE_KEYS[0], DATA) == ecdsa.ECDSA_SHA256.sign(CURVE_KEYS[0], DATA)

    def old(algorithm, *, deterministic_signing=False):
        if deterministic_signing:
            raise UnsupportedAlgorithm("OpenSSL 3.0")
        return new(algorithm)

    new = ec.ECDSA
    monkeypatch.setattr(ec, "ECDSA", old)
    first, second = (ecdsa.ECDSA_SHA256.sign(CURVE_KEYS[0], DATA) for _ in range(2))
    assert first != second
    assert ecdsa.ECDSA_SHA256.verify(spki(CURVE_KEYS[0]), DATA, first)


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


@pytest.fixture(params=makers.BACKENDS)
def backend(request):
    return makers.backend(request.param)


def test_gost__verifies_its_own_and_nothing_else(backend):
    known = (*gost.suites(backend), *gost.legacy(backend))
    for suite in known:
        key, size = GOST_KEYS[suite.name], suite.algorithm.size
        signature = suite.sign(key, DATA)
        s, r = signature[:size], signature[size:]
        assert len(r) == size
        assert suite.verify(spki(key), DATA, signature)
        assert suite.verify_certificate(spki(key), DATA, signature)
        assert not suite.verify(spki(key), DATA + b".", signature)
        for wrong in (r + s, signature + b"\0", signature[:-1], s + bytes(size), bytes(size) + r, bytes(2 * size), b""):
            assert not suite.verify(spki(key), DATA, wrong)
            assert not suite.verify_certificate(spki(key), DATA, wrong)
        others = [other for other in known if other.name != suite.name]
        assert not any(other.verify(spki(key), DATA, signature) for other in others)
        assert not any(suite.verify(spki(other), DATA, signature) for other in (RSA_KEY, CURVE_KEYS[0]))


def test_certificate_verified_before__is_not_computed_again(backend, monkeypatch):
    suite, key, asked = gost.suites(backend)[0], GOST_KEYS["gost2012-256"], []
    good, tbs = suite.sign(key, DATA), DATA
    monkeypatch.setattr(
        backend, "verify", lambda *arguments: asked.append(arguments) or type(backend).verify(backend, *arguments)
    )
    gost._verified.cache_clear()  # noqa: SLF001 - what earlier tests asked is not to be remembered
    for _ in range(3):
        assert suite.verify_certificate(spki(key), tbs, good)
        assert not suite.verify_certificate(spki(key), tbs + b".", good)
    assert len(asked) == 2
    assert not suite.verify_certificate(spki(keys.generate(key.algorithm, key.curve)), tbs, good)


def test_gost_key__is_accepted_by_its_own_algorithm_only(backend):
    for suite in (*gost.suites(backend), *gost.legacy(backend)):
        assert {name for name, key in GOST_KEYS.items() if suite.accepts(spki(key))} == {suite.name}
    assert not any(suite.accepts(spki(key)) for suite in suites.KNOWN for key in GOST_KEYS.values())


def test_same_numbers_as_a_key_of_2001_and_of_2012__are_two_keys(backend):
    """The hash differs, so whoever takes one for the other lets the old hash in again."""
    new, old = (keys.PrivateKey(algorithm, curves.XCH_A, 34) for algorithm in (keys.GOST_2012_256, keys.GOST_2001))
    suite, legacy = gost.suites(backend)[0], gost.legacy(backend)[0]
    assert (suite.accepts(spki(new)), suite.accepts(spki(old))) == (True, False)
    assert (legacy.accepts(spki(new)), legacy.accepts(spki(old))) == (False, True)
    assert not legacy.verify(spki(old), DATA, suite.sign(new, DATA))


@pytest.mark.parametrize("algorithm", keys.ALGORITHMS, ids=lambda algorithm: algorithm.name)
def test_curve_of_the_standards_examples__is_for_nobody(backend, algorithm):
    (curve,) = (curve for curve in algorithm.curves if curve.example)
    key = keys.generate(algorithm, curve)
    for suite in (*gost.suites(backend), *gost.legacy(backend)):
        assert not suite.accepts(spki(key))
        assert not suite.verify(spki(key), DATA, suite.backend.sign(key, bytes(algorithm.size)))


ADDRESSES = {
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256": "gost2012-256",
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-512": "gost2012-512",
    "http://www.w3.org/2001/04/xmldsig-more#gostr34102001-gostr3411": "gost2001",
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102001-gostr3411": "gost2001",
}
DIGESTS = {
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256": "streebog256",
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-512": "streebog512",
    "http://www.w3.org/2001/04/xmldsig-more#gostr3411": "gost94",
    "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr3411": "gost94",
}
CERTIFICATES = {"1.2.643.7.1.1.3.2": "gost2012-256", "1.2.643.7.1.1.3.3": "gost2012-512", "1.2.643.2.2.3": "gost2001"}


def test_gost_addresses__are_those_of_the_wire(backend):
    new, old = policy.strict(backend), policy.archive(backend)
    for uri, name in ADDRESSES.items():
        assert old.suite(uri).name == name
        assert (new.suite(uri) is None) is (name == "gost2001")
    for uri, name in DIGESTS.items():
        assert old.digest(uri).name == old.certificate_digest(uri).name == new.certificate_digest(uri).name == name
        assert (new.digest(uri) is None) is (name == "gost94")
    for oid, name in CERTIFICATES.items():
        assert old.suite_of_certificate(oid).name == name
        assert (new.suite_of_certificate(oid) is None) is (name == "gost2001")
    for suite in old.suites:
        assert old.digest(suite.digest.uri) == suite.digest


def test_policies_without_gost__are_the_ones_of_always():
    assert policy.strict(None) == signing.STRICT
    assert policy.archive(None) == policy.THOROUGH
    assert not policy.strict(None).thorough
    for uri in (*ADDRESSES, *DIGESTS):
        assert signing.STRICT.suite(uri) is None
        assert signing.STRICT.certificate_digest(uri) is None


def test_policies_with_gost__keep_everything_else(backend):
    new, old = policy.strict(backend), policy.archive(backend)
    assert new.suites[: len(suites.KNOWN)] == old.suites[: len(suites.KNOWN)] == suites.KNOWN
    assert (new.thorough, old.thorough) == (False, True)
    assert "backend" not in repr(new.suites[-1])


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
    for suite in makers.POLICY.suites:
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
