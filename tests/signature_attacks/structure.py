"""The frame of the Signature: second signatures, properties that are elsewhere, times that cannot be."""

from __future__ import annotations

import copy
import hashlib

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.key_info import attacker
from tests.signature_attacks.message import DS, NS, PAYLOAD, PROPERTIES, XADES, Draft, element

FAMILY = Family("structure", "A second signature, properties that are elsewhere, or times that cannot be.")
stranger, holder = FAMILY.stranger, FAMILY.holder

QUALIFYING = "ds:Object/xades:QualifyingProperties"
SIGNED = f"{QUALIFYING}/xades:SignedProperties"
XADES_141 = "http://uri.etsi.org/01903/v1.4.1#"


def of_the_attacker(draft: Draft) -> etree._Element:
    """A Signature of the attacker's over the request as it is now, with identifiers of its own."""
    other = Draft(attacker())
    other.request.find("hm:FIASHouseGuid", NS).text = message.ANOTHER_HOUSE
    text = etree.tostring(other.root).replace(b"xmldsig-1", b"xmldsig-2")
    twin = etree.fromstring(text)
    signature = twin.find(f"soap:Body/*/{{{DS}}}Signature", NS)
    signature.tail = None
    return signature


# --- second signatures ------------------------------------------------------------------------------------------------


@stranger(Reason.PAYLOAD_DIGEST, "A second Signature, of the attacker's, right after the genuine one.")
def second_signature_after(draft):
    draft.signature.addnext(of_the_attacker(draft))


@stranger(Reason.PAYLOAD_DIGEST, "A second Signature, of the attacker's, at the end of the request.")
def second_signature_at_the_end(draft):
    draft.request.append(of_the_attacker(draft))


@stranger(Reason.SHAPE, "A second Signature, unfinished, of the attacker's, before the genuine one.")
def second_signature_before(draft):
    draft.request.insert(0, of_the_attacker(draft))
    draft.signature.getprevious().remove(draft.signature.getprevious().find("ds:KeyInfo", NS))


@stranger(Reason.DUPLICATE_ID, "The genuine Signature is there twice.")
def same_signature_twice(draft):
    draft.signature.addnext(copy.deepcopy(draft.signature))


@stranger("chain", "The attacker puts a Signature of his own before the genuine one, over all of it.")
def attackers_signature_before_the_genuine(draft):
    outer = Draft(attacker())
    outer.request.append(draft.signature)
    for name in ("Id", "URI", "Target"):
        for node in outer.signature.iter():
            if "xmldsig-1" in node.get(name, ""):
                node.set(name, node.get(name).replace("xmldsig-1", "xmldsig-2"))
    return outer.seal().octets()


@stranger(Reason.SHAPE, "A counter-signature in the unsigned properties.")
def counter_signature(draft):
    box = element("xades:UnsignedProperties")
    inner, counter = element("xades:UnsignedSignatureProperties"), element("xades:CounterSignature")
    counter.append(of_the_attacker(draft))
    inner.append(counter)
    box.append(inner)
    draft.inside(QUALIFYING).append(box)


@stranger(Reason.SHAPE, "A Signature inside of KeyInfo.")
def signature_in_the_key_info(draft):
    draft.inside("ds:KeyInfo").append(of_the_attacker(draft))


@stranger(Reason.SHAPE, "A Signature inside of SignedInfo: the enveloped transform may take out either.")
def signature_in_signed_info(draft):
    draft.inside("ds:SignedInfo").append(of_the_attacker(draft))


_BOXES = {
    "key-info": ("KeyInfo", "ds:KeyInfo"),
    "object": ("the Object", "ds:Object"),
    "x509-data": ("X509Data", "ds:KeyInfo/ds:X509Data"),
}


def namesake() -> etree._Element:
    """An element of another namespace whose tags are written like those of the Signature."""
    return etree.fromstring('<ds:Signature xmlns:ds="urn:attack"/>')


for _name, (_words, _path) in _BOXES.items():
    FAMILY.add(
        f"namesake-of-the-signature-in-{_name}",
        lambda draft, path=_path: draft.inside(path).append(namesake()),
        Reason.SHAPE,
        f"An element of another namespace in {_words}, whose end tag is written like that of the Signature.",
    )


@holder(
    Reason.SHAPE, "The same, and the digest is of what follows that end tag instead of the Signature's.", seal=False
)
def namesake_of_the_signature_and_its_digest(draft):
    draft.inside("ds:Object").append(namesake())
    draft.seal()
    octets = message.canonical(message.parse(draft.octets()).find("soap:Body", NS)[0], message.EXCLUSIVE)
    start, end = octets.index(b"<ds:Signature"), octets.index(b"</ds:Signature>")
    digest = hashlib.sha256(octets[:start] + octets[end + len(b"</ds:Signature>") :]).digest()
    message.digest(draft.one(PAYLOAD)).text = message.text_of(digest)
    draft.write_value(draft.value(draft.signed_info()))


@stranger(Reason.MISSING, "The Signature stands after the content of the request.")
def signature_last(draft):
    draft.request.append(draft.signature)


