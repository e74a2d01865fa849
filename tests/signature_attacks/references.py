"""References that lead elsewhere, or to the right place in a way that two readers may understand in two ways.

Nearly all of these are by somebody who holds a good certificate: SignatureValue and the digests are right for what the
references say, and a verifier that follows them wherever they lead is content.
"""

from __future__ import annotations

import copy
import unicodedata

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.message import DS, PAYLOAD, PROPERTIES, Draft, element

FAMILY = Family(
    "references", "The references do not lead to exactly this element and the properties of this signature."
)
holder = FAMILY.holder

SIGNED_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"


def payload_uri(uri: str):
    def change(draft: Draft) -> None:
        draft.one(PAYLOAD).set("URI", uri)

    return change


_URIS = {
    "empty": ("", "is empty: the whole document"),
    "fragment-empty": ("#", "is an empty fragment"),
    "http": ("http://127.0.0.1:9/a", "is an address on the network"),
    "https-fragment": (f"https://127.0.0.1:9/a#{message.ID}", "is the fragment of a document on the network"),
    "ftp": ("ftp://127.0.0.1:9/a", "is an address of FTP"),
    "file": ("file:///etc/hostname", "is a file of the machine that verifies"),
    "relative-path": ("../../../../etc/hostname", "is a relative path"),
    "cid": ("cid:attachment", "is an attachment of the message"),
    "data": ("data:text/plain,nothing", "carries its data itself"),
    "xpointer-root": ("#xpointer(/)", "is the XPointer of the root"),
    "xpointer-id": (f"#xpointer(id('{message.ID}'))", "is the XPointer of the Id"),
    "xpointer-range": ("#xpointer(//*)", "is an XPointer of everything"),
    "xpointer-element": ("#element(/1/2/1)", "is an XPointer by position"),
    "xpointer-xmlns": ("#xmlns(a=urn:attack)xpointer(//a:a)", "is an XPointer with a namespace"),
    "bare-name": (message.ID, "has no number sign: another document"),
    "percent-encoded": ("#signed%2Ddata%2Dcontainer", "is percent-encoded"),
    "percent-encoded-twice": ("#signed%252Ddata%252Dcontainer", "is percent-encoded twice"),
    "space-before": (f" #{message.ID}", "has a space before it"),
    "space-after": (f"#{message.ID} ", "has a space after it"),
    "space-inside": (f"# {message.ID}", "has a space after the number sign"),
    "line-feed": (f"#{message.ID}\n", "ends in a line feed"),
    "number-sign-twice": (f"##{message.ID}", "has two number signs"),
    "capital": (f"#{message.ID.capitalize()}", "is in another case"),
    "zero-width": (f"#{message.ID}\u200b", "has an invisible character in it"),
    "cyrillic": (f"#{message.ID.replace('c', 'с')}", "has a Cyrillic letter of the same look"),
    "query": (f"?a#{message.ID}", "has a query before the fragment"),
}
for _name, (_uri, _what) in _URIS.items():
    FAMILY.add(
        f"uri-{_name}", payload_uri(_uri), Reason.REFERENCE, f"The reference to the request {_what}.", by="holder"
    )


@holder(Reason.REFERENCE, "The Id of the request is composed (NFC), the reference to it decomposed (NFD).")
def uri_other_normal_form(draft):
    draft.request.set("Id", unicodedata.normalize("NFC", "подпись-й"))
    draft.one(PAYLOAD).set("URI", "#" + unicodedata.normalize("NFD", "подпись-й"))


@holder(Reason.SHAPE, "The reference to the request has no URI: the application is to know what it means.")
def uri_missing(draft):
    del draft.one(PAYLOAD).attrib["URI"]


@holder(Reason.REFERENCE, "The reference leads to the header block, which is signed; the request is not.")
def to_the_header(draft):
    draft.one("soap:Header/*").set("Id", "header")
    payload_uri("#header")(draft)


@holder(Reason.REFERENCE, "The reference leads to the Body around the request.")
def to_the_body(draft):
    draft.one("soap:Body").set("Id", "body")
    payload_uri("#body")(draft)


@holder(Reason.REFERENCE, "The reference leads to one child of the request: the rest is not signed.")
def to_a_child(draft):
    draft.one("soap:Body/*/hm:FIASHouseGuid").set("Id", "child")
    payload_uri("#child")(draft)


@holder(Reason.REFERENCE, "The reference leads to KeyInfo.")
def to_the_key_info(draft):
    draft.inside("ds:KeyInfo").set("Id", "key-info")
    payload_uri("#key-info")(draft)


