"""Two implementations, one document, whatever it looks like: they never differ on whether it was changed."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

import signing
from signing import second_opinion
from signing.second_opinion import Stance
from tests.unit.signing import makers

PREFIXES = st.sampled_from(["", "a", "b", "hm", "ds", "xades"])
ADDRESSES = st.sampled_from(["urn:one", "urn:two", makers.HM, "http://www.w3.org/2000/09/xmldsig#"])
DECLARATIONS = st.dictionaries(PREFIXES, ADDRESSES, max_size=4)
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\n\r<>&\"'"),
    max_size=12,
)
CHILDREN = st.lists(st.tuples(st.sampled_from(["Name", "<!-- -->", "<?p i?>"]), TEXTS, TEXTS), max_size=4)
"""Values, and notes between them."""


def _declared(declarations):
    names = {f"xmlns:{prefix}" if prefix else "xmlns": address for prefix, address in declarations.items()}
    return "".join(f" {name}={quoteattr(address)}" for name, address in names.items())


def _child(kind, attribute, text):
    if kind != "Name":
        return kind
    return f"<r:Name a={quoteattr(attribute)}>{escape(text, {chr(13): '&#13;'})}</r:Name>"


@settings(deadline=None)
@given(outer=DECLARATIONS, inner=DECLARATIONS, children=CHILDREN, kind=st.sampled_from(["rsa-2048", "p256"]))
def test_any_document_that_we_sign__is_confirmed(outer, inner, children, kind):
    content = "".join(_child(*child) for child in children)
    request = f'<r:Request xmlns:r="urn:r"{_declared(inner)} Id="x">{content}</r:Request>'
    element = etree.fromstring(f'<e:E xmlns:e="urn:e"{_declared(outer)}><e:B>{request}</e:B></e:E>')[0][0]
    signing.sign(element, makers.identity(kind).signer(), at=makers.NOW)
    element = makers.reparsed(element)
    verdict = makers.judge(element)
    assert verdict.good, verdict.failure
    given = second_opinion.second_opinion(element, verdict, makers.trust(), makers.NOW)
    assert given.stance is Stance.AGREES, given.detail


@settings(deadline=None)
@given(position=st.integers(0, 10_000), octet=st.integers(0, 255), width=st.integers(0, 3))
def test_changed_octet_anywhere__is_judged_alike(position, octet, width):
    element = etree.fromstring(makers.REQUEST)
    signing.sign(element, makers.identity("rsa-2048").signer(), at=makers.NOW)
    original = etree.tostring(element, encoding="utf-8")
    position %= len(original)
    changed = original[:position] + bytes([octet]) * (width > 0) + original[position + width :]
    try:
        element = etree.fromstring(changed, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return
    verdict = makers.judge(element, policy=signing.THOROUGH)
    given = second_opinion.second_opinion(element, verdict, makers.trust(), makers.NOW)
    assert given.stance is not Stance.DISAGREES, given.detail
    assert given.stance is Stance.AGREES or not verdict.intact