@stranger(Reason.MISSING, "The Signature is a child of a child of the request.")
def signature_deeper(draft):
    draft.request.find("hm:FIASHouseGuid", NS).append(draft.signature)


@stranger(Reason.MISSING, "The Signature is inside of an element that takes its place.")
def signature_in_a_box(draft):
    box = etree.Element("{urn:attack}box")
    draft.signature.addprevious(box)
    box.append(draft.signature)


@stranger(Reason.MISSING, "The Signature is in the Header: detached.")
def signature_in_the_header(draft):
    draft.one("soap:Header").append(draft.signature)


@stranger(Reason.MISSING, "There is no Signature.")
def signature_removed(draft):
    draft.request.remove(draft.signature)


@stranger(Reason.SHAPE, "The Signature is empty.")
def signature_empty(draft):
    for child in list(draft.signature):
        draft.signature.remove(child)


@stranger(Reason.REFERENCE, "The Signature of this request is under another one.", also={})
def signature_of_another_request(draft):
    draft.request.set("Id", "another")
    draft.request.find("hm:FIASHouseGuid", NS).text = message.ANOTHER_HOUSE


@stranger(Reason.PAYLOAD_DIGEST, "The Signature of this request is under another one with the same Id.")
def signature_of_another_request_same_id(draft):
    draft.request.find("hm:FIASHouseGuid", NS).text = message.ANOTHER_HOUSE


@stranger(Reason.PAYLOAD_DIGEST, "The request has become another operation.")
def signature_under_another_operation(draft):
    draft.request.tag = f"{{{message.HM}}}importHouseUORequest"


# --- the four parts ---------------------------------------------------------------------------------------------------

_PARTS = ("SignedInfo", "SignatureValue", "KeyInfo", "Object")
for _part in _PARTS:
    FAMILY.add(
        f"part-{_part.lower()}-missing",
        lambda draft, part=_part: draft.signature.remove(draft.inside(f"ds:{part}")),
        Reason.SHAPE,
        f"{_part} is missing.",
    )
    FAMILY.add(
        f"part-{_part.lower()}-twice",
        lambda draft, part=_part: draft.inside(f"ds:{part}").addnext(copy.deepcopy(draft.inside(f"ds:{part}"))),
        Reason.SHAPE,
        f"{_part} is there twice.",
    )


@stranger(Reason.SHAPE, "The parts of the Signature are in the reverse order.")
def parts_reversed(draft):
    for child in list(draft.signature):
        draft.signature.insert(0, child)


@stranger(Reason.SHAPE, "A foreign element among the parts.")
def part_unknown(draft):
    draft.signature.append(etree.Element("{urn:attack}part"))


@holder(Reason.SHAPE, "A foreign element inside SignedInfo.")
def part_unknown_in_signed_info(draft):
    draft.inside("ds:SignedInfo").append(etree.Element("{urn:attack}part"))


@stranger(Reason.SHAPE, "The value has an element inside of it that holds the rest.")
def element_in_the_value(draft):
    value = draft.inside("ds:SignatureValue")
    rest = etree.SubElement(value, f"{{{DS}}}rest")
    value.text, rest.text = value.text[:40], value.text[40:]


# --- XAdES ------------------------------------------------------------------------------------------------------------


def _remove(path: str):
    def change(draft: Draft) -> None:
        node = draft.inside(path)
        node.getparent().remove(node)

    return change


def _twice(path: str):
    def change(draft: Draft) -> None:
        node = draft.inside(path)
        node.addnext(copy.deepcopy(node))

    return change


_XADES = {
    "qualifying-properties": QUALIFYING,
    "signed-properties": SIGNED,
    "signed-signature-properties": f"{SIGNED}/xades:SignedSignatureProperties",
    "signing-time": ".//xades:SigningTime",
    "signing-certificate": ".//xades:SigningCertificate",
    "cert": ".//xades:Cert",
    "cert-digest": ".//xades:CertDigest",
    "issuer-serial": ".//xades:IssuerSerial",
    "issuer-name": ".//ds:X509IssuerName",
    "serial-number": ".//ds:X509SerialNumber",
}
for _name, _path in _XADES.items():
    _words = _name.replace("-", " ")
    FAMILY.add(f"{_name}-missing", _remove(_path), Reason.SHAPE, f"XAdES: {_words} missing.", by="holder")
    FAMILY.add(f"{_name}-twice", _twice(_path), Reason.SHAPE, f"XAdES: {_words} twice.", by="holder")


@holder(Reason.SHAPE, "SigningCertificateV2 (XAdES 1.3.2 of 2016) in place of SigningCertificate.")
def signing_certificate_v2(draft):
    draft.inside(".//xades:SigningCertificate").tag = f"{{{XADES}}}SigningCertificateV2"


@holder(Reason.SHAPE, "SigningCertificate of XAdES 1.4.1 in place of that of 1.3.2.")
def signing_certificate_of_1_4_1(draft):
    draft.inside(".//xades:SigningCertificate").tag = f"{{{XADES_141}}}SigningCertificateV2"


