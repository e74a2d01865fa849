"""What is measured before anything is computed: hostile shapes, and notes inside values."""

from __future__ import annotations

import dataclasses

import pytest
from lxml import etree

import signing
from signing import limits, references
from signing.policy import STRICT
from signing.verdict import Reason, Refusal
from tests.unit.signing import makers
from tests.unit.signing.makers import NOW, judge, signed

KEEPING = etree.XMLParser(remove_comments=False, remove_pis=False, strip_cdata=False)


def rewritten(old, new):
    """A signed message whose text was changed on the way, as one reads it who keeps everything."""
    text = etree.tostring(signed().getroottree(), encoding="unicode")
    assert text.count(old) == 1
    return etree.fromstring(text.replace(old, new), KEEPING)[-1][0]


VALUE = "<hm:Guid>0001</hm:Guid>"
CUT = {
    "comment in the middle": "<hm:Guid>00<!-- x -->01</hm:Guid>",
    "comment before": "<hm:Guid><!-- x -->0001</hm:Guid>",
    "two comments": "<hm:Guid>00<!-- x --><!-- y -->01</hm:Guid>",
    "comment between white space": "<hm:Guid>00<!-- x --> <!-- y --> 01</hm:Guid>",
    "empty comment": "<hm:Guid>00<!---->01</hm:Guid>",
    "comment before CDATA": "<hm:Guid>00<!-- x --><![CDATA[01]]></hm:Guid>",
    "comment before empty CDATA": "<hm:Guid>00<!-- x --><![CDATA[ ]]><![CDATA[01]]></hm:Guid>",
    "comment beside an element": "<hm:Guid>00<x/><!-- x -->01</hm:Guid>",
    "comment before a no-break space": "<hm:Guid>00<!-- x -->\u00a0</hm:Guid>",
    "instruction in the middle": "<hm:Guid>00<?x y?>01</hm:Guid>",
    "instruction before": "<hm:Guid><?x?>0001</hm:Guid>",
}


@pytest.mark.parametrize("what", CUT)
def test_note_inside_a_value__is_refused(what):
    verdict = judge(rewritten(VALUE, CUT[what]))
    assert verdict.failure.reason is Reason.SHAPE
    assert verdict.failure.detail == "Комментарии и инструкции обработки внутри значений не допускаются."


HARMLESS = {
    "between elements": (VALUE, f"<!-- x -->{VALUE}<!-- y --><!-- z -->"),
    "after the whole value": (VALUE, "<hm:Guid>0001<!-- x --></hm:Guid>"),
    "before the signature": ("<ds:Signature ", "<!-- x --><ds:Signature "),
    "after the signature": ("</ds:Signature>", "</ds:Signature><!-- x -->"),
    "outside of the signed element": ("<soap:Header/>", "<soap:Header>a<!-- x -->b</soap:Header>"),
    "beside the root": ("<soap:Envelope ", "<!-- x --><?x?><soap:Envelope "),
}


@pytest.mark.parametrize("where", HARMLESS)
def test_comment_that_cuts_no_value__is_good(where):
    verdict = judge(rewritten(*HARMLESS[where]))
    assert verdict.good, verdict.failure


def test_instruction_between_elements__is_signed_like_them():
    element = makers.envelope(makers.REQUEST.replace("<hm:Guid>", "<?x y?><hm:Guid>"))
    signing.sign(element, makers.identity().signer(), at=NOW)
    assert judge(element).good
    instruction = element.find("hm:Guid", makers.NS).getprevious()
    element.remove(instruction)
    assert judge(element).failure.reason is Reason.PAYLOAD_DIGEST


def test_instruction_before_the_signature__is_no_place_for_it():
    assert judge(rewritten("<ds:Signature ", "<?x?><ds:Signature ")).failure.reason is Reason.MISSING


