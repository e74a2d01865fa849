"""Small requests for one question each: an apartment house with the parts that a test is about."""

from __future__ import annotations

from gateway.families.nsi import builtin

FIAS = "0b1c2d3e-4f50-4617-8283-94a5b6c7d8e9"
_NAMESPACES = " ".join(
    f'xmlns{prefix}="http://dom.gosuslugi.ru/schema/integration/{name}/"'
    for prefix, name in (("", "house-management"), (":b", "base"), (":n", "nsi-base"))
)


def reference(name: str, number: int, code: str) -> str:
    """An nsiRef as a stand has it."""
    return f"<{name}><n:Code>{code}</n:Code><n:GUID>{builtin.guid(number, code)}</n:GUID></{name}>"


COMMUNAL = reference("PremisesCharacteristic", 30, "2")
SEPARATE = reference("PremisesCharacteristic", 30, "1")
REASON = reference("AnnulmentReason", 330, "1")
LIFT = f"<FactoryNum>77</FactoryNum>{reference('Type', 192, '1')}"
_REGISTERED = "<No_RSO_GKN_EGRP_Registered>true</No_RSO_GKN_EGRP_Registered>"


def transport(count: int) -> str:
    return f"aaaaaaaa-0000-4000-8000-{count:012x}"


def create(*parts: str, count: int = 1, state: str = "2") -> bytes:
    """The house of these tests with its first parts."""
    characteristics = (
        f"{_REGISTERED}<FIASHouseGuid>{FIAS}</FIASHouseGuid>"
        f"<TotalSquare>900.5</TotalSquare>{reference('State', 24, state)}"
        f"<UsedYear>1970</UsedYear><FloorCount>5</FloorCount>{reference('OlsonTZ', 32, '2')}"
        "<CulturalHeritage>false</CulturalHeritage>"
    )
    house = (
        f"<ApartmentHouseToCreate><BasicCharacteristicts>{characteristics}</BasicCharacteristicts>"
        f"<UndergroundFloorCount>0</UndergroundFloorCount>{_transport(count)}</ApartmentHouseToCreate>"
    )
    return _request(house, parts, inherits=False)


def update(*parts: str, count: int = 2, inherits: bool = True, said: str = "") -> bytes:
    """A change of it; `said` are characteristics of the house after its FIASHouseGuid."""
    house = (
        f"<ApartmentHouseToUpdate><BasicCharacteristicts>{_REGISTERED}<FIASHouseGuid>{FIAS}</FIASHouseGuid>{said}"
        f"</BasicCharacteristicts>{_transport(count)}</ApartmentHouseToUpdate>"
    )
    return _request(house, parts, inherits=inherits)


def entrance(count: int, number: str, *, of: int | None = None, said: str = "") -> str:
    body = f"<EntranceNum>{number}</EntranceNum>{said}"
    return _part("Entrance", "EntranceGUID", body, count, of)


def lift(count: int, number: str, *, of: int | None = None, said: str = "") -> str:
    body = f"<EntranceNum>{number}</EntranceNum>{said}"
    return _part("Lift", "LiftGUID", body, count, of)


def flat(
    count: int,
    number: str = "",
    *rooms: str,
    of: int | None = None,
    entrance: str = "",
    kind: str = "",
    said: str = "",
) -> str:
    """Residential premises; `said` stands where the annulment does."""
    named = f"<PremisesNum>{number}</PremisesNum>" if number else ""
    inside = f"<EntranceNum>{entrance}</EntranceNum>" if entrance else "<HasNoEntrance>true</HasNoEntrance>"
    part = _part("ResidentialPremises", "PremisesGUID", f"{_REGISTERED}{named}{said}{inside}{kind}", count, of)
    return f"<ResidentialPremises>{part}{''.join(rooms)}</ResidentialPremises>"


def room(count: int, number: str = "", *, of: int | None = None, said: str = "") -> str:
    named = f"<RoomNumber>{number}</RoomNumber>" if number else ""
    return _part("LivingRoom", "LivingRoomGUID", f"{_REGISTERED}{named}{said}", count, of)


def _part(name: str, guid: str, body: str, count: int, of: int | None) -> str:
    verb = "Create" if of is None else "Update"
    named = "" if of is None else f"<{guid}>{transport(of)}</{guid}>"
    return f"<{name}To{verb}>{body}{_transport(count)}{named}</{name}To{verb}>"


def _request(house: str, parts: tuple[str, ...], *, inherits: bool) -> bytes:
    inherit = "<InheritMissingValues>true</InheritMissingValues>" if inherits else ""
    inside = f"<ApartmentHouse>{house}{''.join(parts)}</ApartmentHouse>{inherit}"
    return f'<importHouseUORequest {_NAMESPACES} b:version="13.2.3.2">{inside}</importHouseUORequest>'.encode()


def _transport(count: int) -> str:
    return f"<b:TransportGUID>{transport(count)}</b:TransportGUID>"
