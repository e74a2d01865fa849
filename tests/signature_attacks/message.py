"""The good message, and a draft of it that an attacker works on.

A `Draft` is a tree whose Signature can be sealed again after a change, by whoever holds a key. Digests and canonical
forms are computed the slow way here, on a fresh parse of the document, the Signature really taken out.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from lxml import etree

from tests.signature_attacks import keys, x509

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BASE = "http://dom.gosuslugi.ru/schema/integration/base/"
HM = "http://dom.gosuslugi.ru/schema/integration/house-management/"
DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
NS = {"soap": SOAP, "base": BASE, "hm": HM, "ds": DS, "xades": XADES, "attack": "urn:attack"}
ID = "signed-data-container"
HOUSE = "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d101"
ANOTHER_HOUSE = "a9d4ac1a-51f0-4b5a-8c55-2f7a36d3d666"

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XMLENC = "http://www.w3.org/2001/04/xmlenc#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = f"{DS}enveloped-signature"

REQUEST, SIGNATURE = "soap:Body/*", "soap:Body/*/ds:Signature"
PAYLOAD, PROPERTIES = (f"{SIGNATURE}/ds:SignedInfo/ds:Reference[{number}]" for number in (1, 2))

_TEXT = f"""<soap:Envelope xmlns:soap="{SOAP}" xmlns:base="{BASE}" xmlns:hm="{HM}">
  <soap:Header>
    <base:RequestHeader>
      <base:Date>2027-03-01T15:00:00+03:00</base:Date>
      <base:MessageGUID>5f1c0e00-0000-4000-8000-00000000a77a</base:MessageGUID>
      <base:orgPPAGUID>00000000-0000-4000-8000-0000000000bb</base:orgPPAGUID>
    </base:RequestHeader>
  </soap:Header>
  <soap:Body>
    <hm:exportHouseRequest Id="{ID}" base:version="15.10.0.0"><ds:Signature xmlns:ds="{DS}" \
Id="xmldsig-1"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{INCLUSIVE}"/>
<ds:SignatureMethod Algorithm="{{method}}"/>
<ds:Reference Id="xmldsig-1-ref0" URI="#{ID}"><ds:Transforms><ds:Transform Algorithm="{ENVELOPED}"/>\
<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms><ds:DigestMethod Algorithm="{XMLENC}sha256"/><ds:DigestValue/>\
</ds:Reference>
<ds:Reference Type="http://uri.etsi.org/01903#SignedProperties" URI="#xmldsig-1-signedprops">\
<ds:DigestMethod Algorithm="{XMLENC}sha256"/><ds:DigestValue/></ds:Reference>
</ds:SignedInfo><ds:SignatureValue Id="xmldsig-1-sigvalue"/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/>\
</ds:X509Data></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="{XADES}" Target="#xmldsig-1">\
<xades:SignedProperties Id="xmldsig-1-signedprops"><xades:SignedSignatureProperties>\
<xades:SigningTime>2027-03-01T15:00:00.000+03:00</xades:SigningTime><xades:SigningCertificate><xades:Cert>\
<xades:CertDigest><ds:DigestMethod Algorithm="{XMLENC}sha256"/><ds:DigestValue/></xades:CertDigest>\
<xades:IssuerSerial><ds:X509IssuerName>{x509.AUTHORITY_TEXT}</ds:X509IssuerName>\
<ds:X509SerialNumber>4097</ds:X509SerialNumber></xades:IssuerSerial></xades:Cert></xades:SigningCertificate>\
</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>
      <hm:FIASHouseGuid>{HOUSE}</hm:FIASHouseGuid>
    </hm:exportHouseRequest>
  </soap:Body>
