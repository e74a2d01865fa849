"""Passwords on the hot path: verified once, forgotten on time, and no way to starve those who are known."""

from __future__ import annotations

import threading

import pytest

from gateway import errors, passwords
from gateway.intake import logins, memory
from tests import stand as stands


@pytest.fixture
def verified(monkeypatch):
    """Every password that was really verified."""
    seen = []
    original = passwords.verify

    def verify(password, stored):
        seen.append(password)
        return original(password, stored)

    monkeypatch.setattr(passwords, "verify", verify)
    return seen


@pytest.fixture
def made(stand):
    return logins.Logins(stand.house.database, ttl=60, at_once=2)


def test_right_password__is_verified_once_in_its_time(made, verified):
    for _ in range(5):
        assert made.system(stands.LOGIN, stands.PASSWORD).login == stands.LOGIN
    assert verified == [stands.PASSWORD]


def test_right_password__is_verified_again_when_its_time_is_over(stand, verified):
    made = logins.Logins(stand.house.database, ttl=0, at_once=2)
    made.system(stands.LOGIN, stands.PASSWORD)
    made.system(stands.LOGIN, stands.PASSWORD)
    assert len(verified) == 2


def test_forgotten__is_verified_again(made, verified):
    made.system(stands.LOGIN, stands.PASSWORD)
    made.forget()
    made.system(stands.LOGIN, stands.PASSWORD)
    assert len(verified) == 2


def test_wrong_password_again_and_again__costs_one_verification(made, verified):
    for _ in range(5):
        with pytest.raises(logins.Unauthorised):
            made.system(stands.LOGIN, "wrong")
    assert verified == ["wrong"]


def test_unknown_login__costs_a_verification_too(made, verified):
    with pytest.raises(logins.Unauthorised):
        made.system("nobody", "wrong")
    assert verified == ["wrong"]


def test_many_wrong_passwords_at_once__are_turned_away_and_the_known_sender_passes(made, monkeypatch):
    made.system(stands.LOGIN, stands.PASSWORD)
    inside, leave = threading.Semaphore(0), threading.Event()

    def slow(password, stored):
        inside.release()
        leave.wait(30)
        return False

    monkeypatch.setattr(passwords, "verify", slow)
    outcomes = []

    def attack(number):
        try:
            made.system(stands.LOGIN, f"wrong {number}")
        except (logins.Unauthorised, errors.Unavailable) as error:
            outcomes.append(type(error))

    # Two take every place; each is on a stripe of its own or waits behind the other.
    attackers = [threading.Thread(target=attack, args=(number,)) for number in range(40)]
    for attacker in attackers:
        attacker.start()
    assert inside.acquire(timeout=30)
    assert inside.acquire(timeout=30)
    assert made.system(stands.LOGIN, stands.PASSWORD).login == stands.LOGIN
    leave.set()
    for attacker in attackers:
        attacker.join()
    assert len(outcomes) == 40
    assert errors.Unavailable in outcomes


def test_memory__is_bounded_and_gives_up_the_oldest():
    kept = memory.Memory(2)
    for number in range(3):
        kept.put(number, str(number), 60)
    assert [kept.get(number) for number in range(3)] == [memory.MISSING, "1", "2"]


def test_memory__forgets_on_time():
    kept = memory.Memory(2)
    kept.put("a", "1", 0)
    assert kept.get("a") is memory.MISSING
