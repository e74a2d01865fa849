"""The codes of payments: none is public (protocol §5.4), so 9xx inside INT008 are this gateway's own."""

from __future__ import annotations

from gateway import errors

ORDER_KNOWN = errors.define(
    "INT008960",
    "Извещение о распоряжении {order} уже размещено этой организацией: {guid}",
    "Повторно размещать его не нужно. Чтобы исправить сведения, аннулируйте извещение "
    "(importNotificationsOfOrderExecutionCancellation) и разместите его снова с тем же OrderID.",
)
DOCUMENT_UNKNOWN = errors.define(
    "INT008961",
    "Платёжный документ {document} не размещён",
    "Укажите PaymentDocumentID с платёжного документа или из exportPaymentDocumentDetails; если его нет, назовите "
    "лицевой счёт или получателя (RecipientInfo).",
)
ACCOUNT_UNKNOWN = errors.define(
    "INT008962",
    "Лицевой счёт не найден: {number}",
    "Укажите единый лицевой счёт или идентификатор жилищно-коммунальной услуги с платёжного документа.",
)
RECIPIENT_UNKNOWN = errors.define(
    "INT008963",
    "Исполнитель с ИНН {inn} не зарегистрирован",
    "Проверьте RecipientInfo или укажите платёжный документ, ЕЛС либо идентификатор услуги. ИНН организации на своей "
    "установке задаёт администратор: gateway org change --inn.",
)
RECIPIENT_DIFFERS = errors.define(
    "INT008964",
    "Исполнитель с ИНН {inn} — не тот, кто выставил платёжный документ или ведёт лицевой счёт (ИНН {known})",
    "Исправьте RecipientInfo или идентификатор, по которому внесена плата.",
)
TOLD_DIFFERS = errors.define(
    "INT008965",
    "Сведения о платеже противоречат друг другу: указано «{told}», а по идентификатору известно «{known}»",
    "Идентификатора достаточно: уберите или исправьте то, что с ним не сходится.",
)
ORDER_IN_FUTURE = errors.define(
    "INT008966",
    "Дата распоряжения {date} ещё не наступила: сегодня {today}",
    "Размещайте извещение, когда распоряжение принято к исполнению.",
)
ORDER_UNKNOWN = errors.define(
    "INT008967",
    "Извещение о распоряжении {order} этой организацией не размещено",
    "Аннулируют собственные извещения: укажите OrderID, с которым извещение размещено.",
)
CANCELLED_ALREADY = errors.define(
    "INT008968",
    "Извещение о распоряжении {order} уже аннулировано",
    "Повторно аннулировать его не нужно.",
)
CANCELLED_WRONG_DAY = errors.define(
    "INT008969",
    "Дата аннулирования {date} раньше даты распоряжения ({ordered}) или ещё не наступила (сегодня {today})",
    "Исправьте CancellationDate.",
)
NOTIFICATION_UNKNOWN = errors.define(
    "INT008970",
    "Извещение {notification} не найдено среди полученных этой организацией",
    "Возьмите NotificationsOfOrderExecutionGUID, OrderID и orgPPAGUID из exportNotificationsOfOrderExecution.",
)
NOTIFICATION_CANCELLED = errors.define(
    "INT008971",
    "Извещение {notification} аннулировано тем, кто его разместил",
    "Квитировать аннулированное извещение нельзя: дождитесь нового.",
)
DOCUMENT_NOT_PAYABLE = errors.define(
    "INT008972",
    "Платёжный документ {document} отозван или ещё не выставлен",
    "Квитируйте с действующим документом: тем, который разместили вместо отозванного.",
)
SERVICE_NOT_CHARGED = errors.define(
    "INT008973",
    "В платёжном документе {document} нет начислений по виду, с которым квитируется платёж: {service}",
    "Укажите GUID вида услуги (HSType, MSType, ASType) или ссылку (PServiceType, TMSType) из самого документа; "
    "для взноса на капитальный ремонт — HSType с GUID записи 2 справочника № 50.",
)
PAYEE_DIFFERS = errors.define(
    "INT008974",
    "В платёжном документе {document} нет указанных платёжных реквизитов",
    "Уберите PaymentInformation или укажите реквизиты из документа (exportPaymentDocumentData).",
)
MONTH_DIFFERS = errors.define(
    "INT008975",
    "Месяц {period} не относится к начислению, с которым квитируется платёж",
    "DelayPeriod указывают для долгового документа и его месяца, CapitalRepairYearAckPeriod — для взноса на "
    "капитальный ремонт, начисленного за год, и одного из его месяцев.",
)
AMOUNT_WRONG = errors.define(
    "INT008976",
    "Сумма квитирования {amount} — не целое положительное число копеек",
    "Передайте сумму в копейках, без дробной части.",
)
ACKNOWLEDGED_ALREADY = errors.define(
    "INT008977",
    "Извещение {notification} уже квитировано с этой услугой платёжного документа {document}",
    "Чтобы изменить сумму, отмените квитирование с документом (AckCancellation) и проведите его снова.",
)
AMOUNT_EXCEEDED = errors.define(
    "INT008978",
    "Сумма квитирования больше остатка извещения {notification}: указано {amount} коп., не квитировано {left} коп.",
    "Исправьте сумму или отмените часть квитирований этого извещения.",
)
STILL_ACKNOWLEDGED = errors.define(
    "INT008979",
    "Извещение {notification} квитировано, и квитирование нельзя объявить невозможным",
    "Сначала отмените квитирование (AckCancellation).",
)
NOTHING_TO_CANCEL = errors.define(
    "INT008980",
    "Извещение {notification} не квитировано с платёжным документом {document}",
    "Отменяют квитирование, которое показывает exportNotificationsOfOrderExecution (AcknowledgmentRequestsList).",
)
CONSUMER_DIFFERS = errors.define(
    "INT008981",
    "Указанный потребитель — не тот, кому выставлен платёжный документ: сумма задолженности не сообщается",
    "Исправьте сведения о потребителе (AmountRequired) или не указывайте их.",
)
EXECUTOR_INCOMPLETE = errors.define(
    "INT008982",
    "Об исполнителе {organisation} в справочнике организаций нет ИНН или КПП: реквизиты платёжного документа "
    "выгрузить нельзя",
    "Их задаёт администратор установки: gateway org change --inn, --kpp.",
)
