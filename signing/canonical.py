"""Canonical forms of parts of a parsed document, where they stand: the payload is never copied, moved or parsed again.

Canonical XML 1.0 (inclusive) sees every namespace in scope and the `xml:*` attributes of the ancestors;
libxml2 knows the former of an element inside a document, lxml loses the latter. Exclusive canonical XML sees
neither.
"""

from __future__ import annotations

from lxml import etree

from signing.digests import Digest, Hash
from signing.verdict import Reason, Refusal
from signing.vocabulary import Element

_INHERITED = 16
"""Most `xml:*` attributes that an element may inherit; the recommendations define four."""
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
"""Made once: that costs as much as the parse of a part."""
_XML_ATTRIBUTES = etree.XPath("ancestor::*/@xml:*")


def inclusive(node: Element) -> bytes:
    """Return canonical XML 1.0 of the element in the context of its document, comments left out.

    The `xml:*` attributes of the ancestors stand on the element for the time of the call and are taken off
    again.
    """
    inherited = _inherited(node)
    try:
        for name, value in inherited.items():
            node.set(name, value)
        canonical: bytes = etree.tostring(_apex(node), method="c14n", exclusive=False, with_comments=False)
    except etree.C14NError as error:
        raise _impossible() from error
    finally:
        for name in inherited:
            del node.attrib[name]
    return canonical


def payload_digest(element: Element, digest: Digest, *, limit: int, signature: Element | None = None) -> bytes:
    """Digest the exclusive canonical form of the element, comments left out, hashed as it comes.

    With `signature`, the first child of the element, this is the form after the enveloped-signature
    transform. Raises `Refusal` where the canonical form is longer than `limit` bytes.
    """
    running = digest.new()
    sink = _Sink(running, limit) if signature is None else _Enveloped(running, limit, signature)
    try:
        _write(element, sink)
    except etree.C14NError as error:
        raise _impossible() from error
    return running.digest()


def payload(element: Element, *, limit: int, signature: Element) -> bytes:
    """Return the octets that `payload_digest` digests: the exclusive form without the signature, held whole."""
    return payload_digest(element, _AS_IT_IS, limit=limit, signature=signature)


class _Whole:
    """In place of a running digest: all that it was given."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def update(self, data: bytes, /) -> None:
        self._octets += data

    def digest(self) -> bytes:
        return bytes(self._octets)


_AS_IT_IS = Digest("as it is", "", _Whole)


def _write(element: Element, sink: _Sink) -> None:
    """Stream the element alone; a root's tree would bring the instructions beside the root along."""
    if element.getparent() is None and (element.getprevious() is not None or element.getnext() is not None):
        sink.write(etree.tostring(element, method="c14n", exclusive=True, with_comments=False))
    else:
        etree.ElementTree(element).write_c14n(sink, exclusive=True, with_comments=False)


class _Sink:
    """A file that hashes what is written to it, up to a limit."""

    def __init__(self, running: Hash, limit: int) -> None:
        self._take = running.update
        self._left = limit

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise Refusal(Reason.LIMITS, "Подписанное содержимое в каноническом виде слишком велико.")
        self._take(data)


class _Enveloped(_Sink):
    """Leaves the first child out of the canonical form, by its bytes.

    Removing the Signature from the tree and putting it back would rewrite its namespace declarations, which
    the inclusive form of SignedInfo contains. In canonical bytes `<` stands only where a tag or an instruction
    begins; the profile has no instructions before or inside the Signature, so the first `<` after the start tag
    opens it, and its end tag occurs in no text or attribute value.
    """

    def __init__(self, running: Hash, limit: int, signature: Element) -> None:
        super().__init__(running, limit)
        name = signature.tag.rpartition("}")[2]
        self._end_tag = f"</{signature.prefix}:{name}>".encode() if signature.prefix else f"</{name}>".encode()
        self._hash, self._take = self._take, self._hold
        self._held = bytearray()
        self._opening = -1
        self._searched = 1

    def _hold(self, data: bytes) -> None:
        """Hold back the canonical form until the end of the Signature; then hash on without it."""
        self._held += data
        if self._opening < 0:
            self._opening = self._held.find(b"<", self._searched)
        closing = self._held.find(self._end_tag, self._searched) if self._opening >= 0 else -1
        if closing >= 0:
            self._hash(bytes(self._held[: self._opening]))
            self._hash(bytes(self._held[closing + len(self._end_tag) :]))
            self._take = self._hash
        # A start tag may come in thousands of pieces: what was searched once is not searched again.
        self._searched = max(1, len(self._held) - len(self._end_tag))


def _apex(node: Element) -> Element:
    """Return the element, or a copy as the root of a document, where libxml2 would go wrong inside of another.

    For an inner element lxml shows libxml2 a copied apex, and libxml2 tells namespaces apart by their pointers: what is
    in the default namespace of the apex would be put into none (`xmlns=""`) two levels below, and a prefix that is
    declared again would be written again. Exclusive canonicalisation compares by name and is right.
    """
    defaulted = None in node.nsmap and any(inner.prefix is None for inner in node.iter("*"))
    if not defaulted and next(etree.iterwalk(node, events=("start-ns",)), None) is None:
        return node
    return etree.fromstring(etree.tostring(node, with_tail=False), _PARSER)


def _inherited(node: Element) -> dict[str, str]:
    """Return the nearest `xml:*` attribute of each name among the ancestors, unless the element has its own."""
    # In the order of the document: the nearest comes last and wins.
    found = {value.attrname: value for value in _XML_ATTRIBUTES(node) if value.attrname not in node.attrib}
    if len(found) > _INHERITED:
        raise Refusal(Reason.LIMITS, "Слишком много атрибутов xml:* вокруг подписи.")
    return found


def _impossible() -> Refusal:
    """Refuse the few well-formed documents without a canonical form: relative namespace addresses."""
    return Refusal(Reason.SHAPE, "Подписанный элемент нельзя привести к каноническому виду.")
