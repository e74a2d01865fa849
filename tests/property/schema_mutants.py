"""Small damage to a valid document: one thing dropped, doubled, swapped, renamed, emptied or written wrongly.

A mutant is not necessarily invalid. Two schemas are equal on the wire when they agree about every mutant.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from lxml import etree
from xmlschema.validators import XsdSimpleType

from gateway.study.samples.instances import Instance
from tests.property import schema_values

_TRANSPORT_GUID = "{http://dom.gosuslugi.ru/schema/integration/base/}TransportGUID"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged document and, for the report, what was done to it and where."""

    how: str
    where: str
    root: etree._Element


@dataclass(frozen=True, slots=True)
class _Surgery:
    """One copy of an instance on the table."""

    root: etree._Element
    types: dict[str, XsdSimpleType]
    names: Sequence[str]
    random: Random

    def any_element(self) -> etree._Element:
        return self.random.choice([*self.root.iter(etree.Element)])

    def inner_element(self) -> etree._Element | None:
        inner = [element for element in self.root.iter(etree.Element) if element is not self.root]
        return self.random.choice(inner) if inner else None

    def path(self, element: etree._Element) -> str:
        return self.root.getroottree().getelementpath(element)


def mutate(instance: Instance, names: Sequence[str], random: Random) -> Mutant:
    """One mutant of a document; `names` ({namespace}local) are the element names to rename to and to insert."""
    while True:
        operation = random.choice(_OPERATIONS)
        table = _Surgery(copy.deepcopy(instance.root), instance.types, names, random)
        if (where := operation(table)) is not None:
            return Mutant(operation.__name__.strip("_"), where, table.root)


def _drop(table: _Surgery) -> str | None:
    element = table.inner_element()
    if element is None:
        return None
    where = table.path(element)
    element.getparent().remove(element)
    return where


def _double(table: _Surgery) -> str | None:
    element = table.inner_element()
    if element is None:
        return None
    element.addnext(copy.deepcopy(element))
    return table.path(element)


def _swap(table: _Surgery) -> str | None:
    element = table.inner_element()
    if element is None or element.getnext() is None:
        return None
    where = table.path(element)
    element.getnext().addnext(element)
    return where


def _move(table: _Surgery) -> str | None:
    element = table.inner_element()
    if element is None:
        return None
    where = table.path(element)
    target = table.any_element()
    if element is target or element in target.iterancestors():
        return None
    target.insert(table.random.randint(0, len(target)), element)
    return where


def _rename(table: _Surgery) -> str:
    element = table.any_element()
    where = table.path(element)
    element.tag = table.random.choice(table.names)
    return f"{where} to {element.tag}"


def _misspell(table: _Surgery) -> str:
    element = table.any_element()
    where = table.path(element)
    name = etree.QName(element)
    other = (f"{{{name.namespace}}}{name.localname}s", f"{{urn:example:foreign}}{name.localname}", name.localname)
    element.tag = table.random.choice(other)
    return f"{where} to {element.tag}"


def _empty(table: _Surgery) -> str:
    element = table.any_element()
    where = table.path(element)
    element[:] = []
    element.text = None
    return where


def _insert(table: _Surgery) -> str:
    element = table.any_element()
    child = etree.Element(table.random.choice(table.names))
    child.text = table.random.choice((None, "true", "1", "текст"))
    element.insert(table.random.randint(0, len(element)), child)
    return table.path(child)


def _text_between(table: _Surgery) -> str:
    element = table.any_element()
    element.text = (element.text or "") + table.random.choice(("лишнее", " ", "\n\t", "0"))
    return table.path(element)


def _break_text(table: _Surgery) -> str | None:
    typed = [path for path in table.types if path != "."] or list(table.types)
    if not typed:
        return None
    path = table.random.choice(typed)
    element = table.root if path == "." else table.root.find(path)
    element.text = table.random.choice(schema_values.missing(table.types[path], table.random))
    return f"{path} to {element.text[:60]!r}"


def _attribute(table: _Surgery) -> str:
    holders = [element for element in table.root.iter(etree.Element) if element.attrib]
    element = table.random.choice(holders or [table.root])
    name = table.random.choice([*element.attrib, "Id", "unknown", "{urn:example:foreign}kind"])
    value = table.random.choice((None, "", "1.0.0.0", "11.0.0.1", " 10.0.1.1", "a b", "id", "#%zz"))
    if value is None:
        element.attrib.pop(name, None)
    else:
        element.set(name, value)
    return f"{table.path(element)}/@{name} to {value!r}"


def _repeat_key(table: _Surgery) -> str | None:
    keys = [*table.root.iter(_TRANSPORT_GUID)]
    if len(keys) < 2:
        return None
    first, second = table.random.sample(keys, 2)
    second.text = table.random.choice((first.text, (first.text or "").swapcase()))
    return table.path(second)


_OPERATIONS: tuple[Callable[[_Surgery], str | None], ...] = (
    *(_drop, _double, _swap, _move, _rename, _misspell, _empty, _insert, _text_between, _attribute, _repeat_key),
    # Values have more ways to be wrong than structure has.
    *(_break_text, _break_text, _break_text),
)
