"""With house_basis = contract the agreements in the registry say who may work with which house."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from gateway import clock, wire
from gateway.exchange import execution, worker
from storage import directory, packages
from tests import samples
from tests import stand as stands
from tests.unit.families.agreements import requests as r

HM = "{http://dom.gosuslugi.ru/schema/integration/house-management/}"
HOUSE = etree.fromstring(samples.HOUSE).findtext(f".//{HM}FIASHouseGuid")


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[stands.Stand]:
    made = stands.Stand(tmp_path / "data", house_basis="contract")
    yield made
    made.close()


def import_house(stand: stands.Stand) -> etree._Element:
    return stand.result(stand.send(samples.HOUSE).message_guid)


def codes(result: etree._Element) -> list[str]:
    return [each.text for each in result.iter(wire.base("ErrorCode"))]


def version(result: etree._Element) -> str:
    assert codes(result) == []
    return result.findtext(f".//{HM}ContractVersionGUID")


def test_house__is_taken_only_while_a_contract_lets_its_sender(stand: stands.Stand) -> None:
    assert codes(import_house(stand)) == ["INT004171"]
    placed = version(stand.result(stand.send(r.place(r.house(11, HOUSE))).message_guid))
    assert codes(import_house(stand)) == []
    assert codes(stand.result(stand.send(samples.EXPORT).message_guid)) == []
    version(stand.result(stand.send(r.terminate(placed, "2024-06-01")).message_guid))
    assert codes(import_house(stand)) == ["INT004171"]
    assert codes(stand.result(stand.send(samples.EXPORT).message_guid)) == ["AUT011003"]


def test_grant_of_the_administrator__does_not_replace_a_contract(stand: stands.Stand) -> None:
    with stand.house.database.write() as connection:
        directory.grant_house(connection, stands.PROVIDER, HOUSE, clock.now())
    assert codes(import_house(stand)) == ["INT004171"]


def test_contract__does_not_replace_a_grant_where_grants_count(tmp_path: Path) -> None:
    stand = stands.Stand(tmp_path / "data", house_basis="granted")
    version(stand.result(stand.send(r.place(r.house(11, HOUSE))).message_guid))
    assert codes(import_house(stand)) == ["INT004171"]
    stand.close()


def test_charter__is_a_basis_for_its_association(stand: stands.Stand) -> None:
    with stand.house.database.write() as connection:
        provider = directory.organisation(connection, stands.PROVIDER)
        directory.change_organisation(connection, dataclasses.replace(provider, role="ТСЖ"), clock.now())
    assert codes(stand.result(stand.send(r.place(r.house(11, HOUSE))).message_guid)) == ["INT004170"]
    placed = stand.send(r.place_charter(r.house(11, HOUSE, charter=True)))
    assert codes(stand.result(placed.message_guid)) == []
    assert codes(import_house(stand)) == []


def test_two_packages_for_one_contract__the_later_is_told_of_the_newer_version(stand: stands.Stand) -> None:
    placed = version(stand.result(stand.send(r.place(r.house(11, HOUSE))).message_guid))
    first, second = (stand.send(r.edit(placed, r.add(21, fias))) for fias in (r.FIAS, r.OTHER))
    results = [stand.result(each.message_guid) for each in (first, second)]
    assert [codes(each) for each in results] == [[], ["INT004950", "INT004966"]]


def test_house_whose_contract_ends_meanwhile__is_judged_again(
    stand: stands.Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The house is executed while the contract holds; before its result is stored, another worker ends the contract."""
    placed = version(stand.result(stand.send(r.place(r.house(11, HOUSE))).message_guid))
    house, ended = stand.send(samples.HOUSE), stand.send(r.terminate(placed, "2024-06-01"))
    run, runs = execution.Execution.run, []

    def overtaken(self: execution.Execution, package: packages.Package) -> execution.Done:
        done = run(self, package)
        runs.append(done)
        if len(runs) == 1:
            assert worker.Worker(stand.house, "another").run_once()
        return done

    monkeypatch.setattr(execution.Execution, "run", overtaken)
    assert codes(stand.result(house.message_guid)) == ["INT004171"]
    assert len(runs) == 3, "the house, the termination, the house again"
    assert b"INT004171" not in runs[0].body
    version(stand.result(ended.message_guid))
