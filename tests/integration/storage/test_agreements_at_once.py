"""Packages for one contract or one house of contracts at once: one house has one manager, and houses follow them."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from lxml import etree

from gateway import clock, errors, wire
from gateway.families import basis, days
from gateway.families.agreements import codes
from storage import directory, numbers, registry
from tests import stand as stands
from tests.integration.storage import at_once
from tests.unit.families.accounts import requests as houses
from tests.unit.families.agreements import requests as r

ROUNDS = 20 if os.environ.get("HCS_LONG") else 2
"""Races of one kind: each may end in another order."""
OWNERS = (stands.PROVIDER, stands.STRANGER)


class Agreements:
    """A stand on which contracts say who may work with which house; both organisations have let its system in."""

    def __init__(self, stand: stands.Stand) -> None:
        self.stand = stand
        self._houses = itertools.count(1)
        with stand.house.database.write() as connection:
            directory.grant(connection, stands.STRANGER, stands.LOGIN, stands.NOW)

    def house(self) -> str:
        """FIASHouseGuid of a house that nobody has named yet."""
        return f"{next(self._houses):08x}-2a3b-4c5d-8e6f-0a1b2c3d4e5f"

    def send(self, data: bytes, organisation: str = stands.PROVIDER) -> str:
        return self.stand.send(data, organisation=organisation, key=stands.KEYS[organisation]).message_guid

    def place(self, fias: str) -> str:
        """Place a contract for a house; return the GUID of its version."""
        result = self.stand.result(self.send(r.place(r.house(11, fias))))
        assert list(result.iter(wire.base("ErrorCode"))) == []
        return version(result)

    def at_once(self, *sent: str, first: int | None = None) -> at_once.Played:
        return at_once.play(self.stand, sent, first=first)

    def managers(self, fias: str) -> list[str]:
        """The organisations that may work with a house today."""
        today = days.today(clock.now())
        with self.stand.house.database.read() as connection:
            unit = registry.Registry(connection, numbers.Numbers(self.stand.house.database))
            return [each for each in OWNERS if basis.may_use(unit, each, fias, today)]


def version(result: etree._Element) -> str:
    """The GUID of the version of a contract that a result tells."""
    return result.findtext(".//{*}ContractVersionGUID")


@pytest.fixture(scope="module")
def here(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agreements]:
    stand = stands.Stand(tmp_path_factory.mktemp("agreements"), database=shared_url, house_basis="contract")
    yield Agreements(stand)
    stand.close()


def test_two_organisations_place_contracts_for_one_house_at_once__one_of_them_manages_it(here: Agreements) -> None:
    for _ in range(ROUNDS):
        fias = here.house()
        played = here.at_once(*(here.send(r.place(r.house(11, fias)), owner) for owner in OWNERS))
        winner, other = played.order
        assert played.codes[winner] == []
        assert codes.HOUSE_TAKEN in played.codes[other]
        assert here.managers(fias) == [OWNERS[winner]]


def test_contract_edited_twice_and_terminated_at_once__only_the_fastest_has_named_the_newest_version(
    here: Agreements,
) -> None:
    for _ in range(ROUNDS):
        placed = here.place(here.house())
        actions = [
            r.edit(placed, r.add(21, here.house())),
            r.edit(placed, r.add(22, here.house())),
            r.terminate(placed, "2024-06-01"),
        ]
        played = here.at_once(*map(here.send, actions))
        winner, *others = played.order
        assert played.codes[winner] == []
        assert all(codes.VERSION_OUTDATED in played.codes[each] for each in others)
        newest = version(played.results[winner])
        assert all(newest in etree.tostring(played.results[each], encoding="unicode") for each in others)


@pytest.mark.parametrize("first", [0, 1, None])
def test_contract_terminated_while_its_house_is_imported__the_house_is_taken_only_if_it_was_faster(
    here: Agreements, first: int | None
) -> None:
    fias = here.house()
    ending = r.terminate(here.place(fias), "2024-06-01")
    played = here.at_once(here.send(ending), here.send(houses.house(fias)), first=first)
    house_was_faster = played.order == [1, 0]
    assert first is None or house_was_faster == (first == 1)
    assert played.codes[0] == []
    assert set(played.codes[1]) == (set() if house_was_faster else {errors.HOUSE_WITHOUT_BASIS})
    assert here.managers(fias) == []


@pytest.mark.parametrize("first", [0, 1, None])
def test_contract_placed_while_its_house_is_imported__the_house_is_refused_only_if_it_was_faster(
    here: Agreements, first: int | None
) -> None:
    fias = here.house()
    placing = here.send(r.place(r.house(11, fias)))
    played = here.at_once(placing, here.send(houses.house(fias)), first=first)
    house_was_faster = played.order == [1, 0]
    assert first is None or house_was_faster == (first == 1)
    assert played.codes[0] == []
    assert set(played.codes[1]) == ({errors.HOUSE_WITHOUT_BASIS} if house_was_faster else set())
    assert here.managers(fias) == [stands.PROVIDER]
