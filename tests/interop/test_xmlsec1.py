"""xmlsec1, an independent implementation on libxml2 and OpenSSL: it verifies ours, we verify its own."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

import signing
from gateway.exchange import worker
from signing import issue, layout
from signing.verdict import Reason
from signing.vocabulary import DS, XADES
from tests import samples
from tests.resources import fixtures_root
from tests.unit.signing import makers

NOW = datetime.now(UTC).replace(microsecond=0)  # xmlsec1 checks certificates against the clock of the machine
FIXTURES_AT = datetime(2027, 1, 1, tzinfo=UTC)  # their certificates end on 2027-11-23
KINDS = ["rsa-2048", "rsa-3072", "p256", "p384", "p521"]
UNPREFIXED = makers.REQUEST.replace(" Id=", f' xmlns="{DS}" Id=')
"""XMLDSig is the default namespace around the Signature, which then has no prefix: the usual form of .NET."""
PLACES = {
    "alone": makers.REQUEST,
    "in an envelope": makers.ENVELOPE.format(content=makers.REQUEST),
    "alone, unprefixed": UNPREFIXED,
    "in an envelope, unprefixed": makers.ENVELOPE.format(content=UNPREFIXED),
}


@pytest.fixture(scope="module")
def xmlsec1():
    path = shutil.which("xmlsec1")
    if path is None:
        pytest.skip("xmlsec1 is not installed (Debian package xmlsec1)")
    return path


@pytest.fixture(scope="module")
def authority():
    return issue.new_authority("rsa-2048", "Тестовый УЦ", now=NOW - timedelta(days=2))


@pytest.fixture(scope="module")
def identities(authority):
    begins, ends = NOW - timedelta(days=1), NOW + timedelta(days=1)
    return {kind: issue.issue(authority, kind, makers.SUBJECT, now=begins, not_after=ends) for kind in KINDS}


@pytest.fixture
def identity(identities, kind):
    return identities[kind]


def _target(document):
    return next(etree.fromstring(document).iter(f"{{{makers.HM}}}importHouseRequest"))


def _run(xmlsec1, mode, element, tmp_path, *options):
    document = tmp_path / "document.xml"
    document.write_bytes(etree.tostring(element.getroottree(), encoding="utf-8", xml_declaration=True))
    name = etree.QName(element)
    bearers = (f"{name.namespace}:{name.localname}", f"{XADES}:SignedProperties")
    identifiers = [option for bearer in bearers for option in ("--id-attr:Id", bearer)]
    command = [xmlsec1, mode, *identifiers, *options, str(document)]
    return subprocess.run(command, capture_output=True, timeout=30, check=False)


def _verifies(xmlsec1, element, authority, tmp_path):
    anchor = tmp_path / "ca.pem"
    anchor.write_bytes(issue.pem(authority.certificate))
    return _run(xmlsec1, "--verify", element, tmp_path, "--trusted-pem", str(anchor)).returncode == 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_ours__verifies_there(xmlsec1, authority, identity, tmp_path, place):
    element = _target(PLACES[place])
    signing.sign(element, identity.signer(), at=NOW)
    assert (element[0].prefix is None) is ("unprefixed" in place)
    assert _verifies(xmlsec1, element, authority, tmp_path)


@pytest.mark.parametrize("kind", ["p256"])
@pytest.mark.parametrize("path", ["hm:Guid", ".//xades:SigningTime"])
def test_ours_tampered__fails_there_too(xmlsec1, authority, identity, tmp_path, path):
    element = makers.envelope()
    signing.sign(element, identity.signer(), at=NOW)
    makers.at(element, path).text = "2020-01-01T00:00:00Z"
    assert not _verifies(xmlsec1, element, authority, tmp_path)


@pytest.mark.parametrize("kind", ["rsa-2048", "p256"])
def test_result_of_the_gateway__verifies_there(xmlsec1, authority, identity, tmp_path, stand):
    """P11: signed as a stand-alone element, spliced into an envelope, good in both places."""
    stand.house.key = identity.signer()
    stand.worker = worker.Worker(stand.house, "test")
    guid = stand.send(samples.HOUSE).message_guid
    stand.work()
    spliced = stand.state(guid).body
    alone = spliced.partition(b"<env:Body>")[2].rpartition(b"</env:Body>")[0]
    for answer in (spliced, alone):
        result = next(etree.fromstring(answer).iter("{*}getStateResult"))
        assert _verifies(xmlsec1, result, authority, tmp_path)
        result[-1].tail = "changed"
        assert not _verifies(xmlsec1, result, authority, tmp_path)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_signed_there__is_good_here(xmlsec1, authority, identity, tmp_path, place):
    """We lay the signature out, with no value in it; xmlsec1 computes both digests and the signature."""
    element = _target(PLACES[place])
    layout.insert(element, identity.signer().suite, (identity.certificate,), NOW)
    (tmp_path / "org.key").write_bytes(identity.key_pem())
    signed = tmp_path / "signed.xml"
    run = _run(
        xmlsec1, "--sign", element, tmp_path, "--privkey-pem", str(tmp_path / "org.key"), "--output", str(signed)
    )
    assert run.returncode == 0, run.stderr.decode()
    theirs = _target(signed.read_bytes())
    verdict = makers.judge(theirs, store=makers.trust(authority), at=NOW)
    assert verdict.good, verdict.failure


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
@pytest.mark.parametrize("maker", ["xmlsec1", "ours"])
def test_fixture__is_good_and_breaks_when_touched(maker, kind):
    folder = fixtures_root()
    store = signing.TrustStore.of(anchor.loaded for anchor in signing.trust.load(folder / f"{kind}-ca.der"))
    document = etree.parse(str(folder / f"{maker}_{kind}.xml"))
    element = document.find(".//{*}importHouseRequest")
    verdict = makers.judge(element, store=store, at=FIXTURES_AT)
    assert verdict.good, verdict.failure
    assert verdict.subject.ogrn == "1027700198767"
    assert makers.judge(element, store=makers.trust(), at=FIXTURES_AT).failure.reason is Reason.UNTRUSTED
    element[-1].set("a", "2")
    assert makers.judge(element, store=store, at=FIXTURES_AT).failure.reason is Reason.PAYLOAD_DIGEST


@pytest.mark.parametrize("kind", ["rsa2048", "p256"])
def test_unused_namespace_taken_from_the_envelope_of_a_fixture__breaks_it(kind):
    folder = fixtures_root()
    text = (folder / f"xmlsec1_{kind}.xml").read_bytes().replace(b' xmlns:unused="urn:unused"', b"")
    element = etree.fromstring(text).find(".//{*}importHouseRequest")
    store = signing.TrustStore.of(anchor.loaded for anchor in signing.trust.load(folder / f"{kind}-ca.der"))
    assert makers.judge(element, store=store, at=FIXTURES_AT).failure.reason is Reason.SIGNATURE_VALUE
