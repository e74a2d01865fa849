"""From the acknowledgement to the result: states, splicing, signatures, foreign and unknown messages, own faults."""

from __future__ import annotations

import collections
import datetime as dt
import threading
import uuid

import pytest
from lxml import etree

from gateway import clock, wire
from gateway.families import handlers
from signing import policy, trust, xades
from storage import journal, packages, verification, work
from tests import resources, samples
from tests import stand as stands

HM = f"{wire.ROOT}house-management/"
ANCHORS = trust.TrustStore.of([stands.AUTHORITY.certificate.loaded])


def verdict(element):
    return xades.verify(element, policy=policy.STRICT, trust=ANCHORS, at=stands.NOW)


def text(element, name):
    return element.findtext(wire.base(name))


def test_house__goes_in_and_comes_back(stand):
    imported = stand.result(stand.send(samples.HOUSE).message_guid)
    assert text(imported, "RequestState") == "3"
    results = list(imported.iter(f"{{{HM}}}CommonResult"))
    sent = [item.text for item in etree.fromstring(samples.HOUSE).iter(wire.base("TransportGUID"))]
    assert [text(result, "TransportGUID") for result in results] == sent
    assert all(text(result, "UpdateDate") for result in results)
    exported = stand.result(stand.send(samples.EXPORT).message_guid)
    assert exported.find(f"{{{HM}}}exportHouseResult") is not None


def test_results__use_the_prefixes_that_clients_depend_on(stand):
    """Protocol §1.6: ns4 is base, ns13 the service, and everything else ns<digits>."""
    answers = [
        stand.result(stand.send(sample).message_guid) for sample in (samples.HOUSE, samples.HOUSE, samples.EXPORT)
    ]
    assert answers[1].find(f".//{wire.base('Error')}") is not None
    for answer in answers:
        assert {item.prefix for item in answer.iter(etree.Element)} <= {"ns3", "ns4", "ns7", "ns13", "ns14", "xades"}
        assert answer.prefix == "ns13"


