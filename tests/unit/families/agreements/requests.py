"""Requests about contracts and charters, built for one question each; `samples` are made of the same parts by hand."""

from __future__ import annotations

from gateway.families.nsi import builtin

FIAS = "7c1d9f60-2a3b-4c5d-8e6f-0a1b2c3d4e5f"
OTHER = "7c1d9f60-2a3b-4c5d-8e6f-0a1b2c3d4e60"
_NAMESPACES = " ".join(
    f'xmlns{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"'
    for prefix, name in (
        ("", "house-management"),
        (":b", "base"),
        (":n", "nsi-base"),
        (":o", "organizations-registry-base"),
    )
)
HASH = "0" * 64


def transport(count: int) -> str:
    return f"dddddddd-0000-4000-8000-{count:012x}"


def ref(name: str, number: int, code: str) -> str:
    return f"<{name}><n:Code>{code}</n:Code><n:GUID>{builtin.guid(number, code)}</n:GUID></{name}>"


def file(name: str, count: int = 1, *, digest: str = HASH, more: str = "") -> str:
    guid = f"eeeeeeee-0000-4000-8000-{count:012x}"
    hashed = f"<b:AttachmentHASH>{digest}</b:AttachmentHASH>" if digest else ""
    stored = f"<b:Attachment><b:AttachmentGUID>{guid}</b:AttachmentGUID></b:Attachment>{hashed}"
    return f"<{name}><b:Name>{name}.pdf</b:Name><b:Description>Документ</b:Description>{stored}{more}</{name}>"


def service(name: str = "HouseService", *, begin: str = "2024-01-01", end: str = "2028-12-31", code: str = "1") -> str:
    ground = "<BaseService><CurrentDoc>true</CurrentDoc></BaseService>"
    number = 3 if name == "HouseService" else 1
    return f"<{name}>{ref('ServiceType', number, code)}{_period(begin, end)}{ground}</{name}>"


def house(
    count: int,
    fias: str = FIAS,
    *,
    begin: str = "2024-01-01",
    end: str = "2028-12-31",
    services: str = "",
    charter: bool = False,
) -> str:
    """A house of a new agreement."""
    said = f"{_ground(charter=charter)}{services}"
    return f"<ContractObject>{_house(fias, begin, end)}{_transport(count)}{said}</ContractObject>"


def add(count: int, fias: str, *, begin: str = "2024-01-01", end: str = "2028-12-31", charter: bool = False) -> str:
    return _action(count, "Add", f"{_house(fias, begin, end)}{_ground(charter=charter)}")


def change(
    count: int, version: str, fias: str = FIAS, *, begin: str = "2024-01-01", end: str = "2028-12-31", said: str = ""
) -> str:
    named = f"<ContractObjectVersionGUID>{version}</ContractObjectVersionGUID>"
    return _action(count, "Edit", f"{_house(fias, begin, end)}{named}{said}")


def annul_house(count: int, version: str) -> str:
    return _action(count, "Annulment", f"<ContractObjectVersionGUID>{version}</ContractObjectVersionGUID>")


def terms(
    *,
    signed: str = "2023-12-20",
    begin: str = "2024-01-01",
    end: str = "2028-12-31",
    party: str = f"<Cooperative><o:orgRootEntityGUID>{FIAS}</o:orgRootEntityGUID></Cooperative>",
    ground: str = "2",
    dates: str = "",
    files: str = file("ContractAttachment"),
    papers: str = "",
    rolls: bool = False,
    licence: bool = False,
) -> str:
    """The terms of a contract."""
    number = (
        f"<DocNum>42/УК</DocNum><SigningDate>{signed}</SigningDate><EffectiveDate>{begin}</EffectiveDate>"
        f"<PlanDateComptetion>{end}</PlanDateComptetion>"
    )
    rolling = "<AutomaticRollOverOneYear>true</AutomaticRollOverOneYear>" if rolls else ""
    asks = "<LicenseRequest>true</LicenseRequest>" if licence else ""
    return f"{number}{party}{ref('ContractBase', 58, ground)}{dates}{files}{papers}{rolling}{asks}"


