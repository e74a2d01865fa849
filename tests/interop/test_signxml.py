"""signxml, an independent implementation in Python: the second opinion on what we sign, and where it goes blind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.exceptions import InvalidDigest
from signxml.xades import XAdESSignatureConfiguration, XAdESVerifier

import signing
from signing import issue
from signing.vocabulary import xades
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW

KINDS = ["rsa-2048", "rsa-3072", "p256", "p384", "p521"]


def _opinion(element, tmp_path):
    anchor = tmp_path / "ca.pem"
    anchor.write_bytes(issue.pem(makers.authority().certificate))
    config = XAdESSignatureConfiguration(
        expect_references=2,
        verification_time=NOW + timedelta(minutes=1),
        default_reference_c14n_method=CanonicalizationMethod.CANONICAL_XML_1_0,
    )
    return XAdESVerifier().verify(
        etree.tostring(element.getroottree()),
        ca_pem_file=str(anchor),
        id_attribute="Id",
        expect_config=config,
    )


# signxml loses the xml:lang of an ancestor, so this envelope has none.
ENVELOPED = f'<e:Envelope xmlns:e="urn:e" xmlns:unused="urn:unused"><e:Body>{makers.REQUEST}</e:Body></e:Envelope>'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("document", [makers.REQUEST, ENVELOPED], ids=["alone", "in an envelope"])
def test_ours__verifies_there_with_the_same_digest(tmp_path, kind, document):
    """P8: the digest that we would repeat in a receipt is the one that another tool computes."""
    element = next(etree.fromstring(document).iter(f"{{{makers.HM}}}importHouseRequest"))
    signing.sign(element, makers.identity(kind).signer(), at=NOW)
    payload, properties = _opinion(element, tmp_path)
    assert payload.signed_xml.tag == element.tag
    assert properties.signed_xml.tag == xades("SignedProperties")
    digest = makers.identity(kind).signer().suite.digest
    assert makers.judge(element).payload_digest == digest.of(payload.signed_data)


def test_ours_tampered__fails_there_too(tmp_path):
    element = etree.fromstring(makers.REQUEST)
    signing.sign(element, makers.identity().signer(), at=NOW)
    makers.at(element, "hm:Guid").text = "0002"
    with pytest.raises(InvalidDigest):
        _opinion(element, tmp_path)
