"""What text an element or attribute may hold: the effective simple type, and how two of them differ.

Effective means that a chain of restrictions counts as one: what is compared is the built-in type below it and every
facet in force (XML Schema part 2, section 4.3), as written in the schema. Names of types do not count.
"""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Iterator, Mapping
from typing import Final

from xmlschema.validators import XsdAtomicRestriction, XsdSimpleType, XsdType
from xmlschema.validators.facets import XsdEnumerationFacets, XsdFacet, XsdPatternFacets

from gateway import wire
from gateway.contracts import facets
from gateway.study.differences.difference import Aspect, Change

_XS: Final = "{http://www.w3.org/2001/XMLSchema}"
_UPPER: Final = (
    Aspect.MAX_LENGTH,
    Aspect.MAX_INCLUSIVE,
    Aspect.MAX_EXCLUSIVE,
    Aspect.TOTAL_DIGITS,
    Aspect.FRACTION_DIGITS,
)
_LOWER: Final = (Aspect.MIN_LENGTH, Aspect.MIN_INCLUSIVE, Aspect.MIN_EXCLUSIVE)
_SINGLE: Final = (*_LOWER, *_UPPER, Aspect.LENGTH, Aspect.WHITE_SPACE)


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """A simple type without its name."""

    types: tuple[str, ...]
    """The built-in type (`list of …`, `union of …`), then those that it is derived from."""
    single: Mapping[Aspect, str] = dataclasses.field(default_factory=dict)
    """Facets with one value, as written."""
    patterns: frozenset[str] = frozenset()
    """All of them have to match; equivalent ones that `contracts.facets` knows are one."""
    enumeration: tuple[str, ...] | None = None
    """Every value that is allowed, sorted; None where there is no such list."""


def effective(kind: XsdSimpleType) -> Value:
    """Return what a simple type allows."""
    single: dict[Aspect, str] = {}
    patterns: set[str] = set()
    enumeration: tuple[str, ...] | None = None
    step = kind
    while isinstance(step, XsdAtomicRestriction) and isinstance(step.base_type, XsdSimpleType):
        for facet in step.facets.values():
            if isinstance(facet, XsdPatternFacets):
                patterns.add("|".join(sorted(facets.EQUIVALENTS.get(each, each) for each in facet.regexps)))
            elif isinstance(facet, XsdEnumerationFacets):
                # The list of the last restriction is the narrowest.
                enumeration = enumeration or tuple(sorted({each.get("value", "") for each in facet}))
            elif isinstance(facet, XsdFacet) and facet.elem.tag in _TAGS:
                single.setdefault(_TAGS[facet.elem.tag], facet.elem.get("value", ""))
        step = step.base_type
    if enumeration is None and step.is_union():
        members = [effective(each) for each in step.member_types]  # type: ignore[attr-defined]  # asked for above
        if len({each.types for each in members}) == 1 and all(each.enumeration for each in members):
            return Value(members[0].types, {}, frozenset(), _merged(members))
    if enumeration is not None:
        # What is listed fits the other facets, or the schema would not be one.
        return Value(tuple(_types(step)), {}, frozenset(), enumeration)
    return Value(tuple(_types(step)), single, frozenset(patterns), None)


def changes(before: XsdSimpleType, after: XsdSimpleType) -> Iterator[Change]:
    """Yield how the second simple type differs from the first, with the name that both have, if any."""
    old, new = _name(before), _name(after)
    for change in differences(effective(before), effective(after)):
        yield dataclasses.replace(change, type=wire.local(old) if old == new else "")


def differences(before: Value, after: Value) -> Iterator[Change]:
    """Yield how the second value differs from the first."""
    if before.types[0] != after.types[0]:
        narrower, wider = before.types[0] not in after.types, after.types[0] not in before.types
        # Derived means narrower, and its opposite: the other way round where neither is derived, both.
        yield Change(Aspect.TYPE, before.types[0], after.types[0], wider or not narrower, narrower or not wider)
    for aspect in _SINGLE:
        old, new = before.single.get(aspect, ""), after.single.get(aspect, "")
        if (narrower_wider := _bounds(aspect, old, new)) != (False, False):
            yield Change(aspect, old, new, *narrower_wider)
    if before.patterns != after.patterns:
        gone, come = before.patterns - after.patterns, after.patterns - before.patterns
        yield Change(Aspect.PATTERN, _all(gone), _all(come), bool(come), bool(gone))
    if before.enumeration != after.enumeration:
        yield _enumeration(before.enumeration, after.enumeration)


def words(value: Value) -> str:
    """Return a simple type in words: `string, minLength 1, maxLength 100`."""
    parts = [value.types[0], *(f"{aspect.value} {text}" for aspect, text in value.single.items())]
    parts += [f"pattern {each}" for each in sorted(value.patterns)]
    if value.enumeration is not None:
        parts.append(f"one of {', '.join(value.enumeration)}")
    return ", ".join(parts)


_TAGS: Final = {f"{_XS}{aspect.value}": aspect for aspect in _SINGLE}


def _name(kind: XsdSimpleType) -> str:
    """Return the Clark name of the nearest type of the schemas that has one, itself or one that it restricts."""
    step: XsdType | None = kind
    while step is not None and not step.name:
        step = step.base_type
    return "" if step is None or (step.name or "").startswith(_XS) else step.name or ""


def _merged(members: list[Value]) -> tuple[str, ...]:
    return tuple(sorted({value for each in members for value in each.enumeration or ()}))


def _types(kind: XsdSimpleType) -> Iterator[str]:
    if kind.is_list() and getattr(kind, "item_type", None) is not None:
        yield f"list of ({words(effective(kind.item_type))})"  # type: ignore[attr-defined]  # asked for above
    elif kind.is_union() and getattr(kind, "member_types", None) is not None:
        members = sorted(words(effective(each)) for each in kind.member_types)  # type: ignore[attr-defined]
        yield f"union of ({'; '.join(members)})"
    else:
        step = kind
        while step is not None:
            yield step.local_name or ""
            step = step.base_type  # type: ignore[assignment]  # of a built-in simple type: simple, or anyType


def _bounds(aspect: Aspect, before: str, after: str) -> tuple[bool, bool]:
    if before == after:
        return False, False
    if not before or not after:
        return not before, not after
    try:
        old, new = decimal.Decimal(before), decimal.Decimal(after)
    except decimal.InvalidOperation:
        return True, True
    if aspect is Aspect.LENGTH:
        return old != new, old != new
    return (new < old, new > old) if aspect in _UPPER else (new > old, new < old)


def _enumeration(before: tuple[str, ...] | None, after: tuple[str, ...] | None) -> Change:
    if before is None or after is None:
        old, new = (", ".join(each) if each is not None else "any value" for each in (before, after))
        return Change(Aspect.ENUMERATION, old, new, before is None, after is None)
    gone = [value for value in before if value not in after]
    come = [value for value in after if value not in before]
    return Change(Aspect.ENUMERATION, ", ".join(gone), ", ".join(come), bool(gone), bool(come))


def _all(patterns: frozenset[str]) -> str:
    return " and ".join(sorted(patterns))
