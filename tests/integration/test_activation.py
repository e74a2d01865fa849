"""Packs come and go while the gateway works: in force without a restart, and nothing that was begun is harmed."""

from __future__ import annotations

import gc
import os
import re
import shutil
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from lxml import etree

from gateway import errors, installation, wire
from gateway.contracts import loader, packs, stored, tree
from tests import resources, samples
from tests import served as processes
from tests import stand as stands
from tests.unit.contracts import pack_files
from tests.unit.contracts.pack_files import PATH, TOYS

ASK = f'<b:getStateRequest xmlns:b="{wire.BASE}"><b:MessageGUID>{{}}</b:MessageGUID></b:getStateRequest>'
HM = f"{wire.ROOT}house-management/"


@pytest.fixture
def stand(tmp_path):
    """The small pack knows no signatures."""
    opened = stands.Stand(tmp_path / "data", signature="optional")
    yield opened
    opened.close()


@pytest.fixture
def toys(tmp_path):
    """A small pack as it is published: a service of its own."""
    return published(tmp_path / "published", pack_files.files())


def published(folder, files):
    for path, data in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return folder


def renamed(folder, version, **replaced):
    """The small pack under another version."""
    files = pack_files.files(**replaced)
    return published(folder / version, {**files, "README.md": f"# Toys\nВерсия: {version}".encode()})


def request(version="2.10.0.0"):
    body = pack_files.toy()
    return (
        f'<importToysRequest xmlns="{TOYS}" xmlns:b="{wire.BASE}" b:version="{version}">{body}</importToysRequest>'
    ).encode()


def send(stand, **options):
    return stand.post(stands.package(request(), key=None, **options), path=PATH)


def in_force(stand):
    return [pack.id for pack in stand.house.contracts.catalogue.packs]


def test_installed_pack__is_in_force_and_a_removed_one_is_not(stand, toys):
    assert send(stand).status == 404
    assert not stand.house.force.refresh()
    version = packs.install(toys, stand.settings.packs).version
    assert stand.house.force.refresh()
    guid = send(stand).message_guid
    assert stand.get(PATH, "wsdl").status == 200
    assert stand.get(f"/contracts/{version}/{pack_files.TYPES}").body == pack_files.files()[pack_files.TYPES]
    assert f'gateway_contract_pack{{pack="{version}"}} 1.0' in stand.get("/metrics").body.decode()
    stand.work()
    assert stand.post(stands.package(ASK.format(guid).encode(), key=None), path=PATH).status == 200
    packs.remove(version, stand.settings.packs)
    assert stand.house.force.refresh()
    assert (send(stand).code, stand.get(PATH, "wsdl").status) == ("FMT001902", 404)
    assert stand.get(f"/contracts/{version}/{pack_files.TYPES}").status == 404
    assert stand.send(samples.HOUSE).status == 200


def test_other_pack_of_the_same_version__takes_the_place_of_the_removed_one(stand, tmp_path):
    first = renamed(tmp_path / "first", "2.11.0.0")
    other = renamed(tmp_path / "other", "2.11.0.0", types=("2.10.0.0, ", ""))
    for source in (first, other, first):
        digest = packs.install(source, stand.settings.packs).digest
        assert stand.house.force.refresh()
        assert stand.house.contracts.catalogue.pack("2.11.0.0").digest == digest
        assert send(stand).status == 200
        packs.remove("2.11.0.0", stand.settings.packs)


def test_request_that_was_begun__is_judged_to_its_end_by_what_was_in_force(stand, toys, monkeypatch):
    version = packs.install(toys, stand.settings.packs).version
    stand.house.force.refresh()
    read = threading.Event()
    removed = threading.Event()
    identify = stand.web._endpoint._intake.identify  # noqa: SLF001  # where a request waits is not to be seen from outside

    def slow(on_way):
        read.set()
        assert removed.wait(60)
        identify(on_way)

    monkeypatch.setattr(stand.web._endpoint._intake, "identify", slow)  # noqa: SLF001
    with ThreadPoolExecutor(1) as threads:
        begun = threads.submit(send, stand)
        assert read.wait(60)
        packs.remove(version, stand.settings.packs)
        assert stand.house.force.refresh()
        removed.set()
        assert begun.result(60).message_guid
    monkeypatch.undo()
    assert send(stand).code == "FMT001902"


def test_p2_package_whose_pack_is_gone__waits_for_it_and_keeps_nobody_waiting(stand, toys, monkeypatch):
    version = packs.install(toys, stand.settings.packs).version
    stand.house.force.refresh()
    orphan = send(stand).message_guid
    after = stand.send(samples.HOUSE).message_guid
    packs.remove(version, stand.settings.packs)
    stand.house.force.refresh()
    assert stand.work() == 2
    assert stand.result(after).findtext(wire.base("RequestState")) == "3"
    packs.install(toys, stand.settings.packs)
    monkeypatch.setattr(stand.worker, "_lease", stand.worker._lease * 0)  # noqa: SLF001  # the next look is due at once
    monkeypatch.setattr("gateway.clock.now", lambda: stands.NOW.replace(year=stands.NOW.year + 1))
    assert stand.worker.run_once()
    monkeypatch.undo()
    stand.house.force.refresh()
    answer = stand.post(stands.package(ASK.format(orphan).encode(), key=None), path=PATH)
    assert answer.xml.findtext(f".//{wire.base('RequestState')}") == "3"
    # The small pack has no handler: that is its answer, and no incident of ours.
    assert answer.xml.findtext(f".//{wire.base('ErrorCode')}") == errors.NOT_HANDLED


