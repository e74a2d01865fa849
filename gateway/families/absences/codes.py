"""The codes of acts about absent devices: 9xx inside INT059, all ours; of the official ones only numbers are known."""

from __future__ import annotations

from gateway import errors

ANNULLED = errors.define(
    "INT059901",
    "Сведения об отсутствии технической возможности {guid} аннулированы, изменить их нельзя",
    "Аннулированный акт остаётся без изменений; при необходимости разместите новый (PlacingAbsenceDeviceInfo).",
)
VERSION_OUTDATED = errors.define(
    "INT059902",
    "Версия сведений {version} больше не действует, действующая: {current}",
    "Каждое изменение даёт акту новую версию: её называет ответ на импорт и exportAbsenceDeviceInfo по "
    "AbsenceDeviceInfoGUID.",
)
OBJECT_UNFIT = errors.define(
    "INT059903",
    "Объект {guid} не того типа, который указан: AddressType = {type}",
    "Apartment — помещение или блок, Room — комната, House — дом (HMObjectGUID дома — это его FIASHouseGuid).",
)
OBJECT_REPEATED = errors.define(
    "INT059904",
    "Объект {guid} указан в запросе 2 или более раз",
    "Укажите каждый объект в запросе один раз; регистр букв в GUID значения не имеет. Второй акт о том же объекте "
    "передайте другим запросом.",
)
DEVICE_UNFIT = errors.define(
    "INT059905",
    "Прибор учёта вида «{device}» в объекте {guid} не ставят (AddressType = {type})",
    "Общедомовой прибор ставят в доме; индивидуальный — в помещении, блоке или жилом доме; общий (квартирный) — "
    "в жилом помещении или блоке; комнатный — в комнате.",
)
RESOURCES_APART = errors.define(
    "INT059906",
    "Два вида ресурса указаны вместе, но это не горячая и холодная вода: {codes}",
    "Вместе указывают только коды 1 и 2 справочника № 2; о других ресурсах составляют отдельные акты.",
)
RESOURCE_UNMEASURED = errors.define(
    "INT059907",
    "Ресурс с кодом «{code}» приборами учёта не измеряют",
    "Приборы учёта измеряют воду, стоки, электроэнергию, газ и тепло: коды 1, 2, 3, 4, 5, 8 справочника № 2.",
)
DRAWN_UP_IN_FUTURE = errors.define(
    "INT059908",
    "День {date}, которым составлен акт, ещё не наступил: сегодня {today}",
    "Исправьте ActCreateDate.",
)
EXPIRES_TOO_EARLY = errors.define(
    "INT059909",
    "Акт действует до {expires}, а составлен позже: {drawn_up}",
    "Исправьте ActExpireDate или ActCreateDate.",
)
ANNULLED_OUT_OF_TIME = errors.define(
    "INT059910",
    "Акт нельзя аннулировать с {date}: он составлен {drawn_up}, а сегодня {today}",
    "Укажите AnnulDate не раньше дня, которым составлен акт, и не позже сегодняшнего.",
)
