"""Small requests about devices for one question each."""

from __future__ import annotations

from tests.unit.families.accounts.requests import entry, transport

_BASE = {"": "house-management", ":b": "base", ":n": "nsi-base", ":d": "metering-device-base"}
_VALUES = {**_BASE, "": "device-metering"}


def _declared(names: dict[str, str]) -> str:
    return " ".join(
        f'xmlns{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"' for prefix, name in names.items()
    )


NOT_LINKED = "<NotLinkedWithMetering>true</NotLinkedWithMetering>"
LINKED = "<LinkedWithMetering><InstallationPlace>in</InstallationPlace></LinkedWithMetering>"


def linked(*versions: int | str) -> str:
    """LinkedWithMetering with these versions, told by the TransportGUID of the action that made them."""
    named = "".join(
        f"<LinkedMeteringDeviceVersionGUID>{_guid(each)}</LinkedMeteringDeviceVersionGUID>" for each in versions
    )
    return f"<LinkedWithMetering><InstallationPlace>in</InstallationPlace>{named}</LinkedWithMetering>"


def resource(code: str) -> str:
    return f"<d:MunicipalResource>{entry(2, code)}</d:MunicipalResource>"


def readings(code: str = "1", value: str = "12.5", unit: str = "") -> str:
    said = f"<Unit>{unit}</Unit>" if unit else ""
    return (
        f"<MunicipalResourceNotEnergy>{resource(code)}<d:MeteringValue>{value}</d:MeteringValue>{said}"
        "</MunicipalResourceNotEnergy>"
    )


def electric(*values: str, more: str = "") -> str:
    return f"<MunicipalResourceEnergy>{tariffs(*values)}{more}</MunicipalResourceEnergy>"


def tariffs(*values: str) -> str:
    named = enumerate(values or ("100.5",), 1)
    return "".join(f"<d:MeteringValueT{n}>{value}</d:MeteringValueT{n}>" for n, value in named)


def volumes(code: str = "1", more: str = "") -> str:
    return f"<MunicipalResources><MunicipalResource>{entry(2, code)}</MunicipalResource>{more}</MunicipalResources>"


def accounts(*counts: int | str) -> str:
    return "".join(f"<AccountGUID>{_guid(each)}</AccountGUID>" for each in counts)


def flat_device(*flats: int | str, of: tuple[int | str, ...] = (1,), kind: str = "ResidentialPremiseDevice") -> str:
    named = "".join(f"<PremiseGUID>{_guid(each)}</PremiseGUID>" for each in flats or (101,))
    return f"<{kind}>{named}{accounts(*of)}</{kind}>"


def house_device(*houses: str, more: str = "", kind: str = "CollectiveDevice") -> str:
    named = "".join(f"<FIASHouseGuid>{fias}</FIASHouseGuid>" for fias in houses)
    return f"<{kind}>{named}{more}</{kind}>"


def whole(
    place: str = "",
    *,
    number: str = "1",
    maker: str = (
        "<MeteringDeviceStamp>Тест</MeteringDeviceStamp><MeteringDeviceModel>М-1</MeteringDeviceModel>"
        "<CommissioningDate>2025-02-01</CommissioningDate>"
    ),
    remote: str = "<RemoteMeteringMode>false</RemoteMeteringMode>",
    verified: str | None = None,
    seal: str = "<FactorySealDate>2024-12-01</FactorySealDate>",
    sensors: tuple[str, str] = ("false", "false"),
    volume: str = "",
    links: str = NOT_LINKED,
    measured: str | None = None,
) -> str:
    """What is said of a device as a whole; a water meter of flat 101 where nothing else is."""
    if verified is None:
        interval = f"<VerificationInterval>{entry(16, '6')}</VerificationInterval>"
        verified = f"<FirstVerificationDate>2025-01-15</FirstVerificationDate>{interval}"
    temperature, pressure = sensors
    counted = f"<ConsumedVolume>{volume}</ConsumedVolume>" if volume else ""
    return (
        f"<BasicChatacteristicts><MeteringDeviceNumber>{number}</MeteringDeviceNumber>{maker}{remote}{verified}{seal}"
        f"<TemperatureSensor>{temperature}</TemperatureSensor><PressureSensor>{pressure}</PressureSensor>{counted}"
        f"{place or flat_device()}</BasicChatacteristicts>{links}{readings() if measured is None else measured}"
    )


def create(count: int, said: str = "") -> str:
    return _device(count, f"<DeviceDataToCreate>{said or whole()}</DeviceDataToCreate>")


def update(count: int, of: int | str, action: str) -> str:
    """A change of the version that the action `of` has made."""
    version = f"<MeteringDeviceVersionGUID>{_guid(of)}</MeteringDeviceVersionGUID>"
    return _device(count, f"<DeviceDataToUpdate>{version}{action}</DeviceDataToUpdate>")


def before(said: str) -> str:
    return f"<UpdateBeforeDevicesValues>{said}</UpdateBeforeDevicesValues>"


def after(said: str) -> str:
    return f"<UpdateAfterDevicesValues>{said}</UpdateAfterDevicesValues>"


def link(*versions: int | str) -> str:
    return linked(*versions).replace("<InstallationPlace>in</InstallationPlace>", "")


def archive(reason: str = "1") -> str:
    return f"<ArchiveDevice><ArchivingReason>{entry(21, reason)}</ArchivingReason></ArchiveDevice>"


def replace(by: int | str, values: str = "") -> str:
    return (
        "<ReplaceDevice><VerificationDate>2026-03-30</VerificationDate><PlannedVerification>true</PlannedVerification>"
        f"{values}<ReplacingMeteringDeviceVersionGUID>{_guid(by)}</ReplacingMeteringDeviceVersionGUID></ReplaceDevice>"
    )


