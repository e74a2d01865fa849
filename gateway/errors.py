"""What can go wrong, and what the caller is told.

    GatewayError
    ├── Rejected      the caller is wrong: has a wire code, becomes a SOAP fault or an error in the result
    ├── Unavailable   we are not ready: never an acknowledgement, the caller repeats later
    └── Defect        we are broken: logged with an incident id; the wire carries only that id

The catalogue holds every code that leaves on the wire: below are those of the exchange and of houses, and every other
family defines its own beside its controls (`define`). Codes and prefixes are those of ГИС ЖКХ (protocol §5: AUT
authorisation, FMT format, EXP exchange, INT and SRV controls); where its text is not public, the text is ours. Codes
numbered 9xx inside a subsystem are this gateway's own. Each code has a page section in docs/errors.md and a sample;
tests fail where one is missing.
"""

from __future__ import annotations

import dataclasses
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue."""

    id: str
    """The code on the wire, for example `INT004132`."""
    text: str
    """What the sender reads, in Russian; `{name}` places are filled by the one who raises."""
    advice: str
    """What the sender can do about it, in Russian."""


_CODES: dict[str, Code] = {}


def define(id_: str, text: str, advice: str) -> str:
    """Add an entry and return its id; a family defines the codes that are its own beside its controls.

    Raises ValueError for a code that is there already.
    """
    if id_ in _CODES:
        raise ValueError(f"{id_} is in the catalogue already")
    _CODES[id_] = Code(id_, text, advice)
    return id_


def catalogue() -> tuple[Code, ...]:
    """Return every code that is defined, in the order of their ids; those of the families once they are imported."""
    return tuple(sorted(_CODES.values(), key=lambda code: code.id))


def code(id_: str) -> Code:
    """Return one entry; raises KeyError for a code that is not in the catalogue."""
    return _CODES[id_]


class GatewayError(Exception):
    """Base of everything that this package raises on purpose."""


class Rejected(GatewayError):
    """The caller is wrong, and can be told where and why."""

    def __init__(self, code_id: str, detail: str = "", *, where: str = "") -> None:
        entry = code(code_id)
        self.code: Final = entry.id
        self.detail: Final = detail or entry.text
        self.where: Final = where
        super().__init__(f"{self.code}: {self.text}")

    @property
    def text(self) -> str:
        """The whole sentence for the sender: what is wrong and at which place."""
        return f"{self.detail.rstrip('.')} [{self.where}]" if self.where else self.detail


class Unavailable(GatewayError):
    """The gateway cannot take a package now: nothing is acknowledged and nothing is lost."""


class Defect(GatewayError):
    """A fault of our own, already logged; only `incident` may leave the gateway."""

    def __init__(self, incident: str) -> None:
        self.incident: Final = incident
        super().__init__(incident)


# --- Exchange ---------------------------------------------------------------------------------------------------------

SYSTEM_UNKNOWN = define(
    "AUT011000",
    "Информационная система не опознана",
    "Проверьте имя и пароль информационной системы (или отпечаток её сертификата) и адрес стенда.",
)
ORGANISATION_UNKNOWN = define(
    "AUT011002",
    "Организация не найдена",
    "Проверьте orgPPAGUID: у каждого стенда свои идентификаторы организаций.",
)
PROVIDER_DENIED = define(
    "AUT011003",
    "Доступ запрещен для поставщика данных",
    "У организации нет основания для работы с этим объектом: его даёт действующий договор или устав либо администратор "
    "установки (gateway grant house add), смотря по настройке house_basis.",
)
SIGNER_NOT_TRUSTED = define(
    "AUT011004",
    "Сертификат подписи не может быть принят",
    "Подпишите пакет действующим сертификатом удостоверяющего центра, которому доверяет установка. "
    "На своей установке доверенный центр добавляет gateway trust add.",
)
SIGNER_FOREIGN = define(
    "AUT011005",
    "Сертификат подписи выдан другой организации",
    "Подпишите пакет сертификатом поставщика данных, а с IsOperatorSignature — сертификатом оператора ИС.",
)
SYSTEM_NOT_GRANTED = define(
    "AUT011009",
    "Информационной системе не предоставлены права этой организации",
    "Организация должна выдать права информационной системе; на своей установке: gateway grant add.",
)
XML_INVALID = define(
    "FMT001300",
    "Некорректный XML",
    "Исправьте элемент, названный в ошибке, и отправьте пакет снова.",
)
ENVELOPE_INVALID = define(
    "FMT001301",
    "Некорректный конверт SOAP",
    "Нужен конверт SOAP 1.1 с одним Body, в котором один элемент запроса этого сервиса, и с заголовком операции.",
)
VERSION_UNSUPPORTED = define(
    "FMT001307",
    "Версия элемента запроса не поддерживается",
    "Укажите в base:version одну из версий, перечисленных в ошибке.",
)
SIGNATURE_INVALID = define(
    "FMT001310",
    "Подпись отсутствует или не подтверждена",
    "Подпишите элемент запроса по XAdES-BES и не изменяйте его после подписания, в том числе отступы.",
)
EXCHANGE_FAILED = define(
    "EXP001000",
    "Произошла ошибка при обработке. Повторите передачу; если ошибка останется, сообщите администратору "
    "номер {incident}",
    "Это ошибка установки, а не пакета: администратор найдёт её в журнале событий по номеру. Если код пришёл в "
    "getStateResult, пакет сохранён: когда причина устранена, администратор исполняет его снова (gateway exchange "
    "retry), и getState отвечает результатом. Если те же данные тем временем переданы новым пакетом, сообщите и об "
    "этом: исполнять прежний тогда не нужно.",
)
NOT_READY = define(
    "EXP002001",
    "Приём пакетов временно приостановлен. Пакет не принят, повторите передачу позже",
    "Повторите тот же пакет с тем же MessageGUID через несколько минут.",
)
MESSAGE_GUID_USED = define(
    "EXP002002",
    "MessageGUID уже использован для другого пакета",
    "Каждому новому пакету нужен новый MessageGUID; повтор того же пакета передавайте без изменений.",
)
RESULT_ERASED = define(
    "EXP002900",
    "Документы пакета уничтожены по распоряжению оператора установки",
    "Пакет был исполнен, и его результат больше не выдаётся: распоряжение, его дату и основание хранит запись журнала, "
    "названная в ошибке. Квитанцию о приёме (gateway journal receipt) установка выдаёт по-прежнему.",
)
RESULT_ARCHIVED = define(
    "EXP002901",
    "Результат запроса {guid} находится в архиве, который сейчас недоступен. Обратитесь к администратору",
    "Передавать пакет снова не нужно. Администратор возвращает файл архива в папку архивов установки "
    "(имя файла — в журнале событий), после чего getState снова отдаёт тот же результат.",
)
TOO_LARGE = define(
    "FMT001900",
    "Пакет превышает допустимый размер",
    "Разделите пакет на части.",
)
TRANSPORT_INVALID = define(
    "FMT001901",
    "Запрос не соответствует протоколу HTTP этого сервиса",
    "Отправляйте POST с телом text/xml в UTF-8 и верным Content-Length на путь сервиса.",
)
PATH_UNKNOWN = define(
    "FMT001902",
    "По этому адресу нет сервиса",
    "Адреса сервисов перечисляет команда gateway contracts list.",
)
REQUEST_NOT_FOUND = define(
    "INT002013",
    "Запрос не найден",
    "Передайте MessageGUID из квитанции AckRequest/Ack/MessageGUID на тот же адрес от того же поставщика.",
)
NOT_HANDLED = define(
    "INT002900",
    "Пакет операции {operation} принят и сохранён, но эта установка пока не исполняет такую операцию",
    "Пакет не потерян; список исполняемых операций показывает gateway contracts show.",
)

# --- Registry ---------------------------------------------------------------------------------------------------------

NOT_IN_REGISTRY = define(
    "INT002000",
    "Значение в поле отсутствует в реестре",
    "Сначала разместите объект, на который ссылается пакет, или исправьте ссылку.",
)
NOTHING_TO_EXPORT = define(
    "INT002012",
    "Нет объектов для экспорта",
    "Это не сбой: по условиям запроса ничего не найдено. Проверьте условия, если объекты должны быть.",
)

# --- Houses -----------------------------------------------------------------------------------------------------------

PART_UNKNOWN = define(
    "INT002034",
    "Идентификатор объекта {guid} ссылается на несуществующий или неактуальный элемент жилищного фонда",
    "Укажите GUID, который вернул импорт этого объекта или показывает exportHouseData.",
)
HOUSE_TYPE_DIFFERS = define(
    "INT004007",
    "Дом размещён с типом «{type}», изменить тип обновлением нельзя",
    "Передайте изменения в ApartmentHouse для многоквартирного дома и в LivingHouse для жилого.",
)
NON_RESIDENTIAL_FOREIGN = define(
    "INT004013",
    "Нежилое помещение {guid} не связано с домом",
    "Проверьте PremisesGUID: нежилые помещения дома перечисляет exportHouseData.",
)
ENTRANCE_FOREIGN = define(
    "INT004014",
    "Подъезд {guid} не связан с домом",
    "Проверьте EntranceGUID: подъезды дома перечисляет exportHouseData.",
)
ROOM_FOREIGN = define(
    "INT004015",
    "Комната {guid} не связана с домом, помещением или блоком, в котором она передана",
    "Передайте комнату внутри её помещения или блока; их состав показывает exportHouseData.",
)
NON_RESIDENTIAL_UNBORN = define(
    "INT004025",
    "Дом только создаётся: данные нежилого помещения должны быть в NonResidentialPremiseToCreate",
    "Замените …ToUpdate на …ToCreate или сначала разместите дом.",
)
ENTRANCE_UNBORN = define(
    "INT004026",
    "Дом только создаётся: данные подъезда должны быть в EntranceToCreate",
    "Замените …ToUpdate на …ToCreate или сначала разместите дом.",
)
RESIDENTIAL_UNBORN = define(
    "INT004027",
    "Дом только создаётся: данные жилого помещения должны быть в ResidentialPremisesToCreate",
    "Замените …ToUpdate на …ToCreate или сначала разместите дом.",
)
ROOM_UNBORN = define(
    "INT004028",
    "Дом только создаётся: данные комнаты должны быть в LivingRoomToCreate",
    "Замените …ToUpdate на …ToCreate или сначала разместите дом.",
)
ROOM_NOT_IN_COMMUNAL = define(
    "INT004030",
    "Комнаты должны быть только у квартиры коммунального заселения",
    "Укажите у помещения PremisesCharacteristic с кодом 2 (НСИ 30) или не передавайте комнаты.",
)
RESIDENTIAL_REPEATED = define(
    "INT004057",
    "Жилое помещение с номером {number} встречается 2 или более раз",
    "Номер жилого помещения уникален в доме; уже размещённое помещение изменяют через …ToUpdate.",
)
ROOM_IN_PREMISES_REPEATED = define(
    "INT004059",
    "Комната с номером {number} в помещении {premises} встречается 2 или более раз",
    "Номер комнаты уникален в помещении или блоке; уже размещённую комнату изменяют через …ToUpdate.",
)
ROOM_REPEATED = define(
    "INT004065",
    "Комната с номером {number} встречается 2 или более раз",
    "Номер комнаты уникален в жилом доме; уже размещённую комнату изменяют через …ToUpdate.",
)
LIFT_FOREIGN = define(
    "INT004086",
    "Лифт {guid} не связан с домом",
    "Проверьте LiftGUID: лифты дома перечисляет exportHouseData.",
)
ROOM_NEEDS_BLOCK = define(
    "INT004091",
    "Для жилого дома блокированной застройки комнаты должны быть привязаны к блокам",
    "Передайте комнату внутри Blocks вместе с её блоком.",
)
HOUSE_HAS_NO_BLOCKS = define(
    "INT004092",
    "Для жилого дома неблокированной застройки не должны быть указаны блоки",
    "Блоки возможны, если дом размещён с HasBlocks = true.",
)
BLOCK_UNBORN = define(
    "INT004093",
    "Дом только создаётся: данные блока должны быть в BlockToCreate",
    "Замените …ToUpdate на …ToCreate или сначала разместите дом.",
)
PARAMETER_REPEATED = define(
    "INT004094",
    "Повторение параметра {parameter} ОЖФ недопустимо для одного объекта",
    "Оставьте один OGFData с этим кодом; повторять можно только перечислимые параметры (NsiCode).",
)
NOT_RESIDENTIAL = define(
    "INT004096",
    "Переданный идентификатор {guid} не является идентификатором жилого помещения",
    "Укажите PremisesGUID жилого помещения или передайте изменения в элементе нежилого.",
)
NOT_NON_RESIDENTIAL = define(
    "INT004097",
    "Переданный идентификатор {guid} не является идентификатором нежилого помещения",
    "Укажите PremisesGUID нежилого помещения или передайте изменения в элементе жилого.",
)
ENTRANCE_MISSING = define(
    "INT004100",
    "Подъезд с номером {entrance} должен существовать в системе или быть передан в запросе",
    "Добавьте EntranceToCreate с этим номером или исправьте EntranceNum помещения.",
)
ENTRANCE_REPEATED = define(
    "INT004110",
    "Номер подъезда должен быть уникален для каждого дома: {number}",
    "Уже размещённый подъезд изменяют через EntranceToUpdate.",
)
NON_RESIDENTIAL_REPEATED = define(
    "INT004113",
    "Нежилое помещение с номером {number} встречается 2 или более раз",
    "Номер нежилого помещения уникален в доме; уже размещённое помещение изменяют через …ToUpdate.",
)
BLOCK_REPEATED = define(
    "INT004114",
    "Блок с номером {number} встречается 2 или более раз",
    "Номер блока уникален в доме; уже размещённый блок изменяют через BlockToUpdate.",
)
PREMISES_HAVE_ROOMS = define(
    "INT004117",
    "Тип помещения не может быть изменен, так как помещение содержит комнаты",
    "Сначала аннулируйте комнаты помещения; это можно сделать в том же запросе.",
)
OBJECT_ENDED = define(
    "INT004127",
    "Объект {guid} является неактуальным",
    "Аннулированный объект не изменяют; разместите новый.",
)
SAME_ADDRESS_WITHOUT_BLOCKS = define(
    "INT004133",
    "Признак «Несколько жилых домов с одинаковым адресом» может быть задан только для домов блокированной застройки",
    "Укажите HasBlocks = true или уберите HasMultipleHousesWithSameAddress.",
)
BLOCK_HAS_ROOMS = define(
    "INT004138",
    "Категория помещения для блока не может быть изменена, так как блок содержит комнаты",
    "Сначала аннулируйте комнаты блока; это можно сделать в том же запросе.",
)
BLOCK_NOT_RESIDENTIAL = define(
    "INT004139",
    "Блок с категорией помещения «Нежилое» не может содержать комнаты",
    "Уберите комнаты или укажите для блока Category = Residential.",
)
CHARACTERISTIC_MISSING = define(
    "INT004140",
    "Не заданы обязательные параметры при указанном признаке «Информация подтверждена поставщиком»: "
    "для жилых помещений должна быть указана характеристика помещения",
    "Укажите PremisesCharacteristic (НСИ 30) или не подтверждайте информацию.",
)
GROSS_AREA_NOT_APPLICABLE = define(
    "INT004141",
    "Указание жилой площади не применимо для нежилого блока",
    "Уберите GrossArea или укажите для блока Category = Residential.",
)
GROSS_AREA_MISSING = define(
    "INT004142",
    "Не заданы обязательные параметры при указанном признаке «Информация подтверждена поставщиком»: "
    "для жилого блока обязательно указание жилой площади или признака отсутствия значения жилой площади",
    "Укажите GrossArea или NoGrossArea либо не подтверждайте информацию.",
)
ANNULMENT_WITHOUT_REASON = define(
    "INT004143",
    "Не указан AnnulmentReason",
    "Аннулирование требует причины (НСИ 330); AnnulmentInfo её только поясняет.",
)
CONFIRMED_INCOMPLETE = define(
    "INT004144",
    "Не заданы обязательные параметры при указанном признаке «Информация подтверждена поставщиком»: {missing}",
    "Заполните перечисленное или не подтверждайте информацию.",
)
DATE_OUT_OF_RANGE = define(
    "INT004146",
    "Дата не должна быть меньше 01.01.1900 и больше 01.01.5000: {element} = {date}",
    "Исправьте дату.",
)
BUILT_IN_FUTURE = define(
    "INT004147",
    "Год в атрибуте «Год постройки» не может быть меньше 1600 года или больше текущего года: {year}",
    "Исправьте CreationYear.",
)
CONFIRMED_WITH_INHERITANCE = define(
    "INT004148",
    "При первом размещении информации с признаком «Информация подтверждена поставщиком» или при изменении значения "
    "этого признака на «Да» недопустимо использование значения InheritMissingValues = true",
    "Передайте все сведения об объекте запросом без InheritMissingValues.",
)
USED_IN_FUTURE = define(
    "INT004150",
    "Год в атрибуте «Год ввода в эксплуатацию» не может быть меньше 1600 года или больше {latest} года: {year}",
    "Исправьте UsedYear.",
)
LIFT_ENTRANCE_MISSING = define(
    "INT004157",
    "Для создания или изменения лифта необходимо передать сведения о подъезде {entrance}, в котором он расположен",
    "Добавьте EntranceToCreate с этим номером или исправьте EntranceNum лифта.",
)
DEMOLITION_BY_IMPORT = define(
    "INT004163",
    "В рамках размещения сведений о доме невозможно передать значение «5» (Снос) для параметра "
    "«Стадия жизненного цикла» (LifeCycleStage)",
    "Снос дома размещают отдельной операцией demolishHouse.",
)
PARAMETER_VALUE_REPEATED = define(
    "INT004164",
    "Значения множественного параметра {parameter} не могут повторяться",
    "Оставьте каждое значение параметра один раз.",
)
MANAGEMENT_TYPE_UNAVAILABLE = define(
    "INT004169",
    "Выбранное значение параметра «Способ управления домом» (HouseManagementType) недоступно: {value}. "
    "Используйте одно из следующих значений: {allowed}",
    "Остальные способы управления следуют из размещённых договоров и уставов.",
)
HOUSE_WITHOUT_BASIS = define(
    "INT004171",
    "Доступ запрещен для поставщика данных с идентификатором «{organisation}». "
    "У организации отсутствует основание для работы с домом {house}",
    "Проверьте FIASHouseGuid. Основание даёт действующий договор или устав с этим домом либо администратор "
    "(gateway grant house add), смотря по настройке house_basis.",
)
OWNER_REFUSED = define(
    "INT004900",
    "Комната не размещена: не размещено помещение или блок, к которому она относится",
    "Исправьте ошибку помещения или блока и передайте его вместе с комнатами.",
)
OBJECT_REPEATED = define(
    "INT004901",
    "Объект {guid} указан в запросе 2 или более раз",
    "Передайте все изменения объекта одним элементом.",
)
HOUSE_EXISTS = define(
    "SRV004016",
    "Данный адрес зарегистрирован в реестре объектов жилищного фонда",
    "Дом уже размещён: передайте …ToUpdate.",
)