DATES = (
    "<DateDetails><PeriodMetering><StartDate><Date>15</Date><IsNextMonth>false</IsNextMonth></StartDate>"
    "<EndDate><LastDay>true</LastDay><IsNextMonth>false</IsNextMonth></EndDate></PeriodMetering>"
    "<PaymentDocumentInterval><StartDate>1</StartDate><NextMounth>true</NextMounth></PaymentDocumentInterval>"
    "<PaymentInterval><StartDate>10</StartDate><NextMounth>true</NextMounth></PaymentInterval></DateDetails>"
)


def place(*houses: str, count: int = 1, said: str | None = None) -> bytes:
    inside = "".join(houses) or house(count + 100)
    return contract(f"<PlacingContract>{said or terms()}{inside}</PlacingContract>", count=count)


def edit(version: str, *houses: str, count: int = 2, said: str | None = None, more: str = "") -> bytes:
    named = f"<ContractVersionGUID>{version}</ContractVersionGUID>"
    return contract(f"<EditContract>{said or terms()}{''.join(houses)}{named}{more}</EditContract>", count=count)


def approve(version: str, *, count: int = 3) -> bytes:
    named = f"<ContractVersionGUID>{version}</ContractVersionGUID>"
    return contract(f"<ApprovalContract><Approval>true</Approval>{named}</ApprovalContract>", count=count)


def prolong(version: str, to: str = "", *, count: int = 4) -> bytes:
    day = f"<RollToDate>{to}</RollToDate>" if to else ""
    named = f"<ContractVersionGUID>{version}</ContractVersionGUID>"
    return contract(f"<RollOverContract><RollOver>true</RollOver>{named}{day}</RollOverContract>", count=count)


def terminate(version: str, day: str = "2026-03-31", *, count: int = 5, reason: str = "4") -> bytes:
    said = f"<Terminate>{day}</Terminate>{ref('ReasonRef', 54, reason)}{file('TerminateAttachment')}"
    named = f"<ContractVersionGUID>{version}</ContractVersionGUID>"
    return contract(f"<TerminateContract>{said}{named}</TerminateContract>", count=count)


def annul(version: str, *, count: int = 6) -> bytes:
    said = f"<ReasonOfAnnulment>Ошибка</ReasonOfAnnulment><ContractVersionGUID>{version}</ContractVersionGUID>"
    return contract(f"<AnnulmentContract>{said}</AnnulmentContract>", count=count)


def payments(
    version: str, *, count: int = 7, house_version: str = "", end: str = "2026-12-31", work: str = ""
) -> bytes:
    priced = f"<ServicePayment>{ref('Service', 59, work)}</ServicePayment>" if work else ""
    said = (
        f"<BeginDate>2026-01-01</BeginDate><EndDate>{end}</EndDate>"
        "<HouseManagementPaymentSize>31.50</HouseManagementPaymentSize>"
        f"{file('Protocol')}{priced}<Type>P</Type>"
    )
    for_house = f"<ContractObjectVersionGUID>{house_version}</ContractObjectVersionGUID>" if house_version else ""
    named = f"<ContractVersionGUID>{version}</ContractVersionGUID>"
    element = "PlaceContractPaymentsInfo"
    return contract(f"<{element}>{said}{for_house}{named}</{element}>", count=count)


def annul_payments(guid: str, *, count: int = 8) -> bytes:
    named = f"<ContractPaymentsInfoVersionGUID>{guid}</ContractPaymentsInfoVersionGUID><Reason>Ошибка</Reason>"
    return contract(f"<AnnulmentContractPaymentsInfo>{named}</AnnulmentContractPaymentsInfo>", count=count)


def contract(*actions: str, count: int = 1) -> bytes:
    """One request; the actions have consecutive TransportGUIDs."""
    rows = "".join(f"<Contract>{_transport(count + index)}{each}</Contract>" for index, each in enumerate(actions))
    return _request("importContractRequest", rows)


# Charters


def charter_terms(
    *,
    date: str = "2015-06-01",
    protocol: str = "<NoCharterApproveProtocol>true</NoCharterApproveProtocol>",
    rolls: bool = False,
) -> str:
    rolling = "<AutomaticRollOverOneYear>true</AutomaticRollOverOneYear>" if rolls else ""
    return f"<Date>{date}</Date>{protocol}{file('AttachmentCharter')}{rolling}"


def place_charter(*houses: str, count: int = 1, said: str | None = None) -> bytes:
    inside = "".join(houses) or house(count + 100, charter=True)
    return charter(f"<PlacingCharter>{said or charter_terms()}{inside}</PlacingCharter>", count=count)


