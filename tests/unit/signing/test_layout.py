"""The Signature on the wire, part by part."""

from __future__ import annotations

import base64
import hashlib
import re

import signing
from signing.vocabulary import DS, SIGNATURE, XADES
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, at, signed

UUID = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"


def _outline(node, depth=0):
    """Indented local names, with the attributes that are not algorithms."""
    yield " " * depth + node.tag.rpartition("}")[2]
    for child in node:
        yield from _outline(child, depth + 1)


def test_layout__is_the_one_of_the_wire():
    assert (
        "\n".join(_outline(signed()[0]))
        == """Signature
 SignedInfo
  CanonicalizationMethod
  SignatureMethod
  Reference
   Transforms
    Transform
    Transform
   DigestMethod
   DigestValue
  Reference
   DigestMethod
   DigestValue
 SignatureValue
 KeyInfo
  X509Data
   X509Certificate
 Object
  QualifyingProperties
   SignedProperties
    SignedSignatureProperties
     SigningTime
     SigningCertificate
      Cert
       CertDigest
        DigestMethod
        DigestValue
       IssuerSerial
        X509IssuerName
        X509SerialNumber"""
    )


def test_identifiers__hang_together():
    element = signed()
    signature = element[0]
    name = signature.get("Id")
    assert re.fullmatch(f"xmldsig-{UUID}", name)
    payload, properties = signature[0][2], signature[0][3]
    assert dict(payload.attrib) == {"Id": f"{name}-ref0", "URI": "#signed-data-container"}
    assert dict(properties.attrib) == {
        "Type": "http://uri.etsi.org/01903#SignedProperties",
        "URI": f"#{name}-signedprops",
    }
    assert signature[1].get("Id") == f"{name}-sigvalue"
    assert at(signature, ".//xades:QualifyingProperties").get("Target") == f"#{name}"
    assert at(signature, ".//xades:SignedProperties").get("Id") == f"{name}-signedprops"


def test_algorithms__are_those_of_the_suite():
    algorithms = [node.get("Algorithm") for node in signed("rsa-2048").iterfind(".//*[@Algorithm]")]
    assert algorithms == [
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
        "http://www.w3.org/2001/10/xml-exc-c14n#",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
        "http://www.w3.org/2001/04/xmlenc#sha256",
    ]


def test_certificate__is_named_by_digest_issuer_and_serial():
    signature, certificate = signed()[0], makers.identity().certificate
    assert base64.b64decode(at(signature, ".//ds:X509Certificate").text) == certificate.der
    assert makers.value(at(signature, ".//xades:CertDigest/ds:DigestValue")) == hashlib.sha256(certificate.der).digest()
    assert at(signature, ".//ds:X509IssuerName").text == certificate.loaded.issuer.rfc4514_string()
    assert at(signature, ".//ds:X509SerialNumber").text == str(certificate.loaded.serial_number)
    assert at(signature, ".//xades:SigningTime").text == "2027-03-01T12:00:00.000+00:00"


def test_prefixes__are_the_usual_ones():
    signature = signed()[0]
    assert signature.nsmap["ds"] == DS
    assert at(signature, ".//xades:QualifyingProperties").nsmap["xades"] == XADES


def test_element_without_id__gets_the_usual_one():
    element = makers.envelope(makers.REQUEST.replace(' Id="signed-data-container"', ""))
    signing.sign(element, makers.identity().signer(), at=NOW)
    assert element.get("Id") == "signed-data-container"
    assert element[0].tag == SIGNATURE


def test_own_id__is_kept():
    element = makers.envelope(makers.REQUEST.replace("signed-data-container", "foo"))
    signing.sign(element, makers.identity().signer(), at=NOW)
    assert element.get("Id") == "foo"
    assert makers.judge(element).good