</soap:Envelope>"""

DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    address: functools.partial(lambda name, data: hashlib.new(name, data).digest(), name)
    for address, name in {
        f"{XMLENC}sha256": "sha256",
        f"{MORE}sha384": "sha384",
        f"{XMLENC}sha512": "sha512",
        f"{DS}sha1": "sha1",
        f"{MORE}md5": "md5",
        f"{MORE}sha224": "sha224",
        "http://www.w3.org/2007/05/xmldsig-more#sha3-256": "sha3_256",
    }.items()
}
"""By the address of the DigestMethod; what is not here is digested by SHA-256."""
_HASHES = {"sha224": hashes.SHA224(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}
_HASHES |= {"sha1": hashes.SHA1(), "md5": hashes.MD5()}  # noqa: S303 - attacks use them


@dataclasses.dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with a private key and a certificate."""

    key: Any
    certificate: bytes
    method: str = f"{MORE}ecdsa-sha256"

    @classmethod
    def of(cls, key: Any, *, issuer: Any = None, **pieces: Any) -> Holder:
        """Whoever has the key, certified by the issuer's key (left out: the authority's), with these pieces changed."""
        spki = pieces.pop("spki", None) or keys.spki(key)
        if "issuer_name" in pieces:
            pieces["issuer"] = pieces.pop("issuer_name")
        certificate = x509.Blank(spki=spki, **pieces).signed(issuer)
        return cls(key, certificate, f"{MORE}ecdsa-sha256" if _is_curve(key) else f"{MORE}rsa-sha256")


class Draft:
    """A message that is being worked on."""

    def __init__(self, holder: Holder, digest_method: str = f"{XMLENC}sha256") -> None:
        self.root = parse(_TEXT.format(method=holder.method).encode())
        self.request = self.one(REQUEST)
        self.signature = self.request[0]
        self.key = holder.key
        for method in self.signature.iter(f"{{{DS}}}DigestMethod"):
            method.set("Algorithm", digest_method)
        self.carry(holder.certificate)

    def one(self, path: str) -> etree._Element:
        """The one node at the path, seen from the Envelope."""
        (found,) = self.root.xpath(path, namespaces=NS)
        return found

    def inside(self, path: str) -> etree._Element:
        """The one node at the path, seen from the Signature."""
        (found,) = self.signature.xpath(path, namespaces=NS)
        return found

    def carry(self, certificate: bytes) -> None:
        """Put the certificate into KeyInfo, and its digest into SigningCertificate."""
        self.inside("ds:KeyInfo/ds:X509Data/ds:X509Certificate").text = text_of(certificate)
        method = self.inside(".//xades:CertDigest/ds:DigestMethod").get("Algorithm", "")
        self.inside(".//xades:CertDigest/ds:DigestValue").text = text_of(hashed(method, certificate))

    def seal(self) -> Draft:
        """Compute the digests of both references as they are written, then SignatureValue."""
        for reference in self.signature.findall("ds:SignedInfo/ds:Reference", NS):
            digest(reference).text = text_of(_digest_of(reference, self.octets()))
        self.write_value(self.value(self.signed_info()))
        return self

    def signed_info(self) -> bytes:
        """What SignatureValue is over."""
        node = self.inside("ds:SignedInfo")
        algorithm = node.find("ds:CanonicalizationMethod", NS).get("Algorithm", "")
        return canonical(_twin(node, self.octets()), algorithm)

    def value(self, data: bytes) -> bytes:
        """What SignatureMethod says, by the key of the draft; bytes are a secret of HMAC."""
        algorithm = self.inside("ds:SignedInfo/ds:SignatureMethod").get("Algorithm", "")
        return raw_signature(self.key, data, algorithm)

    def write_value(self, octets: bytes) -> None:
        self.inside("ds:SignatureValue").text = text_of(octets)

    def octets(self) -> bytes:
        """The message as it goes over the wire."""
        return etree.tostring(self.root.getroottree(), encoding="utf-8", xml_declaration=True)


