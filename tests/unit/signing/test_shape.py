"""Reading the parts of signatures that others made."""

from __future__ import annotations

import textwrap
from datetime import UTC, datetime

import pytest
from lxml import etree

import signing
from signing import certificates, names, references, shape
from signing.policy import STRICT
from signing.verdict import Reason
from signing.vocabulary import ds, xades
from tests.resources import captures_root
from tests.unit.signing import makers
from tests.unit.signing.makers import at, judge, signed


def _captured():
    path = captures_root() / "02_getStateResult_state2_signed_8.7.2.2_2016.xml"
    return etree.parse(str(path)).find(".//{*}getStateResult")


def test_signature_of_the_real_system__is_laid_out_as_we_expect():
    element = _captured()
    parts = shape.read(shape.find(element), STRICT)
    resolved = references.resolve(element, parts)
    references.check_identifiers(element, parts)
    assert resolved.payload.digest_method == "http://www.w3.org/2001/04/xmldsig-more#gostr3411"
    assert len(parts.signature_value) == 64
    certificate = certificates.read(parts.certificates[0])
    assert names.parse(parts.issuer_name) == certificate.issuer_attributes
    assert int(parts.serial) == certificate.serial
    assert certificate.name == "SIGN_20160408"


def test_legacy_algorithm__is_a_verdict_that_names_it():
    verdict = signing.verify(_captured(), trust=makers.trust(), at=datetime(2016, 6, 20, tzinfo=UTC))
    assert verdict.failure.reason is Reason.ALGORITHM
    assert "gostr34102001" in verdict.failure.detail


def test_white_space_between_and_inside__does_not_matter_to_the_shape():
    element = signed()
    before = shape.read(element[0], STRICT)
    value = at(element, ".//ds:SignatureValue")
    value.text = "\r\n  " + "\n\t".join(textwrap.wrap(value.text, 20)) + " "
    for node in element[0].iterdescendants():
        node.tail = "\n "
    after = shape.read(element[0], STRICT)
    assert after.signature_value == before.signature_value
    assert after.references == before.references
    assert judge(element).failure.reason is Reason.SIGNATURE_VALUE  # SignedInfo itself was spaced out


def test_white_space_in_base64_outside_the_signed_parts__is_good():
    element = signed()
    for path in (".//ds:SignatureValue", ".//ds:X509Certificate"):
        node = at(element, path)
        node.text = "\n".join(textwrap.wrap(node.text, 64))
    assert judge(element).good


def test_what_is_not_signed_beside_the_parts__is_ignored():
    element = signed()
    data = at(element, ".//ds:X509Data")
    etree.SubElement(data, ds("X509SubjectName")).text = "CN=кто угодно"
    qualifying = at(element, ".//xades:QualifyingProperties")
    etree.SubElement(qualifying, xades("UnsignedProperties"))
    del at(element, ".//ds:SignatureValue").attrib["Id"]
    assert judge(element).good


@pytest.mark.parametrize("extra", [0, 1, 3])
def test_strangers_in_key_info__link_nothing_and_harm_nothing(extra):
    element = signed()
    data = at(element, ".//ds:X509Data")
    for number in range(extra):
        stranger = etree.SubElement(data, ds("X509Certificate"))
        stranger.text = makers.encoded(b"garbage %d" % number)
        data.insert(0, stranger)
    verdict = judge(element)
    assert verdict.good
    assert verdict.certificate == makers.identity().certificate.loaded
