"""Attacks on time and memory: too large to be stored, made when they are asked for.

Under a megabyte unless the name says otherwise. What `anybody` makes carries the victim's certificate and a wrong
SignatureValue, so every question before the last three is answered; what a `holder` makes is sealed, and then the house
is changed, so that the last question, the digest of the request, has to be answered too.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import der, keys, message, x509
from tests.signature_attacks.certificates import nested
from tests.signature_attacks.corpus import ANYBODY, HOLDER, Family
from tests.signature_attacks.message import DS, EXCLUSIVE, ID, Draft, Holder, text_of

FAMILY = Family("sizes", "The message wants to cost time or memory.")

KB = 1000
GUID = b"<hm:FIASHouseGuid>"
ENVELOPE, HEADER, REQUEST = b"<soap:Envelope ", b"<soap:Header>", b"<hm:exportHouseRequest "
SIGNED_INFO, KEY_INFO, OBJECT = b"<ds:SignedInfo>", b"<ds:KeyInfo>", b"<ds:Object>"


def add(name: str, reason: str, about: str, make: Callable[[], bytes], by: str = ANYBODY) -> None:
    FAMILY.add(name, lambda draft: make(), reason, about, by=by, stored=False)


def put(place: bytes, new: bytes, *, before: bool = False) -> Callable[[], bytes]:
    """The good message with its SignatureValue broken and these bytes at the place, which is left standing."""

    def make() -> bytes:
        draft = message.good()
        draft.write_value(bytes([1] * 64))
        text = draft.octets()
        assert text.count(place) == 1, place
        return text.replace(place, new + place if before else place + new)

    return make


def sealed(content: bytes, *, attributes: bytes = b"") -> Callable[[], bytes]:
    """A message with that content, which its sender has signed; then the house is changed."""

    def make() -> bytes:
        text = message.good().octets().replace(GUID, content + GUID).replace(REQUEST, REQUEST + attributes)
        draft = message.good()
        draft.root = message.parse(text)
        draft.request = draft.one(message.REQUEST)
        draft.signature = draft.request[0]
        text = draft.seal().octets()
        return text.replace(message.HOUSE.encode(), message.ANOTHER_HOUSE.encode())

    return make


def many(count: int, one: bytes) -> bytes:
    """So many of them; %d in it is the number of each."""
    return b"".join(one % number for number in range(count)) if b"%d" in one else one * count


# --- attributes and namespaces: canonicalisation is quadratic in both -------------------------------------------------

ATTRIBUTES = many(60 * KB, b'a%d="" ')
for _name, _place in {
    "the-envelope": ENVELOPE,
    "the-request": REQUEST,
}.items():
    add(f"attributes-of-{_name}", Reason.LIMITS, f"{_name.replace('-', ' ').capitalize()} has 60 000 attributes.",
        put(_place, ATTRIBUTES))  # fmt: skip
add("attributes-of-signed-info", Reason.LIMITS, "SignedInfo has 60 000 attributes.",
    lambda: put(SIGNED_INFO, b"")().replace(SIGNED_INFO, SIGNED_INFO[:-1] + b" " + ATTRIBUTES + b">"))  # fmt: skip
add("attributes-of-a-header-block", Reason.LIMITS, "An element in the Header has 60 000 attributes.",
    put(HEADER, b"<a " + ATTRIBUTES + b"/>"))  # fmt: skip
add("attributes-everywhere", Reason.SIGNATURE_VALUE, "A thousand elements have 128 attributes each.",
    put(GUID, many(1000, b"<a " + many(128, b'a%d="" ') + b"/>"), before=True))  # fmt: skip
add("attributes-everywhere-signed", Reason.PAYLOAD_DIGEST, "A thousand elements have 128 attributes each, signed.",
    sealed(many(1000, b"<a " + many(128, b'a%d="" ') + b"/>")), HOLDER)  # fmt: skip
add("attribute-of-900-kb", Reason.PAYLOAD_DIGEST, "An attribute of 900 KB in the start tag before the Signature, signed.",
    sealed(b"", attributes=b'long="' + b"a" * 900 * KB + b'" '), HOLDER)  # fmt: skip

add("namespaces-of-the-envelope", Reason.LIMITS, "The Envelope declares 40 000 prefixes.",
    put(ENVELOPE, many(40 * KB, b'xmlns:p%d="urn:a" ')))  # fmt: skip
add("namespaces-of-the-request", Reason.LIMITS, "The request declares 40 000 prefixes.",
    put(REQUEST, many(40 * KB, b'xmlns:p%d="urn:a" ')))  # fmt: skip
add("namespaces-of-signed-info", Reason.LIMITS, "SignedInfo declares 40 000 prefixes.",
    lambda: put(SIGNED_INFO, b"")().replace(
        SIGNED_INFO, SIGNED_INFO[:-1] + b" " + many(40 * KB, b'xmlns:p%d="urn:a" ') + b">"))  # fmt: skip
add("namespaces-nested", Reason.LIMITS, "Two hundred elements inside each other declare a hundred prefixes each.",
    put(GUID, b"".join(
        b"<a " + b" ".join(b'xmlns:p%d-%d="urn:a"' % (level, number) for number in range(100)) + b">"
        for level in range(200)) + b"</a>" * 200, before=True))  # fmt: skip
add("namespaces-beside-each-other", Reason.SIGNATURE_VALUE, "40 000 elements declare a prefix each, one after another.",
    put(GUID, many(40 * KB, b'<a xmlns:p="urn:a"/>'), before=True))  # fmt: skip
add("namespace-of-900-kb", Reason.LIMITS, "The address of a namespace has 900 KB.",
    put(REQUEST, b'xmlns:p="urn:' + b"a" * 900 * KB + b'" '))  # fmt: skip
add("prefix-list-of-900-kb", Reason.LIMITS, "A PrefixList of 200 000 prefixes.",
    lambda: put(OBJECT, b"")().replace(
        b'Algorithm="%s"/></ds:Transforms>' % EXCLUSIVE.encode(),
        b'Algorithm="%s"><e:InclusiveNamespaces xmlns:e="%s" PrefixList="%s"/></ds:Transform></ds:Transforms>'
        % (EXCLUSIVE.encode(), EXCLUSIVE.encode(), many(120 * KB, b"p%d ")), 1))  # fmt: skip

_LONG_ADDRESS = b"urn:" + b"a" * 250
_AMPLIFIED = b'<b xmlns:p="' + _LONG_ADDRESS + b'">' + many(140 * KB, b"<p:a/>") + b"</b>"
add("exclusive-form-grows", Reason.SIGNATURE_VALUE, "The exclusive form would be fifty times longer than the message.",
    put(GUID, _AMPLIFIED, before=True))  # fmt: skip
add("exclusive-form-grows-signed", Reason.PAYLOAD_DIGEST, "The exclusive form is fifty times longer, and it is signed.",
    sealed(_AMPLIFIED), HOLDER)  # fmt: skip
_FIFTY = b" ".join(b'xmlns:p%d="urn:%d%s"' % (number, number, b"a" * 245) for number in range(50))
_USED = b" ".join(b"p%d:a=''" % number for number in range(50))
add("exclusive-form-grows-by-attributes-signed", Reason.PAYLOAD_DIGEST,
    "Attributes of fifty namespaces on each element make the exclusive form grow, and it is signed.",
    sealed(b"<b " + _FIFTY + b">" + many(1700, b"<a " + _USED + b"/>") + b"</b>"), HOLDER)  # fmt: skip

# --- many of everything -----------------------------------------------------------------------------------------------

_MANY = {
    "elements": ("240 000 empty elements", b"<a/>", 240 * KB),
    "elements-with-attributes": ("90 000 elements with an attribute each", b'<a b=""/>', 90 * KB),
    "elements-with-ids": ("50 000 elements with an Id each", b'<a Id="%d"/>', 50 * KB),
    "comments": ("140 000 comments", b"<!---->", 130 * KB),
    "instructions": ("180 000 processing instructions", b"<?a?>", 180 * KB),
    "texts": ("80 000 character references", b"<a>&#65;&#66;</a>", 40 * KB),
}
for _name, (_what, _one, _count) in _MANY.items():
    add(f"{_name}-in-the-request", Reason.SIGNATURE_VALUE, f"{_what} in the request.".capitalize(),
        put(GUID, many(_count, _one), before=True))  # fmt: skip
    add(f"{_name}-in-the-header", Reason.SIGNATURE_VALUE, f"{_what} in the Header.".capitalize(),
        put(HEADER, many(_count, _one)))  # fmt: skip
for _name in ("elements", "elements-with-attributes"):
    _what, _one, _count = _MANY[_name]
    add(f"{_name}-in-the-request-signed", Reason.PAYLOAD_DIGEST, f"{_what} in the request, signed.".capitalize(),
        sealed(many(_count, _one)), HOLDER)  # fmt: skip
add("text-of-900-kb-signed", Reason.PAYLOAD_DIGEST, "A text of 900 KB in the request, signed.",
    sealed(b"<a>" + b"&#38;" * 180 * KB + b"</a>"), HOLDER)  # fmt: skip
add("depth-of-200-signed", Reason.PAYLOAD_DIGEST, "Elements, 200 deep, a thousand times one after another, signed.",
    sealed(many(600, b"<a>" * 200 + b"</a>" * 200)), HOLDER)  # fmt: skip
add("ids-of-the-request-by-the-thousand", Reason.DUPLICATE_ID, "20 000 elements bear the Id of the request.",
    put(GUID, many(20 * KB, b'<a Id="%s"/>' % ID.encode()), before=True))  # fmt: skip
add("ids-of-the-request-under-all-spellings", Reason.DUPLICATE_ID, "8 000 elements bear it four times each.",
    put(HEADER, many(8 * KB, b' '.join(b'%s="%s"' % (name, ID.encode()) for name in (b"<a Id", b"ID", b"id", b"iD"))
                     + b"/>")))  # fmt: skip
add("ids-of-900-kb", Reason.SIGNATURE_VALUE, "An Id of 900 KB in the Header.",
    put(HEADER, b'<a Id="' + b"a" * 900 * KB + b'"/>'))  # fmt: skip
add("xml-attributes-of-the-envelope", Reason.LIMITS, "The Envelope has a hundred attributes xml:*, which are inherited.",
    put(ENVELOPE, many(100, b'xml:a%d="" ')))  # fmt: skip
add("doctype-of-900-kb", Reason.SHAPE, "A document type of 900 KB.",
    lambda: put(OBJECT, b"")().replace(
        b"?>\n", b"?>\n<!DOCTYPE a [" + many(30 * KB, b'<!ENTITY a%d "a">') + b"]>", 1))  # fmt: skip

# --- inside the Signature ---------------------------------------------------------------------------------------------

_INSIDE = {
    "text-in-the-object": ("900 KB of text in the Object", OBJECT, b"a" * 900 * KB),
    "elements-in-the-key-info": ("200 000 elements in KeyInfo", KEY_INFO, b"<a/>" * 200 * KB),
    "references-in-signed-info": ("60 000 references in SignedInfo", SIGNED_INFO, b"<ds:Reference/>" * 60 * KB),
    "certificates-by-the-thousand": (
        "30 000 certificates in KeyInfo", KEY_INFO,
        b"<ds:X509Data>" + b"<ds:X509Certificate/>" * 30 * KB + b"</ds:X509Data>"),
    "depth-of-240": ("elements in the Object, 240 deep", OBJECT, b"<a>" * 240 + b"</a>" * 240),
    "attribute-in-the-object": ("an attribute of 900 KB in the Object", OBJECT, b'<a b="' + b"a" * 900 * KB + b'"/>'),
    "white-space-in-the-key-info": ("900 KB of white space in KeyInfo", KEY_INFO, b" " * 900 * KB),
}  # fmt: skip
for _name, (_what, _place, _new) in _INSIDE.items():
    add(f"signature-{_name}", Reason.LIMITS, f"{_what[0].upper()}{_what[1:]}.", put(_place, _new))
add("signature-comments", Reason.SHAPE, "130 000 comments in SignedInfo.", put(SIGNED_INFO, b"<!---->" * 130 * KB))


def _text_at(path: str, text: str) -> Callable[[], bytes]:
    def make() -> bytes:
        draft = message.good()
        draft.inside(path).text = text
        return draft.octets()

    return make


_TEXTS = {
    "signing-time-of-900-kb": ("SigningTime has 900 KB", ".//xades:SigningTime", "2027-03-01T12:00:00." + "0" * 900 * KB),
    "issuer-name-of-900-kb": ("X509IssuerName has 900 KB", ".//ds:X509IssuerName", "CN=" + "\\," * 450 * KB),
    "serial-of-100-000-digits": ("X509SerialNumber has 100 000 digits", ".//ds:X509SerialNumber", "4" * 100 * KB),
    "value-of-900-kb": ("SignatureValue has 900 KB", "ds:SignatureValue", "AAAA" * 225 * KB),
    "value-of-white-space": ("SignatureValue has 900 KB of white space", "ds:SignatureValue", " \n" * 450 * KB + "AAAA"),
    "digest-of-900-kb": ("DigestValue has 900 KB", "ds:SignedInfo/ds:Reference[1]/ds:DigestValue", "AAAA" * 225 * KB),
}  # fmt: skip
for _name, (_what, _path, _text) in _TEXTS.items():
    add(_name, Reason.LIMITS, f"{_what}.", _text_at(_path, _text))
add("value-of-40-kb", Reason.SIGNATURE_VALUE, "SignatureValue has 40 KB, below the limit.",
    _text_at("ds:SignatureValue", "AAAA" * 10 * KB))  # fmt: skip
add("value-of-40-kb-of-white-space", Reason.SIGNATURE_VALUE, "SignatureValue is a little in 40 KB of white space.",
    _text_at("ds:SignatureValue", " \nAA" * 10 * KB + "AA=="))  # fmt: skip

# --- certificates -----------------------------------------------------------------------------------------------------

LARGE = 10 * 1000 * KB


def _under(certificate: Callable[[], bytes]) -> Callable[[], bytes]:
    def make() -> bytes:
        return Draft(Holder(keys.curve("signer"), certificate())).seal().octets()

    return make


def _blank(**pieces) -> Callable[[], bytes]:
    return _under(lambda: x509.Blank(spki=keys.spki(keys.curve("signer")), **pieces).signed(keys.curve("stranger")))


def _extensions(count: int) -> tuple[bytes, ...]:
    return (*x509.SIGNING, *(x509.extension(f"1.2.3.{n}", der.null(), critical=False) for n in range(count)))


def _name(count: int, length: int = 1) -> bytes:
    return x509.name("a", *(x509.attribute(x509.CN, der.utf8("я" * length)) for _ in range(count)))


_padding = x509.extension("1.2.3.4", der.octets(bytes(LARGE)), critical=False)
add("certificate-of-10-mb", Reason.LIMITS, "A certificate of 10 MB.", _blank(extensions=(*x509.SIGNING, _padding)))
add("certificate-of-10-mb-of-zeros", Reason.LIMITS, "10 MB of zeros in place of a certificate.",
    _under(lambda: bytes(LARGE)))  # fmt: skip
add("certificate-of-100-000-extensions", Reason.LIMITS, "A certificate of 100 000 extensions.",
    _blank(extensions=_extensions(100 * KB)))  # fmt: skip
_LARGE = {
    "1-600-attributes": ("whose name has 1 600 attributes", {"subject": _name(2200), "issuer": x509.name("a")}),
    "1-600-attributes-of-the-issuer": ("whose issuer has 1 600 attributes", {"issuer": _name(2200)}),
    "2-500-extensions": ("with 2 500 extensions", {"extensions": _extensions(2200)}),
    "a-name-of-40-kb": ("whose name has 40 KB", {"subject": _name(1, 18 * KB)}),
    "an-extension-of-40-kb": ("with an extension of 40 KB", {
        "extensions": (*x509.SIGNING, x509.extension("1.2.3.4", der.octets(bytes(36 * KB)), critical=False))}),
    "names-of-10-000-alternatives": ("with 6 000 alternative names", {
        "extensions": (*x509.SIGNING,
                       x509.extension("2.5.29.17", der.sequence(*([der.tlv(0x82, b"abc")] * 6 * KB))))}),
    "policies-by-the-thousand": ("with 3 000 policies", {
        "extensions": (*x509.SIGNING, x509.extension("2.5.29.32", der.sequence(
            *(der.sequence(der.oid(f"1.2.3.{n}")) for n in range(3000)))))}),
    "depth-of-thousands": ("with an extension of 9 000 sequences inside each other", {
        "extensions": (*x509.SIGNING, x509.extension("1.2.3.4", nested(9 * KB), critical=False))}),
    "alternatives-nested": ("with an alternative name that is 9 000 sequences inside each other", {
        "extensions": (*x509.SIGNING, x509.extension("2.5.29.17", der.sequence(der.tlv(0xA4, nested(9 * KB)))))}),
    "an-identifier-of-40-kb": ("whose name has an object identifier of 36 KB", {
        "subject": der.sequence(der.one_of(der.sequence(der.tlv(6, b"\x81" * 36 * KB + b"\x01"), der.utf8("a"))))}),
    "a-set-of-thousands": ("whose name is one set of 2 000 attributes", {
        "subject": der.sequence(der.one_of(*([der.sequence(der.oid(x509.CN), der.utf8("я"))] * 2 * KB)))}),
}  # fmt: skip
for _name_, (_what, _pieces) in _LARGE.items():
    add(f"certificate-of-{_name_}", Reason.CERTIFICATE, f"A certificate {_what}.", _blank(**_pieces))


def _five(certificate: Callable[[int], bytes]) -> Callable[[], bytes]:
    """Five different large certificates; the last of them is the signer's."""

    def make() -> bytes:
        draft = Draft(Holder(keys.curve("signer"), certificate(0)))
        box = draft.inside("ds:KeyInfo/ds:X509Data")
        for number in range(1, 5):
            other = etree.SubElement(box, f"{{{DS}}}X509Certificate")
            other.text = text_of(certificate(number))
        return draft.seal().octets()

    return make


def _heavy(number: int) -> bytes:
    """8 KB of names, each certificate with a number of its own."""
    names = {"subject": _name(180), "issuer": _name(180)}
    return x509.Blank(spki=keys.spki(keys.curve("signer")), serial=der.integer(0x1001 + number), **names).signed(
        keys.curve("signer")
    )


add("certificates-of-8-kb-of-names", Reason.CERTIFICATE, "Five certificates whose names have 180 attributes each.",
    _five(_heavy))  # fmt: skip
