"""Passwords: the stored text says how it was made, and only the right password opens it."""

from __future__ import annotations

import pytest

from gateway import passwords


def test_right_password__is_recognised_and_no_other():
    stored = passwords.hash_password("пароль")
    assert passwords.verify("пароль", stored)
    assert not passwords.verify("Пароль", stored)
    assert "пароль" not in stored


def test_same_password_twice__is_stored_differently():
    assert passwords.hash_password("a") != passwords.hash_password("a")


def test_older_parameters__still_verify():
    stored = "scrypt$1024$8$1$c2FsdA==$" + passwords._text(passwords._derive("a", b"salt", 1024, 8, 1))  # noqa: SLF001
    assert passwords.verify("a", stored)


def test_text_of_another_scheme__is_an_error():
    with pytest.raises(ValueError, match="md5"):
        passwords.verify("a", "md5$1$1$1$YQ==$YQ==")
