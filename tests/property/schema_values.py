"""Texts for simple types: each border that the facets draw, and the near misses just outside it.

The facets are read off the component model of `xmlschema`, restriction by restriction, so a type that is named in
one schema and anonymous in the other gives the same borders.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import TypeAlias
from uuid import UUID

from xmlschema.validators import XsdSimpleType

from tests.property.pattern_samples import Sampler, sampler

Borders: TypeAlias = Iterator[tuple[str, str]]

_XSD = "{http://www.w3.org/2001/XMLSchema}"
_COUNTED = {
    f"{_XSD}{kind}"
    for kind in ("minLength", "maxLength", "minInclusive", "maxInclusive", "totalDigits", "fractionDigits")
}
_LONGEST = "longest"
_TEXT = "Дом № 7, корп. «А» & <двор> "
_NUMBERS = ("0", "1", "-1", "7.5", "+3", "007")
_LEXICAL = {
    "boolean": ("true", "false", "1", "0"),
    "date": ("2024-02-29", "1999-12-31Z", "2026-01-01+03:00"),
    "dateTime": ("2024-02-29T23:59:59", "2026-01-01T00:00:00.123+07:00", "2026-06-30T12:00:00Z"),
    "anyURI": ("#object", "http://www.w3.org/2001/10/xml-exc-c14n#", "urn:x:y"),
    "anySimpleType": ("signed-data-container", "", "7"),
}
_BROKEN = {
    "boolean": ("TRUE", "2", "", " true ", "да", "false", "true", "1", "0"),
    "date": ("2023-02-29", "2024-13-01", "24-01-01", "2024-01-01T00:00:00", "", " 2024-01-01 ", "01.02.2024"),
    "dateTime": ("2024-01-01", "2024-01-01T25:00:00", "2024-01-01 00:00:00", "2024-01-01T00:00:00+15:00", ""),
    "base64Binary": ("A", "=AAA", "AA AA", "Ж", "", "AAA=", "AB=="),
    "anyURI": ("%zz", "http://[", " ", ""),
    "ID": ("1a", "a b", "", "ж", "a:b"),
    "decimal": ("", "NaN", "1e3", "1,5", " 1 ", "+1", "-0", "1.", ".5", "٣", "99999999999999999999999999"),
}


@dataclass(frozen=True, slots=True)
class Facets:
    """What restricts a simple type, gathered over all of its restrictions."""

    primitive: str
    lengths: tuple[int, int | None]
    patterns: tuple[str, ...]
    enumeration: tuple[str, ...]
    range: tuple[Decimal | None, Decimal | None]
    total_digits: int | None
    fraction_digits: int | None


def facets(simple: XsdSimpleType) -> Facets:
    """The effective facets of an atomic type; the one nearest to the type wins, patterns add up."""
    found: dict[str, object] = {}
    patterns: list[str] = []
    step = simple
    while step is not None:
        if step.name == f"{_XSD}integer":
            found.setdefault(f"{_XSD}fractionDigits", 0)
        # The built-in types say their spelling by patterns too; those are not facets of the contract.
        if step.patterns and not (step.name or "").startswith(_XSD):
            patterns += step.patterns.regexps
        for name, facet in (step.facets or {}).items():
            if name in _COUNTED:
                found.setdefault(name, facet.value)
        if step.enumeration:
            found.setdefault("enumeration", tuple(map(str, step.enumeration)))
        step = step.base_type
    return Facets(
        primitive="ID" if simple.is_key() else (simple.root_type or simple).local_name,
        lengths=(found.get(f"{_XSD}minLength", 0), found.get(f"{_XSD}maxLength")),
        patterns=tuple(patterns),
        enumeration=found.get("enumeration", ()),
        range=(_number(found.get(f"{_XSD}minInclusive")), _number(found.get(f"{_XSD}maxInclusive"))),
        total_digits=found.get(f"{_XSD}totalDigits"),
        fraction_digits=found.get(f"{_XSD}fractionDigits"),
    )


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def fitting(simple: XsdSimpleType, random: Random) -> dict[str, str]:
    """Valid texts by the name of the border that they stand on; always the same names for one type."""
    if simple.is_union():
        return {k: v for member in simple.member_types for k, v in fitting(member, random).items()}
    known = facets(simple)
    if known.enumeration:
        return {f"={value}": value for value in known.enumeration}
    if known.patterns:
        return dict(_samples(known, random))
    if known.primitive in _LEXICAL:
        return {text: text for text in _LEXICAL[known.primitive]}
    return dict(_MAKERS[known.primitive](known, random))


def missing(simple: XsdSimpleType, random: Random) -> list[str]:
    """Texts on and beyond the borders; what they are worth is for the judges to say."""
    if simple.is_union():
        return [text for member in simple.member_types for text in missing(member, random)]
    known = facets(simple)
    # A wrong code of a dictionary stays short: the official pattern takes exponential time on a long one.
    valid = random.choice([text for name, text in fitting(simple, random).items() if name != _LONGEST])
    texts = ["", valid, f" {valid}", f"{valid}\n", f"\t{valid} ", valid.swapcase(), valid[1:], valid + valid]
    texts += _BROKEN.get(known.primitive, ())
    if known.primitive == "decimal":
        texts += _numbers_beyond(known)
    if known.lengths[1] is not None:
        texts += [letter * count for letter in "Ж7" for count in (known.lengths[1], known.lengths[1] + 1)]
    if known.patterns and len(valid) > 1:
        place = random.randrange(len(valid))
        texts += [valid[:place] + odd + valid[place + 1 :] for odd in ("!", "", "0", "..", "g", "٣")]
    return texts


def _samples(known: Facets, random: Random) -> Borders:
    draw, longest = sampler(known.patterns[0]), known.lengths[1]
    for number in range(3):
        yield f"sample {number}", _within(draw, longest and min(longest, 11), random)
    if longest is not None and re.fullmatch(known.patterns[0], digits := "7" * longest):
        yield _LONGEST, digits


def _within(draw: Sampler, longest: int | None, random: Random) -> str:
    for _ in range(1000):
        if len(text := draw(random)) <= (longest or len(text)):
            return text
    raise AssertionError("no sample of the pattern is short enough")


def _texts(known: Facets, random: Random) -> Borders:
    shortest, longest = known.lengths
    middle = random.randint(max(shortest, 1), min(longest or 40, 40))
    yield "shortest", "я" * shortest
    yield "some", (_TEXT * 2)[:middle]
    if longest is not None:
        yield _LONGEST, (_TEXT * (longest // len(_TEXT) + 1))[:longest]


def _numbers(known: Facets, _random: Random) -> Borders:
    low, high = known.range
    fraction = _fraction(known)
    if low is not None:
        yield "lowest", str(low)
    if high is not None:
        yield "highest", str(high)
    if fraction:
        yield "finest", f"7.{'0' * (fraction - 1)}5"
    if known.total_digits is not None:
        whole = "9" * (known.total_digits - fraction)
        yield _LONGEST, f"{whole}.{'9' * fraction}" if fraction else whole
    yield "some", str(low + 1 if low is not None else 7)


def _bytes(_known: Facets, random: Random) -> Borders:
    for count in (0, 1, 2, 3, 48):
        yield f"{count} bytes", base64.b64encode(random.randbytes(count)).decode()


def _names(_known: Facets, random: Random) -> Borders:
    yield "fresh", f"id-{UUID(int=random.getrandbits(128))}"


def _numbers_beyond(known: Facets) -> list[str]:
    low, high = known.range
    fraction = _fraction(known)
    texts = [*_NUMBERS, f"7.{'0' * fraction}5", f"7.{'0' * (fraction + 1)}", "9" * 25, "9" * 26]
    texts += [str(low - 1), str(low)] if low is not None else []
    texts += [str(high + 1), str(high)] if high is not None else []
    return texts


def _fraction(known: Facets) -> int:
    return 5 if known.fraction_digits is None else known.fraction_digits


_MAKERS: dict[str, Callable[[Facets, Random], Borders]] = {
    "string": _texts,
    "decimal": _numbers,
    "base64Binary": _bytes,
    "ID": _names,
}
