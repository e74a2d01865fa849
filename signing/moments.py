"""SigningTime as a moment. The signer's own word: shown and journaled, never a ground for trust."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from signing.verdict import Reason, Refusal

MOSCOW = timezone(timedelta(hours=3))
"""Time of ГИС ЖКХ; assumed where a client left the zone out (WCF clients write local time)."""

_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Between these a moment can be written in every zone without running out of years."""

_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,20})?(Z|[+-]\d\d:\d\d)?", re.ASCII)


def parse(text: str) -> datetime:
    """Read an `xs:dateTime`; digits beyond microseconds are cut. Raises `Refusal` with reason `SHAPE`."""
    try:
        moment = datetime.fromisoformat(text) if _DATE_TIME.fullmatch(text) else None
    except ValueError:  # the thirtieth of February
        moment = None
    if moment is not None and moment.tzinfo is None:
        moment = moment.replace(tzinfo=MOSCOW)
    if moment is None or not _FIRST <= moment <= _LAST:
        raise Refusal(Reason.SHAPE, "Время подписания записано неверно.")
    return moment
