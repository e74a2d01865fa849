r"""What libxml2 says about an invalid message, said in Russian for the person who sent it.

libxml2 reports `Element '{ns}name', attribute 'a': [facet 'f'] …`, and its code says which sentence follows. Names lose
their namespaces, patterns and types become words where there are words, values of the sender are cut to 80 characters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from lxml import etree

from gateway import wire
from gateway.contracts import facets

MAX_VALUE: Final = 80
_CUT: Final = 15_000
"""libxml2 cuts its messages at 64 000 bytes, perhaps inside the sender's value; a quarter of it is always enough."""
KEY_INCOMPLETE: Final = "не заполнено поле, по которому различаются эти элементы"
_MAX_CHOICES: Final = 12
_MAX_EXPECTED: Final = 10
"""libxml2 never names more expected elements than these."""

Phrase: TypeAlias = "tuple[str, Callable[[re.Match[str]], str]]"

_TYPES: Final = {
    "date": "ожидается дата вида 2026-01-31",
    "dateTime": "ожидаются дата и время вида 2026-01-31T12:00:00+03:00",
    "time": "ожидается время вида 12:00:00",
    "gYear": "ожидается год вида 2026",
    "boolean": "ожидается true или false",
    "decimal": "ожидается число; дробная часть отделяется точкой",
    "base64Binary": "ожидаются данные в кодировке Base64",
    "anyURI": "ожидается адрес (URI)",
    "integer": "ожидается целое число",
    "long": "ожидается целое число не длиннее 18 цифр",
    "int": "ожидается целое число от -2147483648 до 2147483647",
    "short": "ожидается целое число от -32768 до 32767",
    "byte": "ожидается целое число от -128 до 127",
    **dict.fromkeys(
        ("positiveInteger", "nonNegativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
        "ожидается целое число без знака минус",
    ),
    **dict.fromkeys(("float", "double"), "ожидается число"),
}
_GUID: Final = (
    "([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}",
    "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
)
"""As the official packs write it, and as the built-in one does."""
_PATTERNS: Final = {
    **dict.fromkeys(_GUID, "ожидается GUID вида 01234567-89ab-cdef-0123-456789abcdef"),
    facets.EQUIVALENTS["(.*)([0-9а-яА-Яa-zA-Z]+)(.*)"]: "нужна хотя бы одна буква или цифра, всё в одной строке",
    facets.EQUIVALENTS[r"(A{0,1}\d{1,4}(\.)?)+"]: "ожидается код вида 1.23",
    facets.EQUIVALENTS[r".*[^\s].*"]: "нужен хотя бы один символ, кроме пробелов, всё в одной строке",
    facets.EQUIVALENTS[r"(\s*\S+\s*)+"]: "нужен хотя бы один символ, кроме пробелов",
}
_DIGIT: Final = r"(?:\\d|\[0-9\])"
_DIGITS = re.compile(rf"{_DIGIT}\{{(\d+)\}}(?:\|{_DIGIT}\{{(?P<other>\d+)\}}|\({_DIGIT}\{{(?P<more>\d+)\}}\)\?)?")
"""So many digits; or another number of them; or so many and a group more."""


def sentence(code: int, said: str, kind: str = "") -> str:
    """Return the sentence for one message of libxml2, without the `Element '…': ` in front of it.

    `kind` is the XSD type behind the element, where libxml2 names only a type of the contract or none at all.
    """
    if kind in _TYPES and (value := re.match(_IS_NOT, said, re.DOTALL)):
        return f"{_value(value[1])} не подходит: {_TYPES[kind]}"
    known = _PHRASES.get(code)
    match = re.search(known[0], said, re.DOTALL) if known else None
    if known and match:
        return known[1](match)
    return "слишком длинное значение не подходит" if len(said) >= _CUT else "не соответствует контракту"


def codes() -> tuple[int, ...]:
    """Return the codes of libxml2 that have a sentence of their own."""
    return tuple(_PHRASES)


def shorten(value: str) -> str:
    """Return a value of the sender on one line, in quotes, cut to 80 characters."""
    line = " ".join(value[: 4 * MAX_VALUE].split())
    cut = len(line) > MAX_VALUE or len(value) > 4 * MAX_VALUE
    return f"«{line[:MAX_VALUE]}…»" if cut else f"«{line}»"


def keys(said: str) -> list[str]:
    """Return the values of the key that an identity constraint complains of."""
    match = re.search(r"key-sequence \[(.*)\]", said, re.DOTALL)
    return re.findall(r"'(.*?)'(?:, |$)", match[1], re.DOTALL) if match else []


def _value(text: str) -> str:
    return f"значение {shorten(text)}" if text.strip() else "пустое значение"


def _type(match: re.Match[str]) -> str:
    name = match[2].removeprefix("xs:") if match[2] else ""
    return f"{_value(match[1])} не подходит" + (f": {_TYPES[name]}" if name in _TYPES else " по типу")


def _pattern(match: re.Match[str]) -> str:
    digits = _DIGITS.fullmatch(match[2])
    if digits:
        numbers = [digits[1], digits["other"], str(int(digits[1]) + int(digits["more"])) if digits["more"] else None]
        expected = f"ожидается цифр: {' или '.join(number for number in numbers if number)}"
    else:
        expected = _PATTERNS.get(match[2]) or f"значение должно соответствовать шаблону {match[2]}"
    return f"{_value(match[1])} не подходит: {expected}"


def _choices(match: re.Match[str]) -> str:
    choices = re.findall(r"'(.*?)'(?:, |$)", match[2], re.DOTALL)
    shown = ", ".join(choices[:_MAX_CHOICES]) + (" и другие" if len(choices) > _MAX_CHOICES else "")
    return f"{_value(match[1])} не входит в перечень: {shown}"


def _unexpected(match: re.Match[str]) -> str:
    return f"элемент здесь не ожидается{_expected(match[1])}"


def _missing(match: re.Match[str]) -> str:
    return f"не хватает вложенного элемента{_expected(match[1])}"


def _expected(listed: str | None) -> str:
    names = [wire.local(name) for name in re.split(r",\s+", listed.strip())] if listed else []
    if not names:
        return ""
    shown = ", ".join(names) + (" и другие" if len(names) >= _MAX_EXPECTED else "")
    return f"; ожидается {'один из: ' if len(names) > 1 else ''}{shown}"


def _key(match: re.Match[str]) -> str:
    values = ", ".join(shorten(value) for value in keys(match[0]))
    return f"значение {values} повторяется, а должно встречаться один раз"


def _reference(match: re.Match[str]) -> str:
    values = ", ".join(shorten(value) for value in keys(match[0]))
    return f"значение {values} ссылается на объект, которого в пакете нет"


def _identity(match: re.Match[str]) -> str:
    if match[0].startswith("Duplicate"):
        return _key(match)
    if match[0].startswith("No match"):
        return _reference(match)
    return KEY_INCOMPLETE


_E: Final = etree.ErrorTypes
_EXPECTED: Final = r"(?:Expected is(?: one of)? \( (.*?) \))?\.?$"
_IS_NOT: Final = r"^'(.*)' is not a valid value of the (?:local )?(?:atomic|list|union) type(?: '(.*)')?"
_TEXT_IN_BLOCK: Final = "текст здесь не допускается: элемент содержит только вложенные элементы"

_PHRASES: Final[dict[int, Phrase]] = {
    _E.SCHEMAV_ELEMENT_CONTENT: (
        rf"^(?:This element is not expected|Missing child element\(s\))\. ?{_EXPECTED}",
        lambda match: _missing(match) if match[0].startswith("Missing") else _unexpected(match),
    ),
    _E.SCHEMAV_CVC_ELT_1: (
        "",
        lambda _: "в контракте этого сервиса нет такого элемента: проверьте имя и пространство имён",
    ),
    _E.SCHEMAV_CVC_DATATYPE_VALID_1_2_1: (_IS_NOT, _type),
    _E.SCHEMAV_CVC_DATATYPE_VALID_1_2_2: (_IS_NOT, _type),
    _E.SCHEMAV_CVC_DATATYPE_VALID_1_2_3: (_IS_NOT, _type),
    _E.SCHEMAV_CVC_LENGTH_VALID: (
        r"length of '(\d+)'.* length of '(\d+)'",
        lambda match: f"длина значения {match[1]}, а должна быть {match[2]}",
    ),
    _E.SCHEMAV_CVC_MINLENGTH_VALID: (
        r"length of '(\d+)'.* length of '(\d+)'",
        lambda match: f"длина значения {match[1]}, а должна быть не меньше {match[2]}",
    ),
    _E.SCHEMAV_CVC_MAXLENGTH_VALID: (
        r"length of '(\d+)'.* length of '(\d+)'",
        lambda match: f"длина значения {match[1]}, а должна быть не больше {match[2]}",
    ),
    _E.SCHEMAV_CVC_PATTERN_VALID: (r"value '(.*)' is not accepted by the pattern '(.*)'\.$", _pattern),
    _E.SCHEMAV_CVC_ENUMERATION_VALID: (r"value '(.*)' is not an element of the set \{(.*)\}\.$", _choices),
    _E.SCHEMAV_CVC_MININCLUSIVE_VALID: (
        r"value '(.*)' is less than .* \('(.*)'\)",
        lambda match: f"{_value(match[1])} не подходит: должно быть не меньше {match[2]}",
    ),
    _E.SCHEMAV_CVC_MAXINCLUSIVE_VALID: (
        r"value '(.*)' is greater than .* \('(.*)'\)",
        lambda match: f"{_value(match[1])} не подходит: должно быть не больше {match[2]}",
    ),
    _E.SCHEMAV_CVC_MINEXCLUSIVE_VALID: (
        r"value '(.*)' must be greater than '(.*)'",
        lambda match: f"{_value(match[1])} не подходит: должно быть больше {match[2]}",
    ),
    _E.SCHEMAV_CVC_MAXEXCLUSIVE_VALID: (
        r"value '(.*)' must be less than '(.*)'",
        lambda match: f"{_value(match[1])} не подходит: должно быть меньше {match[2]}",
    ),
    _E.SCHEMAV_CVC_TOTALDIGITS_VALID: (
        r"value '(.*)' has more digits than are allowed \('(.*)'\)",
        lambda match: f"{_value(match[1])} не подходит: цифр должно быть не больше {match[2]}",
    ),
    _E.SCHEMAV_CVC_FRACTIONDIGITS_VALID: (
        r"value '(.*)' has more fractional digits than are allowed \('(.*)'\)",
        lambda match: f"{_value(match[1])} не подходит: цифр после точки должно быть не больше {match[2]}",
    ),
    _E.SCHEMAV_CVC_ELT_5_2_2_2_2: (
        r"value '(.*)' does not match the fixed value constraint '(.*)'",
        lambda match: f"{_value(match[1])} не подходит: контракт допускает только {match[2]}",
    ),
    _E.SCHEMAV_CVC_AU: (
        r"value '(.*)' does not match the fixed value constraint '(.*)'",
        lambda match: f"{_value(match[1])} не подходит: контракт допускает только {match[2]}",
    ),
    _E.SCHEMAV_CVC_COMPLEX_TYPE_4: (
        r"attribute '(.*)' is required but missing",
        lambda match: f"не хватает обязательного атрибута {wire.local(match[1])}",
    ),
    _E.SCHEMAV_CVC_COMPLEX_TYPE_3_2_1: ("", lambda _: "такого атрибута у этого элемента нет"),
    _E.SCHEMAV_CVC_COMPLEX_TYPE_2_1: ("", lambda _: "элемент должен быть пустым"),
    _E.SCHEMAV_CVC_COMPLEX_TYPE_2_3: ("", lambda _: _TEXT_IN_BLOCK),
    _E.SCHEMAV_CVC_TYPE_3_1_2: ("", lambda _: "элемент содержит только текст, вложенные элементы не допускаются"),
    _E.SCHEMAV_CVC_TYPE_3_1_1: ("", lambda _: "атрибуты у этого элемента не допускаются"),
    _E.SCHEMAV_CVC_ELT_3_1: ("", lambda _: "атрибут xsi:nil у этого элемента не допускается: опустите сам элемент"),
    _E.SCHEMAV_CVC_ELT_4_2: ("", lambda _: "атрибут xsi:type называет тип, которого в контракте нет"),
    _E.SCHEMAV_CVC_ELT_4_3: ("", lambda _: "атрибут xsi:type называет тип, который здесь не допускается"),
    _E.SCHEMAV_CVC_TYPE_2: ("", lambda _: "элемент этого типа не может стоять в сообщении"),
    _E.SCHEMAV_CVC_IDC: (r".*", _identity),
}
