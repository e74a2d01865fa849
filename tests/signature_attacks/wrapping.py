"""Signature wrapping: the genuine signed element goes where nobody reads, and a forged one stands in its place.

XSW 1 to 8 are the shapes of Somorovsky and others, "On Breaking SAML" (USENIX Security 2012), translated to an
enveloped signature under the Body of a SOAP message; 9 to 12 are the four contexts of McIntosh and Austel, "XML
Signature Element Wrapping Attacks" (2005). The rest follow from what this wire has: two Bodies, two Envelopes.
"""

from __future__ import annotations

import copy

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.message import NS, SOAP, Draft, element

FAMILY = Family("wrapping", "The genuine signed element goes elsewhere, and a forged one stands in its place.")
stranger = FAMILY.stranger

HEADER = "soap:Header/*[2]"


def forged(draft: Draft, identifier: str | None = "forged", *, signature: bool = False) -> etree._Element:
    """A copy of the request that asks for another house, with its Signature or without, under another Id or none."""
    twin = copy.deepcopy(draft.request)
    twin.find("hm:FIASHouseGuid", NS).text = message.ANOTHER_HOUSE
    if not signature:
        twin.remove(twin[0])
    if identifier is None:
        del twin.attrib["Id"]
    else:
        twin.set("Id", identifier)
    return twin


def replace(draft: Draft, forgery: etree._Element) -> etree._Element:
    """Put the forgery into the place of the request; return the request."""
    draft.request.getparent().replace(draft.request, forgery)
    return draft.request


def stripped(draft: Draft) -> etree._Element:
    """The genuine request without its Signature."""
    bare = copy.deepcopy(draft.request)
    bare.remove(bare[0])
    return bare


def wrapper(parent: etree._Element, tag: str = "Wrapper", **attributes: str) -> etree._Element:
    """A new last child; it declares no prefix, for the inclusive form of the genuine SignedInfo would see it."""
    return etree.SubElement(parent, f"{{{message.BASE}}}{tag}", attributes)


def put_into_header(draft: Draft, node: etree._Element, **attributes: str) -> None:
    wrapper(draft.one("soap:Header"), **attributes).append(node)


# --- XSW 1 to 8 -------------------------------------------------------------------------------------------------------


@stranger(Reason.SHAPE, "XSW 1: the forged request holds the genuine Signature, whose last child is the original.")
def xsw_01_original_in_the_signature(draft):
    forgery = forged(draft, signature=True)
    forgery[0].append(stripped(draft))
    replace(draft, forgery)


@stranger(
    Reason.REFERENCE,
    "XSW 2: the forged request holds the genuine Signature; the original stands detached before it.",
    element="soap:Body/*[2]",
    also={"soap:Body/*[1]": Reason.MISSING},
)
def xsw_02_original_detached_before(draft):
    forgery = forged(draft, signature=True)
    replace(draft, forgery)
    forgery.addprevious(stripped(draft))


@stranger(
    Reason.MISSING,
    "XSW 3: the forged request, without a signature, stands before the original.",
    element="soap:Body/*[1]",
    also={"soap:Body/*[2]": None},
)
def xsw_03_forged_before_the_original(draft):
    draft.request.addprevious(forged(draft))


@stranger(
    Reason.MISSING,
    "XSW 4: the original, signed, is a child of the forged request.",
    also={"soap:Body/*/hm:exportHouseRequest": None},
)
def xsw_04_original_inside_the_forged(draft):
    forgery = forged(draft)
    forgery.append(replace(draft, forgery))


@stranger(
    Reason.DUPLICATE_ID,
    "XSW 5: the forged request bears the genuine Id and Signature; the original stands at the end of the Envelope.",
    also={"hm:exportHouseRequest": Reason.MISSING},
)
def xsw_05_original_at_the_end(draft):
    original = stripped(draft)
    replace(draft, forged(draft, message.ID, signature=True))
    draft.root.append(original)


@stranger(
    Reason.DUPLICATE_ID,
    "XSW 6: the forged request bears the genuine Id and Signature; the original stands inside that Signature.",
)
def xsw_06_original_in_the_signature_same_id(draft):
    forgery = forged(draft, message.ID, signature=True)
    forgery.find("ds:Signature/ds:KeyInfo", NS).append(stripped(draft))
    replace(draft, forgery)


@stranger(
    Reason.DUPLICATE_ID,
    "XSW 7: the forged request stands in an extension under the same Id, before the original.",
    also={"soap:Header/*[2]/*": Reason.MISSING},
)
def xsw_07_forged_in_an_extension(draft):
    put_into_header(draft, forged(draft, message.ID))


