"""GUIDs that the gateway gives: all different, in the order of time, those of a package the same each time."""

from __future__ import annotations

import uuid

import pytest

from gateway import clock


def test_guids__are_different_and_of_version_7():
    made = [clock.new_guid() for _ in range(1000)]
    assert len(set(made)) == len(made)
    assert {(each.version, each.variant) for each in map(uuid.UUID, made)} == {(7, uuid.RFC_4122)}


def test_guid_of_a_later_moment__comes_later(monkeypatch: pytest.MonkeyPatch):
    moments = [1_700_000_000_000_000_000 + 1_000_000 * count for count in range(20)]
    left = iter(moments)
    monkeypatch.setattr(clock.time, "time_ns", lambda: next(left))
    made = [clock.new_guid() for _ in moments]
    assert made == sorted(made)
    assert uuid.UUID(made[0]).int >> 80 == 1_700_000_000_000


def test_guids_of_a_message__are_the_same_again_and_lie_beside_it():
    message, other = clock.new_guid(), clock.new_guid()
    first, again = clock.guids_of(message), clock.guids_of(message)
    made = [first() for _ in range(1000)]
    assert made == [again() for _ in made]
    assert len({*made, message}) == len(made) + 1
    assert {each[:13] for each in made} == {message[:13]}
    assert {uuid.UUID(each).version for each in made} == {8}
    assert clock.guids_of(other)() not in made
