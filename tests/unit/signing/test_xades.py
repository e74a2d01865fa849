"""Signing and judging: every suite, every place, and one tampering for each reason."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import datetime, timedelta

import pytest
from lxml import etree

import signing
from signing import errors, issue
from signing.policy import STRICT, THOROUGH
from signing.signer import PemSigner
from signing.suites.rsa import RSA_SHA256
from signing.verdict import Reason
from signing.vocabulary import DS
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, at, judge, signed

KINDS = sorted(issue.KEY_KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_signed_in_an_envelope__is_good_before_and_after_the_wire(kind):
    element = makers.envelope()
    signing.sign(element, makers.identity(kind).signer(), at=NOW)
    for one in (element, makers.reparsed(element)):
        verdict = judge(one)
        assert verdict.good, verdict.failure
        assert verdict.element is one


@pytest.mark.parametrize("kind", KINDS)
def test_signed_alone__is_good(kind):
    element = etree.fromstring(makers.REQUEST)
    signing.sign(element, makers.identity(kind).signer(), at=NOW)
    assert judge(element).good
    assert judge(makers.reparsed(element)).good


def test_signed_alone_with_all_prefixes__is_good_when_spliced_into_an_envelope():
    prefixes = "".join(f' xmlns:ns{number}="urn:ns{number}"' for number in range(3, 14))
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    alone = etree.fromstring(
        f'<ns5:getStateResult xmlns:env="{soap}"{prefixes}><ns4:State>3</ns4:State></ns5:getStateResult>'
    )
    signing.sign(alone, makers.identity().signer(), at=NOW)
    result = etree.tostring(alone, encoding="utf-8")
    envelope = (
        f'<env:Envelope xmlns:env="{soap}" xmlns:ns4="urn:ns4" xmlns:ns13="urn:ns13"><env:Header/><env:Body>'.encode()
        + result
        + b"</env:Body></env:Envelope>"
    )
    element = etree.fromstring(envelope)[-1][0]
    assert judge(element).good


def test_spliced_under_a_foreign_prefix__is_refused():
    element = etree.fromstring(makers.REQUEST)
    signing.sign(element, makers.identity().signer(), at=NOW)
    foreign = etree.fromstring(b'<e xmlns:alien="urn:alien">' + etree.tostring(element) + b"</e>")[0]
    assert judge(foreign).failure.reason is Reason.SIGNATURE_VALUE


def test_signed_in_a_tree_cut_out_of_its_document__is_good():
    element = makers.envelope()
    body = element.getparent()
    body.getparent().remove(body)
    signing.sign(element, makers.identity().signer(), at=NOW)
    assert judge(element).good


def test_verdict__tells_who_when_how_and_what():
    element = signed("p384")
    verdict = judge(element)
    assert verdict.subject == makers.SUBJECT
    assert verdict.signing_time == NOW
    assert verdict.signature_algorithm == "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
    assert verdict.digest_algorithm == "http://www.w3.org/2001/04/xmldsig-more#sha384"
    assert [link.subject for link in verdict.chain] == [
        makers.identity("p384").certificate.subject_name,
        makers.authority().certificate.subject_name,
    ]
    bare = makers.envelope()
    canonical = etree.tostring(bare, method="c14n", exclusive=True, with_comments=False)
    assert verdict.payload_digest == hashlib.sha384(canonical).digest()


def _text(path, text):
    def tamper(element):
        at(element, path).text = text

    return tamper


def _attribute(path, name, value):
    def tamper(element):
        at(element, path).set(name, value)

    return tamper


def _append(path, child):
    def tamper(element):
        at(element, path).append(etree.fromstring(child))

    return tamper


def _remove(path):
    def tamper(element):
        node = at(element, path)
        node.getparent().remove(node)

    return tamper


def _flip(path):
    """Change the first octet of a base64 value."""

    def tamper(element):
        node = at(element, path)
        octets = makers.value(node)
        node.text = makers.encoded(bytes([octets[0] ^ 1]) + octets[1:])

    return tamper


def _move_signature_to_the_end(element):
    element.append(element[0])


def _repeat(path):
    def tamper(element):
        node = at(element, path)
        node.addnext(etree.fromstring(etree.tostring(node)))

    return tamper


def _bear_id(name):
    def tamper(element):
        element.getroottree().getroot()[0].set(name, "signed-data-container")

    return tamper


def _properties_id_as_payload_id(element):
    at(element, ".//xades:SignedProperties").set("Id", "signed-data-container")


def _signature_value(octets):
    def tamper(element):
        at(element, ".//ds:SignatureValue").text = makers.encoded(octets)

    return tamper


def _swap_certificate(element):
    other = issue.issue(makers.authority(), "p256", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=1))
    at(element, ".//ds:X509Certificate").text = makers.encoded(other.certificate.der)


def _certificate(octets):
    """Put another certificate in, and let CertDigest pick it."""

    def tamper(element):
        at(element, ".//ds:X509Certificate").text = makers.encoded(octets)
        at(element, ".//xades:CertDigest/ds:DigestValue").text = makers.encoded(hashlib.sha256(octets).digest())

    return tamper


def _sha1_everywhere(path):
    return _attribute(path, "Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")


PAYLOAD, PROPERTIES = ".//ds:Reference[1]", ".//ds:Reference[2]"
EXCLUSIVE = (
    '<ds:Transform xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
)
TRANSFORMS = f'<ds:Transforms xmlns:ds="{DS}">{EXCLUSIVE}</ds:Transforms>'
PREFIX_LIST = '<i:InclusiveNamespaces xmlns:i="http://www.w3.org/2001/10/xml-exc-c14n#" PrefixList="a b"/>'
NESTED = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
MANY = "<x>" + "<y/>" * 200 + "</x>"

TAMPERINGS = {
    "no signature": (_remove("ds:Signature"), Reason.MISSING),
    "signature moved to the end": (_move_signature_to_the_end, Reason.MISSING),
    "no KeyInfo": (_remove("ds:Signature/ds:KeyInfo"), Reason.SHAPE),
    "no certificate": (_remove(".//ds:X509Certificate"), Reason.SHAPE),
    "two SignatureValues": (_repeat(".//ds:SignatureValue"), Reason.SHAPE),
    "two Certs": (_repeat(".//xades:Cert"), Reason.SHAPE),
    "extra reference": (_repeat(PROPERTIES), Reason.SHAPE),
    "one reference": (_remove(PROPERTIES), Reason.SHAPE),
    "nested signature": (_append(".//xades:QualifyingProperties", NESTED), Reason.SHAPE),
    "comment inside": (lambda element: at(element, ".//ds:SignedInfo").append(etree.Comment("x")), Reason.SHAPE),
    "instruction inside": (
        lambda element: at(element, ".//ds:DigestValue[1]/ancestor::xades:CertDigest").append(etree.PI("x")),
        Reason.SHAPE,
    ),
    "PrefixList": (_append(f"{PAYLOAD}/ds:Transforms/ds:Transform[2]", PREFIX_LIST), Reason.SHAPE),
    "parameters of a digest": (_append(f"{PAYLOAD}/ds:DigestMethod", "<x/>"), Reason.SHAPE),
    "not base64": (_text(".//ds:SignatureValue", "AAAA*AAA"), Reason.SHAPE),
    "base64 with stray bits": (_text(".//ds:SignatureValue", "AB=="), Reason.SHAPE),
    "base64 beyond ASCII": (_text(".//ds:SignatureValue", "ААAA"), Reason.SHAPE),
    "empty SignatureValue": (_text(".//ds:SignatureValue", ""), Reason.SHAPE),
    "SigningTime is no time": (_text(".//xades:SigningTime", "вчера"), Reason.SHAPE),
    "200 nodes": (_append(".//xades:QualifyingProperties", MANY), Reason.LIMITS),
    "64 KB": (_append(".//xades:QualifyingProperties", f"<x>{'y' * 65536}</x>"), Reason.LIMITS),
    "six certificates": (
        lambda element: [_repeat(".//ds:X509Certificate[1]")(element) for _ in range(5)],
        Reason.LIMITS,
    ),
    "129 attributes": (
        lambda element: [element[-1].set(f"a{number}", "") for number in range(129)],
        Reason.LIMITS,
    ),
    "129 attributes around the signature": (
        lambda element: [element.getparent().set(f"a{number}", "") for number in range(129)],
        Reason.LIMITS,
    ),
    "another payload": (_attribute(PAYLOAD, "URI", "#elsewhere"), Reason.REFERENCE),
    "whole document": (_attribute(PAYLOAD, "URI", ""), Reason.REFERENCE),
    "both at the properties": (
        lambda element: at(element, PAYLOAD).set("URI", at(element, PROPERTIES).get("URI")),
        Reason.REFERENCE,
    ),
    "type of the properties left out": (
        lambda element: at(element, PROPERTIES).attrib.pop("Type"),
        Reason.REFERENCE,
    ),
    "type of the properties at the payload": (
        _attribute(PAYLOAD, "Type", "http://uri.etsi.org/01903#SignedProperties"),
        Reason.REFERENCE,
    ),
    "two lists of transforms": (_repeat(f"{PAYLOAD}/ds:Transforms"), Reason.SHAPE),
    "element in a value": (_append(".//ds:X509SerialNumber", "<x/>"), Reason.SHAPE),
    "extra transform": (_append(f"{PAYLOAD}/ds:Transforms", EXCLUSIVE), Reason.REFERENCE),
    "transform missing": (_remove(f"{PAYLOAD}//ds:Transform[2]"), Reason.REFERENCE),
    "transform of the properties": (
        lambda element: at(element, PROPERTIES).insert(0, etree.fromstring(TRANSFORMS)),
        Reason.REFERENCE,
    ),
    "target elsewhere": (_attribute(".//xades:QualifyingProperties", "Target", "#other"), Reason.REFERENCE),
    "payload without Id": (lambda element: element.attrib.pop("Id"), Reason.REFERENCE),
    "the same Id in the header": (_bear_id("Id"), Reason.DUPLICATE_ID),
    "the same as ID": (_bear_id("ID"), Reason.DUPLICATE_ID),
    "the same as id": (_bear_id("id"), Reason.DUPLICATE_ID),
    "the same as wsu:Id": (_bear_id("{urn:wsu}Id"), Reason.DUPLICATE_ID),
    "the same as xml:id": (_bear_id("{http://www.w3.org/XML/1998/namespace}id"), Reason.DUPLICATE_ID),
    "one Id for payload and properties": (_properties_id_as_payload_id, Reason.REFERENCE),
    "other canonicalisation": (
        _attribute(".//ds:CanonicalizationMethod", "Algorithm", "http://www.w3.org/2001/10/xml-exc-c14n#"),
        Reason.ALGORITHM,
    ),
    "unknown signature method": (_attribute(".//ds:SignatureMethod", "Algorithm", "urn:x"), Reason.ALGORITHM),
    "RSA for a curve key": (_attribute(".//ds:SignatureMethod", "Algorithm", RSA_SHA256.uri), Reason.ALGORITHM),
    "SHA-1 of the payload": (_sha1_everywhere(f"{PAYLOAD}/ds:DigestMethod"), Reason.ALGORITHM),
    "SHA-1 of the properties": (_sha1_everywhere(f"{PROPERTIES}/ds:DigestMethod"), Reason.ALGORITHM),
    "SHA-1 of the certificate": (_sha1_everywhere(".//xades:CertDigest/ds:DigestMethod"), Reason.ALGORITHM),
    "certificate is garbage": (_certificate(b"garbage"), Reason.CERTIFICATE),
    "huge serial": (
        _certificate(makers.with_serial(makers.identity().certificate.der, b"\x7f" * 9000)),
        Reason.CERTIFICATE,
    ),
    "other certificate": (_swap_certificate, Reason.CERTIFICATE_MISMATCH),
    "other serial": (_text(".//ds:X509SerialNumber", "1"), Reason.CERTIFICATE_MISMATCH),
    "endless serial": (_text(".//ds:X509SerialNumber", "1" * 9000), Reason.CERTIFICATE_MISMATCH),
    "serial is no number": (_text(".//ds:X509SerialNumber", "-1"), Reason.CERTIFICATE_MISMATCH),
    "other issuer": (_text(".//ds:X509IssuerName", "CN=Другой УЦ"), Reason.CERTIFICATE_MISMATCH),
    "issuer is no name": (_text(".//ds:X509IssuerName", "Другой УЦ"), Reason.CERTIFICATE_MISMATCH),
    "changed SignedInfo": (_flip(f"{PAYLOAD}/ds:DigestValue"), Reason.SIGNATURE_VALUE),
    "changed signature": (_flip(".//ds:SignatureValue"), Reason.SIGNATURE_VALUE),
    "signature too long": (_signature_value(b"\1" * 65), Reason.SIGNATURE_VALUE),
    "signature too short": (_signature_value(b"\1" * 63), Reason.SIGNATURE_VALUE),
    "r is zero": (_signature_value(bytes(32) + b"\1" * 32), Reason.SIGNATURE_VALUE),
    "s is zero": (_signature_value(b"\1" * 32 + bytes(32)), Reason.SIGNATURE_VALUE),
    "both are zero": (_signature_value(bytes(64)), Reason.SIGNATURE_VALUE),
    "tampered properties": (_text(".//xades:SigningTime", "2020-01-01T00:00:00Z"), Reason.PROPERTIES_DIGEST),
    "tampered payload": (_text("hm:Guid", "0002"), Reason.PAYLOAD_DIGEST),
    "tampered attribute": (_attribute("hm:Name", "a", "2"), Reason.PAYLOAD_DIGEST),
    "added element": (_append(".", "<x/>"), Reason.PAYLOAD_DIGEST),
    "text after the signature": (
        lambda element: setattr(element[0], "tail", "text"),
        Reason.PAYLOAD_DIGEST,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TAMPERINGS)
def test_tampered__is_refused_with_the_reason(what):
    tamper, reason = TAMPERINGS[what]
    element = signed()
    tamper(element)
    verdict = judge(element)
    assert verdict.failure.reason is reason
    assert verdict.failure.detail.endswith(".")
    assert not verdict.good
    assert not verdict.intact
    assert verdict.element is None


def test_comment_in_the_payload__is_not_signed_and_may_change():
    element = signed()
    comment = at(element, "comment()")
    comment.text = "changed"
    assert judge(element).good


def test_wrapped_element__is_not_taken_for_the_wrapper():
    element = signed()
    wrapper = etree.SubElement(element.getparent(), element.tag, Id="signed-data-container")
    wrapper.append(element)
    assert judge(wrapper).failure.reason is Reason.MISSING
    assert judge(element).failure.reason is Reason.DUPLICATE_ID


def test_signature_taken_to_another_element__is_refused():
    element = signed()
    other = etree.SubElement(element.getparent(), element.tag, Id="signed-data-container")
    other.insert(0, element[0])
    del element.attrib["Id"]
    assert not judge(other).good


def test_document_type__is_refused():
    text = etree.tostring(signed().getroottree())
    element = etree.fromstring(b"<!DOCTYPE e []>" + text)[-1][0]
    assert judge(element).failure.reason is Reason.SHAPE


@pytest.mark.parametrize(
    ("declarations", "reason"),
    [
        ("".join(f' xmlns:a{number}="urn:{number}"' for number in range(65)), Reason.LIMITS),
        (f' xmlns:a="urn:{"x" * 257}"', Reason.LIMITS),
        (' xmlns:a="relative"', Reason.SHAPE),
    ],
)
@pytest.mark.parametrize("place", ["outside", "inside"])
def test_namespaces_beyond_reason__are_refused(declarations, reason, place):
    text = etree.tostring(signed().getroottree(), encoding="unicode")
    old, new = (
        ("<soap:Envelope", f"<soap:Envelope{declarations}")
        if place == "outside"
        else ("<hm:Guid>", f"<hm:Guid{declarations}>")
    )
    verdict = judge(etree.fromstring(text.replace(old, new))[-1][0])
    assert verdict.failure.reason in {reason, Reason.PAYLOAD_DIGEST if reason is Reason.SHAPE else reason}


def test_many_namespaces_one_beside_the_other__are_good():
    rows = "".join(f'<n{number}:row xmlns:n{number}="urn:n{number}"/>' for number in range(100))
    element = makers.envelope(makers.REQUEST.replace("<hm:Guid>", f"{rows}<hm:Guid>"))
    signing.sign(element, makers.identity().signer(), at=NOW)
    assert judge(element).good


def test_canonical_form_beyond_the_limit__is_refused():
    policy = dataclasses.replace(STRICT, canonical_bytes=100)
    assert judge(signed(), policy=policy).failure.reason is Reason.LIMITS


def test_before_and_after_the_validity__is_refused_by_date():
    early, late = judge(signed(), at=NOW - timedelta(seconds=1)), judge(signed(), at=NOW + timedelta(days=366))
    assert (early.failure.reason, late.failure.reason) == (Reason.NOT_YET_VALID, Reason.EXPIRED)
    assert early.certificate == late.certificate == makers.identity().certificate.loaded


def test_unknown_authority__is_untrusted_and_asked_no_further():
    verdict = judge(signed(), store=signing.TrustStore())
    assert verdict.failure.reason is Reason.UNTRUSTED
    assert (verdict.valid, verdict.trusted, verdict.intact) == (True, False, False)


def test_thorough__answers_each_question_apart():
    late = NOW + timedelta(days=366)
    verdict = judge(signed(), policy=THOROUGH, at=late)
    assert (verdict.valid, verdict.trusted, verdict.intact) == (False, True, True)
    verdict = judge(signed(), policy=THOROUGH, store=signing.TrustStore())
    assert (verdict.valid, verdict.trusted, verdict.intact) == (True, False, True)
    assert verdict.element is not None
    assert not verdict.good


@pytest.mark.parametrize("usages", [frozenset(), frozenset({"key_encipherment", "key_agreement"})])
def test_certificate_not_for_signing__is_refused(usages):
    stranger = issue.issue(
        makers.authority(), "p256", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=1), usages=usages
    )
    element = makers.envelope()
    signing.sign(element, stranger.signer(), at=NOW)
    assert judge(element).failure.reason is Reason.KEY_USAGE


def test_rsa_1024__is_refused(monkeypatch):
    short = {"rsa-1024": lambda: issue.rsa.generate_private_key(65537, 1024)}
    monkeypatch.setattr(issue, "KEY_KINDS", short)
    weak = issue.issue(makers.authority(), "rsa-1024", makers.SUBJECT, now=NOW, not_after=NOW + timedelta(days=1))
    with pytest.raises(errors.UnknownKeyKind):
        weak.signer()
    element = makers.envelope()
    signing.sign(element, PemSigner(weak.key, RSA_SHA256, weak.certificate.der), at=NOW)
    assert judge(element).failure.reason is Reason.ALGORITHM


class _Broken:
    suite = RSA_SHA256
    certificate = makers.identity("rsa-2048").certificate.der
    intermediates = ()

    def sign(self, _data):
        raise OSError("the token is gone")


@pytest.mark.parametrize("content", [makers.REQUEST, makers.REQUEST.replace(' Id="signed-data-container"', "")])
def test_signer_fails__the_tree_is_as_before(content):
    element = makers.envelope(content)
    before = etree.tostring(element.getroottree())
    with pytest.raises(OSError, match="token"):
        signing.sign(element, _Broken(), at=NOW)
    assert etree.tostring(element.getroottree()) == before


def test_issuer_that_xml_cannot_hold__leaves_the_tree_as_before():
    odd = issue.new_authority("p256", "УЦ\x01", now=NOW)
    element = makers.envelope()
    before = etree.tostring(element.getroottree())
    with pytest.raises(ValueError, match="XML"):
        signing.sign(element, odd.signer(), at=NOW)
    assert etree.tostring(element.getroottree()) == before


@pytest.mark.parametrize("declaration", [' xmlns:r="relative"', "".join(f' xml:a{number}=""' for number in range(40))])
def test_element_without_a_canonical_form__is_unsignable_and_left(declaration):
    element = etree.fromstring(f"<e{declaration}><a><b/></a></e>")[0]
    before = etree.tostring(element.getroottree())
    with pytest.raises(errors.Unsignable):
        signing.sign(element, makers.identity().signer(), at=NOW)
    assert etree.tostring(element.getroottree()) == before


def test_signing_wrongly__raises_and_leaves_the_tree():
    signer = makers.identity().signer()
    with pytest.raises(errors.AlreadySigned):
        signing.sign(signed(), signer, at=NOW)
    element = makers.envelope()
    element.getparent().set("id", "signed-data-container")
    before = etree.tostring(element.getroottree())
    with pytest.raises(errors.AmbiguousId):
        signing.sign(element, signer, at=NOW)
    assert etree.tostring(element.getroottree()) == before
    with pytest.raises(errors.CertificateUnreadable):
        signing.sign(makers.envelope(), PemSigner(signer.key, signer.suite, b"garbage"), at=NOW)


def test_time_without_zone__raises():
    naive = datetime(2027, 3, 1)  # noqa: DTZ001 - the point
    with pytest.raises(errors.NaiveTime):
        signing.verify(signed(), trust=makers.trust(), at=naive)
    with pytest.raises(errors.NaiveTime):
        signing.sign(makers.envelope(), makers.identity().signer(), at=naive)


def test_dsig_prefix_in_scope__still_verifies():
    element = etree.fromstring(f'<e xmlns:ns3="{DS}"><r xmlns:ds="urn:other"><a/></r></e>')[0]
    signing.sign(element, makers.identity().signer(), at=NOW)
    assert judge(element).good
    assert judge(makers.reparsed(element)).good
