"""References to dictionaries (nsiRef): by Code, and by the GUID that the entry has on this stand (protocol §8.0).

Of a dictionary that is known whole, a code that is not there does not exist. Of one that is known in part it may well
exist: its reference is refused too, because nobody here could say what it refers to, but in other words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, Protocol

from gateway import errors
from gateway.families import api, fields
from gateway.families.problems import problem

UNKNOWN_ENTRY: Final = errors.define(
    "INT002901",
    "Значение в поле отсутствует в справочнике № {number}: код «{code}», GUID {given}",
    "Возьмите код и GUID из выгрузки справочника: exportNsiItem, а для справочников самой организации (1, 51, 59 и "
    "другие) — exportDataProviderNsiItem. На недействующие записи ссылаться нельзя.",
)
FOREIGN_ENTRY: Final = errors.define(
    "INT002902",
    "Элемент с кодом «{code}» справочника № {number} имеет здесь GUID {ours}, а указан {given}",
    "GUID элементов у каждой системы свои: загрузите справочник этой системы (exportNsiItem, а справочник своей "
    "организации — exportDataProviderNsiItem) и возьмите GUID из него.",
)
UNVERIFIABLE_ENTRY: Final = errors.define(
    "INT002903",
    "Справочник № {number} известен этой установке не полностью, и кода «{code}» в ней нет (указан GUID {given}): "
    "проверить ссылку нельзя",
    "Код может быть верным. Загрузите справочник целиком из выгрузки ГИС ЖКХ (gateway nsi load) и возьмите GUID из "
    "exportNsiItem этой установки, или укажите запись, которая в ней есть. Какие справочники неполны, сказано в "
    "docs/dictionaries.md.",
)
CODES: Final = (UNKNOWN_ENTRY, FOREIGN_ENTRY, UNVERIFIABLE_ENTRY)
"""What a reference to a common dictionary can be refused with."""
OWN_CODES: Final = (UNKNOWN_ENTRY, FOREIGN_ENTRY)
"""What a reference to a dictionary of the organisation itself can be refused with: those are known whole."""
_NO_GUID: Final = "не указан"


class Entries(Protocol):
    """Where references lead: the common dictionaries, or those of one organisation."""

    def item(self, number: int, code: str) -> api.Item | None:
        """Return the entry with this code (`5` and `5.` are the same) of a dictionary, or None."""

    def dictionary(self, number: int) -> api.Dictionary | None:
        """Return a dictionary, or None."""


def problems(
    content: fields.Fields,
    numbers: Mapping[str, int],
    entries: Entries,
    *,
    path: str = "",
    foreign: str = FOREIGN_ENTRY,
) -> Iterator[api.Problem]:
    """Yield what is wrong with each nsiRef that `numbers` (local name → registry number) tells of, however deep.

    `foreign` is the code for a GUID that the entry has on another stand: metering has one of its own (protocol §5.4).
    """
    for name, value in content.items():
        where = f"{path}/{name}" if path else name
        for each in value if isinstance(value, Sequence) and not isinstance(value, str) else (value,):
            if isinstance(each, Mapping):
                if name in numbers and "Code" in each:
                    yield from _judged(each, numbers[name], entries, where, foreign)
                yield from problems(each, numbers, entries, path=where, foreign=foreign)


def _judged(reference: fields.Fields, number: int, entries: Entries, where: str, foreign: str) -> Iterator[api.Problem]:
    code, given = fields.text(reference, "Code"), fields.text(reference, "GUID").lower()
    item = entries.item(number, code)
    values = {"where": where, "number": str(number), "code": code, "given": given or _NO_GUID}
    if item is None:
        yield problem(UNKNOWN_ENTRY if _is_whole(number, entries) else UNVERIFIABLE_ENTRY, **values)
    elif not item.actual:
        yield problem(UNKNOWN_ENTRY, **values)
    elif given and given != item.guid:
        yield problem(foreign, ours=item.guid, **values)


def _is_whole(number: int, entries: Entries) -> bool:
    known = entries.dictionary(number)
    return known is not None and known.complete
