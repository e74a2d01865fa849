from __future__ import annotations

import pickle
import secrets

import pytest
import zstandard

from storage import errors, keys, sealing

OLD, NEW = {b"old\0": bytes(range(32))}, {b"new\0": bytes(range(1, 33))}
KEY_ID = bytes(16)


def test_stored_form__has_the_layout_that_the_module_tells_of():
    key = sealing.Keyring(OLD).new(KEY_ID)
    stored = key.seal("request", b"packed")
    assert stored[:20] == b"HCS\x01" + KEY_ID
    assert len(stored) == 4 + 16 + 12 + len(b"packed") + 16
    assert sealing.key_id(stored) == KEY_ID
    assert key.wrapped[:4] == b"old\0"
    assert len(key.wrapped) == 4 + 12 + 32 + 16


def test_compressed_payload__is_never_taken_for_a_sealed_one():
    assert sealing.key_id(zstandard.ZstdCompressor(level=1).compress(b"")) is None
    assert keys.opened(None, "request", b"(\xb5/\xfd", None) == b"(\xb5/\xfd"


def test_other_role__does_not_open():
    key = sealing.Keyring(OLD).new(KEY_ID)
    stored = key.seal("request", b"packed")
    assert key.open("request", stored) == b"packed"
    with pytest.raises(ValueError, match="not what was sealed"):
        key.open("result", stored)


def test_key_of_another_package__does_not_open():
    ring = sealing.Keyring(OLD)
    stored = ring.new(KEY_ID).seal("request", b"packed")
    with pytest.raises(ValueError, match="not what was sealed"):
        ring.new(KEY_ID).open("request", stored)


def test_every_sealing__is_another_one():
    key = sealing.Keyring(OLD).new(KEY_ID)
    assert key.seal("request", b"") != key.seal("request", b"")
    assert sealing.Keyring(OLD).new(KEY_ID).secret != key.secret


def test_new_key_of_the_installation__seals_and_the_old_one_still_opens():
    before = sealing.Keyring(OLD).new(KEY_ID)
    both = sealing.Keyring(NEW | OLD)
    assert both.unwrap(KEY_ID, before.wrapped) == before
    after = both.new(KEY_ID)
    assert sealing.Keyring(NEW).unwrap(KEY_ID, after.wrapped) == after
    with pytest.raises(errors.KeyMissing, match=b"new\0".hex()):
        sealing.Keyring(OLD).unwrap(KEY_ID, after.wrapped)


def test_wrapped_key__belongs_to_its_package_and_is_found_damaged():
    ring = sealing.Keyring(OLD)
    wrapped = ring.new(KEY_ID).wrapped
    with pytest.raises(ValueError, match="damaged"):
        ring.unwrap(secrets.token_bytes(16), wrapped)
    for position in range(4, len(wrapped)):
        flipped = bytearray(wrapped)
        flipped[position] ^= 1
        with pytest.raises(ValueError, match="damaged"):
            ring.unwrap(KEY_ID, bytes(flipped))
    with pytest.raises(ValueError, match="damaged"):
        ring.unwrap(KEY_ID, wrapped[:5])


def test_no_keyring__says_what_to_do():
    stored = sealing.Keyring(OLD).new(KEY_ID).seal("request", b"packed")
    with pytest.raises(errors.KeyMissing, match="put it back"):
        keys.opened(None, "request", stored, b"wrapped")


def test_secrets__are_not_in_what_is_printed():
    ring = sealing.Keyring(OLD)
    key = ring.new(KEY_ID)
    assert repr(key) == f"Key(id={KEY_ID!r})"
    assert repr(ring) == "Keyring()"
    assert pickle.loads(pickle.dumps(ring)).unwrap(KEY_ID, key.wrapped) == key  # noqa: S301  # our own
