"""Attacks on time and memory: too large to be stored, made when they are asked for.

Under a megabyte unless the name says otherwise. What `anybody` makes carries the victim's certificate and a wrong
SignatureValue, so every question before the last three is answered; what a `holder` makes is sealed, and then the house
is changed, so that the last question, the digest of the request, has to be answered too.
"""

from __future__ import annotations

from collections.abc import Callable

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import ANYBODY, HOLDER, Family
from tests.signature_attacks.message import EXCLUSIVE, ID

FAMILY = Family("sizes", "The message wants to cost time or memory.")

KB = 1000
GUID, END = b"<hm:FIASHouseGuid>", b"</hm:FIASHouseGuid>"
ENVELOPE, HEADER, REQUEST = b"<soap:Envelope ", b"<soap:Header>", b"<hm:exportHouseRequest "
SIGNED_INFO, KEY_INFO, OBJECT = b"<ds:SignedInfo", b"<ds:KeyInfo>", b"<ds:Object>"

Text = Callable[[], bytes]
"""Bytes that are made when they are needed."""


def text(*parts: bytes | Text) -> Text:
    return lambda: b"".join(part if isinstance(part, bytes) else part() for part in parts)


def many(count: int, one: bytes | Text) -> Text:
    """So many of them; %d in it is the number of each."""

    def make() -> bytes:
        each = text(one)()
        return b"".join(each % number for number in range(count)) if b"%d" in each else each * count

    return make


def add(name: str, reason: str, about: str, make: Text, by: str = ANYBODY) -> None:
    FAMILY.add(name, lambda draft: make(), reason, about, by=by, stored=False)


def put(place: bytes, *new: bytes | Text) -> Text:
    """The good message with its SignatureValue broken and these bytes right after the place."""

    def make() -> bytes:
        draft = message.good()
        draft.write_value(bytes([1] * 64))
        octets = draft.octets()
        assert octets.count(place) == 1, place
        return octets.replace(place, place + text(*new)())

    return make


def sealed(*content: bytes | Text, attributes: bytes | Text = b"") -> Text:
    """A message with that content, which its sender has signed; then the house is changed."""

    def make() -> bytes:
        octets = message.good().octets().replace(END, END + text(*content)())
        draft = message.good()
        draft.root = message.parse(octets.replace(REQUEST, REQUEST + text(attributes)()))
        draft.request = draft.one(message.REQUEST)
        draft.signature = draft.request[0]
        return draft.seal().octets().replace(message.HOUSE.encode(), message.ANOTHER_HOUSE.encode())

    return make


# --- attributes and namespaces: canonicalisation is quadratic in both -------------------------------------------------

ATTRIBUTES, PREFIXES = many(60 * KB, b'a%d="" '), many(40 * KB, b'xmlns:p%d="urn:a" ')
ROW = text(b"<a ", lambda: b" ".join(b'a%d=""' % number for number in range(128)), b"/>")
_LIMITED = {
    "attributes-of-the-envelope": ("The Envelope has 60 000 attributes", put(ENVELOPE, ATTRIBUTES)),
    "attributes-of-the-request": ("The request has 60 000 attributes", put(REQUEST, ATTRIBUTES)),
    "attributes-of-signed-info": ("SignedInfo has 60 000 attributes", put(SIGNED_INFO, b" ", ATTRIBUTES)),
    "attributes-of-a-header-block": (
        "An element in the Header has 60 000 attributes",
        put(HEADER, b"<a ", ATTRIBUTES, b"/>"),
    ),
    "namespaces-of-the-envelope": ("The Envelope declares 40 000 prefixes", put(ENVELOPE, PREFIXES)),
    "namespaces-of-the-request": ("The request declares 40 000 prefixes", put(REQUEST, PREFIXES)),
    "namespaces-of-signed-info": ("SignedInfo declares 40 000 prefixes", put(SIGNED_INFO, b" ", PREFIXES)),
    "namespaces-nested": (
        "Two hundred elements inside each other declare a hundred prefixes each",
        put(
            END,
            lambda: b"".join(
                b"<a " + b" ".join(b'xmlns:p%d-%d="urn:a"' % (level, number) for number in range(100)) + b">"
                for level in range(200)
            ),
            b"</a>" * 200,
        ),
    ),
    "namespace-of-900-kb": (
        "The address of a namespace has 900 KB",
        put(REQUEST, b'xmlns:p="urn:', many(900 * KB, b"a"), b'" '),
    ),
    "xml-attributes-of-the-envelope": (
        "The Envelope has a hundred attributes xml:*, which are inherited",
        put(ENVELOPE, many(100, b'xml:a%d="" ')),
    ),
}
for _name, (_what, _make) in _LIMITED.items():
    add(_name, Reason.LIMITS, f"{_what}.", _make)
