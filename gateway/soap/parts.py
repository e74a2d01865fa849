"""The parts of an envelope: its header blocks and the one element of its body (SOAP 1.1 §4).

Apart from the application, because whoever reads a package that has been accepted needs no spyne for it.
"""

from __future__ import annotations

import itertools
from typing import Final

from lxml import etree

from gateway import errors, wire
from gateway.contracts import phrases

_ENVELOPE: Final = f"{{{wire.SOAP}}}Envelope"
_HEADER: Final = f"{{{wire.SOAP}}}Header"
_BODY: Final = f"{{{wire.SOAP}}}Body"

MAX_HEADER_BLOCKS: Final = 100
MAX_NAMESPACES: Final = 256
"""Most prefixes in scope in the envelope: each judged part gets a copy of them, at quadratic cost."""


def take_apart(envelope: etree._Element) -> tuple[list[etree._Element], etree._Element]:
    """Return the header blocks and the one element of the body; raises Rejected FMT001301 for any other envelope."""
    if envelope.tag != _ENVELOPE:
        newer = envelope.tag == f"{{{wire.SOAP_12}}}Envelope"
        found = "SOAP 1.2" if newer else phrases.shorten(wire.local(envelope.tag))
        raise _wrong(f"корневой элемент должен быть Envelope SOAP 1.1, передан {found}")
    if next(envelope.iter(etree.PI), None) is not None:
        raise _wrong("инструкции обработки в конверте не допускаются (SOAP 1.1, раздел 3)")
    parts = _children(envelope, 3)
    header = parts.pop(0) if parts and parts[0].tag == _HEADER else None
    if [part.tag for part in parts] != [_BODY]:
        raise _wrong("в конверте должен быть один Body, перед ним — не более одного Header")
    bodies = _children(parts[0], 2)
    if len(bodies) != 1:
        raise _wrong("в Body должен быть один элемент, " + ("их больше" if bodies else "он пуст"))
    blocks = [] if header is None else _children(header, MAX_HEADER_BLOCKS + 1)
    if len(blocks) > MAX_HEADER_BLOCKS:
        raise _wrong(f"в Header больше {MAX_HEADER_BLOCKS} элементов")
    if any(len(part.nsmap) > MAX_NAMESPACES for part in (header, parts[0]) if part is not None):
        raise _wrong(f"в конверте объявлено больше {MAX_NAMESPACES} пространств имён")
    return blocks, bodies[0]


def _children(parent: etree._Element, most: int) -> list[etree._Element]:
    """Return the first child elements: a stranger may send a million, and each costs an object."""
    return list(itertools.islice(parent.iterchildren(etree.Element), most))


def _wrong(detail: str) -> errors.Rejected:
    return errors.Rejected(errors.ENVELOPE_INVALID, detail)