@stranger(
    Reason.DUPLICATE_ID,
    "XSW 8: the forged request bears the genuine Id and Signature; the original stands in the Signature's Object.",
)
def xsw_08_original_in_the_object(draft):
    forgery = forged(draft, message.ID, signature=True)
    forgery.find("ds:Signature/ds:Object", NS).append(stripped(draft))
    replace(draft, forgery)


# --- XSW 9 to 12: the contexts of McIntosh and Austel -----------------------------------------------------------------


@stranger(
    Reason.MISSING,
    "XSW 9, simple ancestry: the original goes into a wrapper in the Header, the Body holds a forged request.",
    also={f"{HEADER}/*": None},
)
def xsw_09_original_in_the_header(draft):
    put_into_header(draft, replace(draft, forged(draft)))


@stranger(
    Reason.MISSING,
    "XSW 10, optional element: the wrapper in the Header is for another actor and need not be understood.",
    also={f"{HEADER}/*": None},
)
def xsw_10_header_of_another_actor(draft):
    box = {f"{{{SOAP}}}mustUnderstand": "0", f"{{{SOAP}}}actor": "urn:nobody"}
    put_into_header(draft, replace(draft, forged(draft, None)), **box)


@stranger(
    Reason.MISSING,
    "XSW 11, sibling value: the wrapper with the original is the sibling of the forged request in the Body.",
    element="soap:Body/*[1]",
    also={"soap:Body/*[2]/*": None},
)
def xsw_11_wrapper_beside_the_forged(draft):
    draft.request.addprevious(forged(draft))
    wrapper(draft.one("soap:Body")).append(draft.request)


@stranger(
    Reason.MISSING,
    "XSW 12, sibling order: the original first, the forged request after it.",
    element="soap:Body/*[2]",
    also={"soap:Body/*[1]": None},
)
def xsw_12_forged_after_the_original(draft):
    draft.request.addnext(forged(draft))


# --- the same with copied signatures and identifiers ------------------------------------------------------------------


@stranger(
    Reason.DUPLICATE_ID,
    "The original in the Header; the forged request has the same Id and a copy of the Signature.",
    also={f"{HEADER}/*": Reason.DUPLICATE_ID},
)
def wrapped_header_copied_signature(draft):
    forgery = forged(draft, message.ID, signature=True)
    put_into_header(draft, replace(draft, forgery))


@stranger(
    Reason.REFERENCE,
    "The original in the Header; the forged request has another Id and a copy of the Signature.",
    also={f"{HEADER}/*": Reason.DUPLICATE_ID},
)
def wrapped_header_copied_signature_other_id(draft):
    put_into_header(draft, replace(draft, forged(draft, signature=True)))


@stranger(
    Reason.REFERENCE,
    "The original without its Signature in the Header; the forged request without an Id has the Signature.",
    also={f"{HEADER}/*": Reason.MISSING},
)
def wrapped_header_signature_moved(draft):
    original = stripped(draft)
    replace(draft, forged(draft, None, signature=True))
    put_into_header(draft, original)


@stranger(
    Reason.DUPLICATE_ID,
    "The original without its Signature in the Header; the forged request with the same Id has the Signature.",
    also={f"{HEADER}/*": Reason.MISSING},
)
def wrapped_header_signature_moved_same_id(draft):
    original = stripped(draft)
    replace(draft, forged(draft, message.ID, signature=True))
    put_into_header(draft, original)


@stranger(
    Reason.REFERENCE,
    "The Signature moves to a forged request whose Id is spelled ID, which some readers take for the same.",
    also={f"{HEADER}/*": Reason.MISSING},
)
def wrapped_forged_with_id_spelled_otherwise(draft):
    original = stripped(draft)
    forgery = forged(draft, None, signature=True)
    forgery.set("ID", message.ID)
    replace(draft, forgery)
    put_into_header(draft, original)


@stranger(
    Reason.MISSING,
    "The original in the Header; the Body bears its Id.",
    also={f"{HEADER}/*": Reason.DUPLICATE_ID},
)
def wrapped_header_id_on_the_body(draft):
    put_into_header(draft, replace(draft, forged(draft)))
    draft.one("soap:Body").set("Id", message.ID)


@stranger(
    Reason.MISSING,
    "The original in place of an attachment inside the forged request.",
    also={"soap:Body/*/base:Attachment/*": None},
)
def wrapped_in_an_attachment(draft):
    forgery = forged(draft)
    original = replace(draft, forgery)
    wrapper(forgery, "Attachment").append(original)


@stranger(
    Reason.DUPLICATE_ID,
    "A forged copy with the same Id inside the genuine request: the signature covers neither.",
    also={"soap:Body/*/hm:exportHouseRequest": Reason.MISSING},
)
def wrapped_forged_inside_the_original(draft):
    draft.request.append(forged(draft, message.ID))


