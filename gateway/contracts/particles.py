"""The shape of contract elements, as values: children in their groups, attributes, text.

`walk` makes them from the schemas of a service; `shape` writes and reads content by them.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from gateway import wire


@dataclasses.dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an element."""

    name: str
    """Clark name."""
    fixed: str | None
    required: bool


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Child:
    """One element inside another."""

    name: str
    """Clark name."""
    minimum: int
    maximum: int | None
    """None means without limit."""
    _shape: Callable[[], Shape] = dataclasses.field(repr=False)

    @property
    def shape(self) -> Shape:
        """Its own shape, looked up when asked for: contracts recurse."""
        return self._shape()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Elements in sequence, or a choice among them."""

    choice: bool
    items: tuple[Particle, ...]
    minimum: int = 1
    maximum: int | None = 1


Particle: TypeAlias = Child | Group


@dataclasses.dataclass(frozen=True, eq=False)
class Shape:
    """What an element holds. Without slots: what is derived is kept, a package asks for it thousands of times."""

    name: str
    """Clark name."""
    content: Group
    """Its children as the schema groups them; no items in an element of text."""
    attributes: tuple[Attribute, ...]
    is_text: bool
    """Whether it holds text; attributes are possible beside it."""
    type: str = ""
    """The XSD type that its text is derived from, for example `date`; empty for lists, unions and blocks."""
    kinds: Mapping[str, Shape] = dataclasses.field(default_factory=dict, repr=False)
    """Where the type is abstract: what the element holds as each type that it can be, by Clark name (xsi:type)."""

    @functools.cached_property
    def children(self) -> tuple[Child, ...]:
        """Every child in document order, with the occurrence that the groups around it leave."""
        return tuple(_flatten(self.content, 1, 1))

    @functools.cached_property
    def places(self) -> Mapping[str, Place]:
        """Where the content of each child goes, by Clark name."""
        return {
            child.name: Place(
                wire.local(child.name),
                child.maximum != 1,
                child.shape.is_text and not child.shape.kinds and not child.shape.attributes,
                child.shape,
            )
            for child in self.children
        }

    @functools.cached_property
    def by_name(self) -> Mapping[str, Child]:
        """The children by Clark name."""
        return {child.name: child for child in self.children}

    def child(self, local: str) -> Child | None:
        """Return the child with this local name."""
        return next((child for child in self.children if wire.local(child.name) == local), None)

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute with this Clark name."""
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


class Place(NamedTuple):
    """A child as its content is read: thousands of times in a package."""

    local: str
    """Its local name."""
    repeats: bool
    is_plain: bool
    """Whether it is text without attributes."""
    shape: Shape


def _flatten(group: Group, minimum: int, maximum: int | None) -> Iterator[Child]:
    least = 0 if group.choice and len(group.items) > 1 else minimum * group.minimum
    most = _product(maximum, group.maximum)
    for item in group.items:
        if isinstance(item, Group):
            yield from _flatten(item, least, most)
        else:
            yield dataclasses.replace(item, minimum=least * item.minimum, maximum=_product(most, item.maximum))


def _product(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one * other
