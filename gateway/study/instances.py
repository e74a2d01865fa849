"""Random valid documents from the component model of a schema (XML Schema part 1, section 3).

Every decision (how often a particle occurs, which branch of a choice, which border of a value, whether an attribute
is there) goes through `Choices`, which prefers what was tried least and can say what was never tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeVar

from lxml import etree
from xmlschema import XMLSchema
from xmlschema.validators import XsdAnyElement, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType

from gateway import wire
from gateway.study import declarations, values
from gateway.study.declarations import EVERYTHING, Covered, Particle

Option = TypeVar("Option")

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_XSI_TYPE: Final = f"{{{_XSI}}}type"
_LARGE: Final = 400
"""Elements of one document after which only the necessary is added."""
_RARE: Final = 0.5
"""Share of decisions that go to what was tried least."""


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
        choice = self.random.choice(rare if self.random.random() < _RARE else options)
        seen[choice] += 1
        return choice

    def untried(self) -> list[str]:
        """Every option that was offered somewhere and never taken."""
        return [f"{place}: {option}" for place, seen in self.taken.items() for option in seen if not seen[option]]


class Maker:
    """Makes documents of one schema."""

    def __init__(self, model: XMLSchema, seed: str, covered: Covered = EVERYTHING) -> None:
        """`covered`: the part of the contract to make, as in `declarations`."""
        self.model = model
        self.covered = covered
        self.choices = Choices(Random(seed))  # noqa: S311  # a seeded sample, no secret
        self._typed: list[tuple[etree._Element, XsdSimpleType]] = []
        self._made = 0

    def make(self, name: str) -> Instance:
        """One valid document whose root is the global element `name` ({namespace}local)."""
        self._typed, self._made = [], 0
        root = etree.Element(name, nsmap=_prefixes(etree.QName(name).namespace or ""))
        self._fill(root, self.model.maps.elements[name], root.tag)
        tree = root.getroottree()
        return Instance(root, {tree.getelementpath(element): simple for element, simple in self._typed})

    def _fill(self, element: etree._Element, declared: XsdElement, where: str) -> None:
        self._made += 1
        kind = declared.type
        if isinstance(kind, XsdSimpleType):
            self._simple(element, kind, declared.fixed, where)
            return
        if kind.abstract:
            kind = self._named_type(element, kind, where)
            where = f"{where}={kind.name}"
        self._attributes(element, kind, where)
        if isinstance(kind.content, XsdSimpleType):
            self._simple(element, kind.content, None, where)
            return
        if kind.mixed:
            element.text = self.choices.pick(f"{where}/text()", ("", "текст"))
        self._particle(element, kind.content, where)

    def _simple(self, element: etree._Element, simple: XsdSimpleType, fixed: str | None, where: str) -> None:
        element.text = self._text(simple, fixed, where)
        self._typed.append((element, simple))

    def _named_type(self, element: etree._Element, kind: XsdComplexType, where: str) -> XsdComplexType:
        """Choose a type for an element whose own is abstract, and say so in it."""
        candidates = {str(each.name): each for each in declarations.derived(self.model, kind)}
        name = etree.QName(self.choices.pick(f"{where}=", tuple(candidates)))
        prefix = next(prefix for prefix, namespace in element.nsmap.items() if namespace == name.namespace)
        element.set(_XSI_TYPE, f"{prefix}:{name.localname}")
        return candidates[name.text]

    def _attributes(self, element: etree._Element, kind: XsdComplexType, where: str) -> None:
        for name, attribute in kind.attributes.items():
            here = f"{where}/@{name}"
            simple = attribute.type
            if simple is None or not (attribute.use == "required" or self.choices.pick(here, (False, True))):
                continue  # a wildcard, or left out
            element.set(name, attribute.fixed if attribute.fixed is not None else self._text(simple, None, f"{here}="))

    def _text(self, simple: XsdSimpleType, fixed: str | None, where: str) -> str:
        if fixed is not None:
            # An empty element takes the fixed value. (Other spellings of it are valid too, but libxml2 compares
            # letters, so "1" for a fixed "true" is left to the mutants.)
            return self.choices.pick(where, (fixed, ""))
        texts = values.fitting(simple, self.choices.random)
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
            numbered = [
                (number, part)
                for number, part in enumerate(group)
                if declarations.is_covered(parent.tag, part, self.covered)
            ]
            if group.model == "choice":
                numbered = [numbered[self.choices.pick(f"{here}?", range(len(numbered)))]]
            for number, part in numbered:
                self._particle(parent, part, f"{here}{number}")

    def _times(self, particle: Particle, where: str) -> int:
        low, high = particle.min_occurs, particle.max_occurs
        if particle.min_occurs == particle.max_occurs or self._made > _LARGE:
            return low
        most = low + 2 if high is None else min(high, low + 2)
        return self.choices.pick(f"{where}*", range(low, most + 1))

    def _anything(self, wildcard: XsdAnyElement, where: str) -> etree._Element:
        """Return an element for a wildcard: a known one, or a foreign one where that is allowed unjudged."""
        strict = wildcard.process_contents == "strict"
        if strict or self.choices.pick(f"{where}/any?", ("known", "foreign")) == "known":
            known = wire.base("getStateRequest")
            element = etree.Element(known, nsmap=_prefixes(wire.BASE))
            self._fill(element, self.model.maps.elements[known], f"{where}/any")
            return element
        element = etree.Element("{urn:example:foreign}parameter", kind="x")
        element.text = "чужое"
        return element


def _prefixes(namespace: str) -> dict[str, str]:
    return {**wire.nsmap(namespace), "xsi": _XSI}