def test_p16_two_organisations_at_once__each_sees_its_own_results_alone(stand):
    """Eight threads of two tenants, each asking for its own message and for the other's."""
    owners = {stands.PROVIDER: [], stands.OPERATOR: []}
    for owner, guids in owners.items():
        guids += [stand.send(samples.EXPORT, organisation=owner, key=stands.KEYS[owner]).message_guid for _ in range(4)]
    stand.work()
    seen = []

    def ask(owner, own, foreign):
        seen.extend(stand.state(guid, organisation=owner).status for guid in own)
        seen.extend(stand.state(guid, organisation=owner).code for guid in foreign)

    first, second = owners
    pairs = [(first, owners[first], owners[second]), (second, owners[second], owners[first])] * 4
    threads = [threading.Thread(target=ask, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert collections.Counter(seen) == {200: 32, "INT002013": 32}


def test_state__is_received_before_and_done_after_the_work(stand):
    guid = stand.send(samples.HOUSE).message_guid
    asked = stand.state(guid).xml
    result = asked.find(f".//{{{HM}}}getStateResult")
    assert text(result, "RequestState") == "1"
    assert text(result, "MessageGUID") == guid
    assert verdict(result).good
    stand.work()
    assert text(stand.state(guid).xml.find(f".//{{{HM}}}getStateResult"), "RequestState") == "3"


def test_state_of_a_package_in_work__is_two(stand, monkeypatch):
    guid = stand.send(samples.HOUSE).message_guid
    seen = []

    def look(task, registry):
        seen.append(text(stand.state(guid).xml.find(f".//{{{HM}}}getStateResult"), "RequestState"))
        return original(task, registry)

    element = f"{{{HM}}}importHouseUORequest"
    original = handlers.HANDLERS[element]
    monkeypatch.setitem(handlers.HANDLERS, element, look)
    stand.work()
    assert seen == ["2"]


def test_p7_result__is_signed_and_verifies_in_the_envelope_and_alone(stand):
    guid = stand.send(samples.HOUSE).message_guid
    stand.work()
    answer = stand.state(guid)
    assert verdict(answer.xml.find(f".//{{{HM}}}getStateResult")).good
    with stand.house.database.read() as connection:
        stored = packages.answer(connection, guid)
    assert verdict(etree.fromstring(stored)).good
    assert stored in answer.body


def test_result__can_be_fetched_many_times_and_never_changes(stand):
    guid = stand.send(samples.HOUSE).message_guid
    stand.work()
    bodies = {etree.tostring(stand.state(guid).xml.find(f".//{{{HM}}}getStateResult")) for _ in range(3)}
    assert len(bodies) == 1


def fetches(stand):
    with stand.house.database.read() as connection:
        return [entry for entry in journal.entries(connection) if entry.kind == journal.Kind.RESULT_FETCHED]


def test_result_fetched_the_first_time__is_an_entry_and_later_polls_write_nothing(stand):
    guid = stand.send(samples.HOUSE).message_guid
    assert stand.state(guid).status == 200
    stand.work()
    assert fetches(stand) == []
    stand.state(guid)
    with stand.house.database.read() as connection:
        package, size = packages.get(connection, guid), journal.size(connection)
    (entry,) = fetches(stand)
    assert entry.message == guid
    assert entry.facts == {"result_index": package.result_index, "system": stands.LOGIN}
    stand.state(guid)
    with stand.house.database.read() as connection:
        assert journal.size(connection) == size


def test_two_polls_at_once__one_entry_and_two_results(stand):
    guid = stand.send(samples.HOUSE).message_guid
    stand.work()
    start, bodies = threading.Barrier(8), []

    def poll():
        start.wait()
        bodies.append(etree.tostring(stand.state(guid).xml.find(f".//{{{HM}}}getStateResult")))

    threads = [threading.Thread(target=poll) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(bodies), len(set(bodies)), len(fetches(stand))) == (8, 1, 1)


@pytest.mark.parametrize("point", ["journal.before-commit", "journal.after-commit"])
def test_journal_cannot_be_written__the_result_goes_out_and_a_later_fetch_is_told(stand, monkeypatch, caplog, point):
    guid = stand.send(samples.HOUSE).message_guid
    stand.work()
    monkeypatch.setenv("GATEWAY_FAILPOINT", f"{point}:enospc")
    assert stand.state(guid).xml.find(f".//{{{HM}}}getStateResult") is not None
    (warning,) = [record for record in caplog.records if record.getMessage() == "fetch of a result not journaled"]
    assert warning.facts["message"] == guid
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    stand.state(guid)
    assert [entry.message for entry in fetches(stand)] == [guid]


def test_result__says_the_message_guid_of_the_question_in_its_header(stand):
    guid, question = stand.send(samples.HOUSE).message_guid, str(uuid.uuid4()).upper()
    header = stand.state(guid, guid=question).xml.find(f".//{wire.base('ResultHeader')}")
    assert text(header, "MessageGUID") == question


@pytest.mark.parametrize("guid", [str(uuid.uuid4()), "00000000-0000-0000-0000-000000000000"], ids=["random", "zero"])
def test_state_of_an_unknown_message__is_int002013(stand, guid):
    answer = stand.state(guid)
    assert (answer.status, answer.code) == (500, "INT002013")


def test_p16_state_of_a_foreign_message__is_int002013_as_if_unknown(stand):
    guid = stand.send(samples.HOUSE).message_guid
    stand.work()
    foreign, unknown = stand.state(guid, organisation=stands.OPERATOR), stand.state(str(uuid.uuid4()))
    assert foreign.code == unknown.code == "INT002013"
    assert stand.state(guid).status == 200


def test_state_question__leaves_no_journal_entry(stand):
    with stand.house.database.read() as connection:
        before = len(list(journal.entries(connection)))
    stand.state(str(uuid.uuid4()))
    with stand.house.database.read() as connection:
        assert len(list(journal.entries(connection))) == before


def test_family_that_breaks__gives_exp001000_with_an_incident_and_the_next_package_runs(stand, monkeypatch, caplog):
    def broken(task, registry):
        raise ZeroDivisionError("SECRET")

    element = f"{{{HM}}}importHouseUORequest"
    with monkeypatch.context() as patch:
        patch.setitem(handlers.HANDLERS, element, broken)
        result = stand.result(stand.send(samples.HOUSE).message_guid)
    problem = result.find(wire.base("ErrorMessage"))
    assert text(problem, "ErrorCode") == "EXP001000"
    (defect,) = [record for record in caplog.records if record.getMessage() == "defect"]
    incident = defect.facts["incident"]
    assert fetches(stand) == [], "the answer to a failed run is no result"
    assert incident in text(problem, "Description")
    assert b"SECRET" not in etree.tostring(result)
    good = stand.result(stand.send(samples.HOUSE).message_guid)
    assert good.find(wire.base("ErrorMessage")) is None


def test_package_that_takes_every_worker_down__is_answered_at_last_and_the_next_one_runs(stand):
    guid = stand.send(samples.HOUSE).message_guid
    for attempt in range(10):
        claim = work.claim(stand.house.database, f"dead-{attempt}", dt.timedelta(0), clock.now())
        assert claim.package.message_guid == guid
    after = stand.send(samples.EXPORT).message_guid
    assert stand.work() == 2
    problem = stand.result(guid).find(wire.base("ErrorMessage"))
    assert text(problem, "ErrorCode") == "EXP001000"
    assert text(stand.result(after), "RequestState") == "3"


@pytest.mark.slow
def test_operation_without_a_family__is_accepted_and_says_so(tmp_path):
    """An official pack is served whole; what no family handles is journaled and answered honestly."""
    from gateway.contracts import packs  # only this test installs one

    root = resources.contracts_root()
    packs.install(root, tmp_path / "data" / "contracts")
    stand = stands.Stand(tmp_path / "data")
    request = (
        f'<h:exportStatusPublicPropertyContractRequest xmlns:h="{HM}" xmlns:b="{wire.BASE}" b:version="10.0.2.1">'
        "<h:FIASHouseGuid>7f3d0009-0087-4c10-9a00-000000000001</h:FIASHouseGuid>"
        "</h:exportStatusPublicPropertyContractRequest>"
    )
    try:
        result = stand.result(stand.send(request.encode()).message_guid)
    finally:
        stand.close()
    problem = result.find(wire.base("ErrorMessage"))
    assert text(problem, "ErrorCode") == "INT002900"
    assert "exportStatusPublicPropertyContract" in text(problem, "Description")


def test_many_packages__leave_a_chain_that_verifies(stand):
    for _ in range(3):
        stand.send(samples.HOUSE)
    stand.send(samples.HOUSE, key=None)
    stand.work()
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []
