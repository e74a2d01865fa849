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

from signing import certificates, errors
from signing.certificates import Certificate
from signing.digests import Digest
from signing.signer import Signer
from signing.suites import Suite
from signing.verdict import Refusal
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
    signed_info = append(signature, ds("SignedInfo"))
    append(signed_info, ds("CanonicalizationMethod"), {"Algorithm": INCLUSIVE_C14N})
    append(signed_info, ds("SignatureMethod"), {"Algorithm": suite.uri})
    payload = append(signed_info, ds("Reference"), {"Id": f"{name}-ref0", "URI": f"#{element.get('Id')}"})
    transforms = append(payload, ds("Transforms"))
    for algorithm in (ENVELOPED, EXCLUSIVE_C14N):
        append(transforms, ds("Transform"), {"Algorithm": algorithm})
    properties = append(signed_info, ds("Reference"), {"Type": SIGNED_PROPERTIES_TYPE, "URI": f"#{name}-signedprops"})
    payload_digest, properties_digest = (append_digest(item, suite.digest) for item in (payload, properties))
    signature_value = append(signature, ds("SignatureValue"), {"Id": f"{name}-sigvalue"})
    append_key_info(signature, chain)
    signed_properties = _properties(signature, name, suite.digest, chain[0], at)
    return Blank(signed_info, signed_properties, payload_digest, properties_digest, signature_value)


def encoded(octets: bytes) -> str:
    """Base64 in one line, as every binary value of a Signature is written."""
    return base64.b64encode(octets).decode()


def _properties(signature: Element, name: str, digest: Digest, certificate: Certificate, at: datetime) -> Element:
    properties = append_signed_properties(signature, name)
    signed = append(properties, xades("SignedSignatureProperties"))
    append(signed, xades("SigningTime"), text=at.isoformat(timespec="milliseconds"))
    wrapper = append(append(signed, xades("SigningCertificate")), xades("Cert"))
    append_digest(append(wrapper, xades("CertDigest")), digest).text = encoded(digest.of(certificate.der))
    serial = append(wrapper, xades("IssuerSerial"))
    append(serial, ds("X509IssuerName"), text=certificate.issuer_name.rfc4514_string())
    append(serial, ds("X509SerialNumber"), text=str(certificate.serial))
    return properties


def chain_of(signer: Signer) -> tuple[Certificate, ...]:
    """Return the certificates that a signer shows, its own first; raises `errors.CertificateUnreadable`."""
    try:
        return tuple(certificates.read(encoded) for encoded in (signer.certificate, *signer.intermediates))
    except Refusal as refusal:
        raise errors.CertificateUnreadable(refusal.failure.detail) from refusal


def append_key_info(signature: Element, chain: tuple[Certificate, ...]) -> None:
    """Append KeyInfo with the certificates."""
    data = append(append(signature, ds("KeyInfo")), ds("X509Data"))
    for certificate in chain:
        append(data, ds("X509Certificate"), text=encoded(certificate.der))


def append_signed_properties(signature: Element, name: str) -> Element:
    """Append an Object with empty SignedProperties for the signature of this Id, and return them."""
    qualifying = etree.SubElement(
        append(signature, ds("Object")),
        xades("QualifyingProperties"),
        {"Target": f"#{name}"},
        nsmap={"xades": XADES},
    )
    return append(qualifying, xades("SignedProperties"), {"Id": f"{name}-signedprops"})


def append_digest(parent: Element, digest: Digest) -> Element:
    """Append DigestMethod and an empty DigestValue; return the latter."""
    append(parent, ds("DigestMethod"), {"Algorithm": digest.uri})
    return append(parent, ds("DigestValue"))


def append(parent: Element, tag: str, attributes: Mapping[str, str] | None = None, text: str | None = None) -> Element:
    """Append an element and return it."""
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child
