"""Dictionary 197: the parameters by which houses, premises and rooms are described (OGFData), each with its rules.

ГИС ЖКХ gives them as fields of the entries, and so does this gateway; which parameter may have several values, and
which a managing organisation may not set, it does not say: that is kept here, by code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gateway.contracts import shape
from gateway.families import api

NUMBER: Final = 197
APPLIES_TO: Final = ("МКД", "ЖД", "Жилое помещение", "Нежилое помещение", "Комната")
"""Objects that parameters are for; those of premises are for blocks too."""
_KIND: Final = "Тип значения описания объектов ЖФ"
_HAS_VALUE: Final = "Наличие значения"
_DICTIONARY: Final = "Справочник объектов ЖФ"
_APPLIES: Final = "Применимость к объекту"
_NO_VALUE: Final = "Нет значения"
_ELEMENTS: Final[Mapping[str, frozenset[str]]] = {
    "Строка": frozenset({"StringValue"}),
    "Целое": frozenset({"IntegerValue"}),
    # Numbers without a fraction come either way, and years as numbers or as dates.
    "Вещественное": frozenset({"FloatValue", "IntegerValue"}),
    "Логическое": frozenset({"BooleanValue"}),
    "Дата (день, месяц, год)": frozenset({"DateTimeValue"}),
    "Дата (год)": frozenset({"IntegerValue", "DateTimeValue"}),
    "Перечислимый": frozenset({"NsiCode"}),
    "Файл": frozenset({"File"}),
    _NO_VALUE: frozenset(),
}
_ANY: Final = frozenset().union(*_ELEMENTS.values())


def fields(row: Mapping[str, str]) -> tuple[Mapping[str, api.Data], ...]:
    """Return the fields of a parameter that comes with the gateway, from its line in the data."""
    has_value = row["kind"] != _NO_VALUE
    made: list[Mapping[str, api.Data]] = [
        {shape.KIND: "NsiElementStringFieldType", "Name": "Наименование", "Value": row["name"]},
        {shape.KIND: "NsiElementBooleanFieldType", "Name": _HAS_VALUE, "Value": "true" if has_value else "false"},
    ]
    if row["kind"] in _ELEMENTS and has_value:
        made.append({shape.KIND: "NsiElementStringFieldType", "Name": _KIND, "Value": row["kind"]})
    if row["dictionary"]:
        reference = {"NsiItemRegistryNumber": row["dictionary"], "ListGroup": "NSIRAO"}
        made.append({shape.KIND: "NsiElementNsiFieldType", "Name": _DICTIONARY, "NsiRef": reference})
    if row["applies"]:
        made.append({shape.KIND: "NsiElementStringFieldType", "Name": _APPLIES, "Value": row["applies"]})
    return tuple(made)


def of(item: api.Item, known: Mapping[str, str]) -> api.Parameter:
    """Return the parameter that an entry of dictionary 197 is; `known` is its line in the data, if it has one."""
    told = {_plain(field.get("Name")): field for field in item.fields}
    kind = _plain(told.get(_KIND, {}).get("Value"))
    accepts = _ELEMENTS.get(kind, _ANY)
    if _plain(told.get(_HAS_VALUE, {}).get("Value")) in ("false", "0"):
        accepts = frozenset()
    applies = _plain(told.get(_APPLIES, {}).get("Value"))
    return api.Parameter(
        code=item.code,
        name=item.name,
        actual=item.actual,
        accepts=accepts,
        multiple=known.get("multiple") == "yes",
        applies_to=frozenset(name for name in APPLIES_TO if name in applies) or frozenset(APPLIES_TO),
        dictionary=_number(told.get(_DICTIONARY, {}).get("NsiRef")),
        closed_to=frozenset(filter(None, known.get("closed_to", "").split(";"))),
    )


def _number(reference: object) -> int | None:
    number = reference.get("NsiItemRegistryNumber") if isinstance(reference, Mapping) else None
    return int(number) if isinstance(number, str) and number.isdigit() else None


def _plain(value: object) -> str:
    """Return a text with single spaces: the name of one of the fields has two on the wire."""
    return " ".join(value.split()) if isinstance(value, str) else ""
