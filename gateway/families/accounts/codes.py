"""The codes of accounts (protocol §5.4): official where they are known, 9xx inside INT008 where they are ours."""

from __future__ import annotations

from gateway import errors

PLACE_MISSING = errors.define(
    "INT008255",
    "Для открытого лицевого счёта должно быть указано, за что по нему платят (Accommodation)",
    "Укажите PremisesGUID, LivingRoomGUID или, для жилого дома, FIASHouseGuid; не указывать их можно только при "
    "закрытии счёта (Closed).",
)
ACCOUNT_UNKNOWN = errors.define(
    "INT008901",
    "Лицевой счёт {guid} не найден у этого поставщика данных",
    "Укажите AccountGUID, который вернул importAccountData или показывает exportAccountData; чужие счета не изменяют.",
)
ACCOUNT_CLOSED = errors.define(
    "INT008902",
    "Лицевой счёт {guid} закрыт с {date}, изменить или закрыть его ещё раз нельзя",
    "Закрытый счёт остаётся в реестре без изменений; при необходимости откройте новый.",
)
ACCOUNT_REPEATED = errors.define(
    "INT008903",
    "Лицевой счёт {guid} указан в запросе 2 или более раз",
    "Передайте все изменения счёта одним элементом Account.",
)
KIND_NOT_OF_ROLE = errors.define(
    "INT008904",
    "Организация с ролью «{role}» не может вести счёт {kind} ({title}); его ведут: {roles}",
    "Укажите тип счёта, который ведёт ваша организация; роль организации на своей установке меняет gateway org change.",
)
KIND_CHANGED = errors.define(
    "INT008905",
    "Тип лицевого счёта изменить нельзя: счёт открыт как {before}, а указан {after}",
    "Укажите прежний тип или закройте счёт и откройте другой.",
)
NUMBER_TAKEN = errors.define(
    "INT008906",
    "Номер {number} уже носит другой открытый счёт этого поставщика данных: {guid}",
    "Чтобы изменить тот счёт, передайте его AccountGUID; новому счёту дайте другой номер.",
)
SHARES_EXCEED = errors.define(
    "INT008907",
    "Доли платы за один объект {guid} составляют в лицевом счёте {sum} %, а не может быть больше 100 %",
    "Исправьте SharePercent; каждый объект достаточно указать в счёте один раз.",
)
CLOSED_BEFORE_OPENED = errors.define(
    "INT008908",
    "Дата закрытия {date} раньше дня, когда счёт размещён: {opened}",
    "Исправьте CloseDate: она не раньше CreationDate из exportAccountData.",
)
CLOSED_IN_FUTURE = errors.define(
    "INT008909",
    "Дата закрытия {date} ещё не наступила: сегодня {today}",
    "Передайте закрытие в день закрытия или позже.",
)
CLOSED_UNOPENED = errors.define(
    "INT008910",
    "Закрыть можно только размещённый лицевой счёт: указан Closed, но не указан AccountGUID",
    "Укажите AccountGUID закрываемого счёта или уберите Closed.",
)
SERVICE_UNKNOWN = errors.define(
    "INT008920",
    "Индивидуальная услуга {guid} не найдена у этого поставщика данных",
    "Укажите AccountIndividualServiceGUID, который вернул импорт услуги или показывает "
    "exportAccountIndividualServices.",
)
SERVICE_DELETED = errors.define(
    "INT008921",
    "Индивидуальная услуга {guid} уже удалена",
    "Удалённую услугу не изменяют; при необходимости заведите новую.",
)
SERVICE_REPEATED = errors.define(
    "INT008922",
    "Индивидуальная услуга {guid} указана в запросе 2 или более раз",
    "Передайте каждую услугу одним элементом.",
)
SERVICE_ENDS_BEFORE_IT_BEGINS = errors.define(
    "INT008923",
    "Услуга не может закончиться ({end}) раньше, чем начаться ({begin})",
    "Исправьте BeginDate или EndDate.",
)