def last_readings(code: str = "1", value: str = "99") -> str:
    name = "DeviceValueMunicipalResourceNotElectric"
    return f"<{name}>{resource(code)}<d:MeteringValue>{value}</d:MeteringValue></{name}>"


def devices(*made: str, house: str = "") -> bytes:
    about = f"<FIASHouseGuid>{house}</FIASHouseGuid>" if house else ""
    return _request("importMeteringDeviceDataRequest", "11.1.0.8", about + "".join(made))


def export(inside: str, version: str = "14.8.0.1") -> bytes:
    return _request("exportMeteringDeviceDataRequest", version, inside)


def by_root(count: int | str, **more: str) -> bytes:
    return export(f"<MeteringDeviceRootGUID>{_guid(count)}</MeteringDeviceRootGUID>", **more)


def by_version(count: int | str) -> bytes:
    return export(f"<MeteringDeviceVersionGUID>{_guid(count)}</MeteringDeviceVersionGUID>")


def by_house(fias: str, *, own: bool = False, filters: str = "") -> bytes:
    ours = "<IsCurrentOrganization>true</IsCurrentOrganization>" if own else ""
    return export(f"{ours}<FIASHouseGuid>{fias}</FIASHouseGuid>{filters}")


def _device(count: int, inside: str) -> str:
    return f"<MeteringDevice><b:TransportGUID>{transport(count)}</b:TransportGUID>{inside}</MeteringDevice>"


def _guid(named: int | str) -> str:
    return transport(named) if isinstance(named, int) else named


def current(count: int, value: str = "20", *, day: str = "2026-03-25", code: str = "1", month: str | None = "") -> str:
    """A reading of one tariff; of the month of its day where none is named, and without Period where it is None."""
    taken = f"{resource(code)}<d:MeteringValue>{value}</d:MeteringValue>{_day(count, day)}"
    return f"<CurrentValue>{taken}{_month(day, month)}</CurrentValue>"


def control(count: int, value: str = "15", *, day: str = "2026-03-20", code: str = "1") -> str:
    taken = f"{resource(code)}<d:MeteringValue>{value}</d:MeteringValue>{_day(count, day)}"
    return f"<ControlValue>{taken}</ControlValue>"


def verification(
    count: int,
    start: str,
    end: str,
    *,
    days: tuple[str, str, str] = ("2026-03-10", "2026-03-12", "2026-03-12"),
    why: str = "<PlannedVerification>true</PlannedVerification>",
) -> str:
    begun, ended, sealed = days
    return (
        f"<VerificationValue><StartDateValue>{begun}</StartDateValue><EndDateValue>{ended}</EndDateValue>"
        f"<SealDate>{sealed}</SealDate>{start}{end}{why}"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID></VerificationValue>"
    )


def side(name: str, value: str, code: str = "1") -> str:
    """StartValue or EndValue of a device of one tariff."""
    return f"<{name}>{resource(code)}<d:MeteringValue>{value}</d:MeteringValue></{name}>"


def electric_current(count: int, *values: str, day: str = "2026-03-25", month: str = "") -> str:
    return f"<CurrentValue>{tariffs(*values)}{_day(count, day)}{_month(day, month)}</CurrentValue>"


def electric_control(count: int, *values: str, day: str = "2026-03-20") -> str:
    return f"<ControlValue>{tariffs(*values)}{_day(count, day)}</ControlValue>"


def volume(count: int, *values: str, code: str = "1", day: str = "2026-03-25", month: str = "") -> str:
    return f"<CurrentValue>{resource(code)}{tariffs(*values)}{_day(count, day)}{_month(day, month)}</CurrentValue>"


def values_of(device: int | str, *values: str, kind: str = "OneRate", by: str = "Root") -> str:
    """The values of one device, named by its root or by a version."""
    named = f"<MeteringDevice{by}GUID>{_guid(device)}</MeteringDevice{by}GUID>"
    inside = f"<{kind}DeviceValue>{''.join(values)}</{kind}DeviceValue>"
    return f"<MeteringDevicesValues>{named}{inside}</MeteringDevicesValues>"


def values(*made: str, house: str = "") -> bytes:
    about = f"<FIASHouseGuid>{house}</FIASHouseGuid>" if house else ""
    return _request("importMeteringDeviceValuesRequest", "10.0.1.1", about + "".join(made), _VALUES)


def history(*houses: str, start: str = "", by: str = "", filters: str = "", version: str = "10.0.1.1") -> bytes:
    """exportMeteringDeviceHistoryRequest: of individual devices where nothing else is said."""
    named = "".join(f"<FIASHouseGuid>{fias}</FIASHouseGuid>" for fias in houses)
    on = f"<ExportMeteringDeviceRootGUID>{start}</ExportMeteringDeviceRootGUID>" if start else ""
    chosen = by or f"<MeteringDeviceType>{entry(27, '1')}</MeteringDeviceType>"
    return _request("exportMeteringDeviceHistoryRequest", version, f"{named}{on}{chosen}{filters}", _VALUES)


def _day(count: int, day: str) -> str:
    return f"<DateValue>{day}</DateValue><b:TransportGUID>{transport(count)}</b:TransportGUID>"


def _month(day: str, month: str | None) -> str:
    if month is None:
        return ""
    year, number = (month or day[:7]).split("-")
    return f"<Period><b:Year>{year}</b:Year><b:Month>{int(number)}</b:Month></Period>"


def _request(name: str, version: str, inside: str, names: dict[str, str] = _BASE) -> bytes:
    return f'<{name} {_declared(names)} b:version="{version}">{inside}</{name}>'.encode()
