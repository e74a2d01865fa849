"""When a meeting is held: the dates of its form, in the words of messages and protocols alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from gateway.families import days, fields
from gateway.families.fields import Fields

MAKING: Final = ("StartMakingDecisionDate", "EndMakingDecisionDate")
SYSTEM: Final = ("EVotingDateBegin", "EVotingDateEnd")
_HELD: Final = ("MeetingDate", "MeetingDate")
FORMS: Final = {
    "AVoting": (MAKING,),
    "Meeting": (_HELD,),
    "MeetingAVoting": (MAKING, _HELD),
    "EVoting": (SYSTEM,),
}
"""Each form with the elements by which it begins and ends; with several of them, the first and the last count."""


def form(content: Fields) -> str:
    """Return the element that says how a meeting is held."""
    return next(name for name in FORMS if name in content)


def period(content: Fields) -> tuple[str, str]:
    """Return begin and end of voting as they were sent; empty where they are not."""
    held = fields.block(content, form(content))
    pairs = FORMS[form(content)]
    begins = [text for begin, _ in pairs if (text := fields.text(held, begin))]
    ends = [text for _, end in pairs if (text := fields.text(held, end))]
    return min(begins, key=days.moment, default=""), max(ends, key=days.moment, default="")


def reversed_pairs(content: Fields) -> Iterator[tuple[str, str, str, str]]:
    """Yield name and text of each begin with those of the end that stands before it."""
    held = fields.block(content, form(content))
    for begin, end in (MAKING, SYSTEM):
        first, last = fields.text(held, begin), fields.text(held, end)
        if first and last and days.moment(last) < days.moment(first):
            yield begin, first, end, last


def shown(moment: dt.datetime) -> str:
    """Return the day of a moment in Moscow, as people write it."""
    return days.shown(days.today(moment))
