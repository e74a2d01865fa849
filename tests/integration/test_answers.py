"""Every answer that leaves is valid under the contract: of every operation that is executed, also where it fails.

The answers to all samples are judged by the same `tests.answers` in test_samples; here is what no sample reaches.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
import xmlschema
from lxml import etree

import samples
from gateway import clock, wire
from gateway.contracts import builtin, model
from gateway.families import api, handlers
from gateway.study import reading
from gateway.study.samples import decisions, sample
from storage import directory
from tests import answers
from tests import samples as texts
from tests import stand as stands

VALID = sorted((Path(samples.__file__).parent / "valid").rglob("*.xml"))
HM = f"{{{wire.ROOT}house-management/}}"


def executed() -> Iterator[tuple[model.Service, model.Operation]]:
    for service in builtin.pack().services.values():
        yield from ((service, each) for each in service.operations.values() if each.request in handlers.HANDLERS)


EXECUTED = [pytest.param(*each, id=each[1].name) for each in executed()]


@functools.cache
def declared(short: str) -> xmlschema.XMLSchema:
    return reading.component_model(builtin.pack(), builtin.pack().service(short))


def made(service: model.Service, operation: model.Operation) -> etree._Element:
    """A request of the operation with all that the contract lets it have."""
    return sample.request(declared(service.short_name), builtin.pack(), operation, decisions.Extent.FULL)


ROLES = {
    "importHouseOMSData": "ОМС",
    "importHouseESPData": "ЕСП",
    "importCharterData": "ТСЖ",
    "importNotificationsOfOrderExecution": "Банк",
    "exportPaymentDocumentDetails": "Банк",
}
"""Roles of the senders of what a managing organisation may not send."""


def send(stand: stands.Stand, service: model.Service, operation: model.Operation) -> etree._Element:
    if operation.name in ROLES:
        with stand.house.database.write() as connection:
            provider = directory.organisation(connection, stands.PROVIDER)
            changed = dataclasses.replace(provider, role=ROLES[operation.name])
            directory.change_organisation(connection, changed, clock.now())
    by_system = operation.header is model.HeaderKind.IS_REQUEST
    sender = stands.OPERATOR if by_system else stands.PROVIDER
    organisation = None if by_system else sender
    answer = stand.send(made(service, operation), organisation=organisation, key=stands.KEYS[sender])
    return stand.result(answer.message_guid)


@pytest.mark.parametrize(("service", "operation"), EXECUTED)
def test_every_operation__has_a_sample_whose_answer_is_judged(service, operation):
    assert operation.request in {etree.parse(path).getroot().tag for path in VALID}


@pytest.mark.parametrize(("service", "operation"), EXECUTED)
def test_request_that_holds_everything__gets_a_valid_answer(stand, service, operation):
    result = send(stand, service, operation)
    answers.check(result)
    assert result.findtext(f".//{wire.base('ErrorCode')}", "") not in ("EXP001000", "INT004170")


@pytest.mark.parametrize(("service", "operation"), EXECUTED)
def test_operation_that_breaks__is_answered_validly_too(stand, service, operation, monkeypatch):
    def broken(task, registry):
        raise ZeroDivisionError

    monkeypatch.setitem(handlers.HANDLERS, operation.request, broken)
    result = send(stand, service, operation)
    answers.check(result)
    assert result.findtext(f"{wire.base('ErrorMessage')}/{wire.base('ErrorCode')}") == "EXP001000"


WRONG = {
    "import": api.Imported((api.Outcome("no GUID at all", guid="neither"),)),
    "export-content": api.Exported("exportHouseResult", ({"HouseUniqueNumber": "1"},)),
    "export-branch": api.Exported("noSuchResult", ({},)),
    "export-beside": api.Exported("exportHouseResult", (), {"IsNextPage": "true"}),
    "failure": api.Failed(api.Problem("INT002000", "\x0b")),
}


@pytest.mark.parametrize("answer", WRONG.values(), ids=WRONG)
def test_answer_that_the_contract_does_not_allow__never_leaves(stand, answer, monkeypatch):
    monkeypatch.setitem(handlers.HANDLERS, f"{HM}importHouseUORequest", lambda task, registry: answer)
    result = stand.result(stand.send(texts.HOUSE).message_guid)
    answers.check(result)
    assert result.findtext(f"{wire.base('ErrorMessage')}/{wire.base('ErrorCode')}") == "EXP001000"


@pytest.mark.contracts
def test_answers__are_judged_by_the_official_contract_too():
    if answers.official() is None:
        pytest.skip("the official contract pack is not on this machine (set HCS_SHARED to the folder that holds it)")
    results = {service.result for service, _ in executed()}
    assert results <= {service.result for service in answers.official().services.values()}