def test_worker_that_lags_behind__looks_again_before_it_answers_by_another_pack(stand, tmp_path):
    packs.install(renamed(tmp_path, "2.11.0.0"), stand.settings.packs)
    behind = stands.Reopened(stand.settings)
    packs.install(renamed(tmp_path, "2.12.0.0"), stand.settings.packs)
    stand.house.force.refresh()
    guid = send(stand).message_guid
    assert "2.12.0.0" not in in_force(behind)
    assert behind.worker.run_once()
    assert "2.12.0.0" in in_force(behind)
    asked = stands.package(ASK.format(guid).encode(), key=None)
    assert b"RequestState>3<" in stand.post(asked, path=PATH).body
    behind.close()


def test_damaged_pack__takes_nothing_away(stand, tmp_path, caplog):
    for version in ("2.11.0.0", "2.12.0.0"):
        packs.install(renamed(tmp_path, version), stand.settings.packs)
    stand.house.force.refresh()
    before = in_force(stand)
    assert {"2.11.0.0", "2.12.0.0"} <= set(before)
    (stand.settings.packs / "2.12.0.0" / pack_files.TYPES).write_bytes(b"<damaged/>")
    (stand.settings.packs / "9.9.9.9").mkdir()
    caplog.set_level("INFO", "gateway.contracts")
    assert stand.house.force.refresh()
    assert in_force(stand) == before
    assert send(stand).status == 200
    told = [each.facts["reason"] for each in caplog.records if each.message == "contract pack damaged"]
    assert sorted(reason.partition("/")[0] for reason in told) == ["2.12.0.0", "9.9.9.9"]
    # Told once, and a start serves what is sound.
    packs.install(renamed(tmp_path, "2.13.0.0"), stand.settings.packs)
    caplog.clear()
    assert stand.house.force.refresh()
    assert [each.message for each in caplog.records] == ["contracts in force"]
    again = installation.Installation.open(stand.settings, warm=True)
    assert {pack.version for pack in again.contracts.catalogue.packs} >= {"2.11.0.0", "2.13.0.0"}
    assert again.contracts.catalogue.pack("2.12.0.0") is None
    again.close()


def test_pack_that_does_not_compile__is_not_in_force_and_the_others_are(stand, tmp_path):
    packs.install(renamed(tmp_path, "2.11.0.0"), stand.settings.packs)
    # As a later release may judge what an earlier one has installed.
    broken = renamed(tmp_path, "2.12.0.0", types=('type="t:Age"', 'type="t:Agee"'))
    stored.store(loader.load(tree.read(broken)), stand.settings.packs / "2.12.0.0")
    opened = installation.Installation.open(stand.settings, warm=True)
    assert [pack.version for pack in opened.contracts.catalogue.packs][-1] == "2.11.0.0"
    assert opened.contracts.catalogue.pack("2.12.0.0") is None
    assert [error.file for error in opened.force.damaged] == [pack_files.TYPES]
    opened.close()


def test_follower_that_fails__leaves_what_is_in_force(stand, toys, caplog):
    def fail(_contracts):
        if armed:
            raise RuntimeError("no room")

    armed = []
    stand.house.force.follow(fail)
    armed.append(True)
    packs.install(toys, stand.settings.packs)
    before = in_force(stand)
    with pytest.raises(RuntimeError):
        stand.house.force.refresh()
    assert in_force(stand) == before
    assert stand.send(samples.HOUSE).status == 200


def test_watch__follows_until_it_is_told_to_stop(stand, toys, monkeypatch):
    monkeypatch.setattr("gateway.watch.EVERY", 0.01)
    stop, changed = threading.Event(), threading.Event()
    watching = threading.Thread(target=stand.house.force.watch, args=(stop, changed.set))
    watching.start()
    packs.install(toys, stand.settings.packs)
    assert changed.wait(60)
    stop.set()
    watching.join(60)
    assert not watching.is_alive()
    assert send(stand).status == 200


def test_folder_that_cannot_be_read__changes_nothing_and_is_looked_at_again(stand, toys, monkeypatch, caplog):
    monkeypatch.setattr("gateway.watch.EVERY", 0.01)
    monkeypatch.setattr("gateway.watch.PAUSE", 0.01)
    stamp, failed, stop, changed = packs.stamp, threading.Event(), threading.Event(), threading.Event()

    def away(into):
        if failed.is_set():
            return stamp(into)
        failed.set()
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(packs, "stamp", away)
    watching = threading.Thread(target=stand.house.force.watch, args=(stop, changed.set))
    packs.install(toys, stand.settings.packs)
    watching.start()
    assert changed.wait(60)
    stop.set()
    watching.join(60)
    assert [each.message for each in caplog.records if each.levelname == "ERROR"] == ["contracts cannot be read"]
    assert send(stand).status == 200


