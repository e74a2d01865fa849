"""The worker and its lease: storage that is away is no fault of the package, and a long package is not begun twice."""

from __future__ import annotations

import datetime as dt
import threading

import pytest

from gateway import clock, vault, wire
from gateway.exchange import worker
from gateway.families import handlers
from storage import errors as storage_errors
from storage import work
from tests import samples
from tests import stand as stands

ELEMENT = f"{{{wire.ROOT}house-management/}}importHouseUORequest"


def test_disk_full_for_many_runs__the_package_is_executed_when_there_is_room(stand, monkeypatch):
    guid = stand.send(samples.HOUSE).message_guid
    monkeypatch.setenv("GATEWAY_FAILPOINT", "finish.before-commit:enospc")
    for _ in range(15):
        with pytest.raises(storage_errors.NotReady):
            stand.worker.run_once()
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    result = stand.result(guid)
    assert result.find(wire.base("ErrorMessage")) is None
    assert result.findtext(wire.base("RequestState")) == "3"


@pytest.mark.parametrize("point", ["worker.claimed", "worker.executed", "finish.before-commit", "finish.after-commit"])
def test_p5_fault_in_any_step__the_package_has_one_result_in_the_end(stand, monkeypatch, point):
    guid = stand.send(samples.HOUSE).message_guid
    monkeypatch.setenv("GATEWAY_FAILPOINT", f"{point}:raise")
    with pytest.raises(RuntimeError):
        stand.worker.run_once()
    monkeypatch.delenv("GATEWAY_FAILPOINT")
    later = worker.Worker(stand.house, "later")
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=stand.settings.lease + 1))
    while later.run_once():
        pass
    monkeypatch.undo()
    assert stand.result(guid).findtext(wire.base("RequestState")) == "3"


def test_package_whose_key_is_gone__keeps_no_other_one_waiting_and_is_executed_when_it_is_back(stand, monkeypatch):
    path = vault.path(stand.settings)
    before = path.read_bytes()
    closed = stand.send(samples.EXPORT).message_guid
    path.write_bytes(vault.new_file())
    stand.close()
    other = stands.Reopened(stand.settings)
    guid = other.send(samples.EXPORT).message_guid
    other.work()
    assert other.result(guid).findtext(wire.base("RequestState")) == "3"
    assert other.state(closed).xml.findtext(f".//{wire.base('RequestState')}") == "2"
    other.close()
    path.write_bytes(before + path.read_bytes())
    stand.open()
    monkeypatch.setattr(clock, "now", lambda: dt.datetime.now(dt.UTC) + dt.timedelta(seconds=stand.settings.lease + 1))
    assert stand.result(closed).findtext(wire.base("RequestState")) == "3"


def test_package_that_takes_long__keeps_its_lease(stand, monkeypatch):
    stand.send(samples.HOUSE)
    renewed, stop = threading.Event(), threading.Event()
    original = work.renew

    def renew(*arguments):
        kept = original(*arguments)
        renewed.set()
        return kept

    def slow(task, registry):
        assert renewed.wait(30)
        stop.set()
        return handler(task, registry)

    handler = handlers.HANDLERS[ELEMENT]
    monkeypatch.setitem(handlers.HANDLERS, ELEMENT, slow)
    monkeypatch.setattr(work, "renew", renew)
    monkeypatch.setattr(stand.worker, "_lease", dt.timedelta(seconds=0.3))
    stand.worker.run(stop)
    assert renewed.is_set()
    assert not stand.worker.run_once()