HOSTILE = {
    "32 000 attributes": ("<hm:Guid>", "<hm:Guid" + "".join(f' a{n}=""' for n in range(32_000)) + ">"),
    "32 000 attributes outside": (
        "<soap:Header/>",
        "<soap:Header" + "".join(f' a{n}=""' for n in range(32_000)) + "/>",
    ),
    "8 000 namespaces": ("<hm:Guid>", "<hm:Guid" + "".join(f' xmlns:a{n}="u:"' for n in range(8_000)) + ">"),
    "8 000 namespaces around": ("<soap:Body ", "<soap:Body" + "".join(f' xmlns:a{n}="u:"' for n in range(8_000)) + " "),
    "a namespace at every level": (
        "<hm:Guid>",
        "".join(f'<a xmlns:a{n}="u:">' for n in range(64)) + "</a>" * 64 + "<hm:Guid>",
    ),
    "the same prefix at every level": (
        "<hm:Guid>",
        "".join(f'<a xmlns:a="u:{n}">' for n in range(64)) + "</a>" * 64 + "<hm:Guid>",
    ),
    "address of 300 KB": ("<hm:Guid>", f'<hm:Guid xmlns:a="{"u" * 300_000}">'),
    "100 000 references": ("<ds:SignedInfo>", "<ds:SignedInfo>" + "<ds:Reference/>" * 100_000),
    "900 KB of text in the signature": ("<ds:SignedInfo>", "<ds:SignedInfo>" + "a" * 900_000),
    "an attribute of 900 KB in the signature": ("<ds:SignedInfo>", f'<ds:SignedInfo a="{"a" * 900_000}">'),
    "a name of 40 KB twice in the signature": ("<ds:SignedInfo>", f"<ds:SignedInfo><{'a' * 40_000}> </{'a' * 40_000}>"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_shape__is_refused_before_anything_is_computed(what, monkeypatch):
    monkeypatch.setattr("signing.canonical.inclusive", None)
    monkeypatch.setattr("signing.canonical.payload_digest", None)
    assert judge(rewritten(*HOSTILE[what])).failure.reason is Reason.LIMITS


@pytest.mark.parametrize("count", [100_000])
def test_elements_without_end__are_judged_to_their_end(count):
    verdict = judge(rewritten("<hm:Guid>", "<a/>" * count + "<hm:Guid>"))
    assert verdict.failure.reason is Reason.PAYLOAD_DIGEST


@pytest.mark.parametrize("name", ["Id", "ID", "iD", "id", "x:Id", "x:id", "xml:id"])
def test_identifier_among_ten_thousand_others__is_found(name):
    others = "".join(f'<a Id="other-{number}"/>' for number in range(10_000))
    again = f'<a xmlns:x="urn:x" {name}="signed-data-container"/>'
    good, bad = (rewritten("<soap:Header/>", f"<soap:Header>{each}</soap:Header>") for each in (others, others + again))
    assert judge(good).good
    assert judge(bad).failure.reason is Reason.DUPLICATE_ID


@pytest.mark.parametrize("name", ["Ids", "I", "Target", "idd", "x:Target", "Іd"])  # the last has a Cyrillic letter
def test_same_value_under_another_name__is_no_identifier(name):
    header = f'<soap:Header xmlns:x="urn:x" {name}="signed-data-container"/>'
    assert judge(rewritten("<soap:Header/>", header)).good


def test_limits__are_those_of_the_policy():
    element = signed()
    largest = {
        "attributes": max(len(node.attrib) for node in element.getroottree().iter()),
        "namespaces": max(len(node.nsmap) for node in element.iter()),
        "namespace_characters": max(len(address) for node in element.iter() for address in node.nsmap.values()),
        "signature_nodes": len(list(element[0].iter())),
    }
    for field, least in largest.items():
        assert judge(element, policy=dataclasses.replace(STRICT, **{field: least})).good, field
        tight = dataclasses.replace(STRICT, **{field: least - 1})
        assert judge(element, policy=tight).failure.reason is Reason.LIMITS, field


def test_tree_beyond_the_engine__is_refused_too(monkeypatch):
    """libxml2 collects ten million nodes and then gives up, with an error of its own."""

    def gives_up(*_arguments, **_variables):
        raise etree.XPathEvalError("growing nodeset hit limit")

    element = signed()
    monkeypatch.setattr(references, "_UNRIVALLED", gives_up)
    assert judge(element).failure.reason is Reason.LIMITS
    monkeypatch.setattr(limits, "_more_attributes", lambda _limit: gives_up)
    with pytest.raises(Refusal) as refusal:
        limits.check(element, STRICT)
    assert refusal.value.failure.reason is Reason.LIMITS
