"""P16: accounts through a whole installation, and what its log says of the people in them."""

from __future__ import annotations

import dataclasses
import io
import logging
from collections.abc import Iterator

import pytest
from lxml import etree

from gateway import clock, logs, wire
from storage import registry
from tests import stand as stands
from tests.unit.families.accounts import requests
from tests.unit.families.accounts.test_personal import BY_DOCUMENT, BY_NUMBER, WORDS

HM = f"{{{wire.ROOT}house-management/}}"


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, at the level of the most words."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    logs.configure("debug", stream)
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def _given(result: etree._Element) -> dict[str, str]:
    return {
        one.findtext(wire.base("TransportGUID")): one.findtext(wire.base("GUID"))
        for one in result.iter(f"{HM}CommonResult")
    }


def _send(stand: stands.Stand, data: bytes) -> etree._Element:
    return stand.result(stand.send(etree.fromstring(data)).message_guid)


@pytest.fixture
def opened(stand: stands.Stand, written: io.StringIO) -> tuple[stands.Stand, str]:
    """A stand with an account, and its GUID."""
    flat = _given(_send(stand, requests.house()))[requests.transport(101)]
    made = (
        requests.account(n, requests.place("PremisesGUID", flat), payer=who)
        for n, who in ((1, BY_NUMBER), (2, BY_DOCUMENT))
    )
    wrong = requests.account(3, payer=BY_DOCUMENT)
    result = _send(stand, requests.accounts(*made, wrong))
    return stand, _given(result)[requests.transport(1)]


def test_p16_log__says_nothing_of_people_even_when_something_breaks(
    opened: tuple[stands.Stand, str], written: io.StringIO
) -> None:
    stand, guid = opened
    told = etree.tostring(_send(stand, requests.export("FIASHouseGuid", requests.FIAS)), encoding="unicode")
    assert WORDS["Surname"] in told
    _spoil(stand, guid)
    answer = _send(stand, requests.export("AccountGUID", guid))
    assert answer.findtext(f".//{wire.base('ErrorCode')}") == "EXP001000"
    log = written.getvalue()
    assert "Tampered" in log
    assert [word for word in WORDS.values() if word in log or word.encode("unicode-escape").decode() in log] == []


def test_p16_registry_of_an_installation__holds_nothing_personal(opened: tuple[stands.Stand, str]) -> None:
    stand, guid = opened
    with stand.house.database.read() as connection:
        rows = [
            str(row)
            for table in ("registry_object", "registry_version", "registry_link", "aggregate")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608  # names from above
        ]
    assert any(guid in row for row in rows)
    assert [word for word in WORDS.values() for row in rows if word in row] == []


def _spoil(stand: stands.Stand, guid: str) -> None:
    """Move the sealed value of one account into another, as whoever can write to the database could."""
    with stand.house.database.read() as connection:
        unit = registry.Registry(connection, stand.worker._execution._numbers)  # noqa: SLF001
        thing, *others = unit.linked("account", [f"house:{requests.FIAS}"])
        assert thing.id == guid
        unit.put(dataclasses.replace(thing, data={**thing.data, "sealed": others[0].data["sealed"]}))
    with stand.house.database.write() as connection:
        registry.apply(connection, unit, organisation=stands.STRANGER, message="spoilt", at=clock.now())
