"""Days as the contract writes them (xs:date), and the periods that families make of them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from gateway import clock

NEVER: Final = dt.date.max
"""The last day of what has no end."""
_DATE: Final = re.compile(r"\s*(-?)0*(\d+)-(\d\d)-(\d\d)")


def day(text: str) -> dt.date:
    """Return an xs:date, whatever its time zone; years that Python does not know are the nearest that it does.

    Raises ValueError for a text that is no date.
    """
    found = _DATE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is no date")
    if found[1]:
        return dt.date.min
    if int(found[2]) > dt.MAXYEAR:
        return NEVER
    return dt.date(max(int(found[2]), dt.MINYEAR), int(found[3]), int(found[4]))


def moment(text: str) -> dt.datetime:
    """Return an xs:dateTime; without a zone it is Moscow's, and what Python cannot say of it counts as its day.

    Raises ValueError for a text that holds no date.
    """
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:  # 24:00:00, or a year that Python does not know
        found = dt.datetime.combine(day(text), dt.time())
    return found if found.tzinfo else found.replace(tzinfo=clock.MOSCOW)


def today(now: dt.datetime) -> dt.date:
    """Return the day in Moscow, by which ГИС ЖКХ counts."""
    return now.astimezone(clock.MOSCOW).date()


def years_later(date: dt.date, years: int) -> dt.date:
    """Return the same day of a later year; the 28th where there is no 29th of February."""
    if date.year + years > dt.MAXYEAR:
        return NEVER
    try:
        return date.replace(year=date.year + years)
    except ValueError:
        return date.replace(year=date.year + years, day=28)


def years_until(end: dt.date, today: dt.date) -> int:
    """Return by how many years `end` has to move so that it is not past."""
    if end >= today:
        return 0
    years = today.year - end.year
    return years if years_later(end, years) >= today else years + 1


def rolled(end: dt.date, today: dt.date) -> dt.date:
    """Return the end of what goes on for a year whenever it has ended."""
    return years_later(end, years_until(end, today))


def shown(date: dt.date) -> str:
    """Return a day as people write it: 31.12.2026."""
    return date.strftime("%d.%m.%Y")
