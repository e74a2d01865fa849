"""Transforms and canonicalisations that are not those of the profile; the digests are right for them where possible."""

from __future__ import annotations

from lxml import etree

from signing.verdict import Reason
from tests.signature_attacks.corpus import Family
from tests.signature_attacks.message import DS, ENVELOPED, EXCLUSIVE, INCLUSIVE, NS, PAYLOAD, PROPERTIES, Draft, element

FAMILY = Family("transforms", "What is digested is not what the profile says.")
holder = FAMILY.holder

XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
XPATH_FILTER = "http://www.w3.org/2002/06/xmldsig-filter2"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
BASE64 = f"{DS}base64"
C14N_11 = "http://www.w3.org/2006/12/xml-c14n11"

STYLESHEET = (
    '<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">'
    '<xsl:template match="/"><hm:x xmlns:hm="urn:attack"/></xsl:template></xsl:stylesheet>'
)


def transform(algorithm: str, parameters: str = "") -> etree._Element:
    made = element("ds:Transform", Algorithm=algorithm)
    if parameters:
        made.append(etree.fromstring(parameters))
    return made


def these(*algorithms: str, path: str = PAYLOAD):
    """Replace the transforms of the reference."""

    def change(draft: Draft) -> None:
        reference = draft.one(path)
        for old in reference.findall("ds:Transforms", NS):
            reference.remove(old)
        if algorithms:
            box = element("ds:Transforms")
            box.extend(transform(each) for each in algorithms)
            reference.insert(0, box)

    return change


_LISTS = {
    "none": ((), "no transforms: the digest covers the Signature that holds it, so no verifier can be content"),
    "enveloped-alone": ((ENVELOPED,), "no canonicalisation: the inclusive one is meant"),
    "exclusive-alone": ((EXCLUSIVE,), "the Signature is not taken out"),
    "reordered": ((EXCLUSIVE, ENVELOPED), "canonicalisation before the Signature is taken out"),
    "enveloped-twice": ((ENVELOPED, ENVELOPED, EXCLUSIVE), "two Signatures are taken out"),
    "exclusive-twice": ((ENVELOPED, EXCLUSIVE, EXCLUSIVE), "a third one is added"),
    "inclusive": ((ENVELOPED, INCLUSIVE), "the inclusive canonical form"),
    "with-comments": ((ENVELOPED, f"{EXCLUSIVE}WithComments"), "the exclusive canonical form with comments"),
    "inclusive-with-comments": ((ENVELOPED, f"{INCLUSIVE}#WithComments"), "the inclusive canonical form with comments"),
    "c14n-1-1": ((ENVELOPED, C14N_11), "canonical XML 1.1"),
    "c14n-2": ((ENVELOPED, "http://www.w3.org/2010/xml-c14n2"), "canonical XML 2.0"),
    "minimal": ((ENVELOPED, "http://www.w3.org/2000/09/xmldsig#minimal"), "the minimal canonical form"),
    "base64": ((ENVELOPED, EXCLUSIVE, BASE64), "base64 of the text of the request"),
    "base64-alone": ((BASE64,), "base64 of the text of the request, nothing else"),
    "xslt-without-stylesheet": ((ENVELOPED, XSLT, EXCLUSIVE), "XSLT whose stylesheet is not there"),
    "xpath-without-expression": ((ENVELOPED, XPATH, EXCLUSIVE), "XPath whose expression is not there"),
    "decryption": (
        (ENVELOPED, "http://www.w3.org/2002/07/decrypt#XML", EXCLUSIVE),
        "the decryption transform",
    ),
    "xpointer": ((ENVELOPED, "http://www.w3.org/TR/2001/WD-xptr-20010108", EXCLUSIVE), "an XPointer transform"),
    "token-reference": (
        (
            ENVELOPED,
            "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform",
            EXCLUSIVE,
        ),
        "the transform of WS-Security that follows a token reference",
    ),
    "relationship": (
        (ENVELOPED, "http://schemas.openxmlformats.org/package/2006/RelationshipTransform", EXCLUSIVE),
        "the relationship transform of OOXML, which leaves out what it likes",
    ),
    "smev": ((ENVELOPED, EXCLUSIVE, "urn://smev-gov-ru/xmldsig/transform"), "the transform of СМЭВ"),
    "unknown": ((ENVELOPED, EXCLUSIVE, "urn:attack"), "one that nobody knows"),
    "empty-address": ((ENVELOPED, EXCLUSIVE, ""), "one without a name"),
}
for _name, (_algorithms, _what) in _LISTS.items():
    FAMILY.add(
        f"transforms-{_name}",
        these(*_algorithms),
        Reason.REFERENCE,
        f"Transforms of the request: {_what}.",
        by="holder",
    )
for _name, _algorithms in {"exclusive": (EXCLUSIVE,), "enveloped": (ENVELOPED,), "xpath": (XPATH,)}.items():
    FAMILY.add(
        f"transforms-of-the-properties-{_name}",
        these(*_algorithms, path=PROPERTIES),
        Reason.REFERENCE,
        f"The reference to the properties has a transform: {_algorithms[0]}.",
        by="holder",
    )

