"""Comments, processing instructions, document types and namespaces: what an XML reader may see in two ways."""

from __future__ import annotations

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.message import DS, ID, Draft

FAMILY = Family("markup", "Comments, instructions, document types and namespaces that two readers see in two ways.")
stranger = FAMILY.stranger

PLACES = {
    "signature": ".",
    "signed-info": "ds:SignedInfo",
    "reference": "ds:SignedInfo/ds:Reference[1]",
    "transforms": "ds:SignedInfo/ds:Reference[1]/ds:Transforms",
    "digest-value": "ds:SignedInfo/ds:Reference[1]/ds:DigestValue",
    "signature-value": "ds:SignatureValue",
    "certificate": "ds:KeyInfo/ds:X509Data/ds:X509Certificate",
    "object": "ds:Object",
    "signing-time": ".//xades:SigningTime",
    "cert-digest": ".//xades:CertDigest/ds:DigestValue",
    "issuer-name": ".//ds:X509IssuerName",
    "serial": ".//ds:X509SerialNumber",
}


def cut(node: etree._Element, mark: etree._Element, position: int = 4) -> None:
    """Put the mark into the text of the node: whoever reads its first text reads only what stands before."""
    text = node.text or ""
    node.text, mark.tail = text[:position], text[position:]
    node.insert(0, mark)


def _cut(path: str, kind):
    def change(draft: Draft) -> None:
        cut(draft.inside(path), kind("a"))

    return change


for _name, _path in PLACES.items():
    for _what, _kind in {"comment": etree.Comment, "instruction": etree.ProcessingInstruction}.items():
        FAMILY.add(
            f"{_what}-in-{_name}",
            _cut(_path, _kind),
            Reason.SHAPE,
            f"A {'comment' if _what == 'comment' else 'processing instruction'} inside the {_name.replace('-', ' ')}.",
        )


@stranger(
    Reason.SHAPE, "A comment cuts a signed value in two: the digest leaves it out, a reader takes the first half."
)
def comment_in_a_signed_value(draft):
    cut(draft.one("soap:Body/*/hm:FIASHouseGuid"), etree.Comment("a"), 8)


@stranger(Reason.SHAPE, "Several comments cut a signed value.")
def comments_in_a_signed_value(draft):
    house = draft.one("soap:Body/*/hm:FIASHouseGuid")
    for position in (4, 8, 12):
        cut(house, etree.Comment("a"), position)


@stranger(Reason.SHAPE, "A processing instruction inside a signed value.")
def instruction_in_a_signed_value(draft):
    cut(draft.one("soap:Body/*/hm:FIASHouseGuid"), etree.ProcessingInstruction("a"), 8)


@stranger(Reason.MISSING, "An element before the Signature: it is not the first child any more.")
def element_before_the_signature(draft):
    draft.request.insert(0, etree.Element("{urn:attack}first"))


@stranger(Reason.PAYLOAD_DIGEST, "Text before the Signature.")
def text_before_the_signature(draft):
    draft.request.text = "text"


@stranger(Reason.PAYLOAD_DIGEST, "White space before the Signature: another canonical form.")
def white_space_before_the_signature(draft):
    draft.request.text = "\n      "


@stranger(Reason.PAYLOAD_DIGEST, "Text that looks like the end of the Signature, right after it.")
def end_tag_in_the_text(draft):
    draft.signature.tail = "</ds:Signature>"


@stranger(Reason.PAYLOAD_DIGEST, "An attribute of the request that holds the whole Signature as text, before it.")
def signature_in_an_attribute(draft):
    draft.request.set("before", etree.tostring(draft.signature, encoding="unicode"))


@stranger(Reason.PAYLOAD_DIGEST, "A CDATA section in the request, with markup as text.")
def cdata_in_the_request(draft):
    return draft.octets().replace(
        b"<hm:FIASHouseGuid>", b"<hm:FIASHouseGuid><![CDATA[</hm:FIASHouseGuid><hm:FIASHouseGuid>]]>"
    )


# --- document types ---------------------------------------------------------------------------------------------------


