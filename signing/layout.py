"""The Signature element as ГИС ЖКХ lays it out: XAdES-BES, enveloped, two references.

Built where it will stand, as the first child of the element, because the inclusive canonical forms depend on
the place. Where XMLDSig already has a prefix in scope, that one is used; otherwise it is `ds`.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from signing.certificates import Certificate
from signing.digests import Digest
from signing.suites import Suite
from signing.vocabulary import (
    DS,
    ENVELOPED,
    EXCLUSIVE_C14N,
    INCLUSIVE_C14N,
    SIGNATURE,
    SIGNED_PROPERTIES_TYPE,
    XADES,
    Element,
    ds,
    xades,
)


@dataclass(frozen=True, slots=True)
class Blank:
    """A Signature in place whose computed values are still to be filled in."""

    signed_info: Element
    signed_properties: Element
    payload_digest: Element
    properties_digest: Element
    signature_value: Element


def insert(element: Element, suite: Suite, chain: tuple[Certificate, ...], at: datetime) -> Blank:
    """Insert the Signature for `element`, which has an `Id`; `chain` begins with the signer's certificate."""
    name = f"xmldsig-{uuid.uuid4()}"
    signature = etree.Element(SIGNATURE, Id=name, nsmap={"ds": DS})
    element.insert(0, signature)
    signed_info = _child(signature, ds("SignedInfo"))
    _child(signed_info, ds("CanonicalizationMethod"), {"Algorithm": INCLUSIVE_C14N})
    _child(signed_info, ds("SignatureMethod"), {"Algorithm": suite.uri})
    payload = _child(signed_info, ds("Reference"), {"Id": f"{name}-ref0", "URI": f"#{element.get('Id')}"})
    transforms = _child(payload, ds("Transforms"))
    for algorithm in (ENVELOPED, EXCLUSIVE_C14N):
        _child(transforms, ds("Transform"), {"Algorithm": algorithm})
    properties = _child(signed_info, ds("Reference"), {"Type": SIGNED_PROPERTIES_TYPE, "URI": f"#{name}-signedprops"})
    payload_digest, properties_digest = (_digest(item, suite.digest) for item in (payload, properties))
    signature_value = _child(signature, ds("SignatureValue"), {"Id": f"{name}-sigvalue"})
    data = _child(_child(signature, ds("KeyInfo")), ds("X509Data"))
    for certificate in chain:
        _child(data, ds("X509Certificate"), text=encoded(certificate.der))
    signed_properties = _properties(signature, name, suite.digest, chain[0], at)
    return Blank(signed_info, signed_properties, payload_digest, properties_digest, signature_value)


def encoded(octets: bytes) -> str:
    """Base64 in one line, as every binary value of a Signature is written."""
    return base64.b64encode(octets).decode()


def _properties(signature: Element, name: str, digest: Digest, certificate: Certificate, at: datetime) -> Element:
    qualifying = etree.SubElement(
        _child(signature, ds("Object")),
        xades("QualifyingProperties"),
        {"Target": f"#{name}"},
        nsmap={"xades": XADES},
    )
    properties = _child(qualifying, xades("SignedProperties"), {"Id": f"{name}-signedprops"})
    signed = _child(properties, xades("SignedSignatureProperties"))
    _child(signed, xades("SigningTime"), text=at.isoformat(timespec="milliseconds"))
    wrapper = _child(_child(signed, xades("SigningCertificate")), xades("Cert"))
    _digest(_child(wrapper, xades("CertDigest")), digest).text = encoded(digest.of(certificate.der))
    serial = _child(wrapper, xades("IssuerSerial"))
    _child(serial, ds("X509IssuerName"), text=certificate.issuer_name.rfc4514_string())
    _child(serial, ds("X509SerialNumber"), text=str(certificate.serial))
    return properties


def _digest(parent: Element, digest: Digest) -> Element:
    """Append DigestMethod and an empty DigestValue; return the latter."""
    _child(parent, ds("DigestMethod"), {"Algorithm": digest.uri})
    return _child(parent, ds("DigestValue"))


def _child(parent: Element, tag: str, attributes: Mapping[str, str] | None = None, text: str | None = None) -> Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child
