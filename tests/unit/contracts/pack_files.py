"""A contract pack small enough to read: one service, `toys`, with every construct that a test wants to break."""

from __future__ import annotations

import functools
from pathlib import Path

from lxml import etree

from gateway import wire
from gateway.contracts import loader, model

TOYS = f"{wire.ROOT}toys/"
PATH = "/ext-bus-toys-service/services/ToysAsync"
WSDL, TYPES, PARTS, BASE = "toys/toys.wsdl", "toys/toys.xsd", "toys/parts/values.xsd", "lib/base.xsd"
GUID = "01234567-89ab-cdef-0123-456789ABCDEF"

_FOLDER = Path(__file__).parent / "pack"


def files(**replaced: tuple[str, str]) -> dict[str, bytes]:
    """The files of the pack; `types=(old, new)` replaces text in one of them (wsdl, types, parts, base)."""
    texts = {path: (_FOLDER / path).read_text() for path in (WSDL, TYPES, PARTS, BASE)}
    for name, (old, new) in replaced.items():
        path = {"wsdl": WSDL, "types": TYPES, "parts": PARTS, "base": BASE}[name]
        assert old in texts[path], old
        texts[path] = texts[path].replace(old, new, 1)
    return {path: text.encode() for path, text in texts.items()}


@functools.cache
def pack() -> model.Pack:
    return loader.load(files())


def service() -> model.Service:
    return pack().services[PATH]


def toys(name: str) -> str:
    return f"{{{TOYS}}}{name}"


def message(body: str, *, version: str = 'b:version="2.5.0.0"') -> etree._Element:
    """An importToysRequest inside another element, as a request stands in its envelope."""
    text = f'<S><importToysRequest xmlns="{TOYS}" xmlns:b="{wire.BASE}" {version}>{body}</importToysRequest></S>'
    return etree.fromstring(text)[0]


def toy(extra: str = "<Code>1.2</Code>", *, name: str = "Ball", guid: str = GUID) -> str:
    return f"<Toy><b:TransportGUID>{guid}</b:TransportGUID><Name>{name}</Name>{extra}</Toy>"
