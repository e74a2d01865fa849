"""The report of a replay in words, and as data."""

from __future__ import annotations

import collections
import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from gateway.journal.replay.findings import SENTENCES, Fate, Finding, Part, Why
from gateway.journal.replay.report import Report

SHOWN: Final = 40
"""Findings of one reason that are named one by one."""


def lines(report: Report) -> Iterator[str]:
    """Yield the report, a line each."""
    yield f"replayed: {report.entries} entries of the journal"
    for part in Part:
        counts = {fate: report.counts[part, fate] for fate in Fate if report.counts[part, fate]}
        if counts:
            yield f"{_PARTS[part]}: {sum(counts.values())}: " + ", ".join(
                f"{count} {_FATES[fate]}" for fate, count in counts.items()
            )
    if report.failed_runs:
        yield f"failed runs: {report.failed_runs}: they have changed nothing, and are not repeated"
    if report.unasked:
        yield f"signatures not judged: {report.unasked}: the setting `signature` did not ask for one"
    yield from _registries(report)
    for (fate, why), found in grouped(report.findings):
        yield ""
        yield f"{_FATES[fate]}, {SENTENCES[why].english}: {len(found)}"
        yield from (f"  {_line(each)}" for each in found[:SHOWN])
        if len(found) > SHOWN:
            yield f"  … and {len(found) - SHOWN} more: --json has them all"


def grouped(findings: list[Finding]) -> list[tuple[tuple[Fate, Why], list[Finding]]]:
    """Return the findings by what came of them and why, the worst first."""
    groups: dict[tuple[Fate, Why], list[Finding]] = collections.defaultdict(list)
    for each in findings:
        groups[each.fate, each.why or Why.UNEXPLAINED].append(each)
    return sorted(groups.items(), key=lambda pair: (WORST_FIRST.index(pair[0][0]), pair[0][1]))


def data(report: Report) -> dict[str, Any]:
    """Return the report as JSON can hold it."""
    return {
        "good": report.is_good,
        "entries": report.entries,
        "counts": {
            part.value: {fate.value: report.counts[part, fate] for fate in Fate if report.counts[part, fate]}
            for part in Part
        },
        "failed_runs": report.failed_runs,
        "unasked_signatures": report.unasked,
        "registries": dataclasses.asdict(report.registries) if report.registries else None,
        "findings": [_plain(each) for each in report.findings],
    }


def _plain(finding: Finding) -> dict[str, Any]:
    told = dataclasses.asdict(finding)
    reason = SENTENCES[finding.why].english if finding.why else None
    return {**told, "at": finding.at.isoformat() if finding.at else None, "reason": reason}


def _registries(report: Report) -> Iterator[str]:
    found = report.registries
    if found is None:
        return
    if found.equal:
        yield f"registry: {found.objects} objects, the rebuilt one is equal byte for byte (SHA-256 {found.digest})"
    else:
        because = ": it follows from what is told below" if report.explained else ""
        yield f"registry: {found.objects} objects, the rebuilt one DIFFERS{because}"
        yield from (f"  {each}" for each in found.differing[:SHOWN])
    if not found.opened:
        yield "registry: the key of the personal data is not there: they were not compared"


def _line(finding: Finding) -> str:
    said = f"{finding.recorded} → {finding.found}" if finding.recorded and finding.found else finding.found
    parts = (f"entry {finding.index}", finding.part.value, finding.operation, finding.message or "", said)
    return "  ".join(filter(None, (*parts, finding.where)))


WORST_FIRST: Final = (Fate.DIFFERENT, Fate.EXPLAINED, Fate.UNJUDGED, Fate.CHANGED, Fate.EQUAL)
_PARTS: Final = {
    Part.VERDICT: "verdicts",
    Part.RESULT: "results",
    Part.DIRECTORY: "changes that could not be made again",
    Part.RECORD: "damaged entries",
}
_FATES: Final = {
    Fate.EQUAL: "equal",
    Fate.EXPLAINED: "different and explained",
    Fate.DIFFERENT: "DIFFERENT",
    Fate.UNJUDGED: "not judged",
    Fate.CHANGED: "different today",
}