def parse(octets: bytes) -> etree._Element:
    """The tree with everything in it that an attack may need: comments, a document type, ten megabytes of text."""
    return etree.fromstring(octets, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def raw_signature(key: Any, data: bytes, algorithm: str) -> bytes:
    """A signature as SignatureValue has it, by the hash that the end of the algorithm's address names."""
    name = next((each for each in ("sha1", "sha224", "sha384", "sha512", "md5") if algorithm.endswith(each)), "sha256")
    if hasattr(key, "sign_as"):
        return key.sign_as(algorithm, data)
    if isinstance(key, bytes):
        return hmac.digest(key, data, name)
    chosen = _HASHES.get(name, hashes.SHA256())
    if isinstance(key, ec.EllipticCurvePrivateKey):
        size = (key.key_size + 7) // 8
        numbers = decode_dss_signature(key.sign(data, ec.ECDSA(chosen, deterministic_signing=True)))
        return b"".join(number.to_bytes(size, "big") for number in numbers)
    return key.sign(data, padding.PKCS1v15(), chosen)


def hashed(address: str, data: bytes) -> bytes:
    return DIGESTS.get(address, DIGESTS[f"{XMLENC}sha256"])(data)


def canonical(node: etree._Element, algorithm: str) -> bytes:
    """The canonical form by the address of its algorithm; by the inclusive one where that is unknown."""
    exclusive, comments = algorithm.startswith(EXCLUSIVE), algorithm.endswith("WithComments")
    return etree.tostring(node, method="c14n", exclusive=exclusive, with_comments=comments, with_tail=False)


def text_of(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def octets_of(node: etree._Element) -> bytes:
    return base64.b64decode(node.text)


def digest(reference: etree._Element) -> etree._Element:
    return reference.find("ds:DigestValue", NS)


def element(tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    """A new element by its prefixed name."""
    prefix, _, local = tag.partition(":")
    made = etree.Element(f"{{{NS[prefix]}}}{local}", attributes, nsmap={prefix: NS[prefix]})
    made.text = text
    return made


def _is_curve(key: Any) -> bool:
    return isinstance(key, ec.EllipticCurvePrivateKey)


def _twin(node: etree._Element, document: bytes) -> etree._Element:
    """The same node in a fresh parse of its document."""
    (found,) = parse(document).xpath(node.getroottree().getpath(node), namespaces=NS)
    return found


def _digest_of(reference: etree._Element, document: bytes) -> bytes:
    """DigestValue of a reference as it is written: by its URI, its transforms and its DigestMethod."""
    root, uri = parse(document), reference.get("URI")
    bearers = [root] if not uri else [node for node in root.iter("*") if node.get("Id") == uri.removeprefix("#")]
    algorithms = [each.get("Algorithm", "") for each in reference.findall("ds:Transforms/ds:Transform", NS)]
    if not bearers:
        data = b""
    elif ENVELOPED in algorithms:
        data = canonical(_without_signature(bearers[0]), next(filter(_is_canonical, algorithms), INCLUSIVE))
    else:
        data = canonical(bearers[0], next(filter(_is_canonical, algorithms), INCLUSIVE))
    method = reference.find("ds:DigestMethod", NS).get("Algorithm", "")
    return hashed(method, data)


def _is_canonical(algorithm: str) -> bool:
    return "c14n" in algorithm


def _without_signature(node: etree._Element) -> etree._Element:
    for signature in node.iterdescendants(f"{{{DS}}}Signature"):
        mark = etree.Comment("mark")
        mark.tail, signature.tail = signature.tail, None
        signature.getparent().replace(signature, mark)
        break
    return node


@functools.cache
def signer() -> Holder:
    """The organisation that sent the good message."""
    return Holder.of(keys.curve("signer"))


@functools.cache
def rsa_signer() -> Holder:
    """The same organisation with an RSA key."""
    return Holder.of(keys.stored("rsa-2048"))


def good() -> Draft:
    return Draft(signer()).seal()


def good_rsa() -> Draft:
    return Draft(rsa_signer()).seal()
