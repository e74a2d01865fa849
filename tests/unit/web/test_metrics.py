"""/metrics: every answer counted once by its kind, the database asked at each scrape, and no sender's words."""

from __future__ import annotations

import re

import pytest
from prometheus_client import parser

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
