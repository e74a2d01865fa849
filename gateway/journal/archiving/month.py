"""A month of the calendar, by UTC: its archive has the entries up to the first one that is not before its end."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Final, Self


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month; `str` writes it as 2026-01."""

    year: int
    number: int
    """From 1."""

    @classmethod
    def of(cls, at: dt.datetime) -> Self:
        """Return the month of a moment."""
        moment = at.astimezone(dt.UTC)
        return cls(moment.year, moment.month)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the month that is written as 2026-01; raises ValueError for anything else."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is no month like 2026-01")
        return cls(int(found[1]), int(found[2]))

    @property
    def begin(self) -> dt.datetime:
        """Its first moment."""
        return dt.datetime(self.year, self.number, 1, tzinfo=dt.UTC)

    @property
    def end(self) -> dt.datetime:
        """The first moment behind it."""
        return (self.begin + dt.timedelta(days=31)).replace(day=1)

    @property
    def before(self) -> Self:
        """The month before it."""
        return type(self).of(self.begin - dt.timedelta(days=1))

    def __str__(self) -> str:
        """Write it as `read` wants it."""
        return f"{self.year:04}-{self.number:02}"


_TEXT: Final = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)