@stranger(
    Reason.PAYLOAD_DIGEST,
    "A forged copy without an Id inside the genuine request.",
    also={"soap:Body/*/hm:exportHouseRequest": Reason.MISSING},
)
def wrapped_forged_inside_the_original_no_id(draft):
    draft.request.append(forged(draft, None))


@stranger(
    Reason.MISSING,
    "The forged request holds the original as its first child, where the Signature would stand.",
    also={"soap:Body/*/hm:exportHouseRequest": None},
)
def wrapped_original_first_child(draft):
    forgery = forged(draft, None)
    forgery.insert(0, replace(draft, forgery))


@stranger(
    Reason.SHAPE,
    "The genuine Signature holds a second Object with the forged request.",
)
def wrapped_forged_in_a_second_object(draft):
    box = element("ds:Object")
    box.append(forged(draft))
    draft.signature.append(box)


@stranger(
    Reason.DUPLICATE_ID,
    "The forged request stands in the unsigned properties of the genuine Signature, under the same Id.",
)
def wrapped_forged_in_unsigned_properties(draft):
    box = element("xades:UnsignedProperties")
    box.append(forged(draft, message.ID))
    draft.inside("ds:Object/xades:QualifyingProperties").append(box)


@stranger(
    Reason.REFERENCE,
    "The Signature was moved to the Header block that holds the forged request.",
    element="soap:Header/*[2]",
    also={message.REQUEST: Reason.MISSING},
)
def wrapped_signature_to_a_header_block(draft):
    put_into_header(draft, forged(draft))
    draft.one("soap:Header/*[2]").insert(0, draft.signature)


# --- two Bodies, two Envelopes ----------------------------------------------------------------------------------------


def second_body(draft: Draft, content: etree._Element) -> etree._Element:
    body = element("soap:Body")
    body.append(content)
    return body


@stranger(
    Reason.MISSING,
    "Two Bodies, the forged one first.",
    element="soap:Body[1]/*",
    also={"soap:Body[2]/*": None},
)
def two_bodies_forged_first(draft):
    draft.one("soap:Body").addprevious(second_body(draft, forged(draft)))


@stranger(
    Reason.MISSING,
    "Two Bodies, the forged one second.",
    element="soap:Body[2]/*",
    also={"soap:Body[1]/*": None},
)
def two_bodies_forged_second(draft):
    draft.one("soap:Body").addnext(second_body(draft, forged(draft)))


@stranger(
    Reason.DUPLICATE_ID,
    "Two Bodies, both requests under the same Id with the same Signature, the forged one first.",
    element="soap:Body[1]/*",
    also={"soap:Body[2]/*": Reason.DUPLICATE_ID},
)
def two_bodies_same_id(draft):
    draft.one("soap:Body").addprevious(second_body(draft, forged(draft, message.ID, signature=True)))


@stranger(
    Reason.MISSING,
    "A Body inside the Body: the outer one holds the forged request and the genuine Body.",
    element="soap:Body/hm:exportHouseRequest",
    also={"soap:Body/soap:Body/*": None},
)
def body_in_the_body(draft):
    outer = second_body(draft, forged(draft))
    genuine = draft.one("soap:Body")
    draft.root.replace(genuine, outer)
    outer.append(genuine)


@stranger(
    Reason.MISSING,
    "The whole genuine Envelope inside the Body of a forged one, after the forged request.",
    element="soap:Body/hm:exportHouseRequest",
    also={"soap:Body/soap:Envelope/soap:Body/*": None},
)
def envelope_in_the_body(draft):
    outer = message.parse(draft.octets())
    body = outer.find("soap:Body", NS)
    body.replace(body[0], forged(draft))
    body.append(draft.root)
    return etree.tostring(outer, encoding="utf-8", xml_declaration=True)


@stranger(
    Reason.MISSING,
    "The whole genuine Envelope in the Header of a forged one.",
    also={"soap:Header/soap:Envelope/soap:Body/*": None},
)
def envelope_in_the_header(draft):
    outer = message.parse(draft.octets())
    body = outer.find("soap:Body", NS)
    body.replace(body[0], forged(draft))
    outer.find("soap:Header", NS).append(draft.root)
    return etree.tostring(outer, encoding="utf-8", xml_declaration=True)


@stranger(
    Reason.MISSING,
    "The forged request is the document of SOAP; the genuine one is inside a Fault detail.",
    also={"soap:Body/soap:Fault/detail/*": None},
    element="soap:Body/hm:exportHouseRequest",
)
def original_in_a_fault(draft):
    fault, detail = element("soap:Fault"), etree.Element("detail")
    fault.append(detail)
    draft.request.addprevious(forged(draft))
    draft.request.addprevious(fault)
    detail.append(draft.request)
