"""What a run depends on besides its package, the rules and the journal before it: recorded beside the result.

With these a replay makes the same run again. The GUIDs that it gives are made from the MessageGUID (`clock.guids_of`),
so they need no record.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any, Self

import gateway
from storage import journal


@dataclasses.dataclass(frozen=True, slots=True)
class Circumstances:
    """One run's own; each field is a fact of the `result-made` entry."""

    saw: int
    """Entries of the journal in the snapshot that the run has worked on: all that it can have known."""
    ran_at: dt.datetime
    """The only moment that the family has known."""
    house_basis: str
    """The setting."""
    attachment_hash: str
    """The setting."""
    answered_by: str
    """Pack of the result: that of the package, unless it was gone."""
    release: str = gateway.__version__
    """Release of the gateway whose rules have judged."""

    def facts(self) -> dict[str, journal.Fact]:
        """Return them as the journal keeps them."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**values, "ran_at": journal.moment(self.ran_at)}

    @classmethod
    def recorded(cls, facts: journal.Facts) -> Self | None:
        """Return those of a `result-made` entry; None for one of a release that did not record them."""
        names = [field.name for field in dataclasses.fields(cls)]
        if not all(name in facts for name in names):
            return None
        values: dict[str, Any] = {name: facts[name] for name in names}
        return cls(**{**values, "ran_at": dt.datetime.fromisoformat(values["ran_at"])})
