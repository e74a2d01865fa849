"""What /metrics tells, in the text format of Prometheus 0.0.4; docs/server.md lists every name.

Each process counts for itself, and any of them answers for all: under `gateway serve` the counters live in files of a
shared folder (`PROMETHEUS_MULTIPROC_DIR`), elsewhere in memory. What waits for a result is asked of the database at
each scrape, because the journal is the only truth. No label carries anything that a sender wrote.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from typing import Final

import prometheus_client
from prometheus_client import exposition as text
from prometheus_client import metrics_core, multiprocess, registry

import gateway
from gateway import clock, installation
from gateway.web import response
from storage import errors, journal, packages

MEDIA_TYPE: Final = text.CONTENT_TYPE_PLAIN_0_0_4
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable that names the shared folder; prometheus_client reads it when it is imported."""

_OWN: Final = prometheus_client.CollectorRegistry()
_ANSWERS: Final = prometheus_client.Counter(
    "gateway_answers",
    "Answers by kind (acknowledgement, answer, fault, page), HTTP status and wire code of the fault.",
    ["kind", "status", "code"],
    registry=_OWN,
)
_SECONDS: Final = prometheus_client.Histogram(
    "gateway_answer_seconds",
    "Time from the request's headers to the answer, by kind; the body's way over the network is part of it.",
    ["kind"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
    registry=_OWN,
)


def observe(answer: response.Response, seconds: float) -> None:
    """Count one answer; `seconds` is how long it took."""
    kind = answer.kind
    _ANSWERS.labels(kind, answer.status[:3], answer.code).inc()
    _SECONDS.labels(kind).observe(seconds)


def exposition(house: installation.Installation) -> bytes:
    """Return the metrics of all processes and the state of the database; a database that is away is said to be."""
    counters = _OWN
    if FOLDER in os.environ:
        counters = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(counters)  # type: ignore[no-untyped-call]  # untyped in the library
    state = prometheus_client.CollectorRegistry()
    state.register(_State(house))
    return text.generate_latest(counters) + text.generate_latest(state)


def forget(pid: int, folder: str) -> None:
    """Drop the live values of a process that has ended; its counts stay, because counters never fall."""
    multiprocess.mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]  # untyped in the library


class _State(registry.Collector):
    """The database at the moment of a scrape."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house

    def collect(self) -> Iterator[metrics_core.Metric]:
        build = metrics_core.GaugeMetricFamily("gateway_build", "This release.", labels=["version", "python"])
        build.add_metric([gateway.__version__, platform.python_version()], 1)
        yield build
        try:
            values = self._ask()
        except errors.StorageError:
            values = {}
        yield metrics_core.GaugeMetricFamily("gateway_database_up", "1 while the database answers.", bool(values))
        for name, value in values.items():
            yield metrics_core.GaugeMetricFamily(name, _MEANINGS[name], value)

    def _ask(self) -> dict[str, float]:
        with self._house.database.read() as connection:
            waiting, oldest = packages.waiting(connection), packages.oldest_waiting(connection)
            entries = journal.size(connection)
        age = (clock.now() - oldest).total_seconds() if oldest else 0.0
        return {
            "gateway_packages_waiting": waiting,
            "gateway_oldest_waiting_seconds": max(age, 0.0),
            "gateway_journal_entries": entries,
        }


_MEANINGS: Final = {
    "gateway_packages_waiting": "Acknowledged packages that have no result yet.",
    "gateway_oldest_waiting_seconds": "Age of the oldest of them; 0 when none waits.",
    "gateway_journal_entries": "Entries of the journal.",
}
