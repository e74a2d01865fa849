"""Canonical forms of parts in place, against bytes worked out by hand from the recommendations."""

from __future__ import annotations

import hashlib
from random import Random

import pytest
from lxml import etree

from signing import canonical, digests
from signing.verdict import Reason, Refusal


@pytest.mark.parametrize(
    ("document", "path", "expected"),
    [
        # every namespace in scope, used or not, sorted by prefix
        ('<a xmlns:z="urn:z" xmlns="urn:d"><b xmlns:y="urn:y"><c/></b></a>', "*/*",
         b'<c xmlns="urn:d" xmlns:y="urn:y" xmlns:z="urn:z"></c>'),
        # the nearest declaration of a prefix wins
        ('<a xmlns:p="urn:1"><b xmlns:p="urn:2"><p:c/></b></a>', "*/*", b'<p:c xmlns:p="urn:2"></p:c>'),
        # a default namespace that was taken back is not there
        ('<a xmlns="urn:d"><b xmlns=""><c/></b></a>', "*/*", b"<c></c>"),
        # the nearest xml:* of the ancestors is inherited, its own stays; attributes sorted by namespace
        ('<a xml:lang="ru" xml:base="http://x/"><b xml:lang="en" xml:space="preserve"><c z="1" a="2"/></b></a>',
         "*/*", b'<c a="2" z="1" xml:base="http://x/" xml:lang="en" xml:space="preserve"></c>'),
        ('<a xml:lang="ru"><c xml:lang="de"/></a>', "*", b'<c xml:lang="de"></c>'),
        ('<a xml:id="one"><c/></a>', "*", b'<c xml:id="one"></c>'),
        # comments go, instructions stay, CDATA becomes text
        ("<a><c><!-- x --><?p i?><![CDATA[<&>]]></c></a>", "*", b"<c><?p i?>&lt;&amp;&gt;</c>"),
        # a default namespace from outside holds at every depth
        ('<a xmlns="urn:d"><b><c><d/></c></b></a>', "*", b'<b xmlns="urn:d"><c><d></d></c></b>'),
        ('<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b><c><d/></c></p:b></p:a>', "*",
         b'<p:b xmlns="urn:d" xmlns:p="urn:p"><c><d></d></c></p:b>'),
        ('<a xmlns="urn:d"><b><c xmlns=""><d/></c></b></a>', "*", b'<b xmlns="urn:d"><c xmlns=""><d></d></c></b>'),
        # a declaration that repeats one from outside is not written again
        ('<p:a xmlns:p="urn:p"><p:b><p:c><d><e xmlns:p="urn:p" p:a="1"/></d></p:c></p:b></p:a>', "*",
         b'<p:b xmlns:p="urn:p"><p:c><d><e p:a="1"></e></d></p:c></p:b>'),
        # the text after the element is not of it
        ("<a><c/>tail</a>", "*", b"<c></c>"),
    ],
)  # fmt: skip
def test_inclusive__is_what_the_recommendation_says(document, path, expected):
    root = etree.fromstring(document)
    before = etree.tostring(root)
    for _again in range(2):
        assert canonical.inclusive(root.find(path)) == expected
        assert etree.tostring(root) == before


def test_inclusive_at_any_place__is_that_of_the_part_alone():
    """A part that is the root of a document is where libxml2 is never wrong."""
    random = Random(4)  # noqa: S311 - a sample, not a secret
    for _ in range(300):
        root = etree.fromstring(_tree(random, 4, {"": "", "a": "urn:1", "b": "urn:2"}, outermost=True))
        part = random.choice(list(root.iter()))
        alone = etree.fromstring(etree.tostring(part, with_tail=False))
        assert canonical.inclusive(part) == etree.tostring(alone, method="c14n")


def _tree(random, depth, scope, *, outermost=False):
    """An element that declares, redeclares and takes back namespaces as it likes."""
    declared = {prefix: random.choice(("urn:1", "urn:2")) for prefix in scope if random.random() < 0.3}
    if not declared.get("") and random.random() < 0.1:
        declared[""] = ""
    scope = {**scope, **declared}
    shown = scope if outermost else declared
    written = "".join(f' xmlns{":" * bool(prefix)}{prefix}="{address}"' for prefix, address in shown.items())
    prefix = random.choice(list(scope))
    name = f"{prefix}:e" if prefix else "e"
    inside = "".join(_tree(random, depth - 1, scope) for _ in range(random.randint(0, 2))) if depth else ""
    return f"<{name}{written}>{inside}</{name}>"


def test_inherited_attributes_that_fail_to_canonicalise__are_taken_off():
    root = etree.fromstring('<a xml:lang="ru" xmlns:r="relative"><c/></a>')
    before = etree.tostring(root)
    with pytest.raises(Refusal) as refusal:
        canonical.inclusive(root[0])
    assert refusal.value.failure.reason is Reason.SHAPE
    assert etree.tostring(root) == before


