"""Which backend is taken: the named one if it works, and never one that fails its self-test."""

from __future__ import annotations

import pytest

from signing import errors
from signing.gost import selection, selftest
from signing.gost.pure import PureBackend
from signing.gost.streebog import new


@pytest.fixture(autouse=True)
def forgetful():
    """Choose anew for each test, and forget afterwards what a double has made."""
    chosen = (selection._tested, selection._first)  # noqa: SLF001 - what they keep is what is forgotten
    for one in chosen:
        one.cache_clear()
    yield
    for one in chosen:
        one.cache_clear()


class Double(PureBackend):
    """Computes as the pure backend does, but for what a subclass breaks."""

    name = "openssl"


class HashesWrongly(Double):
    def hash(self, name):
        return new(32) if name == "streebog512" else super().hash(name)


class AcceptsAnything(Double):
    def verify(self, key, digest, signature):
        return True


class AcceptsNothing(Double):
    def verify(self, key, digest, signature):
        return False


class AcceptsTrailingBytes(Double):
    def verify(self, key, digest, signature):
        return super().verify(key, digest, signature[: 2 * key.algorithm.size])


class SignsWrongly(Double):
    def sign(self, key, digest):
        signature = super().sign(key, digest)
        return signature[len(signature) // 2 :] + signature[: len(signature) // 2]


class BreaksDown(Double):
    def sign(self, key, digest):
        raise OSError("the library is another one")


def absent():
    raise errors.BackendUnavailable("not here")


BROKEN = {
    HashesWrongly: "hashes wrongly",
    AcceptsAnything: "accepts a bad one",
    AcceptsNothing: "refuses a good signature",
    AcceptsTrailingBytes: "accepts a bad one",
    SignsWrongly: "signs wrongly",
    BreaksDown: "another one",
}


def use(monkeypatch, **makers):
    monkeypatch.setattr(selection, "_MAKERS", makers)


@pytest.mark.parametrize("double", BROKEN, ids=lambda double: double.__name__)
def test_broken_backend__is_never_handed_out(monkeypatch, double):
    use(monkeypatch, openssl=double, pure=PureBackend)
    with pytest.raises(errors.BackendUnavailable, match=BROKEN[double]):
        selection.choose("openssl")
    assert selection.choose("auto").name == "pure"


def test_auto__takes_the_fast_one_that_works(monkeypatch):
    use(monkeypatch, openssl=Double, pure=PureBackend)
    assert selection.choose() is selection.choose("openssl")
    assert selection.choose("pure") is not selection.choose("openssl")


def test_auto_without_the_library__takes_plain_python(monkeypatch):
    use(monkeypatch, openssl=absent, pure=PureBackend)
    assert selection.choose("auto") is selection.choose("pure")


def test_none_that_works__is_unavailable_with_all_reasons(monkeypatch):
    use(monkeypatch, openssl=absent, pure=HashesWrongly)
    with pytest.raises(errors.BackendUnavailable, match=r"not here.*self-test"):
        selection.choose("auto")


def test_off__is_none():
    assert selection.choose("off") is None


def test_unknown_name__is_the_callers_mistake():
    with pytest.raises(ValueError, match="auto, openssl, pure, off"):
        selection.choose("gpu")


def test_choice__is_made_and_tested_once(monkeypatch):
    tested = []
    monkeypatch.setattr(selection.selftest, "check", tested.append)
    use(monkeypatch, openssl=Double, pure=PureBackend)
    for _ in range(3):
        assert selection.choose("auto") is selection.choose("openssl")
    assert len(tested) == 1


def test_pure_backend__passes():
    assert selftest.check(PureBackend()) is None