def with_doctype(declarations: str, *, external: str = "", edit: tuple[bytes, bytes] | None = None):
    def change(draft: Draft) -> bytes:
        text = draft.octets()
        if edit:
            text = text.replace(*edit)
        inside = f" [{declarations}]" if declarations else ""
        doctype = f"<!DOCTYPE soap:Envelope{external}{inside}>".encode()
        return text.replace(b"?>\n", b"?>\n" + doctype + b"\n", 1)

    return change


_DOCTYPES = {
    "empty": (with_doctype("<!-- -->"), "that says nothing"),
    "external": (
        with_doctype("", external=' SYSTEM "http://127.0.0.1:9/a.dtd"'),
        "at an address of the sender's choice",
    ),
    "file": (with_doctype("", external=' SYSTEM "file:///etc/hostname"'), "in a file of the machine that verifies"),
    "id-of-the-header": (
        with_doctype(
            "<!ATTLIST base:RequestHeader name ID #IMPLIED>",
            edit=(b"<base:RequestHeader>", f'<base:RequestHeader name="{ID}">'.encode()),
        ),
        "that makes an attribute of another name an Id",
    ),
    "id-by-default": (
        with_doctype(f'<!ATTLIST soap:Body Id CDATA "{ID}">'),
        "that gives the Body the Id of the request by default",
    ),
    "attribute-by-default": (
        with_doctype('<!ATTLIST hm:exportHouseRequest by CDATA "default">'),
        "that adds an attribute to the request by default",
    ),
    "entity-in-a-value": (
        with_doctype('<!ENTITY house "a9d4ac1a">', edit=(b"<hm:FIASHouseGuid>a9d4ac1a", b"<hm:FIASHouseGuid>&house;")),
        "with an entity that is a part of a signed value",
    ),
    "entity-in-the-digest": (
        with_doctype('<!ENTITY empty "">', edit=(b"<ds:DigestValue>", b"<ds:DigestValue>&empty;")),
        "with an entity inside the digests",
    ),
    "entity-of-a-file": (
        with_doctype(
            '<!ENTITY file SYSTEM "file:///etc/hostname">', edit=(b"<hm:FIASHouseGuid>", b"<hm:FIASHouseGuid>&file;")
        ),
        "with an entity of a file",
    ),
    "entities-by-the-thousand": (
        with_doctype(
            '<!ENTITY a "aaaaaaaaaa">'
            + "".join(f'<!ENTITY {one} "{f"&{other};" * 10}">' for other, one in zip("abc", "bcd", strict=True)),
            edit=(b"<hm:FIASHouseGuid>", b"<hm:FIASHouseGuid>&d;"),
        ),
        "with entities that grow tenfold, three times; a billion stops the parser",
    ),
    "parameter-entity": (
        with_doctype('<!ENTITY % more SYSTEM "http://127.0.0.1:9/a.dtd"> %more;'),
        "with a parameter entity of the network",
    ),
    "namespace-by-default": (
        with_doctype('<!ATTLIST soap:Envelope xmlns:late CDATA "urn:attack">'),
        "that declares a namespace by default",
    ),
}
for _name, (_change, _what) in _DOCTYPES.items():
    FAMILY.add(f"doctype-{_name}", _change, Reason.SHAPE, f"A document type {_what}.")


# --- what canonical forms inherit -------------------------------------------------------------------------------------

_XML = "http://www.w3.org/XML/1998/namespace"
_INHERITED = {"lang": "ru", "space": "preserve", "base": "http://127.0.0.1:9/", "unknown": "a"}


def _inherit(name: str, path: str):
    def change(draft: Draft) -> None:
        draft.one(path).set(f"{{{_XML}}}{name}", _INHERITED[name])

    return change


for _name in _INHERITED:
    FAMILY.add(
        f"xml-{_name}-of-the-envelope",
        _inherit(_name, "/*"),
        Reason.SIGNATURE_VALUE,
        f"xml:{_name} is put on the Envelope after signing: the inclusive form inherits it.",
    )


@stranger(Reason.SIGNATURE_VALUE, "xml:lang of the request itself is inherited by the Signature inside it.")
def xml_lang_of_the_request(draft):
    draft.request.set(f"{{{_XML}}}lang", "ru")


@stranger(Reason.DUPLICATE_ID, "xml:id of the Envelope is the Id of the request.")
def xml_id_of_the_envelope(draft):
    draft.one("/*").set(f"{{{_XML}}}id", ID)


