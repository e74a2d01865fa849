"""Parameters of the description form (OGFData) as dictionary 197 defines them.

An entry of the dictionary is one parameter. What else it says stands in its fields, of which these are read: the type
of the value, the dictionary that an enumerated one chooses from, and the objects that it describes (a field for each,
or several in one, parted by commas). Where an entry does not say one of them, nothing is judged by it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.families import api, fields
from gateway.families.houses import kinds

DICTIONARY: Final = 197
TYPE: Final = "Тип значения"
VALUES: Final = "Справочник значений"
OBJECTS: Final = "Объекты"
EMERGENCY: Final = "Наличие признания МКД аварийным"
"""Name of the parameter that the state of a house has to agree with."""

TYPES: Final[Mapping[str, str]] = {
    "StringValue": "Строка",
    "FloatValue": "Вещественное",
    "DateTimeValue": "Дата",
    "IntegerValue": "Целое",
    "BooleanValue": "Логическое",
    "NsiCode": "Перечислимое",
    "File": "Файл",
}
"""What the dictionary calls the type of each element of a value."""
_OBJECTS: Final[Mapping[kinds.Kind, str]] = {
    kinds.APARTMENT_HOUSE: "Многоквартирный дом",
    kinds.LIVING_HOUSE: "Жилой дом",
    kinds.ENTRANCE: "Подъезд",
    kinds.RESIDENTIAL: "Жилое помещение",
    kinds.NON_RESIDENTIAL: "Нежилое помещение",
    kinds.ROOM: "Комната",
    kinds.BLOCK: "Блок",
    kinds.LIFT: "Лифт",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Given:
    """One parameter of a request beside its definition."""

    code: str
    element: str
    """Element of the value, for example FloatValue."""
    value: str
    item: api.Item | None
    """Its entry of the dictionary; None where there is none."""

    @property
    def type(self) -> str:
        """What the dictionary demands; empty where it demands nothing."""
        return next(_values(self.item, TYPE), "")

    @property
    def objects(self) -> frozenset[str]:
        """The objects that it describes; empty where the dictionary does not say."""
        named = (name for value in _values(self.item, OBJECTS) for name in value.split(","))
        return frozenset(name.strip() for name in named)

    @property
    def dictionary(self) -> int | None:
        """Registry number of the dictionary that an enumerated value is chosen from."""
        number = next(_values(self.item, VALUES), "")
        return int(number) if number.isascii() and number.isdigit() else None


def given(content: fields.Fields, dictionaries: api.Dictionaries) -> Iterator[Given]:
    """Yield the parameters of an object beside their definitions; none where dictionary 197 is not known whole."""
    known = dictionaries.dictionary(DICTIONARY)
    if "OGFData" not in content or known is None or not known.complete:
        return
    for row in fields.rows(content, "OGFData"):
        code, value = fields.text(row, "Code"), fields.block(row, "Value")
        element = next(iter(value), "")
        yield Given(code, element, fields.text(value, element), dictionaries.item(DICTIONARY, code))


def title(kind: kinds.Kind) -> str:
    """Return what dictionary 197 calls a kind of objects."""
    return _OBJECTS[kind]


def emergency(dictionaries: api.Dictionaries) -> str | None:
    """Return the code of the parameter that says whether a house is dangerous; None where there is none."""
    known = dictionaries.dictionary(DICTIONARY)
    items = known.items.values() if known else ()
    return next((item.code.rstrip(".") for item in items if item.name == EMERGENCY and item.actual), None)


def _values(item: api.Item | None, name: str) -> Iterator[str]:
    """Yield the values of the fields with this name: texts, numbers of dictionaries, positions of an enumeration."""
    for field in item.fields if item else ():
        if fields.text(field, "Name") != name:
            continue
        reference = fields.block(field, "NsiRef")
        texts = (
            fields.text(field, "Value"),
            fields.text(reference, "NsiItemRegistryNumber"),
            *(fields.text(row, "Value") for row in fields.rows(field, "Position")),
        )
        yield from (text for text in texts if text)
