"""The codes that are about contracts and charters; numbers of ours are INT00495x and INT00496x (subsystem 004)."""

from __future__ import annotations

from typing import Final

from gateway import errors

VERSION_OUTDATED: Final = errors.define(
    "INT004950",
    "Версия {given} уже не последняя, последняя версия — {current}",
    "Каждое изменение создаёт новую версию: возьмите её GUID из результата последнего импорта или из exportCAChData "
    "и убедитесь, что ваши изменения не отменят чужих.",
)
STATUS_FORBIDS: Final = errors.define(
    "INT004951",
    "Действие «{action}» недоступно в статусе {status}",
    "Статус документа показывает exportStatusCAChData. Утверждают то, что на утверждении (ApprovalProcess); "
    "расторгнутый или аннулированный документ не изменяют, а размещают новый.",
)
HOUSE_TAKEN: Final = errors.define(
    "INT004952",
    "Дом {house} в эти дни управляется по другому действующему документу: {period}",
    "Исправьте срок управления домом. Если прежняя организация ещё не расторгла договор, передайте LicenseRequest: "
    "договор будет размещён на утверждении, и его утвердит ApprovalContract, когда дом освободится.",
)
HOUSE_REPEATED: Final = errors.define(
    "INT004953",
    "Дом {house} уже есть в этом документе в эти дни",
    "Передайте изменения дома действием Edit с его ContractObjectVersionGUID.",
)
ENDS_BEFORE_IT_BEGINS: Final = errors.define(
    "INT004954",
    "Окончание раньше начала: {begin} — {end}",
    "Исправьте даты.",
)
DATE_IN_FUTURE: Final = errors.define(
    "INT004955",
    "Дата не может быть больше текущей: {date}",
    "Исправьте дату: размещают то, что уже заключено или зарегистрировано.",
)
OUTSIDE: Final = errors.define(
    "INT004956",
    "Срок {period} выходит за пределы срока {around}",
    "Срок управления домом лежит внутри срока договора, срок услуги — внутри срока управления домом.",
)
HASH_MISSING: Final = errors.define(
    "INT004957",
    "Не указана контрольная сумма вложения {attachment} (AttachmentHASH)",
    "Передайте AttachmentHASH у каждого вложения: при импорте он обязателен.",
)
DOCUMENT_MISSING: Final = errors.define(
    "INT004958",
    "Для основания «{ground}» обязателен элемент {element}",
    "Приложите документ, которого требует основание заключения договора (ContractBase, НСИ 58).",
)
DOCUMENT_NOT_APPLICABLE: Final = errors.define(
    "INT004959",
    "Для основания «{ground}» элемент {element} не заполняется",
    "Уберите элемент или исправьте основание заключения договора (ContractBase, НСИ 58).",
)
ONE_HOUSE_WITH_OWNERS: Final = errors.define(
    "INT004960",
    "В договоре с собственниками может быть только один действующий управляемый дом, а будет {count}",
    "Заключённое с собственниками каждого дома разместите отдельным договором.",
)
CHARTER_NOT_APPROVED: Final = errors.define(
    "INT004961",
    "Не указан протокол об утверждении устава",
    "Передайте MeetingProtocol или признак NoCharterApproveProtocol.",
)
NOTHING_APPROVED: Final = errors.define(
    "INT004962",
    "Признак IndicationsAnyDay можно передать, только если хотя бы один управляемый дом утверждён",
    "Уберите признак до утверждения договора.",
)
NOT_LATER: Final = errors.define(
    "INT004963",
    "Продлить можно только на более поздний срок: {given}, сейчас {current}",
    "Исправьте RollToDate или не передавайте его: тогда срок определит сама система.",
)
TERMINATED_BEFORE_IT_BEGAN: Final = errors.define(
    "INT004964",
    "Дата расторжения {date} раньше начала действия документа {begin}",
    "Исправьте дату; ошибочно размещённый документ аннулируют.",
)
HOUSE_DIFFERS: Final = errors.define(
    "INT004965",
    "Управляемый дом {guid} размещён для {house}, изменить дом нельзя",
    "Аннулируйте сведения о прежнем доме (Annulment) и добавьте новый (Add).",
)
AGREEMENT_REFUSED: Final = errors.define(
    "INT004966",
    "Сведения о доме не приняты: не принят сам документ",
    "Исправьте ошибку договора или устава и передайте его вместе с домами.",
)
NO_HOUSE_ACCEPTED: Final = errors.define(
    "INT004967",
    "Документ не размещён: не принят ни один управляемый дом",
    "Исправьте ошибки домов: они стоят в результатах с их TransportGUID.",
)
PAYMENTS_ANNULLED: Final = errors.define(
    "INT004968",
    "Сведения о размере платы {guid} уже аннулированы",
    "Повторять аннулирование не нужно.",
)
NOTHING_TO_EXPORT: Final = errors.NOTHING_TO_EXPORT
