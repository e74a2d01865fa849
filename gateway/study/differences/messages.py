"""Two versions of one message compared place by place, whatever their types are called.

A pair of types is compared once, and its changes are put wherever the pair is met; where types lead back to themselves
the second meeting is cut. Derived types that a document could name by `xsi:type` are not looked at: the contract has
no use for them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

from xmlschema.validators import XsdAttribute, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType, XsdType

from gateway import wire
from gateway.study.differences import content, values
from gateway.study.differences.content import Child, Language, Occurs
from gateway.study.differences.difference import Aspect, Change

Found: TypeAlias = tuple[str, Change]
"""A change and its path below the element that was compared: empty, `/A/B` or `/A/@b`."""

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_PREFIX = re.compile(r"[\w.-]+:(?!:)")
_WORDS: Final[Mapping[Occurs, str]] = {
    (1, 1): "required",
    (0, 1): "optional",
    (0, math.inf): "optional, any number",
    (1, math.inf): "required, any number",
}


class Comparer:
    """Compares the messages of two component models; remembers what it has compared."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], tuple[Found, ...]] = {}
        self._open: set[tuple[int, int]] = set()
        self._cut: set[tuple[int, int]] = set()

    def elements(self, before: XsdElement, after: XsdElement) -> Iterator[Found]:
        """Yield what the second declaration of an element has otherwise, occurrence left out."""
        for change in _declared(before, after):
            yield "", change
        yield from self._types(before.type, after.type)

    def _types(self, before: XsdType, after: XsdType) -> tuple[Found, ...]:
        pair = (id(before), id(after))
        if pair in self._open:
            self._cut.add(pair)
            return ()
        if pair in self._known:
            return self._known[pair]
        self._open.add(pair)
        found = tuple(dict.fromkeys(self._type(before, after)))
        self._open.remove(pair)
        self._cut.discard(pair)
        if not self._cut:
            # What was cut because of a type further up is whole only where that type is not above it.
            self._known[pair] = found
        return found

    def _type(self, before: XsdType, after: XsdType) -> Iterator[Found]:
        old, new = _attributes(before), _attributes(after)
        for label in sorted({*old, *new}):
            change = _attribute(old.get(label), new.get(label))
            yield from ((f"/@{wire.local(label)}", each) for each in change)
        text, other = _text(before), _text(after)
        if text is not None and other is not None:
            yield from (("", change) for change in values.changes(text, other))
        elif text is None and other is None:
            yield from self._content(_group(before), _group(after))
            if (mixed := _flag(Aspect.MIXED, _mixed(before), _mixed(after))) is not None:
                yield "", mixed
        else:
            yield "", Change(Aspect.CONTENT, _inside(before), _inside(after), narrower=True, wider=True)

    def _content(self, before: XsdGroup | None, after: XsdGroup | None) -> Iterator[Found]:
        old, new = (content.children(each) if each is not None else {} for each in (before, after))
        yield from _come_and_gone(old, new)
        common = [label for label in old if label in new]
        yield from _occurrences(old, new, common)
        if before is not None and after is not None:
            yield from (("", each) for each in _structure(before, after, old, new))
        for label in common:
            first, second = old[label][0].leaf, new[label][0].leaf
            if isinstance(first, XsdElement) and isinstance(second, XsdElement):
                yield from ((f"/{wire.local(label)}{path}", each) for path, each in self.elements(first, second))


def occurs(least_and_most: Occurs) -> str:
    """Return how often something may stand, in words."""
    low, high = least_and_most
    if (low, high) in _WORDS:
        return _WORDS[low, high]
    if low > 1:
        return f"{low} or more" if high == math.inf else f"{low} to {high:g}"
    return f"{'required' if low else 'optional'}, at most {high:g}"


def _declared(before: XsdElement, after: XsdElement) -> Iterator[Change]:
    if (nillable := _flag(Aspect.NILLABLE, before.nillable, after.nillable)) is not None:
        yield nillable
    yield from _constants(before, after)
    rules, others = _identities(before), _identities(after)
    yield from (Change(Aspect.UNIQUE, rule, "", wider=True) for rule in sorted(rules - others))
    yield from (Change(Aspect.UNIQUE, "", rule, narrower=True) for rule in sorted(others - rules))
    said, says = _documentation(before), _documentation(after)
    if said != says:
        yield Change(Aspect.DOCUMENTATION, said, says)