def edit_charter(version: str, *houses: str, count: int = 2, said: str | None = None) -> bytes:
    named = f"<CharterVersionGUID>{version}</CharterVersionGUID>"
    return charter(f"<EditCharter>{said or charter_terms()}{''.join(houses)}{named}</EditCharter>", count=count)


def prolong_charter(version: str, to: str = "", *, count: int = 4) -> bytes:
    day = f"<RollToDate>{to}</RollToDate>" if to else ""
    named = f"<CharterVersionGUID>{version}</CharterVersionGUID>"
    return charter(f"<RollOverCharter><RollOver>true</RollOver>{named}{day}</RollOverCharter>", count=count)


def terminate_charter(version: str, day: str = "2026-03-31", *, count: int = 5) -> bytes:
    said = f"<Terminate>{day}</Terminate><Reason>Ликвидация</Reason>"
    named = f"<CharterVersionGUID>{version}</CharterVersionGUID>"
    return charter(f"<TerminateCharter>{said}{named}</TerminateCharter>", count=count)


def annul_charter(version: str, *, count: int = 6) -> bytes:
    said = f"<ReasonOfAnnulment>Ошибка</ReasonOfAnnulment><CharterVersionGUID>{version}</CharterVersionGUID>"
    return charter(f"<AnnulmentCharter>{said}</AnnulmentCharter>", count=count)


def charter_payments(version: str, *, count: int = 7) -> bytes:
    members = (
        "<MaintenanceAndRepairsForMembers>"
        "<MaintenanceAndRepairsForMembersPaymentSize>25.00</MaintenanceAndRepairsForMembersPaymentSize>"
        f"{file('MaintenanceAndRepairsForMembersProtocol')}</MaintenanceAndRepairsForMembers>"
    )
    said = f"<BeginDate>2026-01-01</BeginDate><EndDate>2026-12-31</EndDate>{members}"
    rest = f"<AllContractObjects>true</AllContractObjects><CharterVersionGUID>{version}</CharterVersionGUID>"
    return charter(f"<PlaceCharterPaymentsInfo>{said}{rest}</PlaceCharterPaymentsInfo>", count=count)


def annul_charter_payments(guid: str, *, count: int = 8) -> bytes:
    named = f"<CharterPaymentsInfoVersionGUID>{guid}</CharterPaymentsInfoVersionGUID>"
    return charter(f"<AnnulmentCharterPaymentsInfo>{named}</AnnulmentCharterPaymentsInfo>", count=count)


def charter(action: str, *, count: int = 1) -> bytes:
    return _request("importCharterRequest", f"{_transport(count)}{action}")


# Exports


def export(*criteria: str) -> bytes:
    rows = "".join(f"<Criteria>{each}</Criteria>" for each in criteria)
    return _request("exportCAChAsyncRequest", rows, version="13.1.7.1")


def export_status(*criteria: str) -> bytes:
    rows = "".join(f"<Criteria>{each}</Criteria>" for each in criteria)
    return _request("exportStatusCAChRequest", rows, version="10.0.1.1")


def by_house(organisation: str, fias: str = FIAS, more: str = "") -> str:
    return f"<UOGUID>{organisation}</UOGUID><FIASHouseGuid>{fias}</FIASHouseGuid>{more}"


def _request(name: str, inside: str, *, version: str = "11.9.0.1") -> bytes:
    return f'<{name} {_NAMESPACES} b:version="{version}">{inside}</{name}>'.encode()


def _transport(count: int) -> str:
    return f"<b:TransportGUID>{transport(count)}</b:TransportGUID>"


def _action(count: int, verb: str, said: str) -> str:
    return f"<ContractObject>{_transport(count)}<{verb}>{said}</{verb}></ContractObject>"


def _house(fias: str, begin: str, end: str) -> str:
    return f"<FIASHouseGuid>{fias}</FIASHouseGuid>{_period(begin, end)}"


def _period(begin: str, end: str) -> str:
    return f"<StartDate>{begin}</StartDate>" + (f"<EndDate>{end}</EndDate>" if end else "")


def _ground(*, charter: bool) -> str:
    name = "CurrentCharter" if charter else "CurrentDoc"
    return f"<BaseMService><{name}>true</{name}></BaseMService>"