@holder(Reason.SHAPE, "QualifyingPropertiesReference: the properties are in another document.")
def properties_by_reference(draft):
    draft.inside(QUALIFYING).tag = f"{{{XADES}}}QualifyingPropertiesReference"
    draft.inside("ds:Object/xades:QualifyingPropertiesReference").set("URI", "http://127.0.0.1:9/a")


@holder(Reason.SHAPE, "SignedProperties stand in the Header, where the reference finds them.")
def properties_in_the_header(draft):
    draft.one("soap:Header").append(draft.inside(SIGNED))


@holder(Reason.SHAPE, "SignedProperties stand in an Object of their own.")
def properties_in_another_object(draft):
    box = element("ds:Object")
    box.append(draft.inside(SIGNED))
    draft.signature.append(box)


@stranger(
    Reason.REFERENCE, "SignedProperties of the attacker's; the reference leads to the genuine ones in the Header."
)
def properties_of_the_attacker(draft):
    genuine = draft.inside(SIGNED)
    forged = copy.deepcopy(genuine)
    forged.set("Id", "forged")
    forged.find(".//xades:SigningTime", NS).text = "2020-01-01T00:00:00Z"
    genuine.getparent().replace(genuine, forged)
    draft.one("soap:Header").append(genuine)


@holder(Reason.REFERENCE, "The reference to the properties leads to SignedSignatureProperties inside of them.")
def reference_to_a_part_of_the_properties(draft):
    draft.inside(f"{SIGNED}/xades:SignedSignatureProperties").set("Id", "inner")
    draft.one(PROPERTIES).set("URI", "#inner")


_TARGETS = {
    "of-another-signature": "#xmldsig-2",
    "of-the-request": f"#{message.ID}",
    "empty": "",
    "without-number-sign": "xmldsig-1",
    "on-the-network": "http://127.0.0.1:9/a#xmldsig-1",
}
for _name, _target in _TARGETS.items():
    FAMILY.add(
        f"target-{_name}",
        lambda draft, target=_target: draft.inside(QUALIFYING).set("Target", target),
        Reason.REFERENCE,
        f"Target of the QualifyingProperties is “{_target}”.",
    )


@stranger(Reason.REFERENCE, "QualifyingProperties have no Target.")
def target_missing(draft):
    del draft.inside(QUALIFYING).attrib["Target"]


@stranger(Reason.PROPERTIES_DIGEST, "SigningTime is put back by a year after signing.")
def signing_time_put_back(draft):
    draft.inside(".//xades:SigningTime").text = "2026-03-01T15:00:00.000+03:00"


@stranger(Reason.PROPERTIES_DIGEST, "A property is added to the signed ones after signing.")
def property_added(draft):
    draft.inside(f"{SIGNED}/xades:SignedSignatureProperties").append(element("xades:SignerRole"))


@stranger(Reason.SIGNATURE_VALUE, "DigestValue of the properties is made anew after they were changed.")
def property_added_and_digested(draft):
    value = draft.inside("ds:SignatureValue").text
    property_added(draft)
    draft.seal()
    draft.inside("ds:SignatureValue").text = value


_TIMES = {
    "words": "yesterday",
    "empty": "",
    "date": "2027-03-01",
    "month-13": "2027-13-01T00:00:00Z",
    "february-30": "2027-02-30T00:00:00Z",
    "year-0": "0000-01-01T00:00:00Z",
    "year-negative": "-2027-03-01T00:00:00Z",
    "year-10000": "10000-01-01T00:00:00Z",
    "second-60": "2027-03-01T12:00:60Z",
    "hour-25": "2027-03-01T25:00:00Z",
    "offset-99": "2027-03-01T12:00:00+99:99",
    "offset-24": "2027-03-01T12:00:00+24:00",
    "offset-of-seconds": "2027-03-01T12:00:00+03:00:30",
    "basic-format": "20270301T120000Z",
    "week": "2027-W09-1T12:00:00Z",
    "lower-case": "2027-03-01t12:00:00z",
    "space": "2027-03-01 12:00:00Z",
    "comma": "2027-03-01T12:00:00,5Z",
    "other-digits": "٢٠٢٧-03-01T12:00:00Z",
    "fraction-without-digits": "2027-03-01T12:00:00.Z",
    "fraction-of-30-000-digits": f"2027-03-01T12:00:00.{'0' * 30_000}Z",
    "white-space-inside": "2027-03-01T12:00:00 Z",
    "end-of-time": "9999-12-31T23:59:59Z",
    "end-of-time-west": "9999-12-31T23:59:59-14:00",
    "beginning-of-time-east": "0001-01-01T00:00:00+14:00",
}
for _name, _time in _TIMES.items():
    FAMILY.add(
        f"signing-time-{_name}",
        lambda draft, time=_time: setattr(draft.inside(".//xades:SigningTime"), "text", time),
        Reason.SHAPE,
        f"SigningTime is “{_time}”." if len(_time) < 50 else "SigningTime has a fraction of 30 000 digits.",
        by="holder",
    )