def _constants(before: XsdElement | XsdAttribute, after: XsdElement | XsdAttribute) -> Iterator[Change]:
    old, new = before.fixed, after.fixed
    if old != new:
        yield Change(Aspect.FIXED, old or "", new or "", narrower=new is not None, wider=old is not None)
    if before.default != after.default:
        yield Change(Aspect.DEFAULT, before.default or "", after.default or "")


def _flag(aspect: Aspect, before: bool, after: bool) -> Change | None:  # noqa: FBT001  (two of a kind)
    if before == after:
        return None
    return Change(aspect, "yes" if before else "no", "yes" if after else "no", narrower=before, wider=after)


def _attribute(before: XsdAttribute | None, after: XsdAttribute | None) -> Iterator[Change]:
    old, new = ((each.use if each is not None else "prohibited") for each in (before, after))
    if old == new == "prohibited":
        return
    if before is None or old == "prohibited":
        assert after is not None  # noqa: S101  (prohibited and absent mean the same)
        yield Change(Aspect.ADDED, "", _of_attribute(after), new == "required", wider=True)
    elif after is None or new == "prohibited":
        yield Change(Aspect.REMOVED, _of_attribute(before), "", narrower=True, wider=old == "required")
    else:
        if old != new:
            yield Change(Aspect.OCCURRENCE, old, new, new == "required", old == "required")
        yield from values.changes(before.type, after.type)
        yield from _constants(before, after)


def _of_attribute(attribute: XsdAttribute) -> str:
    said = f"{attribute.use}: {values.words(values.effective(attribute.type))}"
    return said if attribute.fixed is None else f"{said}, fixed {attribute.fixed}"


def _come_and_gone(old: Mapping[str, list[Child]], new: Mapping[str, list[Child]]) -> Iterator[Found]:
    gone = {label: old[label] for label in old if label not in new}
    come = {label: new[label] for label in new if label not in old}
    lost = frozenset(gone)
    moved = {wire.local(label): label for label in gone}
    for label, mentions in come.items():
        path = f"/{wire.local(label)}"
        if wire.local(label) in moved:
            former = moved.pop(wire.local(label))
            gone.pop(former)
            before, after = (each.removeprefix("{").rpartition("}")[0] for each in (former, label))
            yield path, Change(Aspect.NAMESPACE, before, after, narrower=True, wider=True)
        else:
            said, needed = _of_child(mentions, come.keys())
            yield path, Change(Aspect.ADDED, "", said, narrower=needed, wider=True)
    for label in gone:
        said, needed = _of_child(old[label], lost)
        yield f"/{wire.local(label)}", Change(Aspect.REMOVED, said, "", narrower=True, wider=needed)


def _of_child(mentions: list[Child], alike: AbstractSet[str]) -> tuple[str, bool]:
    """Describe a child that one side has alone, and tell whether what the other side allows goes without it."""
    first = mentions[0]
    alternative = any(branch <= alike for each in mentions for branch in each.branches)
    needed = not alternative and any(each.occurs[0] for each in mentions)
    often = occurs(first.occurs)
    if alternative:
        often = f"an alternative, {often}".removesuffix(", required").replace(", required, ", ", ")
    inside = _inside(first.leaf.type) if isinstance(first.leaf, XsdElement) else ""
    return f"{often}: {inside}" if inside else often, needed


def _occurrences(old: Mapping[str, list[Child]], new: Mapping[str, list[Child]], common: list[str]) -> Iterator[Found]:
    for label in common:
        if _comparable(old[label], new[label]):
            for one, other in zip(old[label], new[label], strict=True):
                if one.occurs != other.occurs:
                    yield f"/{wire.local(label)}", _occurrence(one.occurs, other.occurs)
        elif (most := _most(old[label])) != (high := _most(new[label])):
            before, after = (occurs((0, each)).removeprefix("optional, ") for each in (most, high))
            yield f"/{wire.local(label)}", Change(Aspect.OCCURRENCE, before, after, high < most, high > most)


