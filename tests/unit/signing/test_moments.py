"""SigningTime in the ways in which clients write it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from signing import moments
from signing.verdict import Reason, Refusal

MOSCOW = timezone(timedelta(hours=3))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2016-06-19T17:57:34.272+03:00", datetime(2016, 6, 19, 17, 57, 34, 272000, MOSCOW)),
        ("2016-06-19T14:57:34Z", datetime(2016, 6, 19, 14, 57, 34, tzinfo=UTC)),
        ("2016-06-19T21:57:34.1+07:00", datetime(2016, 6, 19, 14, 57, 34, 100000, UTC)),
        ("2016-06-19T17:57:34.1234567890", datetime(2016, 6, 19, 17, 57, 34, 123456, MOSCOW)),
    ],
)
def test_written_time__is_a_moment(text, moment):
    assert moments.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    ["", "2016-06-19", "20160619T175734", "2016-02-30T00:00:00Z", "2016-06-19T17:57:34+25:00", "2016-06-19 17:57:34",
     "2016-06-19T17:57:34Z ", "٢٠١٦-06-19T17:57:34Z", "2016-06-19T17:57:34." + "1" * 99],
)  # fmt: skip
def test_no_time__is_a_refusal(text):
    with pytest.raises(Refusal) as refusal:
        moments.parse(text)
    assert refusal.value.failure.reason is Reason.SHAPE