_WITH_PARAMETERS = {
    "xpath-nothing": (XPATH, f'<ds:XPath xmlns:ds="{DS}">false()</ds:XPath>', "XPath that leaves everything out"),
    "xpath-not-the-guid": (
        XPATH,
        f'<ds:XPath xmlns:ds="{DS}">not(ancestor-or-self::*[local-name()="FIASHouseGuid"])</ds:XPath>',
        "XPath that leaves the house out: it can be changed at will",
    ),
    "xpath-costly": (
        XPATH,
        f'<ds:XPath xmlns:ds="{DS}">count(//. | //@* | //namespace::*)*count(//.|//@*) &gt; 0</ds:XPath>',
        "XPath that walks the document for each of its nodes",
    ),
    "xpath-filter-subtract": (
        XPATH_FILTER,
        f'<f:XPath xmlns:f="{XPATH_FILTER}" Filter="subtract">//*</f:XPath>',
        "XPath Filter 2.0 that subtracts everything",
    ),
    "xpath-filter-union": (
        XPATH_FILTER,
        f'<f:XPath xmlns:f="{XPATH_FILTER}" Filter="union">/</f:XPath>',
        "XPath Filter 2.0 that adds the document",
    ),
    "xslt": (XSLT, STYLESHEET, "XSLT that turns every request into the same element"),
    "xslt-document": (
        XSLT,
        STYLESHEET.replace("<hm:x", "<xsl:copy-of select=\"document('http://127.0.0.1:9/a')\"/><hm:x"),
        "XSLT that reads an address of the sender's choice",
    ),
    "prefix-list": (
        EXCLUSIVE,
        f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="soap base #default"/>',
        "the exclusive canonical form with a PrefixList",
    ),
    "prefix-list-long": (
        EXCLUSIVE,
        f'<e:InclusiveNamespaces xmlns:e="{EXCLUSIVE}" PrefixList="{" ".join(f"p{n}" for n in range(5000))}"/>',
        "the exclusive canonical form with a PrefixList of 5 000 prefixes, which makes it quadratic",
    ),
    "parameters-unknown": (ENVELOPED, '<a xmlns="urn:attack"/>', "enveloped-signature with a parameter"),
}


def _parameters(algorithm: str, parameters: str):
    def change(draft: Draft) -> None:
        box = draft.one(f"{PAYLOAD}/ds:Transforms")
        made = transform(algorithm, parameters)
        same = [each for each in box if each.get("Algorithm") == algorithm]
        if same:
            box.replace(same[0], made)
        else:
            box.insert(1, made)

    return change


for _name, (_algorithm, _xml, _what) in _WITH_PARAMETERS.items():
    FAMILY.add(f"transforms-{_name}", _parameters(_algorithm, _xml), Reason.SHAPE, f"Transforms: {_what}.", by="holder")


@holder(Reason.SHAPE, "Two lists of transforms, each of which a reader may take for the only one.")
def transforms_in_two_lists(draft):
    box = element("ds:Transforms")
    box.append(transform(EXCLUSIVE))
    draft.one(f"{PAYLOAD}/ds:Transforms").addnext(box)


@holder(Reason.SHAPE, "A foreign element among the transforms.")
def transforms_foreign_element(draft):
    draft.one(f"{PAYLOAD}/ds:Transforms").append(etree.Element("{urn:attack}Transform", Algorithm=EXCLUSIVE))


@holder(Reason.SHAPE, "A transform without an algorithm.")
def transforms_without_algorithm(draft):
    del draft.one(f"{PAYLOAD}/ds:Transforms/ds:Transform[2]").attrib["Algorithm"]


_CANONICALIZATIONS = {
    "exclusive": (EXCLUSIVE, "the exclusive one"),
    "with-comments": (f"{INCLUSIVE}#WithComments", "the inclusive one with comments"),
    "exclusive-with-comments": (f"{EXCLUSIVE}WithComments", "the exclusive one with comments"),
    "c14n-1-1": (C14N_11, "canonical XML 1.1"),
    "xslt": (XSLT, "XSLT"),
    "none": ("", "none"),
    "unknown": ("urn:attack", "one that nobody knows"),
    "space-after": (f"{INCLUSIVE} ", "the right address and a space"),
}


def _canonicalization(address: str):
    def change(draft: Draft) -> None:
        draft.inside("ds:SignedInfo/ds:CanonicalizationMethod").set("Algorithm", address)

    return change


for _name, (_address, _what) in _CANONICALIZATIONS.items():
    FAMILY.add(
        f"canonicalization-{_name}",
        _canonicalization(_address),
        Reason.ALGORITHM,
        f"The canonicalisation of SignedInfo is {_what}.",
        by="holder",
    )


@holder(Reason.SHAPE, "CanonicalizationMethod is exclusive with a PrefixList.")
def canonicalization_with_prefix_list(draft):
    method = draft.inside("ds:SignedInfo/ds:CanonicalizationMethod")
    method.set("Algorithm", EXCLUSIVE)
    method.append(etree.fromstring(_WITH_PARAMETERS["prefix-list"][1]))


@holder(Reason.SHAPE, "CanonicalizationMethod names no algorithm.")
def canonicalization_missing(draft):
    del draft.inside("ds:SignedInfo/ds:CanonicalizationMethod").attrib["Algorithm"]