def test_many_changes__leave_nothing_behind(stand, tmp_path):
    source = renamed(tmp_path, "2.11.0.0")
    pools, services = weakref.WeakSet(), weakref.WeakSet()
    measures = []
    for _ in range(40 if os.environ.get("HCS_LONG") else 12):
        packs.install(source, stand.settings.packs)
        assert stand.house.force.refresh()
        assert send(stand).status == 200
        # What must not be left behind is inside; compiled schemas belong to their pool.
        services.update(stand.web._served.services.values())  # noqa: SLF001
        pack = stand.house.contracts.catalogue.pack("2.11.0.0")
        pools.update(stand.house.contracts.schemas._of(pack).pools.values())  # noqa: SLF001
        del pack
        packs.remove("2.11.0.0", stand.settings.packs)
        assert stand.house.force.refresh()
        gc.collect()
        facts = (len(pools), len(services), threading.active_count(), len([*Path("/proc/self/fd").iterdir()]))
        measures.append(facts)
    assert len(set(measures[5:])) == 1, measures
    assert measures[-1][:2] == (0, 0)
    assert not list(tmp_path.glob("data/contracts/*"))


@pytest.mark.contracts
def test_installed_pack_of_the_built_in_version__judges_and_houses_are_executed_under_it(stand):
    before = stand.send(samples.HOUSE)
    packs.install(resources.contracts_root("16.3.0.0"), stand.settings.packs)
    stand.house.force.refresh()
    assert in_force(stand) == ["16.3.0.0", "16.3.0.0-built-in"]
    export = stand.send(samples.EXPORT)
    for answer in (before, export):
        result = stand.result(answer.message_guid)
        assert result.tag == f"{{{HM}}}getStateResult"
        assert result.find(wire.base("ErrorMessage")) is None, etree.tostring(result, encoding="unicode")
    shutil.rmtree(stand.settings.packs / "16.3.0.0")
    stand.house.force.refresh()
    assert in_force(stand) == ["16.3.0.0-built-in"]
    assert stand.result(stand.send(samples.EXPORT).message_guid).find(wire.base("ErrorMessage")) is None


def refusals(version, content):
    """exportOwnerRefusal: what it may ask for differs between the two official versions."""
    text = f'<x:exportOwnerRefusalRequest xmlns:x="{HM}" xmlns:b="{wire.BASE}" b:version="{version}">'
    return f"{text}<x:{content}>{pack_files.GUID}</x:{content}></x:exportOwnerRefusalRequest>".encode()


@pytest.mark.slow
@pytest.mark.contracts
def test_running_server__takes_both_official_packs_and_lets_one_go(tmp_path):
    conf = processes.new(tmp_path / "data", processes=2, exchange_workers=1)
    served = processes.Served(conf)

    def send(version, content):
        return served.send(stands.package(refusals(version, content)))[1]

    def follow(*ids):
        wanted = sorted([*ids, "16.3.0.0-built-in"])
        processes.until(
            lambda: sum(sorted(each["facts"]["packs"]) == wanted for each in served.events("contracts in force")) == 3,
            f"{wanted} in each process",
        )

    try:
        follow()
        assert "FMT001301" in send("16.1.0.0", "VotingGUID")
        for version, ids in (("16.3.0.0", ("16.3.0.0",)), ("15.12.0.0", ("16.3.0.0", "15.12.0.0"))):
            packs.install(resources.contracts_root(version), conf.packs)
            follow(*ids)
        newer, older = send("16.1.0.0", "VotingGUID"), send("13.1.8.1", "MessageGUID")
        assert "AckRequest" in newer, newer
        assert "AckRequest" in older, older
        assert "FMT001300" in send("16.1.0.0", "MessageGUID")
        assert "FMT001300" in send("13.1.8.1", "VotingGUID")
        refused = send("14.0.0.0", "VotingGUID")
        assert "FMT001307" in refused
        assert "13.1.8.1, 16.1.0.0" in refused
        guid = re.search("<ns4:MessageGUID>([^<]+)</ns4:MessageGUID><ns4:Requester", older)[1]
        asked = stands.package(ASK.format(guid).encode(), key=None)
        processes.until(lambda: "RequestState>3<" in served.send(asked)[1], "the older package is executed")
        packs.remove("15.12.0.0", conf.packs)
        processes.until(
            lambda: sum("15.12.0.0" not in each["facts"]["packs"] for each in served.events("contracts in force")) == 9,
            "15.12.0.0 is gone from each process",
        )
        assert "FMT001307" in send("13.1.8.1", "MessageGUID")
        assert "RequestState>3<" in served.send(asked)[1]
        assert served.stop() == 0
        assert not served.events("contracts cannot be read")
    finally:
        served.close()
