"""XML documents of a pack: parsed once, and followed from a WSDL to every schema that it leads to.

`schemaLocation` is followed inside the pack only; a reference that leaves it, that leads nowhere or over a network is
a ContractError, and so is every construct that this gateway does not read (redefine, override, types inside a WSDL).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from lxml import etree

from gateway import xml
from gateway.contracts import errors, tree

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
WSDL: Final = "{http://schemas.xmlsoap.org/wsdl/}"


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One schema document in the role in which it was reached."""

    path: str
    root: etree._Element
    namespace: str | None
    """Target namespace; an included document without one takes that of its includer (XSD 1.0 §4.2.1)."""


class Documents:
    """The parsed files of one pack; keep it no longer than needed, trees are ten times as large as files."""

    def __init__(self, files: tree.FileTree) -> None:
        self._files = files
        self._roots: dict[str, etree._Element] = {}

    def root(self, path: str, *, referrer: str = "") -> etree._Element:
        """Return the root element of a file; raises ContractError where it is absent or no acceptable XML."""
        if path not in self._roots:
            if path not in self._files:
                raise errors.ContractError(referrer or path, f"refers to {path}, which is not in the pack")
            try:
                self._roots[path] = xml.parse(self._files[path])
            except xml.NotXML as error:
                raise errors.ContractError(path, f"is not XML that can be used: {error}") from error
        return self._roots[path]

    def closure(self, wsdl: str) -> tuple[Document, ...]:
        """Return every schema document that a WSDL leads to, each once per target namespace, importers first."""
        found: dict[tuple[str, str | None], Document] = {}
        waiting = [self._document(wsdl, link, None) for link in imports(self.root(wsdl), wsdl)]
        while waiting:
            document = waiting.pop(0)
            key = (document.path, document.namespace)
            if key not in found:
                found[key] = document
                waiting += [self._document(document.path, link, document) for link in _links(document)]
        return tuple(found.values())

    def _document(self, referrer: str, link: etree._Element, includer: Document | None) -> Document:
        path = location(referrer, link)
        root = self.root(path, referrer=referrer)
        if root.tag != f"{XS}schema":
            raise errors.ContractError(path, "is not an XML schema")
        if link.tag == f"{XS}import" or includer is None:
            expected = link.get("namespace")
            if root.get("targetNamespace") != expected:
                raise errors.ContractError(referrer, f"imports {path} as {expected}, which it is not")
            return Document(path, root, expected)
        namespace = root.get("targetNamespace", includer.namespace)
        if namespace != includer.namespace:
            raise errors.ContractError(referrer, f"includes {path}, which has another namespace")
        return Document(path, root, namespace)


def imports(wsdl: etree._Element, path: str) -> tuple[etree._Element, ...]:
    """Return the `xs:import` elements of a WSDL at `path`: its types are imported, never written in place."""
    found: list[etree._Element] = []
    for schema in wsdl.iterfind(f"{WSDL}types/{XS}schema"):
        for child in schema.iterchildren(etree.Element):
            if child.tag != f"{XS}import":
                raise errors.ContractError(path, "has types of its own: only imported schemas are read")
            found.append(child)
    return tuple(found)


def location(referrer: str, link: etree._Element) -> str:
    """Return the path that an import or include in the file `referrer` means."""
    reference = link.get("schemaLocation")
    if reference is None:
        raise errors.ContractError(referrer, f"imports {link.get('namespace')} without a schemaLocation")
    return tree.resolve(referrer, reference)


def _links(document: Document) -> Iterator[etree._Element]:
    for child in document.root.iterchildren(f"{XS}*"):
        if child.tag in (f"{XS}redefine", f"{XS}override"):
            raise errors.ContractError(document.path, f"uses {child.tag.removeprefix(XS)}, which is not supported")
        if child.tag in (f"{XS}import", f"{XS}include"):
            yield child
