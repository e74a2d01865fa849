"""A comparison told to people (text, Markdown) and to programs (plain data for JSON).

What breaks comes first at every level, then names; the same comparison always gives the same bytes.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from gateway.study.differences.difference import Aspect, Comparison, Difference, Place

_SHOWN_PLACES: Final = 3
_SHOWN_NAMES: Final = 4
_SHOWN_WORDS: Final = 160


def text(found: Comparison, *, docs: bool = False) -> str:
    """Return the comparison as lines for a terminal; `docs` shows changes of documentation too."""
    return "\n".join(_text(found, docs=docs))


def markdown(found: Comparison, *, docs: bool = False) -> str:
    """Return the comparison as a Markdown document."""
    return "\n".join(_markdown(found, docs=docs))


def data(found: Comparison, *, docs: bool = False) -> dict[str, object]:
    """Return the comparison as plain data, whole: nothing is cut short."""
    return {
        "before": found.before,
        "after": found.after,
        "services": list(found.services),
        "breaking": _breaking(found),
        "documentation": len(found.documentation),
        "differences": [_plain(each) for each in _shown(found, docs=docs)],
    }


def phrase(difference: Difference) -> str:
    """Return what has changed, in words: `maxLength: 10 → 20`, `added: optional: string`."""
    change = difference.change
    if change.aspect is Aspect.ADDED:
        return f"added: {change.after}"
    if change.aspect is Aspect.REMOVED:
        return f"removed (it was {change.before})"
    if change.aspect is Aspect.OCCURRENCE:
        return f"{change.before} → {change.after}"
    if change.aspect is Aspect.ENUMERATION and "any value" not in (change.before, change.after):
        gone = [f"without {change.before}"] if change.before else []
        return f"enumeration: {'; '.join([*gone, *([f'with {change.after}'] if change.after else [])])}"
    return f"{change.aspect.value}: {change.before or 'none'} → {change.after or 'none'}"


def _text(found: Comparison, *, docs: bool) -> Iterator[str]:
    yield _summary(found, docs=docs)
    for services, differences in _headed(_shown(found, docs=docs), operator.attrgetter("services")):
        yield ""
        yield services
        for operations, group in _headed(differences, operator.attrgetter("operations")):
            yield f"  {operations}"
            for each in group:
                yield f"    {'!' if each.breaking else ' '} {_subject(each)}  {_cut(phrase(each))}"
                yield from (f"        {line}" for line in _places(each))


def _markdown(found: Comparison, *, docs: bool) -> Iterator[str]:
    yield f"# {found.before} → {found.after}"
    yield ""
    yield _summary(found, docs=docs)
    for services, differences in _headed(_shown(found, docs=docs), operator.attrgetter("services")):
        yield from ("", f"## {services}")
        for operations, group in _headed(differences, operator.attrgetter("operations")):
            yield from ("", f"### {operations}", "")
            for each in group:
                yield f"- {'**breaking** ' if each.breaking else ''}`{_subject(each)}` {_escaped(_cut(phrase(each)))}"
                yield from (f"  - `{line}`" for line in _places(each))
    yield ""


def _summary(found: Comparison, *, docs: bool) -> str:
    count, breaking = len(found.differences), _breaking(found)
    said = f"{_counted(count, 'difference')}, {breaking} of them breaking (!)" if count else "no difference"
    notes = len(found.documentation)
    hint = "" if docs or not notes else ", not shown (--docs)"
    noted = f"; {_counted(notes, 'change')} of documentation alone{hint}" if notes else ""
    return f"{found.before} → {found.after}, {_counted(len(found.services), 'service')}: {said}{noted}"


def _shown(found: Comparison, *, docs: bool) -> tuple[Difference, ...]:
    return (*found.differences, *(found.documentation if docs else ()))


def _breaking(found: Comparison) -> int:
    return sum(each.breaking for each in found.differences)


def _headed(
    differences: Iterable[Difference], heading: Callable[[Difference], tuple[str, ...]]
) -> Iterator[tuple[str, list[Difference]]]:
    # Breaking ones stand first in what is given, so the headings stand in the order of their first.
    found: dict[tuple[str, ...], list[Difference]] = {}
    for each in differences:
        found.setdefault(heading(each), []).append(each)
    for names, group in found.items():
        yield _some(names or ("the service",)), group


def _subject(difference: Difference) -> str:
    # The places of a type are many, and which way they go decides what breaks.
    return f"{difference.subject} in {difference.role.value}s" if difference.change.type else difference.subject


def _some(names: tuple[str, ...]) -> str:
    more = len(names) - _SHOWN_NAMES
    return ", ".join(names[:_SHOWN_NAMES]) + (f" and {more} more" if more > 0 else "")


def _places(difference: Difference) -> Iterator[str]:
    places = [place for place in difference.places if place.path]
    yield from (place.path for place in places[:_SHOWN_PLACES])
    if len(places) > _SHOWN_PLACES:
        yield f"and {_counted(len(places) - _SHOWN_PLACES, 'more place')} (--json names all)"


def _plain(difference: Difference) -> dict[str, object]:
    change = difference.change
    return {
        "subject": difference.subject,
        "type": change.type,
        "change": change.aspect.value,
        "before": change.before,
        "after": change.after,
        "breaking": difference.breaking,
        "narrower": change.narrower,
        "wider": change.wider,
        "role": difference.role.value,
        "places": [_place(place) for place in difference.places],
    }


def _place(place: Place) -> dict[str, object]:
    return {"service": place.service, "operations": list(place.operations), "path": place.path}


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN_WORDS else f"{words[:_SHOWN_WORDS]}…"


def _escaped(words: str) -> str:
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>|" else char for char in words)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
