"""What is asked of a replay, and what it has come to."""

from __future__ import annotations

import collections
import dataclasses

from gateway.journal import selection
from gateway.journal.replay import comparison
from gateway.journal.replay.findings import Fate, Finding, Part


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a journal."""

    chosen: selection.Selection
    """Of which entries is told; all before them are replayed too."""
    today: bool = False
    """Judge signatures as of now, by today's trust, and by the contracts in force now; execute nothing."""
    contract: str | None = None
    """Judge by this pack; execute nothing."""
    current_rules: bool = False
    """A difference is told as one of the rules also where another release has executed the package."""

    @property
    def verdicts_only(self) -> bool:
        """Whether nothing is executed."""
        return self.today or self.contract is not None


@dataclasses.dataclass(slots=True)
class Report:
    """What a replay has come to."""

    entries: int
    """Entries that were replayed."""
    counts: collections.Counter[tuple[Part, Fate]]
    findings: list[Finding]
    """Everything that was not equal, in the order of the journal."""
    registries: comparison.Registries | None = None
    """None where nothing was executed."""
    explained: bool = False
    """Whether a difference of the registries follows from findings that are explained."""
    failed_runs: int = 0
    """Runs that failed by the gateway's own fault: they have changed nothing, and are not repeated."""

    unasked: int = 0
    """Accepted packages whose signature nobody had asked for, and nobody asks for now."""

    @property
    def is_good(self) -> bool:
        """Whether nothing differs without an explanation."""
        bad = any(fate is Fate.DIFFERENT for _, fate in self.counts)
        return not bad and (self.registries is None or self.registries.equal or self.explained)
