"""The only XML parser of the house: one hardened parse for everything that comes from outside.

No DTD, no entities, no network, libxml2's own limits kept on (depth 256, 10 MB a text node), and a bound on the number
of tags and attributes, because sixteen million empty elements fit into 64 MB and cost two gigabytes of tree. Comments
are left out: a signature does not cover them. In a signed document one inside a signature, or inside a value, is
refused: whoever reads the kept bytes by other means, years later, might see the value cut in two there.
"""

from __future__ import annotations

import codecs
import itertools
import re
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway import wire

MAX_MARKUP: Final = 2_000_000
"""Most `<` and most `=` signs in one document: the bound of the tree that a parse can build."""
MAX_ATTRIBUTES: Final = 100_000
"""Most attributes in one document: libxml2 writes an error for each that the contract does not know, unstoppably."""

MAX_COMMENTS: Final = 10_000
"""Most comments in one signed document: each is looked at."""

_BOM_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_XMLDSIG = wire.XMLDSIG.encode()
_DOCTYPE = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s++|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE", re.DOTALL)
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")


_TYPES = etree.ErrorTypes
_FAULTS: Final = {
    _TYPES.ERR_DOCUMENT_EMPTY: "нет корневого элемента",
    _TYPES.ERR_DOCUMENT_END: "после корневого элемента есть лишнее содержимое",
    _TYPES.ERR_TAG_NAME_MISMATCH: "закрывающий тег не соответствует открывающему",
    _TYPES.ERR_TAG_NOT_FINISHED: "документ обрывается: не все элементы закрыты",
    _TYPES.ERR_UNDECLARED_ENTITY: "ссылка на неизвестную сущность",
    _TYPES.ERR_ATTRIBUTE_REDEFINED: "атрибут повторяется в одном элементе",
    _TYPES.NS_ERR_UNDEFINED_NAMESPACE: "префикс пространства имён не объявлен",
    _TYPES.WAR_NS_URI: "адрес пространства имён — не URI",
    _TYPES.ERR_RESOURCE_LIMIT: "превышен предел глубины или размера",
    _TYPES.ERR_NAME_TOO_LONG: "слишком длинное имя",
    _TYPES.ERR_INVALID_CHAR: "недопустимый символ",
}


class NotXML(ValueError):
    """The bytes are no document that this gateway reads; `args[0]` says why, in Russian, with line and column."""


def parse(data: bytes) -> etree._Element:
    """Return the root element of `data`, a complete UTF-8 document with or without BOM and declaration.

    Raises NotXML for anything else: other encodings, a DTD, broken markup, a tree beyond the limits.
    """
    _check_encoding(data)
    if _DOCTYPE.match(data):
        raise NotXML("объявление DOCTYPE не допускается")
    if data.count(b"<") > MAX_MARKUP or data.count(b"=") > MAX_MARKUP:
        raise NotXML(f"в документе больше {MAX_MARKUP} тегов или атрибутов")
    commented = b"<!--" in data and _XMLDSIG in data
    if commented and data.count(b"<!--") > MAX_COMMENTS:
        raise NotXML(f"в подписанном документе больше {MAX_COMMENTS} комментариев")
    try:
        root = etree.fromstring(data, _parser(remove_comments=not commented))
    except etree.XMLSyntaxError as error:
        raise NotXML(_explain(error)) from error
    if commented:
        _leave_comments_out(root)
    # An attribute has its `=`, so the walk over the tree is paid by nobody who could not be guilty.
    if data.count(b"=") > MAX_ATTRIBUTES and _attributes(root) > MAX_ATTRIBUTES:
        raise NotXML(f"в документе больше {MAX_ATTRIBUTES} атрибутов")
    return root


_attributes: Final = etree.XPath("count(//@*)")
_SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"
_WHITE: Final = " \t\r\n"


def _leave_comments_out(root: etree._Element) -> None:
    """Take harmless comments away as the parser would have; raises NotXML for one that a signed value holds."""
    for element in _signed(root):
        for comment in element.iter(etree.Comment):
            if next(comment.iterancestors(_SIGNATURE), None) is not None or _is_beside_text(comment):
                raise NotXML(f"комментарий внутри подписи или подписанного значения (строка {comment.sourceline})")
    etree.strip_tags(root, etree.Comment)


def _signed(root: etree._Element) -> Iterator[etree._Element]:
    """Yield the outermost elements whose first child is a Signature: nowhere else is one believed. Linear."""
    signatures = root.iter(_SIGNATURE)
    for signature in signatures:
        parent = signature.getparent()
        if parent is not None and next(parent.iterchildren("*")) is signature:
            yield parent
            inside = sum(1 for _ in parent.iter(_SIGNATURE))
            next(itertools.islice(signatures, inside - 1, inside - 1), None)  # an element is looked through once


def _is_beside_text(comment: etree._Element) -> bool:
    previous = comment.getprevious()
    before = comment.getparent().text if previous is None else previous.tail
    return bool((before or "").strip(_WHITE) or (comment.tail or "").strip(_WHITE))


def _parser(*, remove_comments: bool) -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        collect_ids=False,
        remove_comments=remove_comments,
        encoding="utf-8",
    )


def _check_encoding(data: bytes) -> None:
    if data.startswith(_BOM_UTF16) or b"\x00" in data[:4]:
        raise NotXML("документ не в кодировке UTF-8")
    declared = _DECLARED.match(data)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise NotXML(f"объявлена кодировка {declared[1].decode()}, принимается только UTF-8")
    try:
        codecs.utf_8_decode(data, "strict", True)
    except UnicodeDecodeError as error:
        raise NotXML(f"байт {error.start} не является текстом UTF-8") from error


def _explain(error: etree.XMLSyntaxError) -> str:
    line, column = error.position
    return f"{_FAULTS.get(error.code, 'нарушена разметка')} (строка {line}, столбец {column})"
