"""A message that ГИС ЖКХ itself signed in 2016, by ГОСТ Р 34.10-2001: every part of its signature holds."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

import signing
from signing import canonical, certificates, policy, shape
from signing.verdict import Reason
from tests.resources import captures_root
from tests.unit.signing import makers

NAME = "02_getStateResult_state2_signed_8.7.2.2_2016.xml"
SIGNED = datetime(2016, 6, 19, 14, 57, 34, 272_000, tzinfo=UTC)
ENDED = datetime(2016, 7, 8, 15, 12, 34, tzinfo=UTC)


@pytest.fixture(params=makers.BACKENDS)
def archive(request):
    return policy.archive(makers.backend(request.param))


@pytest.fixture
def element():
    return etree.parse(str(captures_root() / NAME)).find(".//{*}getStateResult")


def test_each_part_of_it__holds(archive, element):
    parts = shape.read(shape.find(element), archive)
    payload, properties = parts.references
    digest = archive.digest(payload.digest_method)
    assert digest.name == archive.digest(properties.digest_method).name == "gost94"
    found = canonical.payload_digest(element, digest, limit=archive.canonical_bytes, signature=parts.signature)
    assert found == payload.digest
    assert digest.of(canonical.inclusive(parts.signed_properties)) == properties.digest
    (encoded,) = parts.certificates
    assert archive.certificate_digest(parts.certificate_digest_method).of(encoded) == parts.certificate_digest
    suite, signed_info = archive.suite(parts.signature_method), canonical.inclusive(parts.signed_info)
    spki = certificates.read(encoded).spki
    assert suite.verify(spki, signed_info, parts.signature_value)
    assert not suite.verify(spki, signed_info + b" ", parts.signature_value)


def test_whole__is_intact_and_valid_on_its_day_and_untrusted(archive, element):
    """The authority behind it, CryptoPro's for tests, is nobody's anchor."""
    verdict = makers.judge(element, policy=archive, store=signing.TrustStore(), at=SIGNED)
    assert (verdict.intact, verdict.valid, verdict.trusted) == (True, True, False)
    assert verdict.failure.reason is Reason.UNTRUSTED
    assert verdict.signing_time == SIGNED
    assert (verdict.subject.common_name, verdict.subject.organization) == ("SIGN_20160408", "LANIT")
    assert verdict.element is element


def test_whole_after_the_certificate__is_intact_and_expired(archive, element):
    verdict = makers.judge(element, policy=archive, store=signing.TrustStore(), at=ENDED + timedelta(seconds=1))
    assert (verdict.intact, verdict.valid) == (True, False)
    assert verdict.failure.reason is Reason.EXPIRED


def test_on_arrival__it_is_refused_for_its_algorithm(archive, element):
    strict = policy.strict(archive.suites[-1].backend)
    verdict = makers.judge(element, policy=strict, store=signing.TrustStore(), at=SIGNED)
    assert verdict.failure.reason is Reason.ALGORITHM
    assert verdict.certificate is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".//*[local-name() = 'RequestState']", "3"),
        (".//*[local-name() = 'MessageGUID']", "2c03ae2a-8f24-46ad-851d-f5561083cc7b"),
        (".//xades:SigningTime", "2016-06-19T17:57:34.273+03:00"),
    ],
)
def test_touched__it_is_not_intact(archive, element, path, text):
    makers.at(element, path).text = text
    verdict = makers.judge(element, policy=archive, store=signing.TrustStore(), at=SIGNED)
    assert (verdict.intact, verdict.element) == (False, None)


def test_without_thoroughness__the_chain_is_asked_before_the_signature(archive, element):
    policy_ = dataclasses.replace(archive, thorough=False)
    verdict = makers.judge(element, policy=policy_, store=signing.TrustStore(), at=SIGNED)
    assert (verdict.intact, verdict.valid, verdict.trusted) == (False, True, False)
