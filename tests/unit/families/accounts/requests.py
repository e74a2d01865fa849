"""Small requests for one question each."""

from __future__ import annotations

from gateway.families.nsi import builtin

FIAS = "0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9"
OTHER_FIAS = "1c2d3e4f-5061-4728-9394-a5b6c7d8e9f0"
_NAMES = {
    "": "house-management",
    ":b": "base",
    ":n": "nsi-base",
    ":a": "account-base",
    ":i": "individual-registry-base",
    ":o": "organizations-registry-base",
}
NAMESPACES = " ".join(
    f'xmlns{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"' for prefix, name in _NAMES.items()
)
PERSON = (
    "<Ind><i:Surname>Вымышленная-Тестова</i:Surname><i:FirstName>Евлампия</i:FirstName>"
    "<i:Patronymic>Пафнутьевна</i:Patronymic><Sex>F</Sex><DateOfBirth>1971-02-13</DateOfBirth>"
    "<i:SNILS>11223344595</i:SNILS></Ind>"
)


def transport(count: int) -> str:
    return f"00000000-0000-4000-9000-{count:012}"


def entry(number: int, code: str) -> str:
    return f"<n:Code>{code}</n:Code><n:GUID>{builtin.guid(number, code)}</n:GUID>"


def house(fias: str = FIAS, flats: int = 3, first: int = 101) -> bytes:
    """An apartment house with flats under the TransportGUIDs first, first + 1, …; the house itself is first - 1."""
    basic = (
        "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered>"
        f"<FIASHouseGuid>{fias}</FIASHouseGuid><TotalSquare>900</TotalSquare><State>{entry(24, '2')}</State>"
        f"<UsedYear>1990</UsedYear><FloorCount>5</FloorCount><OlsonTZ>{entry(32, '2')}</OlsonTZ>"
        "<CulturalHeritage>false</CulturalHeritage>"
    )
    made = "".join(
        "<ResidentialPremises><ResidentialPremisesToCreate>"
        "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered>"
        f"<PremisesNum>{count + 1}</PremisesNum><HasNoEntrance>true</HasNoEntrance>"
        f"<b:TransportGUID>{transport(first + count)}</b:TransportGUID>"
        "</ResidentialPremisesToCreate></ResidentialPremises>"
        for count in range(flats)
    )
    inside = (
        "<ApartmentHouse><ApartmentHouseToCreate>"
        f"<BasicCharacteristicts>{basic}</BasicCharacteristicts><UndergroundFloorCount>0</UndergroundFloorCount>"
        f"<b:TransportGUID>{transport(first - 1)}</b:TransportGUID></ApartmentHouseToCreate>{made}</ApartmentHouse>"
    )
    return f'<importHouseUORequest {NAMESPACES} b:version="13.2.3.2">{inside}</importHouseUORequest>'.encode()


def update_flat(count: int, *, number: str) -> bytes:
    """An update of the house that gives a flat another number."""
    whole = house(flats=0).decode().replace("ApartmentHouseToCreate", "ApartmentHouseToUpdate")
    changed = (
        "<ResidentialPremises><ResidentialPremisesToUpdate>"
        "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered>"
        f"<PremisesNum>{number}</PremisesNum><HasNoEntrance>true</HasNoEntrance>"
        f"<b:TransportGUID>{transport(999)}</b:TransportGUID><PremisesGUID>{transport(count)}</PremisesGUID>"
        "</ResidentialPremisesToUpdate></ResidentialPremises></ApartmentHouse>"
    )
    return whole.replace("</ApartmentHouse>", changed).encode()


def flat(count: int, share: str = "") -> str:
    """Accommodation in the flat that was made under this TransportGUID."""
    return place("PremisesGUID", transport(count), share)


def place(element: str, guid: str, share: str = "") -> str:
    said = f"<SharePercent>{share}</SharePercent>" if share else ""
    return f"<Accommodation><{element}>{guid}</{element}>{said}</Accommodation>"


def closed(date: str = "2026-04-01", note: str = "") -> str:
    said = f"<Description>{note}</Description>" if note else ""
    return f"<Closed><CloseReason>{entry(22, '1')}</CloseReason><CloseDate>{date}</CloseDate>{said}</Closed>"