def _most(mentions: list[Child]) -> float:
    return max(each.occurs[1] for each in mentions)


def _comparable(before: list[Child], after: list[Child]) -> bool:
    """Tell whether occurrences mean the same: required in an alternative is not required as such."""
    return [len(each.branches) for each in before] == [len(each.branches) for each in after]


def _occurrence(before: Occurs, after: Occurs) -> Change:
    (least, most), (low, high) = before, after
    narrower, wider = low > least or high < most, low < least or high > most
    return Change(Aspect.OCCURRENCE, occurs(before), occurs(after), narrower, wider)


def _structure(
    before: XsdGroup, after: XsdGroup, old: Mapping[str, list[Child]], new: Mapping[str, list[Child]]
) -> Iterator[Change]:
    """Yield a change of order or alternatives among the children that both have; occurrences are told already."""
    common = old.keys() & new.keys()
    paired = {label for label in common if _comparable(old[label], new[label])}
    told = {label for label in paired if _often(old[label]) != _often(new[label])}
    once = {id(each.leaf): content.ONCE for label in told for each in (*old[label], *new[label])}
    one, other = Language(before, common, once), Language(after, common, once)
    kept, widened = other.includes(one), one.includes(other)
    if (kept and widened) or (told and _only_occurrences(before, after, common, told)):
        return
    words = (content.words(before, common), content.words(after, common))
    yield Change(Aspect.CONTENT, *words, narrower=not kept, wider=not widened)


def _only_occurrences(before: XsdGroup, after: XsdGroup, common: AbstractSet[str], told: AbstractSet[str]) -> bool:
    """Tell whether a group that became optional or required explains it all: its children have said so."""
    plain = (Language(each, common, counted=False) for each in (before, after))
    others = (Language(each, common - told) for each in (before, after))
    return _same(*plain) and _same(*others)


def _same(one: Language, other: Language) -> bool:
    return one.includes(other) and other.includes(one)


def _often(mentions: list[Child]) -> list[Occurs]:
    return [each.occurs for each in mentions]


def _identities(element: XsdElement) -> set[str]:
    found = set()
    for rule in element.identities:
        fields = ", ".join(_PREFIX.sub("", each.path) for each in rule.fields)
        selector = _PREFIX.sub("", rule.selector.path) if rule.selector is not None else ""
        found.add(f"{rule.elem.tag.removeprefix(_XS)} {fields} of {selector}")
    return found


def _documentation(element: XsdElement) -> str:
    declaration = element.ref if isinstance(element.ref, XsdElement) else element
    named = [element.type.elem] if element.type.name and not element.type.name.startswith(_XS) else []
    sources = dict.fromkeys((element.elem, declaration.elem, *named))
    return " ".join(" ".join(text for source in sources for text in _notes(source)).split())


def _notes(source: object) -> Iterator[str]:
    for child in source:  # type: ignore[attr-defined]  # an element of the standard library's tree
        if child.tag == f"{_XS}documentation":
            yield "".join(child.itertext())
        elif child.tag not in (f"{_XS}element", f"{_XS}attribute"):
            yield from _notes(child)


def _attributes(kind: XsdType) -> dict[str, XsdAttribute]:
    if not isinstance(kind, XsdComplexType):
        return {}
    return {label: each for label, each in kind.attributes.items() if label and isinstance(each, XsdAttribute)}


def _mixed(kind: XsdType) -> bool:
    return isinstance(kind, XsdComplexType) and kind.mixed


def _text(kind: XsdType) -> XsdSimpleType | None:
    simple = kind.content if isinstance(kind, XsdComplexType) else kind
    return simple if isinstance(simple, XsdSimpleType) else None


def _group(kind: XsdType) -> XsdGroup | None:
    return kind.content if isinstance(kind, XsdComplexType) and isinstance(kind.content, XsdGroup) else None


def _inside(kind: XsdType) -> str:
    text = _text(kind)
    if text is not None:
        return wire.local(kind.name) if kind.name else values.words(values.effective(text))
    group = _group(kind)
    return (content.words(group) if group is not None else "") or "empty"
