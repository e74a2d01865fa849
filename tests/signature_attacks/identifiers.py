"""A second bearer of an identifier that is referenced, under every spelling that some reader takes for one."""

from __future__ import annotations

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks import message
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.message import Draft, element

FAMILY = Family("identifiers", "Another element answers to an identifier that the signature refers to.")
stranger = FAMILY.stranger

WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
SPELLINGS = {
    "Id": "Id",
    "ID": "ID",
    "id": "id",
    "iD": "iD",
    "wsu-Id": f"{{{WSU}}}Id",
    "xml-id": "{http://www.w3.org/XML/1998/namespace}id",
    "foreign-id": "{urn:attack}id",
    "ds-Id": f"{{{message.DS}}}Id",
    "base-ID": f"{{{message.BASE}}}ID",
}
TARGETS = {"request": message.ID, "properties": "xmldsig-1-signedprops", "signature": "xmldsig-1"}
PLACES = {
    "envelope": "/*",
    "header": "soap:Header",
    "header-block": "soap:Header/*",
    "body": "soap:Body",
}


def _bear(spelling: str, value: str, place: str):
    def change(draft: Draft) -> None:
        draft.one(place).set(SPELLINGS[spelling], value)

    return change


for _spelling in SPELLINGS:
    for _target, _value in TARGETS.items():
        FAMILY.add(
            f"id-of-{_target}-as-{_spelling.lower() if _spelling != 'iD' else 'i-d'}"
            + ("-upper" if _spelling == "ID" else "-lower" if _spelling == "id" else ""),
            _bear(_spelling, _value, "soap:Header/*"),
            Reason.DUPLICATE_ID,
            f"The Id of the {_target} is borne by the header block too, spelled {_spelling.replace('-', ':')}.",
        )
for _place, _path in PLACES.items():
    FAMILY.add(
        f"id-on-the-{_place}",
        _bear("Id", message.ID, _path),
        Reason.DUPLICATE_ID,
        f"The Id of the request is borne by the {_place.replace('-', ' ')} too.",
    )


@stranger(Reason.DUPLICATE_ID, "The Id of the request is borne by KeyInfo, which no digest covers.")
def id_on_key_info(draft):
    draft.inside("ds:KeyInfo").set("Id", message.ID)


@stranger(Reason.DUPLICATE_ID, "The Id of the properties is borne by the Object around them.")
def id_of_the_properties_on_the_object(draft):
    draft.inside("ds:Object").set("Id", "xmldsig-1-signedprops")


@stranger(Reason.DUPLICATE_ID, "SignatureValue bears the Id of the request.")
def id_on_the_signature_value(draft):
    draft.inside("ds:SignatureValue").set("Id", message.ID)


@stranger(Reason.DUPLICATE_ID, "The request bears its Id twice, as Id and as ID.")
def id_and_id_of_the_request(draft):
    draft.request.set("ID", message.ID)


@stranger(Reason.DUPLICATE_ID, "The request bears, as xml:id, the Id of the properties.")
def id_of_the_properties_on_the_request(draft):
    draft.request.set("{http://www.w3.org/XML/1998/namespace}id", "xmldsig-1-signedprops")


@stranger(Reason.DUPLICATE_ID, "A second SignedProperties with the same Id stands in the Header, to be resolved first.")
def properties_twice(draft):
    box = element("xades:SignedProperties", Id="xmldsig-1-signedprops")
    draft.one("soap:Header").append(box)


@stranger(Reason.REFERENCE, "The request has lost its Id; the Body bears it.")
def id_moved_to_the_body(draft):
    del draft.request.attrib["Id"]
    draft.one("soap:Body").set("Id", message.ID)


@stranger(Reason.REFERENCE, "The attribute of the request is called ID, and the wire knows Id alone.")
def id_of_the_request_renamed(draft):
    draft.request.set("ID", draft.request.attrib.pop("Id"))


@stranger(Reason.REFERENCE, "The attribute of the request is called id in another namespace.")
def id_of_the_request_in_a_namespace(draft):
    draft.request.set(f"{{{WSU}}}Id", draft.request.attrib.pop("Id"))


@stranger(Reason.REFERENCE, "The Id of the request is empty, and so is the fragment of the reference.")
def id_empty(draft):
    draft.request.set("Id", "")
    draft.one(message.PAYLOAD).set("URI", "#")


@FAMILY.holder(Reason.REFERENCE, "Request and SignedProperties share one Id: one element answers to both references.")
def id_shared_by_request_and_properties(draft):
    draft.request.set("Id", "xmldsig-1-signedprops")
    draft.one(message.PAYLOAD).set("URI", "#xmldsig-1-signedprops")


@stranger(Reason.REFERENCE, "The Signature has no Id, so Target names nothing.")
def signature_without_id(draft):
    del draft.signature.attrib["Id"]


@stranger(Reason.REFERENCE, "SignedProperties have no Id.")
def properties_without_id(draft):
    del draft.inside(".//xades:SignedProperties").attrib["Id"]


@stranger(Reason.DUPLICATE_ID, "The Id stands on a thousand header blocks.")
def id_a_thousand_times(draft):
    header = draft.one("soap:Header")
    for _ in range(1000):
        etree.SubElement(header, "{urn:attack}a", Id=message.ID, nsmap={"a": "urn:attack"})
