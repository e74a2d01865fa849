"""What /metrics tells, in the text format of Prometheus 0.0.4; docs/server.md lists every name.

Each process counts for itself, and any of them answers for all: under `gateway serve` the counters live in files of a
shared folder (`PROMETHEUS_MULTIPROC_DIR`), elsewhere in memory. What waits for a result is asked of the database at
each scrape, because the journal is the only truth. No label carries anything that a sender wrote. Counting is never
worth a package: files that cannot be had mean no counters, not no answers.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import logging
import os
import platform
import shutil
import struct
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import prometheus_client
from prometheus_client import exposition as text
from prometheus_client import metrics_core, multiprocess, registry

import gateway
from gateway import clock, installation, settings
from gateway.journal import checkpoint, continuous, notes
from gateway.web import response
from storage import checkpoints, directory, epochs, errors, journal, packages

log: Final = logging.getLogger("gateway.web")

MEDIA_TYPE: Final = text.CONTENT_TYPE_PLAIN_0_0_4
FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable that names the shared folder; prometheus_client reads it when it is imported."""
CAPACITY: Final = 256 * 1024
"""Bytes of each file of counters, taken from the disk before anything is counted."""

_PREFIX: Final = ".counters-"
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


_is_counting = True


@contextmanager
def folder(data: Path) -> Iterator[str]:
    """Have a folder for the counters inside the data folder, whose free space is guarded, for as long as the block.

    What a killed gateway has left there is removed: nobody holds its lock any more.
    """
    for left in data.glob(f"{_PREFIX}*"):
        with _locked(left) as is_left:
            if is_left:
                shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=data, ignore_cleanup_errors=True) as made, _locked(Path(made)):
        yield made


@contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Lock a folder; False where somebody else holds it, or it is gone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = True
    except OSError:
        is_ours = False
    try:
        yield is_ours
    finally:
        os.close(descriptor)


def reserve() -> None:
    """Take the disk space for this process's counters, before the first answer.

    The library maps its files into memory and leaves holes in them, and a hole that a full disk cannot fill kills the
    process at the first count. Where there is no space nothing is counted until the process is started again.
    """
    global _is_counting  # noqa: PLW0603  # as the counters themselves: one for a process
    if FOLDER not in os.environ:
        return
    try:
        # A cleaner of old files may have taken it.
        shared = Path(os.environ[FOLDER])
        shared.mkdir(exist_ok=True)
        for kind in ("counter", "histogram"):
            with (shared / f"{kind}_{os.getpid()}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, CAPACITY)
    except OSError as error:
        _is_counting = False
        log.error("nothing is counted", extra={"facts": {"reason": str(error)}})  # noqa: TRY400  # no defect


def observe(answer: response.Response, seconds: float) -> None:
    """Count one answer; `seconds` is how long it took."""
    if not _is_counting:
        return
    kind = answer.kind
    _ANSWERS.labels(kind, answer.status[:3], answer.code).inc()
    _SECONDS.labels(kind).observe(seconds)


def exposition(house: installation.Installation) -> bytes:
    """Return the metrics of all processes and the state of the database; a database that is away is said to be."""
    state = prometheus_client.CollectorRegistry()
    state.register(_State(house))
    return _counters() + text.generate_latest(state)


def _counters() -> bytes:
    if FOLDER not in os.environ:
        return text.generate_latest(_OWN)
    together = prometheus_client.CollectorRegistry()
    try:
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # untyped in the library
        return text.generate_latest(together)
    except (OSError, ValueError, RuntimeError, struct.error) as error:  # the folder is gone, or a file is broken
        log.warning("counters cannot be read", extra={"facts": {"reason": type(error).__name__}})
        return b""


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
        packs = metrics_core.GaugeMetricFamily("gateway_contract_pack", "A contract pack in force.", labels=["pack"])
        for pack in self._house.contracts.catalogue.packs:
            packs.add_metric([pack.id], 1)
        yield packs
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
            parked, entries = packages.parked(connection), journal.size(connection)
            signed, epoch = checkpoints.last(connection), epochs.number(connection)
            verified = _verified(connection, self._house.settings, entries)
        age = (clock.now() - oldest).total_seconds() if oldest else 0.0
        told = {} if signed is None else _checkpoint(signed)
        return {
            **told,
            **verified,
            "gateway_packages_waiting": waiting,
            "gateway_oldest_waiting_seconds": max(age, 0.0),
            "gateway_packages_failed": parked,
            "gateway_journal_entries": entries,
            "gateway_journal_epoch": epoch,
        }


def _verified(connection: directory.Connection, conf: settings.Settings, entries: int) -> dict[str, float]:
    """Return how far the journal is verified, once somebody has begun to."""
    standing = continuous.Standing.read(conf.data) if conf.verify_interval else None
    if standing is None:
        return {}
    row = next(journal.rows(connection, standing.verified, standing.verified + 1), None)
    since = 0.0 if row is None else (clock.now() - _moment(row.at)).total_seconds()
    return {
        "gateway_journal_verified_entries": min(standing.verified, entries),
        "gateway_journal_oldest_unverified_seconds": max(since, 0.0),
        "gateway_journal_faults": len(standing.faults),
    }


def _moment(written: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(written)
    except (ValueError, TypeError):  # a damaged entry is what the verification is there to find
        return dt.datetime.fromtimestamp(0, dt.UTC)


def _checkpoint(signed: checkpoints.Kept) -> dict[str, float]:
    made = checkpoint.Checkpoint.read(notes.parse(signed.note))
    return {
        "gateway_journal_checkpoint_entries": signed.size,
        "gateway_journal_checkpoint_age_seconds": max((clock.now() - made.at).total_seconds(), 0.0),
    }


_MEANINGS: Final = {
    "gateway_journal_verified_entries": "Entries of the journal that were verified in the background.",
    "gateway_journal_oldest_unverified_seconds": "Age of the oldest entry that was not; 0 when all are.",
    "gateway_journal_faults": "Faults that the verification of the journal has found and still finds.",
    "gateway_packages_waiting": "Acknowledged packages that are still to be executed.",
    "gateway_oldest_waiting_seconds": "Age of the oldest of them; 0 when none waits.",
    "gateway_packages_failed": "Packages whose execution has failed by our own fault; see gateway exchange.",
    "gateway_journal_entries": "Entries of the journal.",
    "gateway_journal_epoch": "Times that the database was recognised as restored or moved.",
    "gateway_journal_checkpoint_entries": "Entries that the last checkpoint of the journal covers.",
    "gateway_journal_checkpoint_age_seconds": "Age of the last checkpoint; it grows while nothing is written.",
}
