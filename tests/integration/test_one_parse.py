"""A package is parsed once, on its whole way from the bytes to the acknowledgement."""

from __future__ import annotations

import pytest
from lxml import etree

import signing
from tests import parses, samples
from tests import stand as stands
from tests.unit.signing import makers


@pytest.fixture
def strict(tmp_path):
    opened = stands.Stand(tmp_path / "data", signature="required")
    opened.send(samples.HOUSE)  # what is read once: schemas, keys, the trust folder
    yield opened
    opened.close()


def test_accepted_package__was_parsed_once(strict, monkeypatch):
    package = stands.package(samples.HOUSE)
    seen = parses.watch(monkeypatch)
    answer = strict.post(package)
    monkeypatch.undo()
    assert answer.status == 200
    assert answer.message_guid
    assert seen == [package]


def test_package_refused_for_its_signature__was_parsed_once(strict, monkeypatch):
    package = stands.package(samples.HOUSE).replace(b"<ds:DigestValue>", b"<ds:DigestValue>AAAA", 1)
    seen = parses.watch(monkeypatch)
    answer = strict.post(package)
    monkeypatch.undo()
    assert answer.code is not None
    assert seen == [package]


@pytest.mark.parametrize(
    ("default", "parts"),
    [
        ("urn:default", ()),
        # libxml2 canonicalises what is in a default namespace right only apart from the document.
        ("http://www.w3.org/2000/09/xmldsig#", (b"<SignedInfo ", b"<xades:SignedProperties ")),
    ],
)
def test_signing_and_verifying__parse_nothing_of_the_document_but_two_small_parts(default, parts, monkeypatch):
    envelope = makers.ENVELOPE.replace("urn:default", default).format(content=makers.REQUEST)
    element = etree.fromstring(envelope)[-1][0]
    seen = parses.watch(monkeypatch)
    signing.sign(element, makers.identity().signer(), at=makers.NOW)
    verdict = signing.verify(element, trust=makers.trust(), at=makers.NOW)
    monkeypatch.undo()
    assert verdict.good
    assert all(source.startswith(parts) for source in seen)
    assert bool(seen) is bool(parts)


def test_watch__sees_every_way_in(monkeypatch, tmp_path):
    file = tmp_path / "a.xml"
    file.write_bytes(b"<a/>")
    seen = parses.watch(monkeypatch)
    etree.fromstring(b"<a/>")
    etree.XML(b"<a/>")
    etree.parse(str(file))
    list(etree.iterparse(str(file)))
    etree.XMLPullParser().feed(b"<a/>")
    etree.XMLParser(remove_comments=True).feed(b"<a/>")
    monkeypatch.undo()
    assert len(seen) == 6