@pytest.mark.parametrize("depth", [1, 40])
def test_inherited_attributes_without_end__are_refused_and_taken_off(depth):
    many = "".join(f' xml:a{number}=""' for number in range(40))
    one_each = "".join(f'<a xml:a{number}="">' for number in range(depth)) + "<c/>" + "</a>" * depth
    root = etree.fromstring(f"<a{many}><c/></a>" if depth == 1 else one_each)
    before = etree.tostring(root)
    with pytest.raises(Refusal) as refusal:
        canonical.inclusive(next(root.iter("c")))
    assert refusal.value.failure.reason is Reason.LIMITS
    assert etree.tostring(root) == before


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("<e>{s}</e>", b"<e></e>"),
        ("<e> {s} <x/>{t}</e>", b"<e>  <x></x></e>"),
        ("<e>one{s}two</e>", b"<e>onetwo</e>"),
        ('<e a="&lt;s:S>" b=">">{s}<x/></e>', b'<e a="&lt;s:S>" b=">"><x></x></e>'),
        ("<e>&lt;/s:S>{s}&lt;/s:S></e>", b"<e>&lt;/s:S&gt;&lt;/s:S&gt;</e>"),
        ("<e>{s}{s}</e>", b'<e><s:S xmlns:s="urn:s"><s:T a="&lt;/s:S>">&lt;/s:S&gt;</s:T></s:S></e>'),
        ("<s:e xmlns:s='urn:s'>{s}</s:e>", b'<s:e xmlns:s="urn:s"></s:e>'),
        ("<e><!-- first -->{s}<x/></e>", b"<e><x></x></e>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("filling", [0, 3990, 4000, 9000])
def test_enveloped__leaves_exactly_the_signature_out(document, expected, filling):
    signature = '<s:S xmlns:s="urn:s"><s:T a="&lt;/s:S>">&lt;/s:S></s:T></s:S>'
    pad = "p" * filling  # the canonical form arrives in pieces of about 4000 bytes
    root = etree.fromstring(document.replace("{s}", signature).replace("{t}", "").replace("</e>", pad + "</e>"))
    expected = expected.replace(b"</e>", pad.encode() + b"</e>")
    before = etree.tostring(root)
    digest = canonical.payload_digest(root, digests.SHA256, limit=1 << 20, signature=root.find("{urn:s}S"))
    assert digest == hashlib.sha256(expected).digest()
    assert etree.tostring(root) == before


@pytest.mark.parametrize("size", [10, 3900, 4100, 100_000])
def test_enveloped_with_large_parts__leaves_exactly_the_signature_out(size):
    big = "b" * size
    root = etree.fromstring(f'<e a="{big}">{big}<S x="{big}">{big}</S>{big}<x/></e>')
    digest = canonical.payload_digest(root, digests.SHA512, limit=1 << 20, signature=root[0])
    assert digest == hashlib.sha512(f'<e a="{big}">{big}{big}<x></x></e>'.encode()).digest()


@pytest.mark.parametrize("beside", ["<?p i?>{}", "{}<?p i?>", "<!-- c --><?p i?>{}<?p i?>", "<!-- c -->{}"])
def test_instructions_beside_a_root__are_not_of_it(beside):
    root = etree.fromstring(beside.format("<e><S/>text</e>"))
    bare = canonical.payload_digest(root, digests.SHA256, limit=1000)
    assert bare == hashlib.sha256(b"<e><S></S>text</e>").digest()
    without = canonical.payload_digest(root, digests.SHA256, limit=1000, signature=root[0])
    assert without == hashlib.sha256(b"<e>text</e>").digest()


def test_end_tag_across_two_pieces__is_found():
    for size in range(3880, 4020):
        root = etree.fromstring(f"<e><Signature>{'b' * size}</Signature>{'c' * 5000}</e>")
        digest = canonical.payload_digest(root, digests.SHA256, limit=1 << 20, signature=root[0])
        assert digest == hashlib.sha256(b"<e>" + b"c" * 5000 + b"</e>").digest()


def test_unprefixed_signature__is_left_out_too():
    root = etree.fromstring('<p:e xmlns:p="urn:p" xmlns="urn:s"><S>x</S>y</p:e>')
    digest = canonical.payload_digest(root, digests.SHA256, limit=1000, signature=root[0])
    assert digest == hashlib.sha256(b'<p:e xmlns:p="urn:p">y</p:e>').digest()


def test_amplifying_document__stops_at_the_limit():
    """P15: 112 KB that would be 200 MB in canonical form."""
    address = "urn:" + "x" * 50_000
    root = etree.fromstring(f'<e xmlns:r="{address}">' + "<r:a/>" * 4000 + "</e>")
    with pytest.raises(Refusal) as refusal:
        canonical.payload_digest(root, digests.SHA256, limit=1_000_000)
    assert refusal.value.failure.reason is Reason.LIMITS
