"""The codes of payment documents (protocol §5.4): official where known, 9xx inside INT008 where they are ours."""

from __future__ import annotations

from gateway import errors

SUM_DIFFERS = errors.define(
    "INT008165",
    "Выявлено расхождение суммы с автоматически рассчитанной: указано {told}, рассчитано {computed}",
    "Исправьте сумму или то, из чего она складывается; если верна указанная, передайте ConfirmAmountsCorrect = true.",
)
WITHDRAWN_ALREADY = errors.define(
    "SRV008070",
    "Отзыв ПД невозможен, ПД уже отозван: {document}",
    "Повторно отзывать или исправлять документ не нужно: он уже отозван, в том числе исправлением.",
)
ACKNOWLEDGED = errors.define(
    "SRV008071",
    "Отзыв платежного документа {document} невозможен: он квитирован с извещениями о принятии к исполнению "
    "распоряжений",
    "Сначала отмените квитирование: importAcknowledgment, AckCancellation.",
)
SERVICES_WRONG = errors.define(
    "SRV008076",
    "Некорректный состав услуг или некорректное указание реквизитов по услугам: {why}",
    "Услуги должны быть в действующем договоре управления или уставе (HouseService, AddService); реквизиты указывают "
    "либо один раз для всего документа, либо у каждой услуги.",
)
ACCOUNT_CLOSED_BEFORE = errors.define(
    "INT008930",
    "Лицевой счёт {guid} закрыт {date}, до начала расчётного периода {period}",
    "Разместите документ за месяц, в котором счёт ещё был открыт, или для другого счёта.",
)
PERIOD_TOO_LATE = errors.define(
    "INT008931",
    "Расчётный период {period} ещё не начался и не следующий: последний допустимый {last}",
    "Документы размещают за прошедшие месяцы, текущий и следующий.",
)
CONTRACTOR_MISSING = errors.define(
    "INT008932",
    "Для лицевого счёта расчётного центра (isRCAccount) не указано, кто исполняет услуги",
    "Укажите PaymentProviderInformation у запроса и orgPPAGUID у каждой услуги.",
)
CONTRACTOR_UNWANTED = errors.define(
    "INT008933",
    "Исполнителя услуг указывают только для лицевого счёта расчётного центра (isRCAccount)",
    "Уберите PaymentProviderInformation и orgPPAGUID; документы счетов разных типов передавайте отдельными запросами.",
)
CONTRACTOR_UNKNOWN = errors.define(
    "INT008934",
    "Организация {guid} не зарегистрирована",
    "Укажите orgPPAGUID организации, которую показывает exportDataProvider или реестр организаций.",
)
SERVICE_REPEATED = errors.define(
    "INT008935",
    "Выявлено дублирование услуги «{name}»",
    "Укажите услугу один раз; в долговом документе — один раз для каждого месяца.",
)
NUMBER_TAKEN = errors.define(
    "INT008936",
    "Платежный документ с таким номером уже существует: {number} за {period}, его идентификатор {document}",
    "Номер уникален у поставщика данных в пределах месяца: укажите другой или отзовите прежний документ.",
)
DOCUMENT_UNKNOWN = errors.define(
    "INT008937",
    "Платёжный документ {document} не найден у этого поставщика данных",
    "Укажите PaymentDocumentID, который вернул importPaymentDocumentData (UniqueNumber) или показывает "
    "exportPaymentDocumentData.",
)
CORRECTS_ANOTHER = errors.define(
    "INT008938",
    "Платёжный документ {document} выставлен не по этому лицевому счёту или не за этот месяц",
    "Исправляют документ того же счёта и месяца; в остальных случаях отзовите прежний документ и разместите новый.",
)
NUMBERS_EXHAUSTED = errors.define(
    "INT008941",
    "По лицевому счёту {guid} размещено {count} платёжных документов: свободных идентификаторов больше нет",
    "Идентификатор документа — ИЖКУ и четыре цифры, второй раз их не выдают. Закройте счёт и откройте другой.",
)
READINGS_HALF = errors.define(
    "INT008939",
    "У показаний прибора учёта {device} указано только одно из двух: {name}",
    "Показания за предыдущий месяц (MDPreviousPeriodReadings) и единицу измерения (MDUnit) указывают вместе.",
)
OVERHAUL_TWICE = errors.define(
    "INT008940",
    "Взнос на капитальный ремонт указан и за месяц (CapitalRepairCharge), и за год (CapitalRepairYearCharge)",
    "Оставьте что-то одно.",
)
