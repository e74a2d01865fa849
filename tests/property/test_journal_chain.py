"""P9 and P18 for any journal: it is read as it was written, and no change of a byte goes unnoticed."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import journal

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FACTS = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
    TEXT | st.integers(-(2**53) + 1, 2**53 - 1) | st.booleans() | st.none(),
    max_size=5,
)
# Where a zone's clock jumps, a moment equals none of another zone (a rule of Python), not even itself in UTC.
MOMENTS = st.datetimes(timezones=st.timezones()).filter(lambda at: at == at.astimezone(dt.UTC))
EVENTS = st.builds(
    journal.Event,
    st.sampled_from(journal.Kind),
    MOMENTS | st.datetimes(timezones=st.just(dt.UTC)),
    st.none() | st.uuids().map(str),
    FACTS,
    st.lists(st.builds(journal.Payload, st.sampled_from(["request", "result"]), st.binary(max_size=50)),
             max_size=2, unique_by=lambda payload: payload.role).map(tuple),
)  # fmt: skip


@given(EVENTS, st.integers(0, 2**53), st.binary(min_size=32, max_size=32))
def test_any_record__is_read_as_it_was_written(event, index, previous):
    entry = journal.link(index, event, previous.hex())
    assert journal.decode(entry.record) == entry
    assert (entry.facts, entry.at) == (event.facts, event.at)


@given(EVENTS)
def test_any_record__is_canonical_json_that_others_read(event):
    record = journal.link(0, event, journal.GENESIS).record
    content = json.loads(record)
    names = list(content["facts"])
    assert names == sorted(names)
    assert json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() == record


@given(EVENTS, st.data())
def test_any_changed_byte__changes_the_hash_and_never_reads_as_the_same_entry(event, data):
    entry = journal.link(0, event, journal.GENESIS)
    position = data.draw(st.integers(0, len(entry.record) - 1))
    changed = bytearray(entry.record)
    changed[position] ^= data.draw(st.integers(1, 255))
    assert journal.hash_of(bytes(changed)) != entry.hash
    try:
        other = journal.decode(bytes(changed), entry.hash)
    except ValueError:
        return
    assert other != entry


@given(st.binary(max_size=300))
def test_any_bytes__are_a_record_or_a_value_error(noise):
    with pytest.raises(ValueError, match=r"."):
        journal.decode(noise)
