"""Codes of houses beside those of the first import (`gateway.errors`): demolition, and what dictionaries say."""

from __future__ import annotations

from typing import Final

from gateway import errors

PARAMETER_UNKNOWN: Final = errors.define(
    "INT004075",
    "Параметр {parameter} отсутствует в справочнике Объектов ЖФ",
    "Возьмите код параметра из справочника № 197 этой системы: exportNsiItem.",
)
PARAMETER_ENDED: Final = errors.define(
    "INT004076",
    "Параметр {parameter} не актуален в справочнике Объектов ЖФ",
    "Уберите параметр или возьмите вместо него действующий из справочника № 197.",
)
PARAMETER_TYPE: Final = errors.define(
    "INT004077",
    "Параметр {parameter} имеет неверный тип данных: ожидается {accepted}, а передан {element}",
    "Передайте значение в элементе, который соответствует типу параметра в справочнике № 197.",
)
PARAMETER_NOT_APPLICABLE: Final = errors.define(
    "INT004078",
    "Параметр ОЖФ с кодом {parameter} не применим к объекту «{object}»",
    "Передайте параметр у объекта, который он описывает: его называет справочник № 197.",
)
PARAMETER_VALUE_UNKNOWN: Final = errors.define(
    "INT004079",
    "Значение параметра ОЖФ с кодом {parameter} указывает на несуществующую или неактуальную запись справочника "
    "№ {number}: «{value}»",
    "Возьмите код значения из названного справочника: exportNsiItem.",
)
STATE_DISAGREES: Final = errors.define(
    "INT004125",
    "Для присвоения дому состояния «{state}» необходимо указать в характеристиках дома "
    "«Наличие признания МКД аварийным» = «{value}»",
    "Передайте состояние дома и этот параметр (OGFData) согласованно, лучше в одном запросе.",
)
STATE_IS_RECOGNISED: Final = errors.define(
    "INT004126",
    "Нельзя установить состояние дома отличным от «Аварийный». Наличие признания МКД аварийным установлено на уровне "
    "ОМС/ОГВ",
    "Оставьте состояние «Аварийный»: признание снимает тот орган власти, который его разместил.",
)
HOUSE_PARAMETERS_CLOSED: Final = errors.define(
    "INT004120",
    "Для текущей роли запрещено редактирование расширенных параметров дома с кодами: {parameters}",
    "Уберите эти параметры: их размещает орган местного самоуправления.",
)
PREMISES_PARAMETERS_CLOSED: Final = errors.define(
    "INT004129",
    "Для текущей роли запрещено редактирование расширенных параметров помещения с кодами: {parameters}",
    "Уберите эти параметры: их размещает орган местного самоуправления.",
)
ROOM_PARAMETERS_CLOSED: Final = errors.define(
    "INT004130",
    "Для текущей роли запрещено редактирование расширенных параметров комнаты с кодами: {parameters}",
    "Уберите эти параметры: их размещает орган местного самоуправления.",
)
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
