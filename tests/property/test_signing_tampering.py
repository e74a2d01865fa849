"""Whatever is done to a signed document: no exception, no change of the tree, and nothing good but the original."""

from __future__ import annotations

import functools

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from signing.verdict import Reason
from signing.vocabulary import SIGNATURE
from tests.unit.signing import makers

XML_CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
)


@functools.cache
def _document():
    return etree.tostring(makers.signed().getroottree(), encoding="utf-8")


def _canonical(element):
    """What the signature covers, computed the slow way: on a copy, with the Signature really taken out."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False))
    signature = copy.find(SIGNATURE)
    if signature is not None:
        signature.addprevious(mark := etree.Comment("mark"))
        mark.tail = signature.tail
        signature.tail = None
        copy.remove(signature)
    return etree.tostring(copy, method="c14n", exclusive=True, with_comments=False)


@given(position=st.integers(0, 39), character=XML_CHARACTERS)
def test_one_changed_character_of_the_payload__is_not_good(position, character):
    element = makers.signed()
    guid = makers.at(element, "hm:Guid")
    name = makers.at(element, "hm:Name")
    target, position = (guid, position) if position < len(guid.text) else (name, position % len(name.text))
    before = target.text
    target.text = before[:position] + character + before[position + 1 :]
    verdict = makers.judge(element)
    assert verdict.good is (target.text == before)
    if not verdict.good:
        assert verdict.failure.reason is Reason.PAYLOAD_DIGEST


@given(position=st.integers(0, 10_000), octet=st.integers(0, 255), width=st.integers(0, 3))
def test_changed_octet_anywhere_in_the_document__is_good_only_if_the_same_is_signed(position, octet, width):
    original = _document()
    position %= len(original)
    changed = original[:position] + bytes([octet]) * (width > 0) + original[position + width :]
    try:
        root = etree.fromstring(changed, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    for element in root.iter(f"{{{makers.HM}}}importHouseRequest"):
        verdict = makers.judge(element)
        if verdict.good:
            assert _canonical(verdict.element) == _canonical(makers.signed())


@given(octets=st.binary(max_size=200))
def test_any_signature_value__is_not_good(octets):
    element = makers.signed()
    makers.at(element, ".//ds:SignatureValue").text = makers.encoded(octets)
    assert makers.judge(element).failure.reason in {Reason.SIGNATURE_VALUE, Reason.SHAPE}