def edited(old: str, new: str):
    """Replace a text of the message that occurs there."""

    def change(draft: Draft) -> bytes:
        text = draft.octets().decode()
        assert old in text, old
        return text.replace(old, new, 1).encode()

    return change


_SIGNED_INFO, _REQUEST = "<ds:SignedInfo>", "<hm:exportHouseRequest "
_NAMESPACES = {
    "declared-on-the-envelope": (
        "<soap:Envelope ",
        '<soap:Envelope xmlns:more="urn:attack" ',
        Reason.SIGNATURE_VALUE,
        "One more prefix is declared on the Envelope after signing.",
    ),
    "default-on-the-envelope": (
        "<soap:Envelope ",
        '<soap:Envelope xmlns="urn:attack" ',
        Reason.SIGNATURE_VALUE,
        "A default namespace is declared on the Envelope after signing.",
    ),
    "declared-on-signed-info": (
        _SIGNED_INFO,
        '<ds:SignedInfo xmlns:more="urn:attack">',
        Reason.SIGNATURE_VALUE,
        "One more prefix is declared on SignedInfo after signing.",
    ),
    "ds-bound-anew-on-signed-info": (
        _SIGNED_INFO,
        f'<ds:SignedInfo xmlns:ds="{DS}fake">',
        Reason.SHAPE,
        "SignedInfo binds the prefix ds to another namespace that looks alike.",
    ),
    "ds-bound-anew-on-key-info": (
        "<ds:KeyInfo>",
        '<ds:KeyInfo xmlns:ds="urn:attack">',
        Reason.SHAPE,
        "KeyInfo binds the prefix ds to another namespace.",
    ),
    "soap-bound-anew-on-the-request": (
        _REQUEST,
        f'{_REQUEST}xmlns:soap="urn:attack" ',
        Reason.SIGNATURE_VALUE,
        "The request binds the prefix of the Envelope to another namespace.",
    ),
    "hm-bound-anew-on-the-request": (
        "<hm:FIASHouseGuid>",
        '<hm:FIASHouseGuid xmlns:hm="urn:attack">',
        Reason.PAYLOAD_DIGEST,
        "A child of the request binds its prefix to another namespace.",
    ),
    "relative-on-the-envelope": (
        "<soap:Envelope ",
        '<soap:Envelope xmlns:more="relative" ',
        Reason.SHAPE,
        "A relative namespace address on the Envelope: no canonical form exists.",
    ),
    "relative-in-the-request": (
        "<hm:FIASHouseGuid>",
        '<hm:FIASHouseGuid xmlns:more="relative" more:a="">',
        Reason.SHAPE,
        "A relative namespace address inside the request.",
    ),
}
for _name, (_old, _new, _reason, _about) in _NAMESPACES.items():
    FAMILY.add(f"namespace-{_name}", edited(_old, _new), _reason, _about)

_LOOKALIKES = {
    "without-number-sign": DS[:-1],
    "of-xmldsig-11": "http://www.w3.org/2009/xmldsig11#",
    "https": DS.replace("http:", "https:"),
    "capital": DS.replace("xmldsig", "XMLDSIG"),
    "percent-encoded": DS.replace("#", "%23"),
}
for _name, _address in _LOOKALIKES.items():
    FAMILY.add(
        f"signature-namespace-{_name}",
        edited(f'<ds:Signature xmlns:ds="{DS}"', f'<ds:Signature xmlns:ds="{_address}"'),
        Reason.MISSING,
        f"A Signature in a namespace that looks alike: “{_address}”.",
    )


@stranger(Reason.MISSING, "The Signature is called signature.")
def signature_in_lower_case(draft):
    draft.signature.tag = f"{{{DS}}}signature"


@stranger(Reason.SHAPE, "XAdES in the namespace of version 1.1.1.")
def properties_of_xades_1_1_1(draft):
    return edited(message.XADES, "http://uri.etsi.org/01903/v1.1.1#")(draft)


@stranger(Reason.SHAPE, "XAdES in the namespace of version 1.4.1.")
def properties_of_xades_1_4_1(draft):
    return edited(message.XADES, "http://uri.etsi.org/01903/v1.4.1#")(draft)
