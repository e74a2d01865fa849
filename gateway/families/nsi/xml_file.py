"""A dictionary as ГИС ЖКХ gives it: getStateResult or exportNsiItemResult, bare or in its envelope, whole or a page.

Read by local names, because the namespaces have moved from version to version. So an installation takes over the GUIDs
of the real system, and every field of every entry.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lxml import etree

from gateway import wire, xml
from gateway.contracts import shape
from gateway.families import api
from gateway.families.nsi import builtin, reading
from gateway.families.nsi.errors import BadDictionary

_TYPE: Final = f"{{{wire.XSI}}}type"
_SECONDARY: Final = ("Примечание", "Сокращенное наименование", "Порядок сортировки")
"""Fields that never name an entry, whichever comes first."""


def read(place: str, data: bytes, found: dict[int, reading.Collected]) -> None:
    """Put the dictionaries of a message among those that were `found`; raises BadDictionary with the line."""
    try:
        root = xml.parse(data)
    except xml.NotXML as error:
        raise BadDictionary(place, None, f"is not XML that is read here: {error}") from error
    numbers = list(root.iter("{*}NsiItemRegistryNumber"))
    tops = [number for number in numbers if _child(number.getparent(), "NsiElement") is not None]
    for number in tops:
        _read_item(place, number, found)


def _read_item(place: str, number: etree._Element, found: dict[int, reading.Collected]) -> None:
    item = number.getparent()
    registry_number = reading.number_of(place, _line(number), _text(number))
    into = found.setdefault(registry_number, reading.Collected(registry_number))
    total, current = _child(item, "TotalPages"), _child(item, "CurrentPage")
    if total is not None and current is not None:
        page = _count(place, current)
        if page in into.pages:
            raise BadDictionary(place, _line(current), f"page {page} is given twice")
        into.pages.add(page)
        into.total_pages = _count(place, total)
    known = builtin.dictionary(registry_number)
    for element in item.iterchildren("{*}NsiElement"):
        for row in _rows(place, element, None, known.field if known else ""):
            into.add(place, row)


def _rows(place: str, element: etree._Element, parent: str | None, naming: str) -> Iterator[reading.Row]:
    code = _need(place, element, "Code")
    fields = tuple(_field(place, field) for field in element.iterchildren("{*}NsiElementField"))
    guid, actual = _need(place, element, "GUID").lower(), _need(place, element, "IsActual") in ("true", "1")
    named = _name(fields, naming) or code
    yield reading.Row(_line(element), api.Item(code, guid, named, actual, parent, fields=fields))
    for child in element.iterchildren("{*}ChildElement"):
        yield from _rows(place, child, code, naming)


def _field(place: str, element: etree._Element) -> Mapping[str, api.Data]:
    kind = (element.get(_TYPE) or "").rpartition(":")[2].strip()
    if not kind:
        raise BadDictionary(place, _line(element), "a field does not say what it holds (xsi:type)")
    return {shape.KIND: kind, **_block(element)}


def _block(element: etree._Element) -> dict[str, api.Data]:
    content: dict[str, api.Data] = {}
    for child in element.iterchildren(etree.Element):
        name, value = wire.local(str(child.tag)), _block(child) if len(child) else shape.text(child)
        before = content.get(name)
        content[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    return content


def _name(fields: tuple[Mapping[str, api.Data], ...], naming: str) -> str:
    """Return the value of the field that names the entry: the one that is known to, else the first that could."""
    values = {str(field.get("Name", "")): field["Value"] for field in fields if isinstance(field.get("Value"), str)}
    first = next((value for name, value in values.items() if name not in _SECONDARY), "")
    return str(values.get(naming) or first).strip()


def _child(element: etree._Element | None, name: str) -> etree._Element | None:
    return None if element is None else element.find(f"{{*}}{name}")


def _need(place: str, element: etree._Element, name: str) -> str:
    found = _child(element, name)
    if found is None:
        raise BadDictionary(place, _line(element), f"an entry has no {name}")
    return _text(found)


def _count(place: str, element: etree._Element) -> int:
    text = _text(element)
    if not (text.isascii() and text.isdigit() and int(text)):
        raise BadDictionary(place, _line(element), f"«{text}» is not a number of pages")
    return int(text)


def _text(element: etree._Element) -> str:
    return shape.text(element).strip()


def _line(element: etree._Element) -> int:
    return int(element.sourceline or 0)
