"""The codes of the dictionaries: 016 is their subsystem; numbers from 900 are this gateway's own (protocol §5.4)."""

from __future__ import annotations

from typing import Final

from gateway import errors

UNKNOWN_DICTIONARY: Final = errors.define(
    "INT016001",
    "Справочник с реестровым номером {number} не найден",
    "Номера справочников и их группы (NSI, NSIRAO) возвращает exportNsiList; справочники самой организации — 1, 51, 59 "
    "и другие — выгружает exportDataProviderNsiItem.",
)
USE_PAGING: Final = errors.define(
    "INT016041",
    "Справочник № {number} выгружается постранично: в нём {total} записей, на странице {page}",
    "Выгрузите справочник по страницам: exportNsiPagingItem или exportDataProviderPagingNsiItem, Page от 1.",
)
UNKNOWN_ENTRY: Final = errors.define(
    "INT016901",
    "Элемент {guid} не найден в справочнике № {number} организации",
    "Укажите GUID, который вернул импорт этого элемента или показывает exportDataProviderNsiItem.",
)
DELETED_ENTRY: Final = errors.define(
    "INT016902",
    "Элемент {guid} справочника № {number} удалён",
    "Сначала восстановите элемент (Recover…), затем изменяйте его; удалять его второй раз не нужно.",
)
LIVE_ENTRY: Final = errors.define(
    "INT016903",
    "Элемент {guid} справочника № {number} не удалён, восстанавливать нечего",
    "Восстанавливать можно только удалённый элемент; чтобы изменить его, передайте ElementGuid в импорте.",
)
REPEATED_NAME: Final = errors.define(
    "INT016904",
    "В справочнике № {number} организации уже есть элемент «{name}» с той же единицей измерения",
    "Измените существующий элемент (ElementGuid), или назовите новый иначе: название с единицей измерения уникально.",
)
WORDED_UNIT: Final = errors.define(
    "INT016905",
    "Единица измерения словами больше не поддерживается",
    "Укажите код единицы измерения по ОКЕИ в элементе base:OKEI.",
)
DELETED_PARENT: Final = errors.define(
    "INT016906",
    "Элемент {guid} подчинён удалённому элементу",
    "Восстановите вышестоящий элемент, с HierarchyRecover — вместе со всеми подчинёнными.",
)
MISPLACED_ENTRY: Final = errors.define(
    "INT016907",
    "Элемент {guid} подчинён другому элементу, переместить его нельзя",
    "Изменяйте элемент там, где он стоит; чтобы он стоял в другом месте, удалите его и создайте заново.",
)
REFUSED_PARENT: Final = errors.define(
    "INT016908",
    "Вышестоящий элемент этого же пакета не принят, поэтому не принят и подчинённый",
    "Исправьте вышестоящий элемент: его ошибка стоит в его CommonResult; подчинённые передайте вместе с ним.",
)
