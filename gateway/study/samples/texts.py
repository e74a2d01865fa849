"""Texts for simple types: each border that their facets draw (XML Schema part 2, section 4.3).

The facets are read off the component model, restriction by restriction, so a type that is named in one schema and
anonymous in the other gives the same borders.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

from xmlschema.validators import XsdComplexType, XsdFacet, XsdList, XsdSimpleType, XsdUnion

from gateway.study.samples.patterns import sampler

Borders: TypeAlias = Iterator[tuple[str, str]]

LONGEST: Final = "longest"
"""Name of the border of the greatest length."""

_XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_SAMPLES: Final = 3
"""Different texts of one pattern that are offered."""
_PATIENCE: Final = 10_000
"""Draws without a fitting one after which a pattern is beyond this module."""
_ANY_LENGTH: Final = 40
_MANY_FRACTION_DIGITS: Final = 5
_SPREAD: Final = 10_000
_TEXT: Final = "Дом № 7, корп. «А» & <двор> "
_LEXICAL: Final = {
    "boolean": ("true", "false", "1", "0"),
    "date": ("2024-02-29", "1999-12-31Z", "2026-01-01+03:00"),
    "dateTime": ("2024-02-29T23:59:59", "2026-01-01T00:00:00.123+07:00", "2026-06-30T12:00:00Z"),
    "time": ("00:00:00", "23:59:59.999", "12:00:00+03:00"),
    "gYear": ("2024", "1999Z"),
    "gYearMonth": ("2024-02", "1999-12Z"),
    "anyURI": ("#object", "http://www.w3.org/2001/10/xml-exc-c14n#", "urn:x:y"),
    "anySimpleType": ("signed-data-container", "", "7"),
    "double": ("0", "-7.5", "1E3"),
    "float": ("0", "-7.5", "1E3"),
}

_EASY: Final = {
    "boolean": "true",
    "decimal": "1",
    "double": "1",
    "float": "1",
    "date": "2026-01-31",
    "dateTime": "2026-01-31T12:00:00+03:00",
    "time": "12:00:00",
    "gYear": "2026",
    "gYearMonth": "2026-01",
}
_WORD: Final = "Текст"


@dataclass(frozen=True, slots=True)
class Facets:
    """What restricts an atomic type, gathered over all of its restrictions."""

    primitive: str
    """Local name of the built-in type at the root, `ID` for identifiers."""
    lengths: tuple[int, int | None]
    """Least and greatest length."""
    patterns: tuple[str, ...]
    enumeration: tuple[str, ...]
    range: tuple[Decimal | None, Decimal | None]
    """Least and greatest value that is allowed; a whole number beside an excluded border."""
    total_digits: int | None
    fraction_digits: int
    """Most digits after the point; a few where there is no limit."""


def facets(simple: XsdSimpleType) -> Facets:
    """Return the effective facets of an atomic type; the one nearest to the type wins, patterns add up."""
    found: dict[str, Any] = {}
    patterns: list[str] = []
    enumeration: tuple[str, ...] = ()
    # The built-in types say their spelling by patterns, which their restrictions inherit: no facets of the contract.
    spelling = simple.root_type.patterns if isinstance(simple.root_type, XsdSimpleType) else None
    step: XsdSimpleType | XsdComplexType | None = simple
    while isinstance(step, XsdSimpleType):
        if step.name == f"{_XSD}integer":
            found.setdefault("fractionDigits", 0)
        if step.patterns not in (None, spelling) and not (step.name or "").startswith(_XSD):
            patterns += step.patterns.regexps
        for name, facet in (step.facets or {}).items():
            if isinstance(facet, XsdFacet) and name is not None:
                found.setdefault(name.removeprefix(_XSD), facet.value)
        enumeration = enumeration or tuple(map(str, step.enumeration or ()))
        step = step.base_type
    exact = found.get("length")
    return Facets(
        primitive="ID" if simple.is_key() else str((simple.root_type or simple).local_name),
        lengths=(found.get("minLength", 0), found.get("maxLength")) if exact is None else (exact, exact),
        patterns=tuple(patterns),
        enumeration=enumeration,
        range=(_least(found), _greatest(found)),
        total_digits=found.get("totalDigits"),
        fraction_digits=found.get("fractionDigits", _MANY_FRACTION_DIGITS),
    )


def fitting(simple: XsdSimpleType, random: Random) -> dict[str, str]:
    """Return valid texts by the name of the border that they stand on; always the same names for one type.

    Raises ValueError for a type that this module cannot serve.
    """
    if isinstance(simple, XsdUnion):
        return {name: text for member in simple.member_types for name, text in fitting(member, random).items()}
    if simple.is_list():
        items = simple if isinstance(simple, XsdList) else cast("XsdList", simple.base_type)
        return fitting(items.item_type, random)
    known = facets(simple)
    if known.enumeration:
        return {f"={value}": value for value in known.enumeration}
    if known.patterns:
        return dict(_samples(simple, known, random))
    return {name: text for name, text in _candidates(known, random) if simple.is_valid(text)}


def plain(simple: XsdSimpleType, random: Random) -> str:
    """Return one valid text that is easy to read; raises ValueError as `fitting`."""
    known = facets(simple) if simple.is_atomic() else None
    easy: list[str] = []
    if known is not None and not known.enumeration:
        shortest, longest = known.lengths
        word = _WORD.ljust(shortest, ".")[:longest]
        easy = [word] if known.primitive == "string" and not known.patterns else [_EASY.get(known.primitive, "1")]
        if known.patterns:
            easy.insert(0, str(UUID(int=random.getrandbits(128), version=4)))
    fit = (text for text in easy if text and simple.is_valid(text))
    return next(fit, None) or next(iter(fitting(simple, random).values()))


def another(simple: XsdSimpleType, random: Random) -> str:
    """Return any valid text, most likely not one that was drawn before: keys have to differ."""
    known = facets(simple) if simple.is_atomic() else None
    if known is not None and known.primitive == "decimal" and not (known.enumeration or known.patterns):
        low, high = known.range
        least = int(low) if low is not None else 0
        text = str(random.randint(least, min(int(high) if high is not None else least + _SPREAD, least + _SPREAD)))
        if simple.is_valid(text):
            return text
    return random.choice(list(fitting(simple, random).values()))


def _candidates(known: Facets, random: Random) -> Borders:
    if known.primitive in _LEXICAL:
        return iter([(text, text) for text in _LEXICAL[known.primitive]])
    if known.primitive not in _MAKERS:
        raise ValueError(f"no text can be made for the type {known.primitive}")
    return _MAKERS[known.primitive](known, random)


def _samples(simple: XsdSimpleType, known: Facets, random: Random) -> Borders:
    draw = sampler(known.patterns[0], many=max(known.lengths[0], 4))
    texts = (draw(random) for _ in range(_PATIENCE))
    # Python reads every decimal digit of Unicode as a number, the contract's judge only those of ASCII.
    plain = known.primitive in ("decimal", "date")
    fit = (text for text in texts if simple.is_valid(text) and (text.isascii() or not plain))
    for number in range(_SAMPLES):
        text = next(fit, None)
        if text is None:
            raise ValueError(f"no text fits the pattern {known.patterns[0]!r} and the other facets of its type")
        yield f"sample {number}", text
    longest = known.lengths[1]
    if longest is not None and simple.is_valid(digits := "7" * longest):
        yield LONGEST, digits


def _texts(known: Facets, random: Random) -> Borders:
    shortest, longest = known.lengths
    yield "shortest", "я" * shortest
    yield "some", _prose(random.randint(max(shortest, 1), max(shortest, min(longest or _ANY_LENGTH, _ANY_LENGTH), 1)))
    if longest is not None:
        yield LONGEST, _prose(longest)


def _prose(length: int) -> str:
    return (_TEXT * (length // len(_TEXT) + 1))[:length]


def _numbers(known: Facets, _random: Random) -> Borders:
    low, high = known.range
    fraction = known.fraction_digits
    if low is not None:
        yield "lowest", str(low)
    if high is not None:
        yield "highest", str(high)
    if fraction:
        yield "finest", f"7.{'0' * (fraction - 1)}5"
    if known.total_digits is not None:
        whole = "9" * (known.total_digits - fraction)
        yield LONGEST, f"{whole}.{'9' * fraction}" if fraction else whole
    yield "some", "7"
    if low is not None:
        yield "beside the lowest", str(low + 1)


def _bytes(_known: Facets, random: Random) -> Borders:
    for count in (0, 1, 2, 3, 48):
        yield f"{count} bytes", base64.b64encode(random.randbytes(count)).decode()


def _names(_known: Facets, random: Random) -> Borders:
    yield "fresh", f"id-{UUID(int=random.getrandbits(128))}"


def _least(found: dict[str, Any]) -> Decimal | None:
    excluded = _number(found.get("minExclusive"))
    return _number(found.get("minInclusive")) if excluded is None else excluded + 1


def _greatest(found: dict[str, Any]) -> Decimal | None:
    excluded = _number(found.get("maxExclusive"))
    return _number(found.get("maxInclusive")) if excluded is None else excluded - 1


def _number(value: object) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, (int, float, Decimal)) else None


_MAKERS: Final[dict[str, Callable[[Facets, Random], Borders]]] = {
    "string": _texts,
    "decimal": _numbers,
    "base64Binary": _bytes,
    "ID": _names,
}
