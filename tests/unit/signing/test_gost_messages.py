"""ГОСТ in whole messages: what the policies let in, each digest from its own place, and every way to tamper."""

from __future__ import annotations

from datetime import timedelta

import pytest

import signing
from signing import canonical, issue, policy
from signing.gost import curves, keys
from signing.suites import gost
from signing.verdict import Reason
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, at

MORE = "http://www.w3.org/2001/04/xmldsig-more#gostr3411"
CPXMLSEC = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
STREEBOG = f"{CPXMLSEC}gostr34112012-"
PLACES = {
    "payload": ".//ds:Reference[1]",
    "properties": ".//ds:Reference[2]",
    "certificate": ".//xades:CertDigest",
}
KINDS = ("gost2012-256", "gost2012-512")


@pytest.fixture(params=makers.BACKENDS)
def backend(request):
    return makers.backend(request.param)


class Old:
    """Signs by ГОСТ of 2001, as everybody did until 2019."""

    def __init__(self, suite, key, certificate):
        self.suite = suite
        self.key = key
        self.certificate = certificate.der
        self.intermediates = ()

    def sign(self, data):
        return self.suite.sign(self.key, data)


@pytest.fixture
def old(monkeypatch, backend, spelling):
    monkeypatch.setattr(issue, "KEY_KINDS", {"gost2001": lambda: keys.generate(keys.GOST_2001, curves.XCH_A)})
    made = issue.issue(makers.authority(), "gost2001", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=9))
    return Old(gost.legacy(backend)[spelling], made.key, made.certificate)


def signed_with(signer, **methods):
    """Sign, then write other digests at some places and sign again what they are part of."""
    element = makers.envelope()
    signing.sign(element, signer, at=NOW)
    known = policy.archive(makers.backend("pure"))
    digests = {place: known.digest(uri) for place, uri in methods.items()}
    for place, digest in digests.items():
        at(element, f"{PLACES[place]}/ds:DigestMethod").set("Algorithm", digest.uri)
    if "certificate" in digests:
        put(element, "certificate", digests["certificate"].of(signer.certificate))
    by_default = signer.suite.digest
    properties = canonical.inclusive(at(element, ".//xades:SignedProperties"))
    put(element, "properties", digests.get("properties", by_default).of(properties))
    payload = digests.get("payload", by_default)
    put(element, "payload", canonical.payload_digest(element, payload, limit=1 << 20, signature=element[0]))
    signed_info = canonical.inclusive(at(element, ".//ds:SignedInfo"))
    at(element, ".//ds:SignatureValue").text = makers.encoded(signer.sign(signed_info))
    return element


def put(element, place, octets):
    at(element, f"{PLACES[place]}/ds:DigestValue").text = makers.encoded(octets)


@pytest.mark.parametrize("uri", [MORE, f"{CPXMLSEC}gostr3411", SHA256, f"{STREEBOG}256", f"{STREEBOG}512"])
def test_certificate_digest_of_any_allowed_kind__is_good_on_arrival(backend, uri):
    element = signed_with(makers.identity("gost2012-256").signer(), certificate=uri)
    verdict = makers.judge(element, policy=policy.strict(backend))
    assert verdict.good, verdict.failure


@pytest.mark.parametrize("place", ["payload", "properties"])
def test_old_digest_of_a_reference__is_refused_on_arrival_and_good_in_the_archive(backend, place):
    element = signed_with(makers.identity("gost2012-256").signer(), **{place: MORE})
    assert makers.judge(element, policy=policy.strict(backend)).failure.reason is Reason.ALGORITHM
    assert makers.judge(element, policy=policy.archive(backend)).good


@pytest.mark.parametrize("kind", ["rsa-2048", "p256", *KINDS])
def test_every_digest_at_its_own_place__is_good(backend, kind):
    signer = makers.identity(kind).signer()
    element = signed_with(signer, payload=f"{STREEBOG}512", properties=SHA256, certificate=MORE)
    verdict = makers.judge(element, policy=policy.strict(backend))
    assert verdict.good, verdict.failure
    assert verdict.digest_algorithm == f"{STREEBOG}512"
    assert verdict.signature_algorithm == signer.suite.uri


def test_digest_of_the_certificate_that_does_not_hold__is_a_mismatch(backend):
    element = signed_with(makers.identity("gost2012-256").signer(), certificate=MORE)
    put(element, "certificate", bytes(32))
    assert makers.judge(element, policy=policy.strict(backend)).failure.reason is Reason.CERTIFICATE_MISMATCH


@pytest.mark.parametrize("spelling", [0, 1])
def test_message_of_2001__is_for_the_archive_alone(backend, old):
    element = makers.envelope()
    signing.sign(element, old, at=NOW)
    assert makers.judge(element, policy=policy.archive(backend)).good
    refused = makers.judge(element, policy=policy.strict(backend))
    assert refused.failure.reason is Reason.ALGORITHM
    assert not refused.intact
    at(element, "hm:Guid").text = "0002"
    assert makers.judge(element, policy=policy.archive(backend)).failure.reason is Reason.PAYLOAD_DIGEST


@pytest.mark.parametrize("spelling", [0])
def test_key_of_2001_under_the_new_address__is_refused(backend, old):
    element = makers.envelope()
    signing.sign(element, old, at=NOW)
    at(element, ".//ds:SignatureMethod").set("Algorithm", gost.suites(backend)[0].uri)
    verdict = makers.judge(element, policy=policy.archive(backend))
    assert verdict.failure.reason is Reason.ALGORITHM
    assert not verdict.intact


@pytest.mark.parametrize("spelling", [0])
def test_certificate_signed_by_an_authority_of_2001__chains_in_the_archive_alone(monkeypatch, backend, old):
    monkeypatch.setattr(issue.resign.signer, "gost_suite_of", lambda _key, **_how: old.suite)
    root = issue.new_authority("gost2001", "УЦ", now=NOW)
    monkeypatch.setattr(issue, "KEY_KINDS", {"p256": lambda: makers.identity().key})
    leaf = issue.issue(root, "p256", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=1))
    element = makers.envelope()
    signing.sign(element, leaf.signer(), at=NOW)
    assert makers.judge(element, policy=policy.archive(backend), store=makers.trust(root)).good
    assert not makers.judge(element, policy=policy.strict(backend), store=makers.trust(root)).trusted


@pytest.mark.parametrize("kind", KINDS)
def test_signature_value_of_another_form__is_refused(backend, kind):
    element = makers.envelope()
    signing.sign(element, makers.identity(kind).signer(), at=NOW)
    node = at(element, ".//ds:SignatureValue")
    good = makers.value(node)
    half = len(good) // 2
    for wrong in (
        good[half:] + good[:half],
        good + b"\0",
        b"\0" + good,
        good[:-1],
        bytes(len(good)),
        b"\xff" * len(good),
    ):
        node.text = makers.encoded(wrong)
        verdict = makers.judge(element, policy=policy.strict(backend))
        assert verdict.failure.reason is Reason.SIGNATURE_VALUE
    node.text = makers.encoded(good)
    assert makers.judge(element, policy=policy.strict(backend)).good