@holder(Reason.REFERENCE, "Both references lead to the request: the properties are not signed.")
def both_to_the_request(draft):
    draft.one(PROPERTIES).getparent().replace(draft.one(PROPERTIES), copy.deepcopy(draft.one(PAYLOAD)))


@holder(Reason.REFERENCE, "Both references lead to the properties: the request is not signed.")
def both_to_the_properties(draft):
    draft.one(PAYLOAD).getparent().replace(draft.one(PAYLOAD), copy.deepcopy(draft.one(PROPERTIES)))


@holder(Reason.REFERENCE, "Both references lead to the properties; the first keeps the transforms of the request's.")
def both_to_the_properties_keeping_transforms(draft):
    payload_uri("#xmldsig-1-signedprops")(draft)


@holder(Reason.REFERENCE, "The addresses of the two references are swapped; types and transforms stay.")
def swapped(draft):
    payload, properties = draft.one(PAYLOAD), draft.one(PROPERTIES)
    first, second = payload.get("URI"), properties.get("URI")
    payload.set("URI", second)
    properties.set("URI", first)


@holder(Reason.REFERENCE, "Addresses and types of the two references are swapped; the transforms stay.")
def swapped_with_types(draft):
    swapped(draft)
    draft.one(PAYLOAD).set("Type", draft.one(PROPERTIES).attrib.pop("Type"))


@FAMILY.stranger(Reason.SIGNATURE_VALUE, "The two references of a good message change places after signing.")
def exchanged_after_signing(draft):
    draft.one(PROPERTIES).addnext(draft.one(PAYLOAD))


@FAMILY.stranger(Reason.SIGNATURE_VALUE, "The digests of the two references are swapped after signing.")
def digests_swapped_after_signing(draft):
    first, second = message.digest(draft.one(PAYLOAD)), message.digest(draft.one(PROPERTIES))
    first.text, second.text = second.text, first.text


@holder(Reason.SHAPE, "One reference: the properties are not signed.")
def one_to_the_request(draft):
    draft.one(PROPERTIES).getparent().remove(draft.one(PROPERTIES))


@holder(Reason.SHAPE, "One reference: the request is not signed.")
def one_to_the_properties(draft):
    draft.one(PAYLOAD).getparent().remove(draft.one(PAYLOAD))


@holder(Reason.SHAPE, "No reference at all: SignatureValue is right, and nothing is signed.")
def none(draft):
    for path in (PROPERTIES, PAYLOAD):
        draft.one(path).getparent().remove(draft.one(path))


@holder(Reason.SHAPE, "A third reference, to the header block.")
def third_to_the_header(draft):
    draft.one("soap:Header/*").set("Id", "header")
    third = copy.deepcopy(draft.one(PROPERTIES))
    third.set("URI", "#header")
    del third.attrib["Type"]
    draft.one(PROPERTIES).addnext(third)


@holder(Reason.SHAPE, "A third reference, to the network: verifying it would visit an address of the sender's choice.")
def third_to_the_network(draft):
    third = copy.deepcopy(draft.one(PROPERTIES))
    third.set("URI", "http://127.0.0.1:9/a")
    del third.attrib["Type"]
    draft.one(PROPERTIES).addnext(third)


@holder(Reason.SHAPE, "A Manifest in an Object of its own names the request; the reference leads to the Manifest.")
def manifest(draft):
    box, listed = element("ds:Object"), element("ds:Manifest", Id="manifest")
    listed.append(copy.deepcopy(draft.one(PAYLOAD)))
    box.append(listed)
    draft.signature.append(box)
    reference = draft.one(PROPERTIES)
    reference.set("URI", "#manifest")
    reference.set("Type", f"{DS}Manifest")


@holder(Reason.REFERENCE, "The reference to the request calls it SignedProperties.")
def type_of_the_request_is_properties(draft):
    draft.one(PAYLOAD).set("Type", SIGNED_PROPERTIES)


@holder(Reason.REFERENCE, "The reference to the properties has no type.")
def type_of_the_properties_missing(draft):
    del draft.one(PROPERTIES).attrib["Type"]


_TYPES = {
    "of-xades-1-1": "http://uri.etsi.org/01903/v1.1.1#SignedProperties",
    "of-another-case": "http://uri.etsi.org/01903#signedproperties",
    "with-a-space": f"{SIGNED_PROPERTIES} ",
    "manifest": f"{DS}Manifest",
    "object": f"{DS}Object",
}


def _type(address: str):
    def change(draft: Draft) -> None:
        draft.one(PROPERTIES).set("Type", address)

    return change


for _name, _address in _TYPES.items():
    FAMILY.add(
        f"type-{_name}",
        _type(_address),
        Reason.REFERENCE,
        f"The type of the reference to the properties is “{_address}”.",
        by="holder",
    )
