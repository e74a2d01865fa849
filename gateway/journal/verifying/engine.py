"""The order of a verification: each stage asks what the ones before it cannot know.

The installation is only read. One snapshot says how far the journal reaches: what is written later is not asked about.
"""

from __future__ import annotations

import collections
import concurrent.futures.process
import contextlib
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

from gateway import clock, errors, installation, signatures
from gateway.journal import signed
from gateway.journal.replay import live
from gateway.journal.verifying import again, answers, parts
from gateway.journal.verifying.question import MOST, Name, NoSuchEntries, Question, Report, Stage
from gateway.settings import Settings
from signing import certificates, trust
from signing import errors as signing_errors
from signing.gost import selection
from storage import checkpoints, database, directory, journal, merkle, projections, verification
from storage import errors as storage_errors

Progress: TypeAlias = Callable[[Name, int], contextlib.AbstractContextManager[Callable[[int], None]]]
"""Given a stage and how much it has to do, gives what is told of each bit that is done."""


def verify(conf: Settings, question: Question, progress: Progress, told: Callable[[Stage], None]) -> Report:
    """Verify the journal of the installation in `conf.data`; `told` hears of each stage as it ends.

    Raises Unavailable and what storage raises where something cannot be read, NoSuchEntries where `question` asks for
    entries that there are not.
    """
    with contextlib.closing(installation.open_database(conf, read_only=True)) as db, db.read() as connection:
        size = journal.size(connection)
        stop = size if question.stop is None else question.stop
        if not question.start <= stop <= size or (size and question.start == stop):
            raise NoSuchEntries(f"from {question.start} up to {stop}; the journal has {size}, from 0 to {size - 1}")
        report = Report(size, question.start, stop, clock.now())
        run = _Verification(conf, question, db, connection, report, progress)
        for stage in run.stages():
            report.stages.append(stage)
            told(stage)
        with contextlib.suppress(ValueError, TypeError, storage_errors.NotFound):
            report.head = next((row.hash for row in journal.rows(connection, size - 1)), None)
            report.root = merkle.root(connection, size).hex()
        report.ended = clock.now()
        return report


class _Verification:
    def __init__(
        self,
        conf: Settings,
        question: Question,
        db: database.Database,
        connection: directory.Connection,
        report: Report,
        progress: Progress,
    ) -> None:
        self._conf = conf
        self._question = question
        self._db = db
        self._connection = connection
        self._report = report
        self._progress = progress

    def stages(self) -> Iterator[Stage]:
        yield self._chain()
        yield self._checkpoints()
        if not self._question.chain_only:
            yield self._packages()
            yield self._results()
            yield self._replay()

    def _chain(self) -> Stage:
        stage, report = Stage(Name.CHAIN), self._report
        self._in_parts(stage, parts.chain)
        entries, payloads = verification.counted(self._connection, report.start, report.stop)
        stage.counts |= {"entries": entries, "payloads": payloads}
        if report.stop == report.size:
            stage.add(list(verification.above(self._connection, report.size)))
        return stage

    def _checkpoints(self) -> Stage:
        stage = Stage(Name.CHECKPOINTS)
        damaged = [fault.index for each in self._report.stages for fault in each.faults]
        backend = selection.choose(self._conf.gost_backend)
        judge = signed.Checkpoints(self._connection, backend, self._question.believed, damaged)
        with self._progress(stage.name, checkpoints.count(self._connection)) as done:
            _take(stage, judge.faults(progress=done))
        stage.counts["notes"] = checkpoints.count(self._connection)
        stage.notes = [f"signed by {name}, certificate {sha256}" for sha256, name in judge.signers.items()]
        if judge.vouched < self._report.size:
            beyond = self._report.size - judge.vouched
            stage.notes.append(f"no checkpoint vouches for the last {beyond} of {self._report.size} entries")
        return stage

    def _packages(self) -> Stage:
        stage = Stage(Name.PACKAGES)
        with (
            tempfile.TemporaryDirectory(prefix="hcs-gateway-verify-") as folder,
            self._progress(stage.name, self._report.size) as done,
        ):
            _take(stage, projections.faults(self._connection, Path(folder), done))
        stage.counts["packages"] = projections.count(self._connection)
        return stage

    def _results(self) -> Stage:
        stage = Stage(Name.RESULTS, dict.fromkeys(answers.KINDS.values(), 0))
        believed = tuple(_own_certificates(self._conf, self._connection, self._question))
        self._in_parts(stage, answers.judge, believed, self._conf.gost_backend)
        return stage

    def _replay(self) -> Stage:
        stage, report = Stage(Name.REPLAY), self._report
        asked = range(report.start, report.stop)
        try:
            with self._progress(stage.name, report.size) as done:
                found = again.replayed(live.on(self._conf, self._connection), asked, done)
        except (storage_errors.Archived, storage_errors.KeyMissing) as error:
            # What comes later cannot be made again without what came before; the other stages are done all the same.
            stage.notes.append(f"nothing was made again: {error}")
            stage.away = str(error)
            return stage
        _take(stage, again.different(found, report.size - 1))
        stage.counts, stage.notes = again.counts(found), again.notes(found)
        return stage

    def _in_parts(self, stage: Stage, judge: parts.Judge, *given: Any) -> None:
        report = self._report
        ranges = parts.cut(self._connection, report.start, report.stop)
        counts, unread = collections.Counter(stage.counts), list[verification.Fault]()
        with self._progress(stage.name, report.stop - report.start) as done:
            try:
                for (start, stop), (faults, more, counted) in parts.each(
                    self._db, ranges, self._question.jobs, judge, *given
                ):
                    stage.add([fault for fault in faults if not fault.unread], more)
                    unread.extend(fault for fault in faults if fault.unread)
                    counts.update(counted)
                    done(stop - start)
            except concurrent.futures.process.BrokenProcessPool as error:
                raise errors.Unavailable("a process that verified was ended; try again with fewer --jobs") from error
        stage.counts = dict(counts)
        told = set[str]()
        for fault in sorted(unread, key=lambda fault: fault.index):
            if (why := fault.what.partition(": ")[2]) not in told:
                told.add(why)
                stage.notes.append(f"entry {fault.index}: {fault.what}")
                # Who asks for the chain alone has not asked for what a key opens.
                stage.away = stage.away or (None if self._question.chain_only else why)


def _take(stage: Stage, faults: Iterator[verification.Fault]) -> None:
    kept, more = list[verification.Fault](), 0
    for fault in faults:
        if len(kept) < MOST:
            kept.append(fault)
        else:
            more += 1
    stage.add(kept, more)


def _own_certificates(conf: Settings, connection: directory.Connection, question: Question) -> Iterator[bytes]:
    """Yield the certificates (DER) by which an answer may be signed, and the authority that the installation made."""
    if question.believed:
        yield from (each.der for each in question.believed)
        return
    for der in checkpoints.certificates(connection):
        with contextlib.suppress(signing_errors.CertificateUnreadable):  # told by the stage before
            yield certificates.usable(der, "").der
    own = signatures.key_paths(conf)[1]
    for path in (own, conf.keys / f"{signatures.AUTHORITY}.crt"):
        with contextlib.suppress(signing_errors.SigningError):
            yield from (each.der for each in trust.load(path))
    if conf.key and not own.exists():
        with contextlib.suppress(errors.Unavailable), contextlib.closing(signatures.load_key(conf)) as key:
            yield key.certificate  # it is on the token alone
