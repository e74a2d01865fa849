"""References to dictionaries (nsiRef): by Code, and by the GUID that the entry has on this installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gateway import errors
from gateway.families import api, fields
from gateway.families.problems import problem

UNKNOWN_ENTRY: Final = errors.define(
    "INT002901",
    "Значение в поле отсутствует в справочнике № {number}: код «{code}»",
    "Возьмите код и GUID из выгрузки справочника: exportNsiItem.",
)
FOREIGN_ENTRY: Final = errors.define(
    "INT002902",
    "Элемент с кодом «{code}» справочника № {number} имеет здесь GUID {ours}, а указан {given}",
    "GUID элементов у каждой системы свои: загрузите справочник этой системы (exportNsiItem) и возьмите GUID из него.",
)


def problems(
    content: fields.Fields, numbers: Mapping[str, int], dictionaries: api.Dictionaries, *, path: str = ""
) -> Iterator[api.Problem]:
    """Yield what is wrong with each nsiRef that `numbers` (local name → registry number) tells of, however deep."""
    for name, value in content.items():
        where = f"{path}/{name}" if path else name
        for each in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
            if isinstance(each, Mapping):
                if name in numbers and "Code" in each:
                    yield from _judged(each, numbers[name], dictionaries, where)
                yield from problems(each, numbers, dictionaries, path=where)


def _judged(reference: fields.Fields, number: int, dictionaries: api.Dictionaries, where: str) -> Iterator[api.Problem]:
    code, given = fields.text(reference, "Code"), fields.text(reference, "GUID").lower()
    item = dictionaries.item(number, code)
    if item is None or not item.actual:
        yield problem(UNKNOWN_ENTRY, where=where, number=str(number), code=code)
    elif given and given != item.guid:
        yield problem(FOREIGN_ENTRY, where=where, number=str(number), code=code, ours=item.guid, given=given)
