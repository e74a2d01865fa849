"""References to keys on tokens, and tokens that answer badly; real answers come from SoftHSM in tests/interop."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from signing import errors
from signing import pkcs11 as package
from signing.errors import Missing
from signing.pkcs11 import open_signer, uri

MODULE = "module-path=/usr/lib/token.so"


def test_reference__is_read_with_its_encoded_octets():
    parsed = uri.parse(
        "pkcs11:token=%D0%9E%D1%84%D0%B8%D1%81;serial=0A;manufacturer=M;model=X:1;slot-id=7;"
        f"object=a%3Bb&c;id=%00%ffz;type=private?{MODULE}&pin-source=file:///run/secrets/p%20in"
    )
    assert parsed.token == {"label": "Офис", "serial": "0A", "manufacturer_id": "M", "model": "X:1"}
    assert (parsed.slot, parsed.label, parsed.identifier) == (7, "a;b&c", b"\x00\xffz")
    assert (parsed.module_path, parsed.pin_source) == (Path("/usr/lib/token.so"), Path("/run/secrets/p in"))
    assert parsed.key == "object=a;b&c;id=00ff7a"


def test_reference__leaves_open_what_it_does_not_say():
    parsed = uri.parse(f"pkcs11:?{MODULE}")
    assert (parsed.token, parsed.slot, parsed.label, parsed.identifier, parsed.pin_source) == (
        {},
        None,
        None,
        None,
        None,
    )
    assert parsed.key == "any private key"


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("/etc/key.pem", "begins with pkcs11:"),
        ("pkcs11:object=k", "module-path is missing"),
        (f"pkcs11:objekt=k?{MODULE}", "expected between ';': id, manufacturer"),
        (f"pkcs11:object?{MODULE}", "expected between ';'"),
        (f"pkcs11:object=k;?{MODULE}", "expected between ';'"),
        (f"pkcs11:object=k?{MODULE}&pin=1", "expected between '&': module-path, pin-source"),
        (f"pkcs11:object=k;object=l?{MODULE}", "object is given twice"),
        (f"pkcs11:object=a b?{MODULE}", "object: characters"),
        (f"pkcs11:object=Ключ?{MODULE}", "object: characters"),
        (f"pkcs11:object=%4?{MODULE}", "object: characters"),
        (f"pkcs11:object=a/b?{MODULE}", "object: characters"),
        (f"pkcs11:object=%ff?{MODULE}", "object is not UTF-8"),
        (f"pkcs11:slot-id=-1?{MODULE}", "slot-id is not a number"),
        (f"pkcs11:slot-id=?{MODULE}", "slot-id is not a number"),
        (f"pkcs11:type=cert?{MODULE}", "only a private key signs"),
        ("pkcs11:object=k?module-path=token.so", "module-path is not the absolute path"),
        ("pkcs11:object=k?module-name=token", "give module-path"),
        (f"pkcs11:object=k?{MODULE}&pin-source=%7Ccat", "pin-source is not the absolute path"),
        (f"pkcs11:object=k?{MODULE}&pin-source=file://host/pin", "pin-source is not the absolute path"),
        (f"pkcs11:object=k?{MODULE}&pin-source=https://pin", "pin-source is not the absolute path"),
    ],
)
def test_reference_that_is_wrong__is_refused_with_its_attribute(reference, words):
    with pytest.raises(errors.KeyReference) as caught:
        uri.parse(reference)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "reference", [f"pkcs11:object=k?{MODULE}&pin-value=4711", "pkcs11:object=k?4711", "pkcs11:4711"]
)
def test_pin_in_the_reference__is_refused_and_not_repeated(reference):
    with pytest.raises(errors.KeyReference) as caught:
        open_signer(reference)
    assert "4711" not in str(caught.value)


def test_library_that_is_not_installed__is_said(monkeypatch):
    monkeypatch.delattr(package, "signer", raising=False)
    monkeypatch.delitem(sys.modules, "signing.pkcs11.signer", raising=False)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    with pytest.raises(errors.TokenUnavailable, match=r"hcs-gateway\[pkcs11\]") as caught:
        open_signer(f"pkcs11:object=k?{MODULE}")
    assert caught.value.missing is Missing.LIBRARY


class Slot:
    """A slot whose token has the flags that a double needs, and takes no PIN."""

    slot_id = 1

    def __init__(self, pkcs11, flags):
        self.tried = []
        self._pkcs11 = pkcs11
        self._flags = flags

    def get_token(self):
        flags = self._pkcs11.TokenFlag.TOKEN_INITIALIZED | self._pkcs11.TokenFlag.LOGIN_REQUIRED | self._flags
        return types.SimpleNamespace(flags=flags, label="office", serial=b"1", slot=self, open=self._open)

    def _open(self, **login):
        self.tried.append(login)
        raise self._pkcs11.PinIncorrect


@pytest.mark.parametrize(
    ("flag", "words"), [("USER_PIN_FINAL_TRY", "would lock itself"), ("USER_PIN_LOCKED", "is locked")]
)
def test_token_with_one_try_left_or_none__is_not_asked(monkeypatch, flag, words):
    """A gateway that is started again and again with a wrong PIN must not lock the organisation's token."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra 'pkcs11')")
    from signing.pkcs11 import module

    slot = Slot(pkcs11, pkcs11.TokenFlag[flag])
    monkeypatch.setattr(module.Module, "slots", lambda self: [slot])
    with pytest.raises(errors.TokenUnavailable, match=words) as caught:
        open_signer(f"pkcs11:object=k?{MODULE}", pin="4711")
    assert caught.value.missing is Missing.PIN
    assert slot.tried == []


def test_module_that_hangs__holds_the_others_up_for_a_while_only(monkeypatch):
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra 'pkcs11')")
    from signing.pkcs11 import connection, module

    monkeypatch.setattr(module, "PATIENCE", 0.0)
    reference = uri.parse(f"pkcs11:object=k?{MODULE}")
    with module.load(reference.module_path).turn(), pytest.raises(errors.TokenUnavailable, match="busy") as caught:
        connection.Connection(reference, "4711").check()
    assert caught.value.missing is Missing.TOKEN


@pytest.mark.parametrize(("name", "tries"), [("PinIncorrect", 1), ("DeviceError", 2)])
def test_token_that_fails_again__is_given_up(monkeypatch, name, tries):
    """Whatever it is, once more over a new session; but not with a PIN that was refused."""
    pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra 'pkcs11')")
    from signing.pkcs11 import connection, token

    tried, closed = [], []

    def action(opened):
        tried.append(opened)
        raise getattr(pkcs11, name)

    session = types.SimpleNamespace(close=lambda: closed.append(1))
    way = connection.Connection(uri.parse(f"pkcs11:object=k?{MODULE}"), "4711")
    monkeypatch.setattr(way, "_open_once", lambda: token.Opened(None, session, None, "4711"))
    with pytest.raises(errors.TokenUnavailable, match=name):
        way.use(action)
    assert (len(tried), len(closed)) == (tries, tries)


def test_pin__is_not_shown_with_the_key():
    pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed (the extra 'pkcs11')")
    from signing.pkcs11 import token

    assert "4711" not in repr(token.Opened(None, None, None, "4711"))
