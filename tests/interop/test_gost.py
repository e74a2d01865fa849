"""ГОСТ and the world: documents of three implementations, and OpenSSL's command line with its engine as a referee.

All of it holds with either backend. No stock tool of Debian verifies XML signatures by ГОСТ, so what we sign is taken
apart for OpenSSL: the certificate, the key, and the raw signature.
"""

from __future__ import annotations

import functools
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

import signing
from signing import issue, policy, signer
from signing.gost import curves, keys
from signing.signer import PemSigner
from signing.suites import gost
from signing.verdict import Reason
from tests.resources import fixtures_root
from tests.unit.signing import makers

AT = datetime(2027, 1, 1, tzinfo=UTC)  # the certificates of the fixtures end on 2027-11-23
NOW = datetime.now(UTC).replace(microsecond=0)  # openssl checks certificates against the clock of the machine

FIXTURES = (
    "ours_g256TCA",
    "ours_g512A",
    "santuario_bc_g256XA",
    "xmlsec1_g256TCA",
    "xmlsec1_g256XA",
    "xmlsec1_g512A",
)
LEGACY = "ours_g2001A"
KINDS = ("gost2012-256", "gost2012-512")


@pytest.fixture(params=makers.BACKENDS)
def backend(request):
    return makers.backend(request.param)


def fixture(name):
    """The signed element, and a store that believes its authority."""
    folder = fixtures_root()
    kind = name.rsplit("_", 1)[1]
    store = signing.TrustStore(signing.trust.load(folder / f"{kind}-ca.der"))
    return etree.parse(str(folder / f"{name}.xml")).find(".//{*}importHouseRequest"), store


@pytest.mark.parametrize("name", FIXTURES)
@pytest.mark.parametrize("demand", [policy.strict, policy.archive])
def test_fixture__is_good_and_breaks_when_touched(backend, name, demand):
    element, store = fixture(name)
    judge = functools.partial(makers.judge, element, policy=demand(backend), at=AT)
    verdict = judge(store=store)
    assert verdict.good, verdict.failure
    assert verdict.subject.ogrn == "1027700198767"
    assert judge(store=signing.TrustStore()).failure.reason is Reason.UNTRUSTED
    element[-1].set("a", "2")
    assert judge(store=store).failure.reason is Reason.PAYLOAD_DIGEST


