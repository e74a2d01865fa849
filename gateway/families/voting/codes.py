"""The codes of owners' meetings: all of them ours (9xx inside INT023), in the order of meeting, protocol, decision.

The official ones of §5.4 are known by number alone, so none of them is given (docs/official_codes.csv says so of each).
"""

from __future__ import annotations

from typing import Final

from gateway import errors

MEETING_STATE: Final = errors.define(
    "INT023901",
    "Собрание {voting} в состоянии {state}: {action} нельзя",
    "Состояние показывает exportVotingMessage: Posted — размещено, Goes — голосование идёт, Finished — завершено, "
    "MeetingCancelled — не состоялось, Cancelled — аннулировано. Что когда можно, сказано в docs/voting.md.",
)
NUMBER_UNFIT: Final = errors.define(
    "INT023902",
    "УИН {number} указать нельзя: {why}",
    "Укажите УИН (UniqueVotingId), выделенный этому собранию; одним номером живёт только одно собрание.",
)
MESSAGE_DATE_MISSING: Final = errors.define(
    "INT023903",
    "Не указана дата составления сообщения (MessageDate)",
    "Укажите MessageDate: без неё размещают только сообщения о голосовании в самой ГИС ЖКХ.",
)
DATE_IN_FUTURE: Final = errors.define(
    "INT023904",
    "{element} ещё не наступила: {date}",
    "Укажите день не позже сегодняшнего, по московскому времени.",
)
PERIOD_REVERSED: Final = errors.define(
    "INT023905",
    "{end_name} ({end}) раньше, чем {begin_name} ({begin})",
    "Исправьте начало или окончание голосования.",
)
MODE_UNFIT: Final = errors.define(
    "INT023906",
    "Режим {mode} не подходит: {why}",
    "Оперативный режим (Operative) — для собраний, которые ещё не закончились; прошедшие размещают с УИН и паролем.",
)
PLACE_UNFIT: Final = errors.define(
    "INT023907",
    "Место собрания указано неверно: {why}",
    "У собрания собственников указывают дом (FIASHouseGUID), у собраний ТСЖ и кооператива — организацию "
    "(OrganizationGuid); исправление протокола не переносит его в другое место.",
)
INITIATOR_MISSING: Final = errors.define(
    "INT023908",
    "Не указан ни один инициатор собрания (VoteInitiators)",
    "Укажите хотя бы одного: Ind, Org или HouseManager.",
)
QUESTION_REPEATED: Final = errors.define(
    "INT023909",
    "Вопрос № {number} указан 2 или более раз",
    "Дайте вопросам разные номера; вопрос без номера получает номер своего места в повестке.",
)
QUESTION_TYPE_UNFIT: Final = errors.define(
    "INT023910",
    "Тип вопроса № {number} не отвечает типу собрания {meeting}: нужен только элемент {element}",
    "Собственники (Owners) — DecisionsType, ТСЖ (Homeowners) — HomeownersDecisionsType, кооператив (Cooperative) — "
    "CharterContained или CharterNotContained.",
)
DETAIL_UNFIT: Final = errors.define(
    "INT023911",
    "{element} вопроса № {number} указано неверно: {why}",
    "Уберите элемент или укажите его так, как требует тип вопроса.",
)
HASH_MISSING: Final = errors.define(
    "INT023912",
    "Не указана контрольная сумма вложения {attachment} (AttachmentHASH)",
    "Передайте AttachmentHASH у каждого вложения: при импорте он обязателен.",
)
FILE_MISSING: Final = errors.define(
    "INT023913",
    "Нет вложения (Attachments): {what}",
    "Загрузите файл в хранилище (контекст voting) и приложите его.",
)
FORM_UNFIT: Final = errors.define(
    "INT023914",
    "Форма собрания {form} не подходит: {why}",
    "Отменить можно только голосование с использованием системы (EVoting); его итоги размещает сама система.",
)
PROTOCOL_STATE: Final = errors.define(
    "INT023915",
    "Протокол собрания {voting} в состоянии {state}: {action} нельзя",
    "Состояние показывает exportVotingProtocol: Created — создан, Posted — размещён, Edited — на изменении, Annuled — "
    "аннулирован. Delete удаляет только созданный, Revert — только начатые изменения размещённого.",
)
ORIGIN_UNFIT: Final = errors.define(
    "INT023916",
    "{element} не подходит собранию {voting}: {why}",
    "Итоги собрания, о котором размещено сообщение, передаёт VotingResultsImport; Protocol исправляет протоколы без "
    "сообщения.",
)
QUESTION_UNKNOWN: Final = errors.define(
    "INT023917",
    "В повестке собрания {voting} нет вопроса № {number}",
    "Номера вопросов показывают exportVotingMessage и exportVotingProtocol.",
)
VOTES_UNFIT: Final = errors.define(
    "INT023918",
    "Голоса по вопросу № {number} не могут быть такими: {why}",
    "Проверьте Agree, Against и Abstent: ни одно не меньше нуля, вместе не больше голосов всех собственников.",
)
QUORUM_UNFIT: Final = errors.define(
    "INT023919",
    "Правомочность {quorum} не отвечает голосам: участвовало {votes} из {all}",
    "Собрание правомочно (C), если участвовали владельцы более половины всех голосов, иначе — N.",
)
RESUME_UNFIT: Final = errors.define(
    "INT023920",
    "Итог {resume} вопроса № {number} не отвечает голосам: {why}",
    "Решение принято (M), только если набрано большинство, которого требует его вид, а собрание правомочно.",
)
PROTOCOL_EARLY: Final = errors.define(
    "INT023921",
    "Протокол составлен {date}, раньше окончания голосования ({end})",
    "Исправьте ProtocolDate: протокол составляют после голосования.",
)
PROTOCOL_REPEATED: Final = errors.define(
    "INT023922",
    "Протокол № {number} от {date} этого дома уже размещён, собрание {voting}",
    "Чтобы исправить его, укажите VotingGUID того собрания.",
)
BELOW_DECISIONS: Final = errors.define(
    "INT023923",
    "Голосов {element} по вопросу № {number} меньше, чем их в размещённых решениях собственников: {counted} кв. м",
    "Исправьте итоги или аннулируйте ошибочные решения (AnnulDecision).",
)
DIGITAL_UNFIT: Final = errors.define(
    "INT023930",
    "Голос, поданный в системе (IsDigitalDecision), принять нельзя: {why}",
    "В системе голосуют только на собраниях формы EVoting и до их окончания; письменное решение передают с "
    "DecisionAttachments.",
)
SHARE_UNFIT: Final = errors.define(
    "INT023931",
    "Доля в помещении {premises} указана неверно: {why}",
    "ShareSize указывают при долевой собственности, и только при ней; числитель не больше знаменателя.",
)
RIGHT_COUNTED: Final = errors.define(
    "INT023932",
    "По вопросу № {number} за помещение {premises} с этой записью о праве уже размещено решение {decision}",
    "По каждому вопросу право собственности голосует один раз: чтобы изменить решение, укажите RootOwnerDecisionGUID.",
)
SHARES_EXCEED: Final = errors.define(
    "INT023933",
    "По вопросу № {number} за помещение {premises} подано больше целого: {shares}",
    "Проверьте доли собственников и решения, размещённые за это помещение прежде.",
)
AREA_EXCEEDED: Final = errors.define(
    "INT023934",
    "По вопросу № {number} решения поданы за {area} кв. м, а площадь дома {whole} кв. м",
    "Проверьте площадь помещений (TotalArea) и площадь дома (TotalSquare).",
)
PAPER_LATE: Final = errors.define(
    "INT023935",
    "{element} ({date}) позже окончания голосования ({end})",
    "Голосует тот, кто был собственником или представителем, пока голосование шло.",
)
DECISION_ANNULLED: Final = errors.define(
    "INT023936",
    "Решение {guid} аннулировано",
    "Аннулированное решение не изменить и не аннулировать снова: передайте новое, без RootOwnerDecisionGUID.",
)
DECISION_UNNAMED: Final = errors.define(
    "INT023937",
    "Не указано, какое решение аннулировать (RootOwnerDecisionGUID)",
    "Укажите RootOwnerDecisionGUID: его вернул импорт решения, его же показывает exportOwnerDecision.",
)
ABOVE_RESULTS: Final = errors.define(
    "INT023938",
    "С этим решением голосов {element} по вопросу № {number} больше, чем в размещённом протоколе: {counted} кв. м",
    "Исправьте сначала итоги (VotingResultsImport с основанием изменения) или проверьте решение.",
)
