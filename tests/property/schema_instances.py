"""Random valid documents from the component model of a schema (XML Schema part 1, section 3).

Every decision (how often a particle occurs, which branch of a choice, which border of a value, whether an attribute
is there) goes through `Choices`, which prefers what was tried least and can say what was never tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias, TypeVar

from lxml import etree
from xmlschema import XMLSchema
from xmlschema.validators import XsdAnyElement, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType

from tests.property import schema_values

Option = TypeVar("Option")
Particle: TypeAlias = XsdGroup | XsdElement | XsdAnyElement

_PREFIXES = {
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "base": "http://dom.gosuslugi.ru/schema/integration/base/",
    "nsi": "http://dom.gosuslugi.ru/schema/integration/nsi-base/",
    "hm": "http://dom.gosuslugi.ru/schema/integration/house-management/",
}
_EVERYTHING: Mapping[str, frozenset[str]] = {}
# Elements of one document after which only the necessary is added.
_LARGE = 400


@dataclass(slots=True)
class Instance:
    """A document and the simple type of each text in it, by the element's path."""

    root: etree._Element
    types: dict[str, XsdSimpleType]


@dataclass(slots=True)
class Choices:
    """A random generator with a memory: half of the decisions go to the option that was taken least."""

    random: Random
    taken: dict[str, Counter[object]] = field(default_factory=dict)

    def pick(self, place: str, options: Sequence[Option]) -> Option:
        """Choose one of `options` at `place`, the name of a decision in the schema."""
        seen = self.taken.setdefault(place, Counter(dict.fromkeys(options, 0)))
        fewest = min(seen[option] for option in options)
        rare = [option for option in options if seen[option] == fewest]
        choice = self.random.choice(rare if self.random.random() < 0.5 else options)
        seen[choice] += 1
        return choice

    def untried(self) -> list[str]:
        """Every option that was offered somewhere and never taken."""
        return [f"{place}: {option}" for place, seen in self.taken.items() for option in seen if not seen[option]]


class Maker:
    """Makes documents of one schema.

    `covered` names, for a parent element, the children of its own namespace that another schema has too; the others
    are left out. All names are written {namespace}local.
    """

    def __init__(self, model: XMLSchema, seed: str, covered: Mapping[str, frozenset[str]] = _EVERYTHING) -> None:
        self.model = model
        self.covered = covered
        self.choices = Choices(Random(seed))  # noqa: S311  (a seeded sample, no secret)
        self._typed: list[tuple[etree._Element, XsdSimpleType]] = []
        self._made = 0

    def make(self, name: str) -> Instance:
        """One valid document whose root is the global element `name` ({namespace}local)."""
        self._typed, self._made = [], 0
        root = etree.Element(name, nsmap=_PREFIXES)
        self._fill(root, self.model.maps.elements[name], root.tag)
        tree = root.getroottree()
        return Instance(root, {tree.getelementpath(element): simple for element, simple in self._typed})

    def _fill(self, element: etree._Element, declared: XsdElement, where: str) -> None:
        self._made += 1
        kind = declared.type
        if kind.is_simple():
            element.text = self._text(kind, declared.fixed, where)
            self._typed.append((element, kind))
            return
        self._attributes(element, kind, where)
        if kind.has_simple_content():
            element.text = self._text(kind.content, None, where)
            self._typed.append((element, kind.content))
            return
        if kind.mixed:
            element.text = self.choices.pick(f"{where}/text()", ("", "текст"))
        self._particle(element, kind.content, where)

    def _attributes(self, element: etree._Element, kind: XsdComplexType, where: str) -> None:
        for name, attribute in kind.attributes.items():
            here = f"{where}/@{name}"
            if attribute.use == "required" or self.choices.pick(here, (False, True)):
                fixed = attribute.fixed
                element.set(name, fixed if fixed is not None else self._text(attribute.type, None, f"{here}="))

    def _text(self, simple: XsdSimpleType, fixed: str | None, where: str) -> str:
        if fixed is not None:
            # An empty element takes the fixed value. (Other spellings of it are valid too, but libxml2 compares
            # letters, so "1" for a fixed "true" is left to the mutants.)
            return self.choices.pick(where, (fixed, ""))
        texts = schema_values.fitting(simple, self.choices.random)
        return texts[self.choices.pick(where, tuple(texts))]

    def _particle(self, parent: etree._Element, particle: Particle, where: str) -> None:
        if isinstance(particle, XsdGroup):
            self._group(parent, particle, where)
        elif isinstance(particle, XsdElement):
            here = f"{where}/{particle.name}"
            # A global element is one component wherever it is referred to, so its decisions are counted together.
            inside = here if particle.ref is None else particle.name
            for _ in range(self._times(particle, here)):
                self._fill(etree.SubElement(parent, particle.name), particle, inside)
        else:
            for _ in range(self._times(particle, f"{where}/any")):
                parent.append(self._anything(particle, where))

    def _group(self, parent: etree._Element, group: XsdGroup, where: str) -> None:
        here = f"{where}/{group.model}"
        for _ in range(self._times(group, here)):
            numbered = [(number, part) for number, part in enumerate(group) if self._is_covered(parent, part)]
            if group.model == "choice":
                numbered = [numbered[self.choices.pick(f"{here}?", range(len(numbered)))]]
            for number, part in numbered:
                self._particle(parent, part, f"{here}{number}")

    def _is_covered(self, parent: etree._Element, particle: Particle) -> bool:
        known = self.covered.get(parent.tag)
        if known is None or not isinstance(particle, XsdElement) or particle.name in known:
            return True
        return etree.QName(particle.name).namespace != etree.QName(parent).namespace

    def _times(self, particle: Particle, where: str) -> int:
        low, high = particle.min_occurs, particle.max_occurs
        if particle.min_occurs == particle.max_occurs or self._made > _LARGE:
            return low
        most = low + 2 if high is None else min(high, low + 2)
        return self.choices.pick(f"{where}*", range(low, most + 1))

    def _anything(self, wildcard: XsdAnyElement, where: str) -> etree._Element:
        """An element for a wildcard: a known one, or a foreign one where that is allowed unjudged."""
        strict = wildcard.process_contents == "strict"
        if strict or self.choices.pick(f"{where}/any?", ("known", "foreign")) == "known":
            known = f"{{{_PREFIXES['base']}}}getStateRequest"
            element = etree.Element(known, nsmap=_PREFIXES)
            self._fill(element, self.model.maps.elements[known], f"{where}/any")
            return element
        element = etree.Element("{urn:example:foreign}parameter", kind="x")
        element.text = "чужое"
        return element


def names_below(model: XMLSchema, name: str) -> frozenset[str]:
    """Names of all elements that can stand below the global element `name`, and its own."""
    names: set[str] = {name}
    seen: set[int] = set()
    waiting = [model.maps.elements[name]]
    while waiting:
        declared = waiting.pop()
        if id(declared.type) not in seen:
            seen.add(id(declared.type))
            children = list(_children(declared))
            names.update(child.name for child in children)
            waiting += children
    return frozenset(names)


def _children(declared: XsdElement) -> Iterator[XsdElement]:
    content = None if declared.type.is_simple() else declared.type.content
    if isinstance(content, XsdGroup):
        yield from (part for part in content.iter_elements() if isinstance(part, XsdElement))
