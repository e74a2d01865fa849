"""A manager's everyday work, from the contract to the closed account, is answered alike over SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from gateway import clock, errors, wire
from tests import stand as stands
from tests.postgres import Server
from tests.unit.families.accounts import requests
from tests.unit.families.accounts.requests import FIAS, PERSON, account, accounts, closed, place
from tests.unit.families.agreements import requests as agreements

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+\+03:00")


class Manager:
    """Sends one package after another, and reads what it needs for the next one from the results."""

    def __init__(self, stand: stands.Stand) -> None:
        self._stand = stand

    def send(self, data: bytes, *, refused: str | None = None) -> etree._Element:
        result = self._stand.result(self._stand.send(data).message_guid)
        assert {each.text for each in result.iter(wire.base("ErrorCode"))} == ({refused} if refused else set())
        return result

    def work(self) -> Iterator[etree._Element]:
        """Yield every result."""
        yield self.send(requests.house(flats=2), refused=errors.HOUSE_WITHOUT_BASIS)
        yield (placed := self.send(agreements.place(agreements.house(11, FIAS))))
        yield (house := self.send(requests.house(flats=2)))
        (_, *flats) = _guids(house)
        places = [place("PremisesGUID", flat) for flat in flats]
        opened = self.send(accounts(*(account(n, places[n], number=str(n), payer=PERSON) for n in (0, 1))))
        yield opened
        first, second = _guids(opened)
        yield self.send(accounts(account(3, places[1], number="7", of=first, said="<TotalSquare>41.5</TotalSquare>")))
        yield self.send(requests.export("FIASHouseGuid", FIAS))
        unified = [str(each.text) for each in opened.iter("{*}UnifiedAccountNumber")]
        yield self.send(requests.export("UnifiedAccountNumber", *unified))
        yield (own := self.send(requests.own_services("Консьерж")))
        yield self.send(requests.services(requests.service(4, account_=first, guid=_guids(own)[0])))
        yield self.send(requests.export_services("AccountGuid", first))
        today = clock.now().astimezone(clock.MOSCOW).date().isoformat()
        yield self.send(accounts(account(5, number="1", of=second, said=closed(today, "Съехали"))))
        yield self.send(requests.export("AccountGUID", second, first))
        yield self.send(agreements.export(agreements.by_house(stands.PROVIDER, FIAS)))
        version = placed.findtext(".//{*}ContractVersionGUID")
        yield self.send(agreements.terminate(version, "2024-06-01"))
        yield self.send(requests.update_flat(101, number="9"), refused=errors.HOUSE_WITHOUT_BASIS)
        yield self.send(requests.export("FIASHouseGuid", FIAS), refused=errors.PROVIDER_DENIED)
        yield self.send(requests.export("AccountGUID", first))


def _guids(result: etree._Element) -> list[str]:
    return [each.text for each in result.iter(wire.base("GUID"))]


def _told(result: etree._Element) -> str:
    """A result without its signature and with GUIDs and moments that are the same every time."""
    for signature in result.findall(f"{{{wire.XMLDSIG}}}Signature"):
        result.remove(signature)
    result.attrib.pop("Id", None)
    return _MOMENT.sub("MOMENT", _GUID.sub("GUID", etree.tostring(result, encoding="unicode")))


@pytest.mark.slow
@pytest.mark.postgres
def test_everyday_work__is_answered_alike_over_both_databases(postgres: Server, tmp_path: Path) -> None:
    told = []
    for name, url in (("sqlite", ""), ("postgresql", postgres.new_database())):
        stand = stands.Stand(tmp_path / name, database=url, house_basis="contract")
        told.append([_told(result) for result in Manager(stand).work()])
        stand.close()
    sqlite, postgresql = told
    assert len(sqlite) == 17
    assert sqlite == postgresql
