"""What is asked of a verification, and what has come of it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from typing import Final

from signing.certificates import Certificate
from storage import verification

MOST: Final = 1000
"""Faults of one stage that are kept; the others are counted."""


class Name(enum.StrEnum):
    """The stages, in their order."""

    CHAIN = "chain"
    """Records, chain, tree, and the digests of payloads."""
    CHECKPOINTS = "checkpoints"
    PACKAGES = "packages"
    """The projection of the journal by which packages are found."""
    RESULTS = "results"
    REPLAY = "replay"
    """Verdicts and results made again."""


class NoSuchEntries(ValueError):
    """What is asked about is not in the journal; the message says what is."""


@dataclasses.dataclass(frozen=True, slots=True)
class Question:
    """What is asked."""

    start: int = 0
    """The first entry that is asked about."""
    stop: int | None = None
    """The entry before which it ends; None for all that there are at the beginning."""
    jobs: int = 1
    """Processes that verify at once."""
    chain_only: bool = False
    """Only `CHAIN` and `CHECKPOINTS`, for which neither keys nor contracts are needed."""
    believed: tuple[Certificate, ...] = ()
    """Certificates of the installation from a source that is trusted; without any, the stored ones are believed."""


@dataclasses.dataclass(slots=True)
class Stage:
    """What came of one stage."""

    name: Name
    counts: dict[str, int] = dataclasses.field(default_factory=dict)
    """What was verified, and how many, in words."""
    notes: list[str] = dataclasses.field(default_factory=list)
    """What an auditor has to know besides."""
    away: str | None = None
    """What has to be put back before all of it can be verified: a key, an archive."""
    faults: list[verification.Fault] = dataclasses.field(default_factory=list)
    """By index, at most `MOST`."""
    more: int = 0
    """Faults that are not among them."""

    def add(self, faults: list[verification.Fault], more: int = 0) -> None:
        """Take faults in, each once and the lowest indexes first."""
        ordered = sorted({*self.faults, *faults}, key=lambda fault: (fault.index, fault.what))
        self.more += more + max(len(ordered) - MOST, 0)
        self.faults = ordered[:MOST]


@dataclasses.dataclass(slots=True)
class Report:
    """What came of a verification."""

    size: int
    """Entries of the journal when it began; what was written later is no part of it."""
    start: int
    stop: int
    began: dt.datetime
    head: str | None = None
    """Hash of the last entry, in hex; None for a journal without one."""
    root: str | None = None
    """Root of the tree over all entries, in hex; None where it cannot be computed."""
    ended: dt.datetime | None = None
    stages: list[Stage] = dataclasses.field(default_factory=list)

    @property
    def faults(self) -> list[tuple[Name, verification.Fault]]:
        """Every fault with its stage; the lowest index first, and of one index the earlier stage."""
        found = [(stage.name, fault) for stage in self.stages for fault in stage.faults]
        return sorted(found, key=lambda pair: pair[1].index)

    @property
    def away(self) -> str | None:
        """What has to be put back before everything can be verified."""
        return next((stage.away for stage in self.stages if stage.away), None)

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong, and everything was verified that was asked about."""
        return self.away is None and not any(stage.faults for stage in self.stages)
