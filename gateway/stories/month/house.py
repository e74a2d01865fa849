"""The contract, and the house that it lets the company place: what is sent too early, and in the right order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from gateway import clock
from gateway.stories import compare
from gateway.stories.office import HOUSE, Flat, Office, expect

FLATS: Final = 100
ENTRANCES: Final = 4
ROOMS: Final = ("А", "Б")
"""Rooms of the last flat, which is communal."""
PREMISES: Final = 2
"""Non-residential ones."""
_AREAS: Final = ("32.40", "45.10", "54.30", "61.70", "78.90")
_ROOM_AREA: Final = "18.20"
_FLAT, _COMMUNAL = "1", "2"
"""Codes in dictionary 30."""
_NO_BASIS: Final = "INT004171"


def send_too_early(office: Office) -> Iterator[str]:
    """Send the house before there is a contract, and be refused."""
    outcomes = office.send("import-house", **_house(office)).result.outcomes
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    expect("houses accepted without a contract", sum(1 for each in outcomes if each.updated_at), 0)
    expect("refusals of a house without a contract", [each.code for each in problems], [_NO_BASIS])
    yield f"✗ {problems[0].code}  {problems[0].text}"


def place_contract(office: Office) -> Iterator[str]:
    """Place the contract, and read it back by its version."""
    placed = compare.first(office.accepted("import-contract").result.element, "importContract")
    status, version = (compare.text(placed, name) for name in ("ContractStatus", "ContractVersionGUID"))
    expect("status of the contract", status, "Approved")
    office.told["contract_version"] = version
    yield f"importContractData: contract {office.told['contract_number']}, version {version}, {status}"
    contract = compare.first(office.exported_one("export-contract"), "Contract")
    seen = {name: compare.text(contract, name) for name in ("DocNum", "EffectiveDate", "ContractStatus")}
    sent = {"DocNum": office.told["contract_number"], "EffectiveDate": office.told["begin"], "ContractStatus": status}
    expect("contract", seen, sent)
    expect("house of the contract", compare.text(contract, "ContractObject", "FIASHouseGuid"), HOUSE)
    services = compare.counts(contract, ("HouseService", "AddService"))
    expect("services of the contract", services, {"HouseService": 2, "AddService": 1})
    yield f"exportCAChData: the same, from {sent['EffectiveDate']} on, with 2 public utilities and 1 additional service"
    state = compare.text(office.exported_one("export-contract-status"), "State")
    expect("state of the contract", state, "Running")
    yield f"exportStatusCAChData: {state}, so the company may work with the house"


def place_house(office: Office) -> Iterator[str]:
    """Send the house again, now that the contract holds; flats get their PremisesGUID."""
    rows = _house(office)
    outcomes = office.accepted("import-house", **rows).outcomes
    for flat, row in zip(office.flats, rows["ResidentialPremises"], strict=True):
        flat.guid = outcomes[row["transport"]].guid
    number = next((outcome.unique_number for outcome in outcomes.values() if outcome.guid == HOUSE), "")
    yield f"importHouseUOData: {len(outcomes)} objects are accepted, the house is {number}; flats get PremisesGUIDs"


def export_house(office: Office) -> Iterator[str]:
    """Compare the house with the company's books: every flat and its area."""
    house = office.exported_one("export-house")
    found, expected = compare.flats(house), {flat.number: Decimal(flat.area) for flat in office.flats}
    compare.same("flat", found, expected)
    counts = {"Entrance": ENTRANCES, "LivingRoom": len(ROOMS), "NonResidentialPremises": PREMISES, "Lift": ENTRANCES}
    compare.same("elements", compare.counts(house, counts), counts)
    yield f"exportHouseData: {len(found)} flats of {sum(found.values())} m² together, each with the area that was sent"
    yield f"and besides: {', '.join(f'{count} {name}' for name, count in counts.items())}"


def _house(office: Office) -> dict[str, Any]:
    """Return what the message of the house is filled with; its flats come into the books."""
    office.flats = office.flats or _flats()
    entrances = dict.fromkeys(flat.entrance for flat in office.flats)
    return {
        "EntranceToCreate": [{"entrance": entrance} for entrance in entrances],
        "LiftToCreate": [{"entrance": entrance, "factory_number": f"ЛИФТ-{entrance}"} for entrance in entrances],
        "ResidentialPremises": [_flat(office, flat) for flat in office.flats],
    }


def _flats() -> list[Flat]:
    per_entrance = FLATS // ENTRANCES
    return [
        Flat(str(number), str(1 + (number - 1) // per_entrance), _AREAS[number % len(_AREAS)], number == FLATS)
        for number in range(1, FLATS + 1)
    ]


def _flat(office: Office, flat: Flat) -> dict[str, Any]:
    kind = _COMMUNAL if flat.is_communal else _FLAT
    rooms = ROOMS if flat.is_communal else ()
    return {
        "flat": flat.number,
        "entrance": flat.entrance,
        "area": flat.area,
        "kind": kind,
        "kind_guid": office.told.get(f"30/{kind}"),
        "transport": clock.new_guid(),
        "LivingRoomToCreate": [{"room": room, "square": _ROOM_AREA} for room in rooms],
    }
