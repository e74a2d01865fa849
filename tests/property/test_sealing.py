"""Any payload comes back as it was, and a change of any byte of what is stored of it is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import errors, journal, keys, sealing

RING = sealing.Keyring({b"ring": bytes(range(32))})


@given(st.binary(max_size=400), st.text(min_size=1, max_size=8), st.binary(min_size=16, max_size=16))
def test_payload__round_trips_under_its_key_in_its_role(data, role, key_id):
    key = RING.new(key_id)
    made = journal.Payload(role, data).sealed(key)
    assert (made.data, made.sha256) == (data, journal.Payload(role, data).sha256)
    assert journal.unpack(keys.opened(RING, role, made.packed, key.wrapped)) == data


@given(st.binary(max_size=100), st.integers(min_value=1, max_value=255), st.data())
def test_change_of_any_byte__is_found(data, change, drawn):
    key = RING.new(bytes(16))
    stored = bytearray(journal.Payload("request", data).sealed(key).packed)
    stored[drawn.draw(st.integers(min_value=0, max_value=len(stored) - 1))] ^= change
    with pytest.raises((ValueError, errors.KeyMissing)):
        journal.unpack(keys.opened(RING, "request", bytes(stored), key.wrapped))


@given(st.binary(max_size=100), st.data())
def test_cut_anywhere__is_found(data, drawn):
    key = RING.new(bytes(16))
    stored = journal.Payload("request", data).sealed(key).packed
    short = stored[: drawn.draw(st.integers(min_value=0, max_value=len(stored) - 1))]
    with pytest.raises(ValueError, match=r"not|damaged"):
        journal.unpack(keys.opened(RING, "request", short, key.wrapped))
