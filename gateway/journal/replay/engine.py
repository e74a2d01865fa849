"""The order of a replay: every entry in its turn, every run in the world that it saw, the registries at the end."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import gateway
from gateway import clock, errors
from gateway.exchange import circumstances
from gateway.journal.replay import comparison, judging, rerun
from gateway.journal.replay.days import Days
from gateway.journal.replay.findings import Fate, Finding, Part, Why
from gateway.journal.replay.live import Damaged, Live
from gateway.journal.replay.packs import Packs
from gateway.journal.replay.report import Question, Report
from gateway.journal.replay.world import Unrecorded, World
from gateway.xml import NotXML
from storage import directory, journal, packages
from storage import errors as storage_errors


class Replay:
    """One replay."""

    def __init__(self, live: Live, folder: Path, question: Question, progress: Callable[[int], None]) -> None:
        """`folder` is empty and gets the rebuilt registry; `progress` is told the number of each entry."""
        self._live = live
        self._question = question
        self._progress = progress
        self._days = Days(live)
        self._packs = Packs(live)
        self._world = World(folder, live)
        self._report = Report(0, collections.Counter(), [])
        self._accepted: dict[str, journal.Entry] = {}
        self._runs: dict[int, rerun.Rerun | Finding] = {}
        self._tainted = False
        self._now = clock.now()

    def run(self) -> Report:
        """Replay; the world is closed then."""
        try:
            self._run()
        finally:
            self._world.close()
        return self._report

    def _run(self) -> None:
        starts = [] if self._question.verdicts_only else sorted(self._starts())
        at = 0
        for index, entry in self._live.entries():
            while at < len(starts) and starts[at][0] <= index:
                self._begin(starts[at][1])
                at += 1
            if isinstance(entry, Damaged):
                self._damaged(index, entry)
            else:
                self._replay(entry)
            self._report.entries += 1
            self._progress(index)
        if not self._question.verdicts_only:
            self._compare_registries()

    def _starts(self) -> Iterator[tuple[int, int]]:
        """Yield for every result how many entries its run saw, and its own index."""
        for index, entry in self._live.entries():
            if isinstance(entry, journal.Entry) and entry.kind == journal.Kind.RESULT_MADE:
                saw = entry.facts.get("saw")
                yield (saw if isinstance(saw, int) and saw <= index else index), index

    # What every kind of entry becomes.

    def _replay(self, entry: journal.Entry) -> None:
        if entry.kind == journal.Kind.PACKAGE_ACCEPTED:
            self._accepted[str(entry.message)] = entry
            self._judge(entry)
        elif entry.kind == journal.Kind.PACKAGE_REFUSED:
            self._judge(entry)
        elif entry.kind == journal.Kind.RESULT_MADE:
            if not self._question.verdicts_only:
                self._finish(entry)
            self._accepted.pop(str(entry.message), None)
        elif entry.kind == journal.Kind.RUN_FAILED:
            self._report.failed_runs += 1
        elif entry.kind in (journal.Kind.DIRECTORY_CHANGED, journal.Kind.FILE_STORED):
            self._change(entry)

    def _change(self, entry: journal.Entry) -> None:
        try:
            if entry.kind == journal.Kind.FILE_STORED:
                self._world.store_file(entry)
            else:
                self._world.change_directory(entry)
        except Unrecorded:
            self._tainted = True
            self._tell(entry, Part.DIRECTORY, Fate.UNJUDGED, why=Why.LOAD_NOT_RECORDED)
        except storage_errors.NotReady:
            raise  # nothing is known to differ
        except (Damaged, ValueError, KeyError, storage_errors.StorageError) as error:
            self._tell(entry, Part.DIRECTORY, Fate.DIFFERENT, found=str(error), why=Why.UNEXPLAINED)

    def _judge(self, entry: journal.Entry) -> None:
        if not self._question.chosen.has(self._live.connection, entry):
            return
        recorded = str(entry.facts.get("code") or judging.ACCEPTED)
        try:
            raw = self._live.payload(entry, packages.REQUEST)
            with self._world.database.read() as connection:
                found = judging.judge(self._bench(entry, connection), entry, raw)
        except LookupError as error:
            gone = isinstance(error, judging.PackGone)
            reason = Why.PACK_GONE if gone else Why.NO_PAYLOAD
            self._tell(entry, Part.VERDICT, Fate.UNJUDGED, recorded, str(error) if gone else "", reason)
        except storage_errors.Erased:
            self._tell(entry, Part.VERDICT, Fate.UNJUDGED, recorded, why=Why.ERASED)
        except judging.ByHttp:
            self._tell(entry, Part.VERDICT, Fate.UNJUDGED, recorded, why=Why.BY_HTTP)
        except Damaged as error:
            self._tell(entry, Part.VERDICT, Fate.DIFFERENT, recorded, str(error), Why.DAMAGED)
        else:
            self._report.unasked += judging.is_unasked(entry)
            fate, why = self._verdict_fate(entry, recorded, found)
            self._tell(entry, Part.VERDICT, fate, recorded, found, why)

    def _bench(self, entry: journal.Entry, connection: directory.Connection) -> judging.Bench:
        question = self._question
        if question.today:
            there = self._live.contracts.catalogue
            return judging.Bench(self._live, connection, self._days.today(), self._now, question.contract, there)
        pack = question.contract or str(entry.facts.get("pack") or "") or None
        days, packs = self._days.at(entry.index), self._packs.at(entry.index)
        return judging.Bench(self._live, connection, days, entry.at, pack, packs)

    def _verdict_fate(self, entry: journal.Entry, recorded: str, found: str) -> tuple[Fate, Why | None]:
        if found == recorded:
            return Fate.EQUAL, None
        if self._question.verdicts_only:
            return Fate.CHANGED, Why.ASKED_OF_TODAY
        if errors.SIGNER_NOT_TRUSTED in (recorded, found):
            return Fate.EXPLAINED, Why.TRUST_OF_THE_DAY
        # Only of an accepted package the journal knows by which pack it was judged.
        if recorded in _OF_PACKS or (entry.kind == journal.Kind.PACKAGE_REFUSED and found in _OF_PACKS):
            return Fate.EXPLAINED, Why.PACKS_OF_THE_DAY
        return Fate.DIFFERENT, Why.UNEXPLAINED

    # Runs.

    def _begin(self, index: int) -> None:
        """Make the run again whose result is the entry `index`, in the world as it is now."""
        entry = self._live.entry(index)
        try:
            self._runs[index] = self._rerun(entry)
        except judging.PackGone as error:
            self._runs[index] = self._finding(entry, Fate.UNJUDGED, str(error), Why.PACK_GONE)
        except storage_errors.Erased:
            self._runs[index] = self._finding(entry, Fate.UNJUDGED, why=Why.ERASED)
        except Damaged as error:
            self._runs[index] = self._finding(entry, Fate.DIFFERENT, str(error), Why.DAMAGED)
        except LookupError:
            self._runs[index] = self._finding(entry, Fate.DIFFERENT, "no accepted package", Why.DAMAGED)

    def _rerun(self, entry: journal.Entry) -> rerun.Rerun:
        accepted = self._accepted[str(entry.message)]
        settings = self._live.settings
        under = circumstances.Circumstances.recorded(entry.facts) or circumstances.Circumstances(
            entry.index,
            entry.at,
            settings.house_basis,
            settings.attachment_hash,
            answered_by=str(accepted.facts["pack"]),
        )
        return rerun.run(self._live, self._world, accepted, under, str(entry.facts.get("numbers") or ""))

    def _finish(self, entry: journal.Entry) -> None:
        """Compare a result with the run that was made again, and let its changes be."""
        made = self._runs.pop(entry.index)
        if isinstance(made, Finding):
            self._tainted = True
            self._note(entry, made)
            return
        where = self._parting(entry, made)
        if where is not None:
            why = self._why(entry)
            fate = Fate.DIFFERENT if why is Why.UNEXPLAINED else Fate.EXPLAINED
            self._tainted = self._tainted or fate is Fate.EXPLAINED
            self._note(entry, self._finding(entry, fate, made.broken or "another result", why, where))
        else:
            self._note(entry, self._finding(entry, Fate.EQUAL))
        self._apply(entry, made)

    def _apply(self, entry: journal.Entry, made: rerun.Rerun) -> None:
        if made.unit is None or not made.unit.changes:
            return
        organisation, message = made.package.organisation, made.package.message_guid
        try:
            self._world.apply(made.unit, organisation=organisation, message=message, at=entry.at)
        except storage_errors.StorageError as error:
            why = Why.FOLLOWS if self._tainted else Why.UNEXPLAINED
            fate = Fate.EXPLAINED if self._tainted else Fate.DIFFERENT
            self._note(entry, self._finding(entry, fate, f"{type(error).__name__}: {error}", why))

    def _parting(self, entry: journal.Entry, made: rerun.Rerun) -> str | None:
        if made.result is None:
            return "run"
        try:
            return comparison.parting(self._live.payload(entry, packages.RESULT), made.result)
        except (LookupError, Damaged, NotXML) as error:
            return f"recorded result: {error}"

    def _why(self, entry: journal.Entry) -> Why:
        under = circumstances.Circumstances.recorded(entry.facts)
        if under is None:
            return Why.NOT_RECORDED
        if under.release != gateway.__version__ and not self._question.current_rules:
            return Why.OTHER_RELEASE
        if self._tainted:
            return Why.FOLLOWS
        if entry.facts.get("code") == "FIL001005":
            return Why.OPEN_UPLOAD
        return Why.UNEXPLAINED

    def _compare_registries(self) -> None:
        with self._world.database.read() as connection:
            found = comparison.compare(self._live.connection, connection, self._live.vault)
        self._report.registries = found
        self._report.explained = not found.equal and self._tainted

    # What is told.

    def _damaged(self, index: int, error: Damaged) -> None:
        self._report.counts[Part.RECORD, Fate.DIFFERENT] += 1
        self._report.findings.append(Finding(index, Part.RECORD, Fate.DIFFERENT, found=str(error), why=Why.DAMAGED))

    def _finding(
        self, entry: journal.Entry, fate: Fate, found: str = "", why: Why | None = None, where: str = ""
    ) -> Finding:
        """Return what came of a result."""
        accepted = self._accepted.get(str(entry.message))
        about = accepted.facts if accepted else {}
        return Finding(
            entry.index,
            Part.RESULT,
            fate,
            entry.at,
            entry.message,
            str(about.get("operation") or ""),
            str(about.get("organisation") or ""),
            str(entry.facts.get("code") or entry.facts.get("outcome") or ""),
            found,
            why,
            where,
        )

    def _note(self, entry: journal.Entry, finding: Finding) -> None:
        if not self._question.chosen.has(self._live.connection, entry):
            return
        self._report.counts[finding.part, finding.fate] += 1
        if finding.fate is not Fate.EQUAL:
            self._report.findings.append(finding)

    def _tell(
        self,
        entry: journal.Entry,
        part: Part,
        fate: Fate,
        recorded: str = "",
        found: str = "",
        why: Why | None = None,
    ) -> None:
        operation, organisation = str(entry.facts.get("operation") or ""), str(entry.facts.get("organisation") or "")
        self._note(
            entry,
            Finding(entry.index, part, fate, entry.at, entry.message, operation, organisation, recorded, found, why),
        )


_OF_PACKS: Final = frozenset({errors.VERSION_UNSUPPORTED, errors.PATH_UNKNOWN, errors.XML_INVALID})
"""Codes that depend on which packs were in force."""
