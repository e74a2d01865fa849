"""Content by shape: `write` makes an element from plain data, `read` makes plain data from an element.

Data are local names → text, a nested block, or a list (`Data`); `@name` is an attribute and
`#text` the text of an element that has attributes too; `@xsi:type` is the local name of the type that an element of an
abstract type has. Namespaces, order and fixed attributes come from the shape.
ds:Signature is no content: it is neither read nor written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from lxml import etree

from gateway import wire
from gateway.contracts import components, documents, errors, model, walk
from gateway.contracts.particles import Attribute, Child, Group, Particle, Shape

__all__ = ["KIND", "TEXT", "Child", "Data", "Shape", "Shapes", "read", "text", "write"]

Data: TypeAlias = "str | Mapping[str, Data] | Sequence[Data]"
"""Contract content by local element name: text, a nested block, or the repeats of one element in order."""

TEXT: Final = "#text"
"""Key of the text of an element that has attributes."""
KIND: Final = "@xsi:type"
"""Key of the type of an element whose type is abstract."""

_XSI_TYPE: Final = f"{{{wire.XSI}}}type"


class Shapes:
    """The shapes of one service of a pack. The schemas are parsed once, here; keep the object."""

    def __init__(self, pack: model.Pack, service: model.Service) -> None:
        closure = documents.Documents(pack.files).closure(service.wsdl)
        self._walk = walk.Walk(components.Components(closure), service.wsdl)
        self._shapes: dict[str, Shape] = {}

    def element(self, name: str) -> Shape:
        """Return the shape of a global element by Clark name; raises ContractError where there is none."""
        if name not in self._shapes:
            self._shapes[name] = self._walk.element(name)
        return self._shapes[name]


def write(shape: Shape, data: Data, nsmap: Mapping[str, str] | None = None) -> etree._Element:
    """Return a new element of this shape with this content.

    `nsmap` (prefix → namespace) is declared on the root. Attributes that the contract both requires and fixes need
    not be given. Raises ContentError for a key that the shape does not have and for text in place of a block.
    """
    element = etree.Element(shape.name, nsmap=dict(nsmap) if nsmap else None)
    _fill(element, shape, data, wire.local(shape.name))
    return element


def read(element: etree._Element, shape: Shape) -> dict[str, Data]:
    """Return the content of a valid element, the inverse of `write`.

    What the contract lets repeat is a list, even of one; a block is a dict; the rest is text as it stands. Raises
    ContentError for a child that the shape does not have.
    """
    content = _block(element, shape, element)
    if shape.is_text:
        content[TEXT] = text(element)
    return content


def text(element: etree._Element) -> str:
    """Return the whole text of an element, also where a comment stands in the middle of it."""
    if len(element) == 0:
        return str(element.text or "")
    return str(element.xpath("string()"))


def _fill(element: etree._Element, shape: Shape, data: Data, path: str) -> None:
    if isinstance(data, str):
        _fill_text(element, shape, data, path)
        return
    if not isinstance(data, Mapping):
        raise errors.ContentError(path, "is given as a list, but does not repeat")
    if KIND in data:
        shape = _chosen_kind(element, shape, data[KIND], path)
    waiting = {key: value for key, value in data.items() if not key.startswith(("@", "#"))}
    _fill_attributes(element, shape, data, path)
    if TEXT in data:
        _fill_text(element, shape, data[TEXT], path)
    queues = {key: _values(value) for key, value in waiting.items()}
    _place(element, shape.content, queues, path)
    left = [key for key, values in queues.items() if values]
    if left:
        known = ", ".join(wire.local(child.name) for child in shape.children)
        raise errors.ContentError(path, f"has no place for {', '.join(left)}; it holds: {known or 'text'}")


def _chosen_kind(element: etree._Element, shape: Shape, local: Data, path: str) -> Shape:
    name = next((name for name in shape.kinds if wire.local(name) == local), None)
    if name is None:
        known = ", ".join(wire.local(name) for name in shape.kinds)
        raise errors.ContentError(path, f"cannot be of the type {local}; it is one of: {known or 'its own'}")
    element.set(_XSI_TYPE, etree.QName(name))
    return shape.kinds[name]


def _fill_text(element: etree._Element, shape: Shape, data: Data, path: str) -> None:
    if not isinstance(data, str) or not shape.is_text:
        raise errors.ContentError(path, "holds a block, not text" if isinstance(data, str) else "holds text")
    _fix(element, shape)
    element.text = data


def _fill_attributes(element: etree._Element, shape: Shape, data: Mapping[str, Data], path: str) -> None:
    _fix(element, shape)
    names = {wire.local(attribute.name): attribute for attribute in shape.attributes}
    for key, value in data.items():
        if key.startswith("@") and key != KIND:
            attribute = names.get(key[1:])
            if attribute is None or not isinstance(value, str):
                raise errors.ContentError(path, f"has no attribute {key[1:]} of this kind")
            element.set(attribute.name, value)


def _fix(element: etree._Element, shape: Shape) -> None:
    for attribute in shape.attributes:
        if attribute.required and attribute.fixed is not None:
            element.set(attribute.name, attribute.fixed)


def _place(element: etree._Element, group: Group, queues: dict[str, list[Data]], path: str) -> None:
    # A group that repeats takes one turn after another while it still finds content.
    while True:
        before = len(element)
        for item in _chosen(group, queues):
            if isinstance(item, Group):
                _place(element, item, queues, path)
            else:
                _append(element, item, queues, path)
        if group.maximum == 1 or len(element) == before:
            return


def _chosen(group: Group, queues: Mapping[str, list[Data]]) -> Sequence[Particle]:
    if not group.choice:
        return group.items
    # Branches may begin with the same element: the one that has room for most of the content is meant.
    best = max(group.items, key=lambda item: len(_names(item) & {key for key, left in queues.items() if left}))
    return (best,)


def _append(element: etree._Element, child: Child, queues: Mapping[str, list[Data]], path: str) -> None:
    local = wire.local(child.name)
    queue = queues.get(local, [])
    count = len(queue) if child.maximum is None else min(len(queue), child.maximum)
    for index in range(count):
        place = f"{path}/{local}[{index + 1}]" if count > 1 else f"{path}/{local}"
        _fill(etree.SubElement(element, child.name), child.shape, queue[index], place)
    del queue[:count]


def _names(particle: Particle) -> set[str]:
    if isinstance(particle, Child):
        return {wire.local(particle.name)}
    return set().union(*(_names(item) for item in particle.items))


def _values(data: Data) -> list[Data]:
    if isinstance(data, (str, Mapping)):
        return [data]
    return list(data)


def _block(element: etree._Element, shape: Shape, root: etree._Element) -> dict[str, Data]:
    content: dict[str, Data] = dict(_attributes(element, shape.attributes))
    repeats: dict[str, list[Data]] = {}
    places = shape.places
    for found in element.iterchildren(etree.Element):
        place = places.get(found.tag)
        if place is None:
            if found.tag == walk.SIGNATURE:
                continue
            raise errors.ContentError(_path(element, root), f"has no place for {found.tag}")
        value = text(found) if place.is_plain else _value(found, place.shape, root)
        if not place.repeats:
            content[place.local] = value
        elif place.local in repeats:
            repeats[place.local].append(value)
        else:
            content[place.local] = repeats[place.local] = [value]
    return content


def _value(element: etree._Element, shape: Shape, root: etree._Element) -> Data:
    if shape.kinds:
        return _block_of_kind(element, shape, root)
    if not shape.is_text:
        return _block(element, shape, root)
    attributes = dict(_attributes(element, shape.attributes))
    return {**attributes, TEXT: text(element)} if attributes else text(element)


def _block_of_kind(element: etree._Element, shape: Shape, root: etree._Element) -> Data:
    prefix, _, local = (element.get(_XSI_TYPE) or "").strip().rpartition(":")
    found = shape.kinds.get(f"{{{element.nsmap.get(prefix or None)}}}{local}")
    if found is None:
        path = _path(element, root)
        raise errors.ContentError(path, f"names no type that it can have: {local or 'none'}")
    return {KIND: local, **_block(element, found, root)}


def _path(element: etree._Element, root: etree._Element) -> str:
    """Return where an element stands, from the one that is read: a name for each step."""
    steps = [element]
    while steps[-1] is not root and (above := steps[-1].getparent()) is not None:
        steps.append(above)
    return "/".join(wire.local(str(each.tag)) for each in reversed(steps))


def _attributes(element: etree._Element, known: Sequence[Attribute]) -> list[tuple[str, str]]:
    if not known:
        return []
    names = {attribute.name for attribute in known}
    return [(f"@{wire.local(name)}", value) for name, value in element.attrib.items() if name in names]
