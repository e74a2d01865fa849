"""What a schema declares, seen from a message: its elements and attributes (XML Schema part 1, section 3).

Names are Clark names, `{namespace}local`. `covered` names, for a parent element, the children of its own namespace that
are meant where only a part of a contract is looked at; the others are passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from lxml import etree
from xmlschema import XMLSchema
from xmlschema.validators import XsdAnyElement, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType

Particle: TypeAlias = XsdGroup | XsdElement | XsdAnyElement
Type: TypeAlias = XsdSimpleType | XsdComplexType
Covered: TypeAlias = Mapping[str, frozenset[str]]

EVERYTHING: Final[Covered] = {}


class Attribute(NamedTuple):
    """An attribute and the element that carries it."""

    element: str
    name: str
    use: str
    """`required` or `optional`."""
    fixed: str | None


def names_below(model: XMLSchema, name: str, covered: Covered = EVERYTHING) -> frozenset[str]:
    """Return the names of all elements that can stand below the global element `name`, and its own."""
    return frozenset(declared.name for declared in _below(model, name, covered))


def attributes_below(model: XMLSchema, name: str, covered: Covered = EVERYTHING) -> frozenset[Attribute]:
    """Return every attribute of the global element `name` and of what can stand below it."""
    return frozenset(
        Attribute(declared.name, key, attribute.use or "optional", attribute.fixed)
        for declared in _below(model, name, covered)
        if isinstance(declared.type, XsdComplexType)
        for key, attribute in declared.type.attributes.items()
        if isinstance(key, str)
    )


def is_covered(parent: str, particle: Particle, covered: Covered) -> bool:
    """Tell whether a particle of the element `parent` belongs to the part that is looked at."""
    known = covered.get(parent)
    if known is None or isinstance(particle, XsdAnyElement):
        return True
    if isinstance(particle, XsdGroup):
        return any(is_covered(parent, part, covered) for part in particle)
    foreign = etree.QName(particle.name).namespace != etree.QName(parent).namespace
    return foreign or particle.name in known


def derived(model: XMLSchema, kind: Type) -> list[XsdComplexType]:
    """Return the types that `xsi:type` may name in place of an abstract one, by name."""
    found = [each for each in model.maps.types.values() if isinstance(each, XsdComplexType)]
    fitting = [each for each in found if not each.abstract and each.is_derived(kind)]
    return sorted(fitting, key=lambda each: each.name or "")


def _below(model: XMLSchema, name: str, covered: Covered) -> Iterator[XsdElement]:
    seen: set[tuple[str, int]] = set()
    waiting = [model.maps.elements[name]]
    while waiting:
        declared = waiting.pop()
        kind = declared.type
        if (declared.name, id(kind)) in seen:
            continue
        seen.add((declared.name, id(kind)))
        yield declared
        kinds = derived(model, kind) if isinstance(kind, XsdComplexType) and kind.abstract else [kind]
        for each in kinds:
            waiting += _children(declared.name, each, covered)


def _children(parent: str, kind: Type, covered: Covered) -> Iterator[XsdElement]:
    content = kind.content if isinstance(kind, XsdComplexType) else None
    for part in content.iter_elements() if isinstance(content, XsdGroup) else ():
        if isinstance(part, XsdElement) and is_covered(parent, part, covered):
            yield part
