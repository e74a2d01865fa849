"""/metrics: every answer counted once by its kind, the database asked at each scrape, and no sender's words."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys

import pytest
from prometheus_client import parser

from gateway import errors
from gateway.web import metrics, response
from storage import errors as storage_errors
from tests import samples
from tests import stand as stands


def values(stand: stands.Stand) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = metrics.exposition(stand.house).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in parser.text_string_to_metric_families(text)
        for sample in family.samples
    }


def answers(stand: stands.Stand, **labels: str) -> float:
    return values(stand).get(("gateway_answers_total", tuple(sorted(labels.items()))), 0.0)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            response.Response("200 OK", response.XML, b"", operation="importHouseUOData", accepted=True),
            "acknowledgement",
        ),
        (response.Response("200 OK", response.XML, b"", operation="getState"), "answer"),
        (response.fault("413 Content Too Large", "FMT001900", ""), "fault"),
        (response.Response("200 OK", response.TEXT, b"ok"), "page"),
    ],
    ids=["acknowledgement", "answer", "fault", "page"],
)
def test_answer__is_counted_by_its_kind(stand, answer, kind):
    labels = {"kind": kind, "status": answer.status[:3], "code": answer.code}
    before = answers(stand, **labels)
    metrics.observe(answer, 0.02)
    assert answers(stand, **labels) == before + 1


def test_time_to_answer__falls_into_its_bucket(stand):
    def bucket(least: str) -> float:
        return values(stand).get(("gateway_answer_seconds_bucket", (("kind", "page"), ("le", least))), 0.0)

    before = bucket("0.01"), bucket("0.025")
    metrics.observe(response.Response("200 OK", response.TEXT, b""), 0.02)
    assert (bucket("0.01"), bucket("0.025")) == (before[0], before[1] + 1)


def test_accepted_package__waits_until_it_is_executed(stand):
    stand.send(samples.HOUSE)
    found = values(stand)
    assert found["gateway_packages_waiting", ()] == 1
    assert found["gateway_oldest_waiting_seconds", ()] > 0
    before = found["gateway_journal_entries", ()]
    stand.work()
    found = values(stand)
    assert found["gateway_packages_waiting", ()] == 0
    assert found["gateway_oldest_waiting_seconds", ()] == 0
    assert found["gateway_journal_entries", ()] == before + 1


def test_database_gone__is_said_and_the_counters_stay(stand, monkeypatch):
    def gone():
        raise storage_errors.NotReady("gone")

    monkeypatch.setattr(stand.house.database, "read", gone)
    found = values(stand)
    assert found["gateway_database_up", ()] == 0
    assert ("gateway_packages_waiting", ()) not in found
    assert any(name == "gateway_build" for name, _ in found)


def test_scrape_over_http__has_the_media_type_of_the_format(stand):
    answer = stand.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_stranger_with_many_paths__does_not_grow_the_metrics(stand):
    stand.post(b"", path="/first")
    before = len(values(stand))
    for number in range(50):
        stand.post(b"", path=f"/{number}")
    assert len(values(stand)) == before


def test_every_metric__is_documented(stand):
    page = (stands.Path(__file__).parents[3] / "docs" / "server.md").read_text(encoding="utf-8")
    families = parser.text_string_to_metric_families(metrics.exposition(stand.house).decode())
    names = {re.sub("_created$", "", family.name) for family in families}
    assert [name for name in sorted(names) if f"`{name}" not in page] == []


def test_counting_that_fails__spoils_no_answer(stand, monkeypatch, caplog):
    def broken(_answer, _seconds):
        raise ValueError("no counter")

    monkeypatch.setattr(metrics, "observe", broken)
    assert stand.get("/healthz").body == b"ok\n"
    assert stand.send(samples.HOUSE).message_guid
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["not counted"] * 2


@pytest.fixture
def shared(tmp_path, monkeypatch):
    monkeypatch.setenv(metrics.FOLDER, str(tmp_path / "counters"))
    monkeypatch.setattr(metrics, "_is_counting", True)
    return tmp_path / "counters"


def test_space_for_counters__is_taken_from_the_disk_before_the_first_answer(shared):
    metrics.reserve()
    files = sorted(shared.iterdir())
    assert [file.name for file in files] == [f"{kind}_{os.getpid()}.db" for kind in ("counter", "histogram")]
    for file in files:
        assert file.stat().st_size == metrics.CAPACITY
        # No hole is left that a full disk could refuse to fill.
        assert file.stat().st_blocks * 512 >= metrics.CAPACITY


def test_disk_without_space_for_counters__nothing_is_counted_and_everything_answered(
    stand, shared, monkeypatch, caplog
):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    metrics.reserve()
    assert "nothing is counted" in [record.message for record in caplog.records]
    assert stand.get("/healthz").body == b"ok\n"
    assert b"gateway_database_up 1.0" in stand.get("/metrics").body
    assert stand.send(samples.HOUSE).message_guid


@pytest.mark.parametrize(
    "broken", [b"", b"\xff\xff\xff\x7f\0\0\0\0" + b"\xff" * 64, None], ids=["empty", "bytes", "gone"]
)
def test_counters_that_cannot_be_read__leave_the_rest_of_the_page(stand, shared, broken):
    if broken is not None:
        shared.mkdir()
        (shared / "counter_1.db").write_bytes(broken)
    answer = stand.get("/metrics")
    assert answer.status == 200
    assert b"gateway_database_up 1.0" in answer.body


@pytest.mark.slow
def test_every_answer_there_can_be__fits_into_the_space(shared):
    program = """
from gateway import errors
from gateway.files import errors as files
from gateway.web import metrics, response
metrics.reserve()
for code in (*(code.id for code in errors.catalogue()), *files.NAMES):
    for status in ("400", "401", "408", "500"):
        metrics.observe(response.Response(status, "", b"", code), 1.0)
for answer in (response.Response("200", "", b""), response.Response("200", "", b"", operation="a"),
               response.Response("200", "", b"", operation="a", accepted=True)):
    metrics.observe(answer, 1.0)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
    sizes = {file.name.partition("_")[0]: file.stat().st_size for file in shared.iterdir()}
    assert sizes == {"counter": metrics.CAPACITY, "histogram": metrics.CAPACITY}
    assert len(errors.catalogue()) > 50


def test_folder_of_counters__lives_as_long_as_its_owner_and_sweeps_what_a_killed_one_left(tmp_path):
    (tmp_path / ".counters-left").mkdir()
    (tmp_path / ".counters-left" / "counter_1.db").write_bytes(b"x")
    with metrics.folder(tmp_path) as first:
        assert [str(path) for path in tmp_path.iterdir()] == [first]
        with metrics.folder(tmp_path) as second:
            assert {str(path) for path in tmp_path.iterdir()} == {first, second}
    assert list(tmp_path.iterdir()) == []
