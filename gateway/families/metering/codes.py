"""The codes of metering (protocol §5.4): official where they are known, 9xx inside INT007 where they are ours."""

from __future__ import annotations

from gateway import errors

DEVICE_ARCHIVED = errors.define(
    "SRV007037",
    "Прибор учёта {guid} уже находится в архиве",
    "Повторно архивировать или заменять прибор не нужно: он в архиве.",
)
FOREIGN_ENTRY = errors.define(
    "SRV007079",
    "Элемент с кодом «{code}» справочника № {number} имеет здесь GUID {ours}, а указан {given}: загружен справочник "
    "другого сервера",
    "GUID элементов у каждой системы свои: загрузите справочники этой системы (exportNsiItem) и возьмите GUID из них.",
)
ARCHIVED_UNCHANGED = errors.define(
    "INT007901",
    "Прибор учёта {guid} находится в архиве, изменить его нельзя",
    "Прибор в архиве остаётся без изменений; при необходимости заведите новый.",
)
VERSION_OUTDATED = errors.define(
    "INT007902",
    "Версия прибора учёта {version} больше не действует, действующая: {current}",
    "Каждое изменение даёт прибору новую версию: возьмите её из exportMeteringDeviceData по MeteringDeviceRootGUID.",
)
DETAIL_MISSING = errors.define(
    "INT007910",
    "При размещении прибора учёта должны быть указаны марка, модель и дата опломбирования изготовителем; нет: {names}",
    "Укажите MeteringDeviceStamp, MeteringDeviceModel и FactorySealDate.",
)
COMMISSIONING_MISSING = errors.define(
    "INT007911",
    "У прибора учёта вида «{kind}» должна быть указана дата ввода в эксплуатацию (CommissioningDate)",
    "Укажите CommissioningDate; без неё размещают только общедомовые приборы.",
)
VERIFICATION_MISSING = errors.define(
    "INT007912",
    "У общедомового прибора учёта должны быть указаны дата последней поверки и межповерочный интервал; нет: {names}",
    "Укажите FirstVerificationDate и VerificationInterval.",
)
REMOTE_MISSING = errors.define(
    "INT007913",
    "Показания снимают дистанционно, но не указано, какой системой (RemoteMeteringInfo)",
    "Укажите RemoteMeteringInfo или передайте RemoteMeteringMode = false.",
)
SENSOR_MISSING = errors.define(
    "INT007914",
    "Указано, что есть датчики ({flag}), но не сказано, где они стоят ({name})",
    "Укажите, где стоят датчики, или снимите признак.",
)
HOUSE_MISSING = errors.define(
    "INT007915",
    "Не указан дом прибора учёта: FIASHouseGuid нет ни у прибора, ни у всего запроса",
    "Укажите FIASHouseGuid один раз: у запроса, если все приборы стоят в одном доме, или у прибора.",
)
HOUSE_TWICE = errors.define(
    "INT007916",
    "Дом указан и у запроса, и у прибора учёта (FIASHouseGuid)",
    "Если FIASHouseGuid указан у запроса, у приборов его не указывают.",
)
COUNTING_MIXED = errors.define(
    "INT007917",
    "Прибор учёта выдаёт {counts}, а ресурсы указаны элементом {element}",
    "Если ConsumedVolume = true, ресурсы называет MunicipalResources, иначе MunicipalResourceNotEnergy или "
    "MunicipalResourceEnergy.",
)
ELECTRICITY_ONLY = errors.define(
    "INT007918",
    "{name} и ресурс с кодом «{code}» вместе не указывают",
    "TariffCount и TransformationRatio бывают только у электроэнергии; показания электроэнергии передают элементом "
    "MunicipalResourceEnergy.",
)
UNIT_UNFIT = errors.define(
    "INT007919",
    "Ресурс с кодом «{code}» не измеряют в единицах {unit}; допустимы: {units}",
    "Исправьте Unit; без него действует единица, принятая для ресурса.",
)
RESOURCE_UNMEASURED = errors.define(
    "INT007920",
    "Ресурс с кодом «{code}» приборами учёта не измеряют",
    "Приборы учёта измеряют воду, стоки, электроэнергию, газ и тепло: коды 1, 2, 3, 4, 5, 8 справочника № 2.",
)
RESOURCE_REPEATED = errors.define(
    "INT007921",
    "Ресурс с кодом «{code}» указан у прибора учёта 2 или более раз",
    "Укажите каждый ресурс прибора один раз.",
)
PLACE_MISSING = errors.define(
    "INT007922",
    "Не указано, что обслуживает прибор учёта ({name})",
    "Укажите хотя бы один PremiseGUID, а у комнатного прибора LivingRoomGUID.",
)
PLACE_UNFIT = errors.define(
    "INT007923",
    "{name} {guid} не подходит прибору учёта вида «{kind}»",
    "Выберите вид прибора по месту: жилое или нежилое помещение, комната, жилой дом, весь дом.",
)
ANOTHER_HOUSE = errors.define(
    "INT007924",
    "Прибор учёта стоит не в том доме, о котором запрос: {house}",
    "Передайте приборы других домов другим запросом или не указывайте FIASHouseGuid у запроса.",
)
ACCOUNT_CLOSED = errors.define(
    "INT007925",
    "Лицевой счёт {guid} закрыт, привязать к нему прибор учёта нельзя",
    "Укажите открытые счета; список AccountGUID заменяет прежний целиком.",
)
ACCOUNT_ELSEWHERE = errors.define(
    "INT007926",
    "Лицевой счёт {guid} не относится ни к одному из домов прибора учёта",
    "Укажите счета за помещения того дома, в котором стоит прибор.",
)
LINKED_TO_ITSELF = errors.define(
    "INT007927",
    "Прибор учёта нельзя связать с самим собой: {guid}",
    "Укажите версии других приборов.",
)
NOT_LINKED = errors.define(
    "INT007928",
    "Связать прибор учёта можно, только если объём определяют с помощью нескольких приборов (LinkedWithMetering)",
    "Сначала измените прибор: укажите LinkedWithMetering с местом установки (InstallationPlace).",
)
KIND_UNFIT = errors.define(
    "INT007929",
    "{element} указывают не у прибора учёта вида «{kind}»",
    "Вид прибора после начала внесения показаний не меняется: передайте сведения, которые у такого прибора бывают.",
)
RESOURCE_CHANGED = errors.define(
    "INT007930",
    "Что измеряет прибор учёта, после начала внесения показаний не меняют: {what}",
    "Укажите те же ресурсы, тот же вид показаний и то же число тарифов, что при размещении.",
)
REPLACED_BY_UNLIKE = errors.define(
    "INT007933",
    "Прибор учёта {guid} не может заменить этот: он измеряет другие ресурсы или это тот же прибор",
    "Укажите версию другого действующего прибора, который измеряет те же ресурсы.",
)
READINGS_BEGUN = errors.define(
    "INT007903",
    "По прибору учёта {guid} уже есть показания: изменить его через UpdateBeforeDevicesValues нельзя",
    "Передайте только то, что меняется, элементом UpdateAfterDevicesValues.",
)
READINGS_NOT_BEGUN = errors.define(
    "INT007904",
    "По прибору учёта {guid} ещё нет показаний: изменить его через UpdateAfterDevicesValues нельзя",
    "Передайте все сведения о приборе элементом UpdateBeforeDevicesValues.",
)
VERIFIED_ALREADY = errors.define(
    "INT007932",
    "По прибору учёта {guid} уже внесена поверка: дату последней поверки изменить нельзя",
    "Уберите FirstVerificationDate; новые поверки передают через importMeteringDeviceValues (VerificationValue).",
)
READING_OF_ARCHIVED = errors.define(
    "INT007940",
    "Прибор учёта {guid} находится в архиве, показания по нему не принимаются",
    "Передайте показания прибора, который его заменил.",
)
READING_UNFIT = errors.define(
    "INT007941",
    "{element} передают не по такому прибору учёта: его ресурсы указаны элементом {counts}",
    "OneRateDeviceValue — для MunicipalResourceNotEnergy, ElectricDeviceValue — для MunicipalResourceEnergy, "
    "VolumeDeviceValue — для MunicipalResources.",
)
RESOURCE_UNKNOWN = errors.define(
    "INT007942",
    "Прибор учёта не измеряет ресурс с кодом «{code}»; он измеряет: {known}",
    "Укажите ресурс, с которым прибор размещён.",
)
TARIFFS_UNFIT = errors.define(
    "INT007943",
    "Передано значений по тарифам: {told}, а тарифов у прибора учёта: {known}",
    "Передайте значения по всем тарифам прибора и только по ним.",
)
TAKEN_IN_FUTURE = errors.define(
    "INT007944",
    "День {date}, которым датировано показание, ещё не наступил: сегодня {today}",
    "Исправьте DateValue, у поверки EndDateValue.",
)
VERIFICATION_DISORDERED = errors.define(
    "INT007945",
    "Поверка начата {begin}, закончена {end}, прибор опломбирован {seal}: эти дни идут не по порядку",
    "Исправьте StartDateValue, EndDateValue или SealDate.",
)
BELOW_CHECK = errors.define(
    "INT007946",
    "Текущее показание {value} меньше контрольного {floor} от {date}",
    "Показание может быть меньше предыдущего текущего, но не меньше последнего контрольного или внесённого по "
    "окончании поверки.",
)
PERIOD_TOO_LONG = errors.define(
    "INT007950",
    "Период показаний с {begin} по {end} не лежит внутри двух последовательных календарных месяцев",
    "Исправьте inputDateFrom и inputDateTo. Если их нет, период — с первого числа прошлого месяца по сегодня.",
)
