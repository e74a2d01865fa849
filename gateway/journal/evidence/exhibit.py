"""A signed document of a bundle: whose signature it is, and how xmlsec1 and openssl find what it is over."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Final

from lxml import etree

from gateway import errors, xml
from gateway.soap import parts
from signing import certificates, octets, policy, trust, verdict, xades
from signing.certificates import Certificate
from signing.digests import SHA2
from signing.gost import keys
from signing.octets import Octets

REQUEST: Final = "request"
RESULT: Final = "result"
_ELEMENTS: Final = {REQUEST: "/*/*[local-name()='Body']/*", RESULT: "/*"}
"""XPath of the element that is signed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Exhibit:
    """One document with a signature that is intact."""

    name: str
    """`REQUEST` or `RESULT`: its file is that name with `.xml`."""
    element: str
    """Of which kind the signed element is, as xmlsec1 wants it: namespace, colon, local name."""
    certificate: Certificate
    """Of the signer."""
    verdict: verdict.Verdict
    octets: Octets

    @property
    def file(self) -> str:
        """Name of the document."""
        return f"{self.name}.xml"

    @property
    def path(self) -> str:
        """XPath of the signed element."""
        return _ELEMENTS[self.name]

    @property
    def for_xmlsec(self) -> bool:
        """Whether xmlsec1 verifies it; else every algorithm is openssl's, which knows no XML."""
        used = (self.octets.suite.digest, self.octets.payload_digest, self.octets.properties_digest)
        return all(each in SHA2 for each in used)


def of_request(raw: bytes, by: policy.Policy, anchors: trust.TrustStore, at: dt.datetime) -> Exhibit | None:
    """Return the request, judged as of `at`; None where its signature is not intact."""
    try:
        _, element = parts.take_apart(xml.parse(raw))
    except (xml.NotXML, errors.Rejected):
        return None
    return _exhibit(REQUEST, element, by, anchors, at)


def of_result(raw: bytes, by: policy.Policy, at: dt.datetime) -> Exhibit | None:
    """Return the result; nobody is asked who vouches for its signer, which is the installation itself."""
    try:
        element = xml.parse(raw)
    except xml.NotXML:
        return None
    return _exhibit(RESULT, element, by, trust.TrustStore(), at)


def is_gost(certificate: Certificate) -> bool:
    """Tell whether openssl needs its engine for a certificate: for the key in it, or for the signature under it."""
    return keys.read_public(certificate.spki) is not None or certificate.signature_oid.startswith("1.2.643.")


def _exhibit(
    name: str, element: etree._Element, by: policy.Policy, anchors: trust.TrustStore, at: dt.datetime
) -> Exhibit | None:
    judged = xades.verify(element, policy=by, trust=anchors, at=at)
    if not judged.intact or judged.certificate is None:
        return None
    qualified = etree.QName(element)
    return Exhibit(
        name=name,
        element=f"{qualified.namespace}:{qualified.localname}",
        certificate=certificates.of(judged.certificate),
        verdict=judged,
        octets=octets.of(element, by),
    )