add(
    "attributes-everywhere",
    Reason.SIGNATURE_VALUE,
    "A thousand elements have 128 attributes each.",
    put(END, many(1000, ROW)),
)
add(
    "attributes-everywhere-signed",
    Reason.PAYLOAD_DIGEST,
    "A thousand elements have 128 attributes each, signed.",
    sealed(many(1000, ROW)),
    HOLDER,
)
add(
    "attribute-of-900-kb-signed",
    Reason.PAYLOAD_DIGEST,
    "An attribute of 900 KB in the start tag before the Signature, signed.",
    sealed(attributes=text(b'long="', many(900 * KB, b"a"), b'" ')),
    HOLDER,
)
add(
    "namespaces-beside-each-other",
    Reason.SIGNATURE_VALUE,
    "40 000 elements declare a prefix each, one after another.",
    put(END, many(40 * KB, b'<a xmlns:p="urn:a"/>')),
)


def _prefix_list() -> bytes:
    octets = put(OBJECT)()
    old = b'<ds:Transform Algorithm="%s"/>' % EXCLUSIVE.encode()
    new = b'<ds:Transform Algorithm="%s"><e:InclusiveNamespaces xmlns:e="%s" PrefixList="%s"/></ds:Transform>'
    prefixes = many(120 * KB, b"p%d ")()
    assert octets.count(old) == 1
    return octets.replace(old, new % (EXCLUSIVE.encode(), EXCLUSIVE.encode(), prefixes))


add("prefix-list-of-900-kb", Reason.LIMITS, "A PrefixList of 120 000 prefixes.", _prefix_list)

ADDRESS = b"urn:" + b"a" * 240
BELOW = ADDRESS[:124]
"""As long as an address may be, two digits left."""


def used(address: bytes) -> Text:
    """One prefix, declared once and used by each of 140 000 elements: the exclusive form declares it each time."""
    return text(b'<b xmlns:p="', address, b'">', many(140 * KB, b"<p:a/>"), b"</b>")


def used_by_attributes(address: bytes, prefixes: int, elements: int) -> Text:
    numbers = range(prefixes)
    declared = b"".join(b' xmlns:p%d="%s%d"' % (number, address, number) for number in numbers)
    row = b"<a" + b"".join(b" p%d:a=''" % number for number in numbers) + b"/>"
    return text(b"<b", declared, b">", many(elements, row), b"</b>")


add(
    "exclusive-form-grows",
    Reason.LIMITS,
    "The exclusive form would be forty times longer than the message: an address of 244 characters.",
    put(END, used(ADDRESS)),
)
add(
    "exclusive-form-grows-by-attributes",
    Reason.LIMITS,
    "Attributes of fifty namespaces on each element would make the exclusive form grow.",
    put(END, used_by_attributes(BELOW, 50, 1600)),
)
add(
    "exclusive-form-grows-below-the-limits",
    Reason.SIGNATURE_VALUE,
    "The exclusive form would be twenty times longer: an address of 124 characters.",
    put(END, used(BELOW)),
)
add(
    "exclusive-form-grows-signed",
    Reason.PAYLOAD_DIGEST,
    "The exclusive form is twenty times longer, and it is signed.",
    sealed(used(BELOW)),
    HOLDER,
)
add(
    "exclusive-form-grows-by-attributes-signed",
    Reason.PAYLOAD_DIGEST,
    "Attributes of sixteen namespaces on each element make the exclusive form grow, and it is signed.",
    sealed(used_by_attributes(BELOW, 16, 5000)),
    HOLDER,
)

# --- many of everything -----------------------------------------------------------------------------------------------

_MANY = {
    "elements": ("240 000 empty elements", many(240 * KB, b"<a/>")),
    "elements-with-attributes": ("90 000 elements with an attribute each", many(90 * KB, b'<a b=""/>')),
    "elements-with-ids": ("50 000 elements with an Id each", many(50 * KB, b'<a Id="%d"/>')),
    "comments": ("130 000 comments", many(130 * KB, b"<!---->")),
    "texts": ("80 000 character references", many(40 * KB, b"<a>&#65;&#66;</a>")),
    "instructions": ("180 000 processing instructions", many(180 * KB, b"<?a?>")),
}
for _name, (_what, _content) in _MANY.items():
    add(f"{_name}-in-the-request", Reason.SIGNATURE_VALUE, f"{_what} in the request.", put(END, _content))
    add(f"{_name}-in-the-header", Reason.SIGNATURE_VALUE, f"{_what} in the Header.", put(HEADER, _content))
for _name, (_what, _content) in {
    "elements": _MANY["elements"],
    "elements-with-attributes": _MANY["elements-with-attributes"],
    "text-of-900-kb": ("A text of 900 KB", text(b"<a>", many(180 * KB, b"&#38;"), b"</a>")),
    "depth-of-200": (
        "Elements, 200 deep, six hundred times one after another",
        many(600, b"<a>" * 200 + b"</a>" * 200),
    ),
}.items():
    add(f"{_name}-signed", Reason.PAYLOAD_DIGEST, f"{_what} in the request, signed.", sealed(_content), HOLDER)
