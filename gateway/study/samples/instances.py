"""Valid documents made from the component model of a schema (XML Schema part 1, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final, Generic, TypeVar

from lxml import etree
from xmlschema import XMLSchema
from xmlschema.validators import XsdAnyElement, XsdComplexType, XsdElement, XsdGroup, XsdIdentity, XsdSimpleType

from gateway import wire
from gateway.study.samples import decisions, declarations, identities, texts
from gateway.study.samples.declarations import EVERYTHING, Covered, Particle
from gateway.study.samples.identities import Holder

Decider = TypeVar("Decider", bound=decisions.Decisions)

_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_XSI_TYPE: Final = f"{{{_XSI}}}type"
_ATTEMPTS: Final = 500
"""Documents begun until one keeps the keys and references that the schema demands."""


@dataclass(slots=True)
class Instance:
    """A document and the simple type of each text in it, by the element's path."""

    root: etree._Element
    types: dict[str, XsdSimpleType]


class Maker(Generic[Decider]):
    """Makes documents of one schema."""

    def __init__(self, model: XMLSchema, choices: Decider, covered: Covered = EVERYTHING) -> None:
        """`covered`: the part of the contract to make, as in `declarations`."""
        self.model = model
        self.covered = covered
        self.choices = choices
        self._texts = _Texts(choices.random)
        self._scopes: list[tuple[etree._Element, XsdIdentity]] = []
        self._open: list[XsdComplexType] = []

    def make(self, name: str) -> Instance:
        """Return a valid document whose root is the global element `name` ({namespace}local).

        Raises ValueError where the schema has demands that this module cannot meet.
        """
        for _ in range(_ATTEMPTS):
            self._texts, self._scopes = _Texts(self.choices.random), []
            self.choices.begin()
            root = etree.Element(name, nsmap={**wire.nsmap(etree.QName(name).namespace or ""), "xsi": _XSI})
            self._fill(root, self.model.maps.elements[name], root.tag, 0)
            if identities.mend(self._scopes, self._texts):
                return Instance(root, self._texts.by_path(root.getroottree()))
        raise ValueError(f"no document of {name} keeps the keys and references that its schema demands")

    def _fill(self, element: etree._Element, declared: XsdElement, where: str, depth: int) -> None:
        self._scopes += [(element, identity) for identity in identities.of(declared)]
        kind = declared.type
        if isinstance(kind, XsdSimpleType):
            self._simple(element, kind, declared.fixed, where)
            return
        if kind.abstract:
            kind = self._named_type(element, kind, where)
            where = f"{where}={kind.name}"
        if kind in self._open:
            # What recurses is one component at every depth, so its decisions are counted together.
            where = str(kind.name)
        self._open.append(kind)
        self._complex(element, kind, where, depth)
        self._open.pop()

    def _complex(self, element: etree._Element, kind: XsdComplexType, where: str, depth: int) -> None:
        self._attributes(element, kind, where)
        if isinstance(kind.content, XsdSimpleType):
            self._simple(element, kind.content, None, where)
            return
        if kind.mixed:
            element.text = self.choices.option(f"{where}/text()", ("", "текст"))
        self._particle(element, kind.content, where, depth + 1)

    def _simple(self, element: etree._Element, simple: XsdSimpleType, fixed: str | None, where: str) -> None:
        element.text = self._text(simple, fixed, where)
        self._texts.types[Holder(element, None)] = simple

    def _named_type(self, element: etree._Element, kind: XsdComplexType, where: str) -> XsdComplexType:
        """Choose a type for an element whose own is abstract, and say so in it."""
        candidates = {str(each.name): each for each in declarations.derived(self.model, kind)}
        name = etree.QName(self.choices.option(f"{where}=", tuple(candidates)))
        prefix = next(prefix for prefix, namespace in element.nsmap.items() if namespace == name.namespace)
        element.set(_XSI_TYPE, f"{prefix}:{name.localname}")
        return candidates[name.text]

    def _attributes(self, element: etree._Element, kind: XsdComplexType, where: str) -> None:
        for name, attribute in kind.attributes.items():
            here = f"{where}/@{name}"
            simple = attribute.type
            if simple is None or not (attribute.use == "required" or self.choices.has_attribute(here)):
                continue  # a wildcard, or left out
            element.set(name, attribute.fixed if attribute.fixed is not None else self._text(simple, None, f"{here}="))
            self._texts.types[Holder(element, name)] = simple

    def _text(self, simple: XsdSimpleType, fixed: str | None, where: str) -> str:
        if fixed is not None:
            # An empty element takes the fixed value. (Other spellings of it are valid too, but libxml2 compares
            # letters, so "1" for a fixed "true" is left to the mutants.)
            return self.choices.option(where, (fixed, ""))
        return self.choices.text(where, simple)

    def _particle(self, parent: etree._Element, particle: Particle, where: str, depth: int) -> None:
        if isinstance(particle, XsdGroup):
            self._group(parent, particle, where, depth)
        elif isinstance(particle, XsdElement):
            here = f"{where}/{particle.name}"
            # A global element is one component wherever it is referred to, so its decisions are counted together.
            inside = here if particle.ref is None else particle.name
            for _ in range(self._times(particle, here, depth)):
                self._fill(etree.SubElement(parent, particle.name), particle, inside, depth)
        else:
            for _ in range(self._times(particle, f"{where}/any", depth)):
                parent.append(self._anything(particle, where))

    def _group(self, parent: etree._Element, group: XsdGroup, where: str, depth: int) -> None:
        here = f"{where}/{group.model}"
        for _ in range(self._times(group, here, depth)):
            parts = [
                (number, part)
                for number, part in enumerate(group)
                if declarations.is_covered(parent.tag, part, self.covered)
            ]
            if group.model == "choice":
                parts = [self.choices.branch(f"{here}?", parts)]
            for number, part in parts:
                self._particle(parent, part, f"{here}{number}", depth)

    def _times(self, particle: Particle, where: str, depth: int) -> int:
        return self.choices.times(f"{where}*", particle, depth, len(self._texts.types))

    def _anything(self, wildcard: XsdAnyElement, where: str) -> etree._Element:
        """Return an element for a wildcard: a known one, or a foreign one where that is allowed unjudged."""
        strict = wildcard.process_contents == "strict"
        if strict or self.choices.option(f"{where}/any?", ("known", "foreign")) == "known":
            known = wire.base("getStateRequest")
            element = etree.Element(known, nsmap=wire.nsmap(wire.BASE))
            self._fill(element, self.model.maps.elements[known], f"{where}/any", 0)
            return element
        element = etree.Element("{urn:example:foreign}parameter", kind="x")
        element.text = "чужое"
        return element


class _Texts:
    """The texts of the document that is being made, with their types."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self.types: dict[Holder, XsdSimpleType] = {}

    def by_path(self, tree: etree._ElementTree) -> dict[str, XsdSimpleType]:
        return {
            tree.getelementpath(holder.element): simple
            for holder, simple in self.types.items()
            if holder.attribute is None
        }

    def another(self, holder: Holder) -> str:
        return texts.another(self.types[holder], self._random)

    def fits(self, holder: Holder, text: str) -> bool:
        return self.types[holder].is_valid(text)
