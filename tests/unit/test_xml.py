"""The one parser: what is a document here, and what is refused with which words."""

from __future__ import annotations

import pytest

from gateway import xml


@pytest.mark.parametrize(
    "data",
    [
        b"<a/>",
        b"\xef\xbb\xbf<a/>",
        b'<?xml version="1.0" encoding="utf-8"?>\n<!-- before --><a>\xd0\xb0</a>',
        b"<?xml version='1.0' encoding='US-ASCII'?><a/>",
        b"<a>" * 255 + b"</a>" * 255,
    ],
)
def test_document__is_read(data):
    assert xml.parse(data).tag == "a"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "нет корневого элемента"),
        (b"   ", "нет корневого элемента"),
        (b"<a>", "обрывается"),
        (b"<a></b>", "закрывающий тег"),
        (b"<a/><b/>", "после корневого элемента"),
        (b"<a b='1' b='2'/>", "атрибут повторяется"),
        (b"<p:a/>", "префикс"),
        (b"<a>&x;</a>", "сущность"),
        (b"<a>\xff</a>", "байт 3"),
        (b"<a>\x01</a>", "недопустимый символ"),
        ("<a/>".encode("utf-16"), "UTF-8"),
        ("<a/>".encode("utf-32-be"), "UTF-8"),
        (b"<?xml version='1.0' encoding='windows-1251'?><a/>", "windows-1251"),
        (b"<!DOCTYPE a><a/>", "DOCTYPE"),
        (b'<?xml version="1.0"?>\n<!-- c --> <?p i?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DOCTYPE"),
        (b"<a>" * 300 + b"</a>" * 300, "предел"),
        (b"<a>" + b"x" * 10_100_000 + b"</a>", "предел"),
        (b"<a>" + b"<b/>" * (xml.MAX_MARKUP + 1) + b"</a>", str(xml.MAX_MARKUP)),
        (b"<a>" + b"<" * 50, "разметка"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else value,
)
def test_anything_else__is_refused_in_words(data, words):
    with pytest.raises(xml.NotXML, match=words):
        xml.parse(data)


def test_entities_and_files__are_never_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("SECRET")
    with pytest.raises(xml.NotXML, match="DOCTYPE"):
        xml.parse(f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a>&x;</a>'.encode())


SIGNED = """<e xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><r Id="a">{}<ds:Signature><ds:V>{}</ds:V></ds:Signature>
  <!-- between elements --><v>{}</v></r><!-- outside --></e>"""


def test_comments_between_elements_of_a_signed_document__are_left_out():
    root = xml.parse(SIGNED.format("", "AB", "12").encode())
    assert not root.xpath("//comment()")
    assert root.findtext("r/v") == "12"


@pytest.mark.parametrize(
    "content",
    [
        ("", "A<!-- x -->B", "12"),
        ("", "<!-- x -->", "12"),
        ("", "AB", "1<!-- x -->2"),
        ("", "AB", "12<!-- x -->"),
        ("", "AB", "<!-- x -->12"),
        ("", "AB", "1<!-- x --><!-- y -->2"),
        ("text<!-- x -->", "AB", "12"),
    ],
)
def test_comment_inside_a_signature_or_a_signed_value__is_refused(content):
    with pytest.raises(xml.NotXML, match="комментарий внутри"):
        xml.parse(SIGNED.format(*content).encode())


def test_comment_inside_an_unsigned_value__leaves_it_whole():
    assert xml.parse(b"<v>1<!-- x -->2</v>").text == "12"


@pytest.mark.parametrize(
    "content",
    [
        "<a/>" * 100_000 + "<!---->" * 9_000,  # beside a hundred thousand others
        "<a><ds:Signature/>" * 200 + "<!---->" * 9_000 + "</a>" * 200,  # inside of two hundred signed elements
        "<a><ds:Signature/><!----></a>" * 9_000,
    ],
    ids=["wide", "deep", "many"],
)
def test_many_comments_in_a_hostile_place__are_left_out_in_no_time(content):
    """P15: each of these would cost half a minute if every comment were asked for all its neighbours."""
    root = xml.parse(SIGNED.format("", "AB", "12").replace("<v>", f"{content}<v>").encode())
    assert not root.xpath("//comment()")


@pytest.mark.parametrize("inside", ["<a>1<!-- x -->2</a>", "<a><ds:Signature/>1<!-- x -->2</a>"])
@pytest.mark.parametrize("before", ["", "<a><ds:Signature/><b><ds:Signature/></b></a>"])
def test_comment_in_a_value_behind_other_signatures__is_refused(before, inside):
    with pytest.raises(xml.NotXML, match="комментарий внутри"):
        xml.parse(SIGNED.format("", "AB", "12").replace("<v>", f"{before}{inside}<v>").encode())


def test_comments_of_a_signed_document__are_bounded():
    with pytest.raises(xml.NotXML, match=str(xml.MAX_COMMENTS)):
        xml.parse(SIGNED.format("", "AB", "12").replace("<e ", "<e>" + "<!---->" * 10_001 + "<f ", 1).encode())
