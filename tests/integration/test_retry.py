"""A handler that breaks: the sender is told, the package is kept, and a repeated run gives the one real result."""

from __future__ import annotations

import json
import threading
from concurrent import futures

import pytest
from click.testing import CliRunner
from lxml import etree

from gateway import clock, wire
from gateway.cli import main
from gateway.exchange import worker
from gateway.families import api, handlers
from storage import errors as storage_errors
from storage import journal, verification, work
from tests import samples
from tests import stand as stands

ELEMENT = f"{{{wire.ROOT}house-management/}}importHouseUORequest"


def broken(task, registry):
    original(task, registry)
    raise ZeroDivisionError("SECRET")


original = handlers.HANDLERS[ELEMENT]


@pytest.fixture
def failed(stand, monkeypatch):
    """MessageGUID of a package whose handler has changed the registry and then failed."""
    with monkeypatch.context() as patch:
        patch.setitem(handlers.HANDLERS, ELEMENT, broken)
        guid = stand.send(samples.HOUSE).message_guid
        stand.work()
    return guid


def gateway(stand, *arguments, code=0):
    done = CliRunner().invoke(main, ["--data", str(stand.settings.data), "exchange", *arguments])
    assert done.exit_code == code, done.output
    return done.output


def answer(stand, guid):
    return stand.state(guid).xml.find(f"{{{wire.SOAP}}}Body")[0]


def code(stand, guid):
    found = answer(stand, guid)
    assert found.findtext(wire.base("RequestState")) == "3"
    return found.findtext(f"{wire.base('ErrorMessage')}/{wire.base('ErrorCode')}")


def kinds(stand, guid):
    with stand.house.database.read() as connection:
        assert list(verification.verify(connection)) == []
        return [entry.kind for entry in journal.entries(connection) if entry.message == guid]


def test_failed_once_then_retried__state_is_exp001000_before_and_between_and_the_result_after(stand, failed):
    assert code(stand, failed) == "EXP001000"
    assert stand.work() == 0
    assert "to be run again: 1 package" in gateway(stand, "retry", failed)
    assert code(stand, failed) == "EXP001000"
    assert stand.work() == 1
    assert code(stand, failed) is None
    assert len(list(answer(stand, failed).iter(wire.base("UpdateDate")))) == 13
    assert kinds(stand, failed) == [
        "package-accepted", "run-failed", "retry-ordered", "result-made", "result-fetched",
    ]  # fmt: skip
    exported = stand.result(stand.send(samples.EXPORT).message_guid)
    assert exported.find(wire.base("ErrorMessage")) is None


def test_failed_run__has_changed_nothing(stand, failed):
    problem = stand.result(stand.send(samples.EXPORT).message_guid).find(wire.base("ErrorMessage"))
    assert problem.findtext(wire.base("ErrorCode")) == "INT002000"


def test_list__tells_incident_time_operation_and_organisation(stand, failed):
    waits = stand.send(samples.EXPORT).message_guid
    first, second = json.loads(gateway(stand, "list", "--json"))
    assert (first["state"], first["message_guid"], first["error"]) == ("failed", failed, "ZeroDivisionError")
    assert (first["operation"], first["organisation"]) == ("importHouseUOData", stands.PROVIDER)
    assert first["incident"] in etree.tostring(answer(stand, failed), encoding="unicode")
    assert first["failed_at"] >= first["received_at"]
    assert (second["state"], second["message_guid"], second["incident"]) == ("received", waits, None)
    told = gateway(stand, "list", "--failed")
    assert failed in told
    assert first["incident"] in told
    assert "ООО «УО»" in told
    assert waits not in told
    assert waits in gateway(stand, "list", "--waiting")
    assert "SECRET" not in told


def test_nothing_has_failed__both_commands_say_so(stand):
    assert "no package waits and none has failed" in gateway(stand, "list")
    assert "no package is failed" in gateway(stand, "list", "--failed")
    assert "no package has failed" in gateway(stand, "retry", "--all")
    assert json.loads(gateway(stand, "list", "--json")) == []


def test_retry_of_a_good_and_of_an_unknown_package__is_refused_and_the_failed_one_beside_them_stays(stand, failed):
    good = stand.send(samples.EXPORT).message_guid
    stand.work()
    unknown = "00000000-0000-4000-8000-00000000dead"
    assert "has its result: it is not run again" in gateway(stand, "retry", failed, good, code=1)
    assert f"there is no package {unknown}" in gateway(stand, "retry", failed, unknown, code=1)
    assert [each["state"] for each in json.loads(gateway(stand, "list", "--json"))] == ["failed"]
    assert "or all of them with --all" in gateway(stand, "retry", code=2)
    assert "or all of them with --all" in gateway(stand, "retry", failed, "--all", code=2)


def test_retry_all__runs_every_failed_one(stand, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(handlers.HANDLERS, ELEMENT, broken)
        guids = [stand.send(samples.HOUSE).message_guid for _ in range(3)]
        stand.work()
    assert json.loads(gateway(stand, "retry", "--all", "--json")) == {"retried": guids}
    assert {each["state"] for each in json.loads(gateway(stand, "list", "--json"))} == {"retried"}
    assert stand.work() == 3
    assert [kinds(stand, guid)[-1] for guid in guids] == ["result-made"] * 3


def test_p14_two_retries_and_two_workers_at_once__one_run_and_one_result(stand, failed, monkeypatch):
    runs = []

    def counted(task, registry):
        runs.append(task.message_guid)
        return original(task, registry)

    monkeypatch.setitem(handlers.HANDLERS, ELEMENT, counted)
    start = threading.Barrier(2)

    def order(number):
        start.wait()
        try:
            with stand.house.database.write(point="retry") as connection:
                work.retry(connection, failed, clock.now())
        except storage_errors.NotFailed:
            return "refused"
        finally:
            worker.Worker(stand.house, f"worker {number}").run_once()
        return "taken"

    with futures.ThreadPoolExecutor(2) as pool:
        told = list(pool.map(order, range(2)))
    stand.work()
    assert sorted(told) == ["refused", "taken"]
    assert runs == [failed]
    assert kinds(stand, failed).count("result-made") == 1


def test_answer_that_the_contract_does_not_allow__is_a_failure_of_ours_and_can_be_repeated(stand, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setitem(
            handlers.HANDLERS, ELEMENT, lambda task, registry: api.Imported((api.Outcome("no guid", guid="none"),))
        )
        guid = stand.send(samples.HOUSE).message_guid
        stand.work()
    assert code(stand, guid) == "EXP001000"
    assert json.loads(gateway(stand, "list", "--json"))[0]["error"] == "InvalidResult"
    gateway(stand, "retry", guid)
    stand.work()
    assert code(stand, guid) is None


def test_state__names_the_failure_and_then_the_result(stand, failed):
    def state():
        done = CliRunner().invoke(main, ["--data", str(stand.settings.data), "state", failed, "--json"])
        return json.loads(done.output)

    assert (state()["state"], state()["error"]) == ("failed", "ZeroDivisionError")
    gateway(stand, "retry", failed)
    stand.work()
    assert (state()["state"], state()["outcome"]) == ("done", "imported")
