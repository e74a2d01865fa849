"""Codes of houses beside those of the first import (`gateway.errors`): demolition, and what dictionaries say."""

from __future__ import annotations

from typing import Final

from gateway import errors

BEING_DEMOLISHED: Final = errors.define(
    "INT004123",
    "Дом {house} находится в процессе аннулирования или сноса",
    "Снос этого дома уже размещает другой элемент того же запроса; оставьте один.",
)
DEMOLISHED: Final = errors.define(
    "INT004160",
    "Дом с указанным идентификатором был снесен {date} организацией с ОГРН {ogrn}",
    "Сведения о снесённом доме не изменяют; новому дому нужен свой FIASHouseGuid.",
)
DEMOLITION_DATE_OUT_OF_RANGE: Final = errors.define(
    "INT004165",
    "Дата сноса не может быть меньше 01.01.1900 и больше {latest}: {date}",
    "Исправьте DemolishionDate: снос размещают, когда он состоялся.",
)
DEMOLITION_REASON_MISSING: Final = errors.define(
    "INT004902",
    "Не указано основание сноса (DemolishionReason); оно обязательно для дома, не признанного аварийным",
    "Укажите в DemolishionReason документ или описание основания.",
)
