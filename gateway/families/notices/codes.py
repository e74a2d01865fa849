"""The codes of news: the number of its subsystem is not public, so they are ours inside INT002, the common one."""

from __future__ import annotations

from gateway import errors

UNNAMED = errors.define(
    "INT002951",
    "Не указано, с какой новостью это сделать (NotificationGUID)",
    "Без NotificationGUID новость только составляют (Create). GUID новости называет ответ на импорт, которым она "
    "составлена.",
)
SENT = errors.define(
    "INT002952",
    "Новость {guid} уже направлена адресатам: изменить, удалить или направить её снова нельзя",
    "Отзовите её (RecallNotification) и составьте новую.",
)
NOT_SENT = errors.define(
    "INT002953",
    "Новость {guid} ещё не направлена, отзывать нечего",
    "Проект новости удаляют (DeleteNotification) или излагают заново (Create с NotificationGUID).",
)
GONE = errors.define(
    "INT002954",
    "Новость {guid} уже отозвана или удалена",
    "Составьте новую (Create без NotificationGUID).",
)
ACCOUNT_UNKNOWN = errors.define(
    "INT002955",
    "Среди лицевых счетов организации нет счёта с ЕЛС {number}",
    "О задолженности пишут по своим лицевым счетам; их ЕЛС показывает exportAccountData.",
)
ACCOUNT_REPEATED = errors.define(
    "INT002956",
    "Лицевой счёт с ЕЛС {number} указан в новости 2 или более раз",
    "Укажите каждый счёт один раз, со всей суммой его задолженности.",
)
PERIOD_DISORDERED = errors.define(
    "INT002957",
    "Период актуальности новости кончается {end}, а начинается {start}",
    "Исправьте StartDate или EndDate.",
)
PERIOD_OVER = errors.define(
    "INT002958",
    "Период актуальности новости уже кончился: {end}",
    "Укажите EndDate в будущем или IsNotLimit.",
)
TEXT_LONG = errors.define(
    "INT002959",
    "Новость названа короткой (IsShortTopic), а в её тексте {length} знаков",
    "Сократите content до 500 знаков или передайте IsShortTopic = false.",
)
NOT_FOR_PHONES = errors.define(
    "INT002960",
    "Сведения для мобильного приложения (MobileAppData) указаны у новости, которую в нём не публикуют",
    "Укажите IsForPublishToMobileApp или уберите MobileAppData.",
)
