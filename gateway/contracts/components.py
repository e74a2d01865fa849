"""The declarations of a service's schemas, found by kind and name, across every document that belongs to it.

A light reading of XSD 1.0 for what writers, readers and versions need; whether a message is valid is libxml2's word.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Final

from lxml import etree

from gateway.contracts import errors
from gateway.contracts.documents import XS, Document

_KINDS: Final = {
    f"{XS}element": "element",
    f"{XS}complexType": "type",
    f"{XS}simpleType": "type",
    f"{XS}group": "group",
    f"{XS}attribute": "attribute",
    f"{XS}attributeGroup": "attributeGroup",
}


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Node:
    """An element of a schema document, together with what its document says for it."""

    element: etree._Element
    document: Document

    @property
    def tag(self) -> str:
        """Local name inside the XSD namespace."""
        return str(self.element.tag).removeprefix(XS)

    def get(self, attribute: str) -> str | None:
        """Return an attribute of the element."""
        value: str | None = self.element.get(attribute)
        return value

    def children(self) -> Iterator[Node]:
        """Yield the XSD children, in order, annotations left out."""
        for child in self.element.iterchildren(f"{XS}*"):
            if child.tag != f"{XS}annotation":
                yield Node(child, self.document)

    def child(self, *tags: str) -> Node | None:
        """Return the first child that has one of these local names."""
        return next((child for child in self.children() if child.tag in tags), None)

    def qname(self, attribute: str) -> str | None:
        """Return the Clark name that a QName attribute means, None where the attribute is absent."""
        value = self.get(attribute)
        if value is None:
            return None
        prefix, _, local = value.strip().rpartition(":")
        namespace = self.element.nsmap.get(prefix or None)
        if prefix and namespace is None:
            raise errors.ContractError(self.document.path, f"uses the prefix {prefix}, which is not declared")
        # In a document that took its includer's namespace, unprefixed names mean that namespace too.
        return clark(namespace or self.document.namespace, local)

    def local_name(self) -> str:
        """Return the Clark name of a local element or attribute declaration, by `form` and the form defaults."""
        default = "elementFormDefault" if self.tag == "element" else "attributeFormDefault"
        form = self.get("form") or self.document.root.get(default, "unqualified")
        return clark(self.document.namespace if form == "qualified" else None, self.get("name") or "")


class Components:
    """The global declarations of one service."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._found: dict[tuple[str, str], Node] = {}
        for document in documents:
            for child in document.root.iterchildren(f"{XS}*"):
                kind = _KINDS.get(child.tag)
                if kind is not None:
                    name = clark(document.namespace, child.get("name", ""))
                    self._found[kind, name] = Node(child, document)

    def find(self, kind: str, name: str) -> Node | None:
        """Return the global declaration with this Clark name, None where the schemas have none."""
        return self._found.get((kind, name))

    def all(self, kind: str) -> Iterator[tuple[str, Node]]:
        """Yield every global declaration of a kind with its Clark name."""
        return ((name, node) for (of, name), node in self._found.items() if of == kind)

    def need(self, kind: str, name: str, referrer: Node) -> Node:
        """Return the global declaration that `referrer` refers to; raises ContractError where it is missing."""
        node = self.find(kind, name)
        if node is None:
            raise errors.ContractError(referrer.document.path, f"refers to the {kind} {name}, which is not declared")
        return node


def clark(namespace: str | None, local: str) -> str:
    """Return `{namespace}local`, or the bare name where there is no namespace."""
    return f"{{{namespace}}}{local}" if namespace else local