def account(
    count: int,
    *places: str,
    kind: str = "isUOAccount",
    number: str | None = None,
    of: int | str | None = None,
    said: str = "",
    payer: str = "",
    reasons: str = "",
) -> str:
    """An Account; `of` names the one to change, by the count of its TransportGUID or by its GUID."""
    numbered = f"<a:AccountNumber>{number}</a:AccountNumber>" if number else ""
    guid = transport(of) if isinstance(of, int) else of
    named = f"<AccountGUID>{guid}</AccountGUID>" if guid else ""
    return (
        f"<Account><{kind}>true</{kind}>{said}{''.join(places)}<PayerInfo>{payer}</PayerInfo>"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID>{numbered}{named}{reasons}</Account>"
    )


def accounts(*made: str) -> bytes:
    return _request("importAccountRequest", "10.0.1.1", made)


def export(element: str, *values: str) -> bytes:
    prefix = "a:" if element in ("UnifiedAccountNumber", "ServiceID") else ""
    named = (f"<{prefix}{element}>{value}</{prefix}{element}>" for value in values)
    return _request("exportAccountRequest", "10.0.1.1", tuple(named))


def own_services(*names: str) -> bytes:
    """Additional services of the organisation, under the TransportGUIDs 900, 901, …; their codes are 1, 2, …"""
    return _own(
        "".join(
            f"<o:ImportAdditionalServiceType><b:TransportGUID>{transport(900 + count)}</b:TransportGUID>"
            f"<o:AdditionalServiceTypeName>{name}</o:AdditionalServiceTypeName><b:OKEI>642</b:OKEI>"
            "</o:ImportAdditionalServiceType>"
            for count, name in enumerate(names)
        )
    )


def delete_own_service(count: int) -> bytes:
    named = f"<b:TransportGUID>{transport(990)}</b:TransportGUID><o:ElementGuid>{transport(count)}</o:ElementGuid>"
    return _own(f"<o:DeleteAdditionalServiceType>{named}</o:DeleteAdditionalServiceType>")


def _own(inside: str) -> bytes:
    namespaces = " ".join(
        f'xmlns:{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"'
        for prefix, name in (("o", "nsi"), ("b", "base"))
    )
    name = "o:importAdditionalServicesRequest"
    return f'<{name} {namespaces} b:version="10.0.1.2">{inside}</{name}>'.encode()


def service(
    count: int,
    *,
    account_: int | str | None = None,
    of: int | None = None,
    end: str = "2026-12-31",
    code: str = "1",
    guid: str = "",
) -> str:
    """A service; it is the first one of the organisation's own dictionary unless another one is named."""
    account_guid = transport(account_) if isinstance(account_, int) else account_
    named = (
        f"<AccountGUID>{account_guid}</AccountGUID>"
        if of is None and account_guid is not None
        else f"<AccountIndividualServiceGUID>{transport(of or 0)}</AccountIndividualServiceGUID>"
    )
    attachment = (
        f"<b:Name>a.pdf</b:Name><b:Description>Заявление</b:Description>"
        f"<b:Attachment><b:AttachmentGUID>{FIAS}</b:AttachmentGUID></b:Attachment>"
    )
    return (
        f"<IndividualService><BeginDate>2026-01-01</BeginDate><EndDate>{end}</EndDate>"
        f"<AdditionalService><n:Code>{code}</n:Code><n:GUID>{guid or transport(900)}</n:GUID></AdditionalService>"
        f"<Attachment>{attachment}</Attachment>"
        f"<b:TransportGUID>{transport(count)}</b:TransportGUID>{named}</IndividualService>"
    )


def delete(count: int, of: int) -> str:
    return (
        f"<DeleteIndividualService><b:TransportGUID>{transport(count)}</b:TransportGUID>"
        f"<AccountIndividualServiceGUID>{transport(of)}</AccountIndividualServiceGUID></DeleteIndividualService>"
    )


def services(*made: str) -> bytes:
    return _request("importAccountIndividualServicesRequest", "11.0.0.1", made)


def export_services(element: str, *values: str) -> bytes:
    prefix = "a:" if element == "AccountGuid" else ""
    named = (f"<{prefix}{element}>{value}</{prefix}{element}>" for value in values)
    return _request("exportAccountIndividualServicesRequest", "11.0.0.1", tuple(named))


def _request(name: str, version: str, made: tuple[str, ...]) -> bytes:
    return f'<{name} {NAMESPACES} b:version="{version}">{"".join(made)}</{name}>'.encode()