@pytest.mark.parametrize("name", [*FIXTURES, LEGACY])
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (".//ds:SignatureValue", Reason.SIGNATURE_VALUE),
        (".//ds:Reference[1]/ds:DigestValue", Reason.SIGNATURE_VALUE),
        (".//xades:CertDigest/ds:DigestValue", Reason.CERTIFICATE_MISMATCH),
    ],
)
def test_fixture_with_one_bit_flipped__is_refused(backend, name, path, reason):
    element, store = fixture(name)
    node = makers.at(element, path)
    octets = bytearray(makers.value(node))
    octets[len(octets) // 3] ^= 1
    node.text = makers.encoded(bytes(octets))
    assert makers.judge(element, policy=policy.archive(backend), store=store, at=AT).failure.reason is reason


def test_fixture_of_2001__is_good_for_the_archive_and_refused_on_arrival(backend):
    element, store = fixture(LEGACY)
    assert makers.judge(element, policy=policy.archive(backend), store=store, at=AT).good
    refused = makers.judge(element, policy=policy.strict(backend), store=store, at=AT)
    assert refused.failure.reason is Reason.ALGORITHM
    element[-1].set("a", "2")
    touched = makers.judge(element, policy=policy.archive(backend), store=store, at=AT)
    assert (touched.intact, touched.valid, touched.trusted) == (False, True, True)


def test_fixture_by_gost__is_refused_where_gost_is_off():
    element, store = fixture(FIXTURES[0])
    for demand in (policy.strict(None), policy.archive(None)):
        assert makers.judge(element, policy=demand, store=store, at=AT).failure.reason is Reason.ALGORITHM


@pytest.mark.parametrize("kind", ["g2001A", "g256TCA", "g256XA", "g512A", "g512C"])
def test_certificates_of_the_fixtures__are_signed_by_their_authorities(backend, kind):
    folder = fixtures_root()
    (root,), (leaf,) = (signing.trust.load(folder / f"{kind}-{role}.der") for role in ("ca", "leaf"))
    for certificate in (root, leaf):
        suite = policy.archive(backend).suite_of_certificate(certificate.signature_oid)
        assert suite.verify_certificate(root.spki, certificate.tbs, certificate.signature)
        assert not suite.verify_certificate(root.spki, certificate.tbs + b"\0", certificate.signature)


@pytest.fixture(scope="module")
def openssl():
    """Runs openssl with the engine."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    loaded = subprocess.run(["openssl", "engine", "gost"], capture_output=True, timeout=30, check=False)
    if loaded.returncode or b"gost" not in loaded.stdout:
        pytest.skip("openssl has no engine gost (Debian package libengine-gost-openssl)")

    def run(command, *arguments, data=b""):
        line = ["openssl", command, "-engine", "gost", *map(str, arguments)]
        return subprocess.run(line, input=data, capture_output=True, timeout=30, check=False)

    return run


@pytest.mark.parametrize("leaf", ["rsa-2048", "p521", *KINDS])
@pytest.mark.parametrize("authority", ["rsa-2048", "p384", *KINDS])
def test_our_certificates__are_verified_there(openssl, tmp_path, authority, leaf):
    root = issue.new_authority(authority, "Корень", now=NOW - timedelta(days=2))
    made = issue.issue(root, leaf, makers.SUBJECT, now=NOW - timedelta(days=1), not_after=NOW + timedelta(days=1))
    root.write(tmp_path, "root")
    made.write(tmp_path, "leaf")
    arguments = ("-check_ss_sig", "-x509_strict", "-CAfile", tmp_path / "root.crt", tmp_path / "leaf.crt")
    verified = openssl("verify", *arguments)
    assert verified.stdout.endswith(b"leaf.crt: OK\n"), verified.stderr.decode()
    shown = openssl("x509", "-in", tmp_path / "leaf.crt", "-noout", "-pubkey")
    key = openssl("pkey", "-in", tmp_path / "leaf.key", "-pubout")
    assert shown.returncode == key.returncode == 0
    assert shown.stdout == key.stdout


def test_our_broken_certificate__fails_there_too(openssl, tmp_path):
    root = issue.new_authority("gost2012-256", "Корень", now=NOW - timedelta(days=2))
    other = issue.new_authority("gost2012-256", "Корень", now=NOW - timedelta(days=2))
    made = issue.issue(root, "p256", makers.SUBJECT, now=NOW - timedelta(days=1), not_after=NOW + timedelta(days=1))
    other.write(tmp_path, "root")
    made.write(tmp_path, "leaf")
    assert openssl("verify", "-CAfile", tmp_path / "root.crt", tmp_path / "leaf.crt").returncode != 0


@pytest.mark.parametrize("kind", KINDS)
def test_our_signature__is_verified_there(openssl, backend, tmp_path, kind):
    key = issue.KEY_KINDS[kind]()
    suite = next(suite for suite in gost.suites(backend) if suite.name == kind)
    (tmp_path / "key.pem").write_bytes(key.pem())
    (tmp_path / "signature").write_bytes(suite.sign(key, b"data"))
    (tmp_path / "public.pem").write_bytes(openssl("pkey", "-in", tmp_path / "key.pem", "-pubout").stdout)
    hash_name = {"gost2012-256": "-md_gost12_256", "gost2012-512": "-md_gost12_512"}[kind]
    arguments = (hash_name, "-verify", tmp_path / "public.pem", "-signature", tmp_path / "signature")
    assert openssl("dgst", *arguments, data=b"data").stdout == b"Verified OK\n"
    assert openssl("dgst", *arguments, data=b"date").returncode != 0


PARAMETER_SETS = [
    *(("gost2012_256", name) for name in ("A", "B", "C", "XA", "XB", "TCA", "TCB", "TCC", "TCD")),
    *(("gost2012_512", name) for name in ("A", "B", "C")),
]
NAMES = {
    "A": "35.1",
    "B": "35.2",
    "C": "35.3",
    "XA": "36.0",
    "XB": "36.1",
    "TCA": "1.1",
    "TCB": "1.2",
    "TCC": "1.3",
    "TCD": "1.4",
}


@pytest.mark.parametrize(("algorithm", "name"), PARAMETER_SETS)
def test_key_made_there__is_read_here_and_verifies_what_it_signed_there(openssl, backend, tmp_path, algorithm, name):
    path = tmp_path / "key.pem"
    assert openssl("genpkey", "-algorithm", algorithm, "-pkeyopt", f"paramset:{name}", "-out", path).returncode == 0
    key = signer.read_key(path)
    expected = NAMES[name] if algorithm == "gost2012_256" else {"A": "2.1", "B": "2.2", "C": "2.3"}[name]
    assert key.curve.oid.endswith(f".{expected}")
    signature = openssl("dgst", f"-md_{algorithm.replace('2012', '12')}", "-sign", path, data=b"data").stdout
    suite = next(suite for suite in gost.suites(backend) if suite.algorithm is key.algorithm)
    assert suite.verify(key.public.spki(), b"data", signature)
    assert not suite.verify(key.public.spki(), b"date", signature)


@pytest.mark.parametrize(
    ("algorithm", "curve"),
    [
        pytest.param(algorithm, curve, id=f"{algorithm.name} on {curve.name}")
        for algorithm in (keys.GOST_2012_256, keys.GOST_2012_512)
        for curve in algorithm.curves
    ],
)
def test_our_key_file__is_read_there(openssl, tmp_path, algorithm, curve):
    key = keys.generate(algorithm, curve)
    (tmp_path / "key.pem").write_bytes(key.pem())
    shown = openssl("pkey", "-in", tmp_path / "key.pem", "-text", "-noout")
    assert f"{key.d:X}".encode() in shown.stdout
    assert f"X:{key.public.x:X}".encode() in shown.stdout


def test_key_encrypted_there__is_said_to_be_so(openssl, tmp_path):
    made = issue.issue(makers.authority(), "gost2012-256", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=1))
    key, certificate = made.write(tmp_path, "org")
    arguments = ("-topk8", "-in", key, "-out", tmp_path / "locked.pem", "-passout", "pass:secret")
    for cipher in ("aes-256-cbc", "gost89"):
        assert openssl("pkcs8", *arguments, "-v2", cipher).returncode == 0
        with pytest.raises(signing.errors.KeyUnreadable, match=r"locked\.pem.*ГОСТ must not be encrypted"):
            PemSigner.load(tmp_path / "locked.pem", certificate, password=b"secret")


def test_curve_of_our_keys__is_the_one_that_every_tool_knows():
    assert issue.KEY_KINDS["gost2012-256"]().curve is curves.XCH_A
    assert issue.KEY_KINDS["gost2012-512"]().curve is curves.TC26_512_A