_SPELLED = b" ".join(b'%s="%s"' % (spelling, ID.encode()) for spelling in (b"<a Id", b"ID", b"id", b"iD")) + b"/>"
add(
    "ids-of-the-request-by-the-thousand",
    Reason.DUPLICATE_ID,
    "20 000 elements bear the Id of the request.",
    put(END, many(20 * KB, b'<a Id="%s"/>' % ID.encode())),
)
add(
    "ids-of-the-request-under-all-spellings",
    Reason.DUPLICATE_ID,
    "8 000 elements bear it four times each.",
    put(HEADER, many(8 * KB, _SPELLED)),
)
add(
    "ids-of-900-kb",
    Reason.SIGNATURE_VALUE,
    "An Id of 900 KB in the Header.",
    put(HEADER, b'<a Id="', many(900 * KB, b"a"), b'"/>'),
)
add(
    "doctype-of-900-kb",
    Reason.SHAPE,
    "A document type of 900 KB.",
    lambda: put(OBJECT)().replace(b"?>\n", text(b"?>\n<!DOCTYPE a [", many(45 * KB, b'<!ENTITY a%d "a">'), b"]>")(), 1),
)

# --- inside the Signature ---------------------------------------------------------------------------------------------

UNSIGNED = b"</xades:SignedProperties>"
_INSIDE = {
    "time-stamp-of-900-kb": (
        "A time stamp of 900 KB in the unsigned properties",
        put(
            UNSIGNED,
            b"<xades:UnsignedProperties><xades:EncapsulatedTimeStamp>",
            many(225 * KB, b"AAAA"),
            b"</xades:EncapsulatedTimeStamp></xades:UnsignedProperties>",
        ),
    ),
    "revocation-values-by-the-thousand": (
        "25 000 revocation lists in the unsigned properties",
        put(
            UNSIGNED,
            b"<xades:UnsignedProperties>",
            many(25 * KB, b"<xades:EncapsulatedCRLValue/>"),
            b"</xades:UnsignedProperties>",
        ),
    ),
    "text-in-the-object": ("900 KB of text in the Object", put(OBJECT, many(900 * KB, b"a"))),
    "elements-in-the-key-info": ("200 000 elements in KeyInfo", put(KEY_INFO, many(200 * KB, b"<a/>"))),
    "references-in-signed-info": (
        "60 000 references in SignedInfo",
        put(b"<ds:SignedInfo>", many(60 * KB, b"<ds:Reference/>")),
    ),
    "certificates-by-the-thousand": (
        "30 000 certificates in KeyInfo",
        put(KEY_INFO, b"<ds:X509Data>", many(30 * KB, b"<ds:X509Certificate/>"), b"</ds:X509Data>"),
    ),
    "depth-of-240": ("Elements in the Object, 240 deep", put(OBJECT, b"<a>" * 240, b"</a>" * 240)),
    "attribute-in-the-object": (
        "An attribute of 900 KB in the Object",
        put(OBJECT, b'<a b="', many(900 * KB, b"a"), b'"/>'),
    ),
    "white-space-in-the-key-info": ("900 KB of white space in KeyInfo", put(KEY_INFO, many(900 * KB, b" "))),
}
for _name, (_what, _make) in _INSIDE.items():
    add(f"signature-{_name}", Reason.LIMITS, f"{_what}.", _make)
add(
    "signature-comments",
    Reason.SHAPE,
    "130 000 comments in SignedInfo.",
    put(b"<ds:SignedInfo>", many(130 * KB, b"<!---->")),
)


def _text_at(path: str, *parts: bytes | Text) -> Text:
    def make() -> bytes:
        draft = message.good()
        draft.inside(path).text = text(*parts)().decode()
        return draft.octets()

    return make


_VALUE = "ds:SignatureValue"
_TEXTS = {
    "signing-time-of-900-kb": (
        "SigningTime has 900 KB",
        _text_at(".//xades:SigningTime", b"2027-03-01T12:00:00.", many(900 * KB, b"0")),
    ),
    "issuer-name-of-900-kb": (
        "X509IssuerName has 900 KB",
        _text_at(".//ds:X509IssuerName", b"CN=", many(450 * KB, b"\\,")),
    ),
    "serial-of-100-000-digits": (
        "X509SerialNumber has 100 000 digits",
        _text_at(".//ds:X509SerialNumber", many(100 * KB, b"4")),
    ),
    "value-of-900-kb": ("SignatureValue has 900 KB", _text_at(_VALUE, many(225 * KB, b"AAAA"))),
    "value-in-white-space": (
        "SignatureValue is a little in 900 KB of white space",
        _text_at(_VALUE, many(450 * KB, b" \n"), b"AAAA"),
    ),
    "digest-of-900-kb": (
        "DigestValue has 900 KB",
        _text_at("ds:SignedInfo/ds:Reference[1]/ds:DigestValue", many(225 * KB, b"AAAA")),
    ),
}
for _name, (_what, _make) in _TEXTS.items():
    add(_name, Reason.LIMITS, f"{_what}.", _make)
add(
    "value-of-40-kb",
    Reason.SIGNATURE_VALUE,
    "SignatureValue has 40 KB, below the limit.",
    _text_at(_VALUE, many(10 * KB, b"AAAA")),
)
add(
    "value-in-40-kb-of-white-space",
    Reason.SIGNATURE_VALUE,
    "SignatureValue is a little in 40 KB of white space.",
    _text_at(_VALUE, many(40 * KB, b" "), b"AAAA"),
)
