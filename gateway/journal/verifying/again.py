"""Verdicts and results made again, by replay: what differs and is not explained is a fault of the journal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from gateway.journal import selection
from gateway.journal.replay import engine, text
from gateway.journal.replay.findings import SENTENCES, Fate, Part, Why
from gateway.journal.replay.live import Live
from gateway.journal.replay.report import Question, Report
from storage import verification

_FOUND: Final = {
    Fate.EQUAL: "equal",
    Fate.EXPLAINED: "different and explained",
    Fate.UNJUDGED: "not judged",
    Fate.DIFFERENT: "DIFFERENT",
}


def replayed(opened: Live, asked: range, done: Callable[[int], None]) -> Report:
    """Return what a replay says of the entries that are asked about; the rebuilt registry is thrown away."""
    with tempfile.TemporaryDirectory(prefix="hcs-gateway-verify-") as folder:
        question = Question(selection.Selection(indexes=asked))
        return engine.Replay(opened, Path(folder), question, lambda _: done(1)).run()


def different(found: Report, last: int) -> Iterator[verification.Fault]:
    """Yield what differs without an explanation; the registry as a whole is of the `last` entry.

    Damaged bytes are not told here: the chain has told of them.
    """
    for each in found.findings:
        if each.fate is Fate.DIFFERENT and each.why is not Why.DAMAGED:
            said = f"{each.recorded} → {each.found}" if each.recorded and each.found else each.found
            what = " ".join(filter(None, (f"the {each.part.value} made again differs:", said, each.where)))
            yield verification.Fault(each.index, what)
    registries = found.registries
    if registries is not None and not registries.equal and not found.explained:
        for what in registries.differing:
            yield verification.Fault(last, f"the registry is not what the journal makes of it: {what}")


def counts(found: Report) -> dict[str, int]:
    """Return what was made again, and how often it came to what."""
    told = {
        f"{part.value}s {word}": found.counts[part, fate]
        for part in (Part.VERDICT, Part.RESULT)
        for fate, word in _FOUND.items()
        if found.counts[part, fate] or fate is Fate.EQUAL
    }
    return told | ({"objects of the registry": found.registries.objects} if found.registries else {})


def notes(found: Report) -> list[str]:
    """Return what was not judged or differs for a known reason, and how often."""
    told = [
        f"{_FOUND[fate]}, {len(group)}: {SENTENCES[why].english}"
        for (fate, why), group in text.grouped(found.findings)
        if fate in (Fate.EXPLAINED, Fate.UNJUDGED)
    ]
    if found.registries is not None and not found.registries.opened:
        told.append("the key of the personal data is not there: they were not compared")
    return told
