"""The walk from the declarations of a service to the shapes of its elements.

It reads XSD 1.0 as far as contracts use it: named and anonymous types, extension, restriction, groups, references,
fixed attributes. Types with a name are walked once, children only when somebody asks: contracts recurse.
"""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from gateway import wire
from gateway.contracts import components, errors
from gateway.contracts.components import Node
from gateway.contracts.documents import XS
from gateway.contracts.particles import Attribute, Child, Group, Particle, Shape

SIGNATURE: Final = f"{{{wire.XMLDSIG}}}Signature"
"""No content: whoever signs adds it."""

_GROUPS: Final = ("sequence", "choice", "all")


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class _Body:
    """What a type holds: a shape without its element's name."""

    particles: tuple[Particle, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    is_text: bool = False
    type: str = ""
    kinds: Mapping[str, _Body] = dataclasses.field(default_factory=dict)


_ANY = _Body(is_text=True)


class Walk:
    """The shapes of one service, made when they are asked for; safe for threads."""

    def __init__(self, found: components.Components, wsdl: str) -> None:
        self._found = found
        self._wsdl = wsdl
        self._bodies: dict[str, _Body] = {}
        self._walking = threading.RLock()
        """Held while a type is walked: an abstract one is kept before it is known what it can be."""

    def element(self, name: str) -> Shape:
        """Return the shape of a global element; raises ContractError where the schemas declare none."""
        return self._shape(name, self.declaration(name))

    def declaration(self, name: str) -> Node:
        """Return the declaration of a global element."""
        node = self._found.find("element", name)
        if node is None:
            raise errors.ContractError(self._wsdl, f"leads to no schema that declares the element {name}")
        return node

    def _shape(self, name: str, node: Node) -> Shape:
        return _shaped(name, self._body_of(node))

    def _body_of(self, declaration: Node) -> _Body:
        named = declaration.qname("type")
        if named is not None:
            return self._named(named, declaration)
        inline = declaration.child("complexType", "simpleType")
        return self._type(inline) if inline else _ANY

    def _named(self, name: str, referrer: Node) -> _Body:
        if name.startswith(XS):
            return _Body(is_text=True, type=name.removeprefix(XS))
        with self._walking:
            if name not in self._bodies:
                node = self._found.need("type", name, referrer)
                self._bodies[name] = self._type(node)
                if _is_abstract(node):
                    # The types that extend it inherit from what was just kept.
                    self._bodies[name] = dataclasses.replace(self._bodies[name], kinds=self._kinds(name))
            return self._bodies[name]

    def _kinds(self, name: str) -> dict[str, _Body]:
        """Return every type that extends an abstract one: what xsi:type can name in its place."""
        found: dict[str, _Body] = {}
        for kind, node in self._found.all("type"):
            content = node.child("complexContent")
            change = content.child("extension") if content else None
            if change is not None and change.qname("base") == name:
                found |= self._kinds(kind)
                if not _is_abstract(node):
                    found[kind] = self._type(node)
        return found

    def _type(self, node: Node) -> _Body:
        return self._complex(node) if node.tag == "complexType" else self._simple(node)

    def _simple(self, node: Node) -> _Body:
        restriction = node.child("restriction")
        if restriction is None:
            return _ANY
        base = restriction.qname("base")
        inline = restriction.child("simpleType")
        return self._named(base, restriction) if base else self._type(inline) if inline else _ANY

    def _complex(self, node: Node) -> _Body:
        derived = node.child("complexContent", "simpleContent")
        if derived is None:
            return self._own(node)
        change = derived.child("extension", "restriction")
        base = change.qname("base") if change else None
        if change is None or base is None:
            raise errors.ContractError(node.document.path, f"has a {derived.tag} without a base")
        inherited = self._named(base, change) if base != f"{XS}anyType" else _Body()
        own = self._own(change)
        # A restriction repeats its content, and inherits the attributes that it does not name again.
        extends = change.tag == "extension"
        return _Body(
            inherited.particles + own.particles if extends else own.particles,
            _merged(inherited.attributes, own.attributes),
            is_text=derived.tag == "simpleContent",
            type=inherited.type,
        )

    def _own(self, node: Node) -> _Body:
        particles: list[Particle] = []
        attributes: tuple[Attribute, ...] = ()
        for child in node.children():
            if child.tag in (*_GROUPS, "group"):
                particles.append(self._group(child))
            elif child.tag in ("attribute", "attributeGroup"):
                attributes = _merged(attributes, tuple(self._attributes(child)))
        return _Body(tuple(particles), attributes)

    def _group(self, node: Node) -> Group:
        minimum, maximum = _occurs(node)
        if node.tag == "group":
            referred = self._found.need("group", node.qname("ref") or "", node)
            inner = referred.child(*_GROUPS)
            items: tuple[Particle, ...] = (self._group(inner),) if inner else ()
            return Group(choice=False, items=items, minimum=minimum, maximum=maximum)
        return Group(node.tag == "choice", tuple(self._items(node)), minimum, maximum)

    def _items(self, node: Node) -> Iterator[Particle]:
        for child in node.children():
            if child.tag == "element":
                particle = self._child(child)
                if particle.maximum != 0 and particle.name != SIGNATURE:
                    yield particle
            elif child.tag != "any":
                yield self._group(child)

    def _child(self, node: Node) -> Child:
        reference = node.qname("ref")
        name = reference or node.local_name()
        target = self._found.need("element", reference, node) if reference else node
        return Child(name, *_occurs(node), _once(lambda: self._shape(name, target)))

    def _attributes(self, node: Node) -> Iterator[Attribute]:
        reference = node.qname("ref")
        if node.tag == "attributeGroup":
            group = self._found.need("attributeGroup", reference or "", node)
            for child in group.children():
                yield from self._attributes(child)
        elif node.tag == "attribute" and node.get("use") != "prohibited":
            name = reference or node.local_name()
            target = self._found.find("attribute", name) if reference else None
            fixed = node.get("fixed") or (target.get("fixed") if target else None)
            yield Attribute(name, fixed, node.get("use") == "required")


def _shaped(name: str, body: _Body) -> Shape:
    kinds = {kind: _shaped(name, each) for kind, each in body.kinds.items()}
    content = Group(choice=False, items=body.particles)
    return Shape(name, content, body.attributes, body.is_text, body.type, kinds)


def _is_abstract(node: Node) -> bool:
    return node.get("abstract") in ("true", "1")


def _once(make: Callable[[], Shape]) -> Callable[[], Shape]:
    made: list[Shape] = []

    def get() -> Shape:
        if not made:
            made.append(make())
        return made[0]

    return get


def _merged(inherited: tuple[Attribute, ...], own: tuple[Attribute, ...]) -> tuple[Attribute, ...]:
    return tuple({attribute.name: attribute for attribute in (*inherited, *own)}.values())


def _occurs(node: Node) -> tuple[int, int | None]:
    minimum, maximum = node.get("minOccurs") or "1", node.get("maxOccurs") or "1"
    try:
        return int(minimum), None if maximum == "unbounded" else int(maximum)
    except ValueError:
        raise errors.ContractError(node.document.path, f"has an occurrence that is no number: {maximum}") from None
