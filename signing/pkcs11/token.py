"""What a URI names on the tokens of a module: the token, its key, its certificate; and what is said where it is not."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import pkcs11
from pkcs11 import Attribute, ObjectClass, TokenFlag

from signing import certificates, errors
from signing.certificates import Certificate
from signing.errors import Missing, TokenUnavailable
from signing.pkcs11.module import Module, describe
from signing.pkcs11.uri import KeyUri
from signing.verdict import Refusal

PIN_REFUSALS = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinLocked,
    pkcs11.PinExpired,
    pkcs11.UserPinNotInitialized,
)
_MOST_NAMED = 8
"""Tokens or keys that a message lists."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A private key in a session, until the token goes."""

    token: pkcs11.Token
    session: pkcs11.Session
    key: pkcs11.SignMixin
    pin: str | None = field(repr=False)
    """Given again with every signature where the key demands it (CKA_ALWAYS_AUTHENTICATE), else None."""


def find(module: Module, uri: KeyUri) -> pkcs11.Token:
    """Return the one token that the URI names; raises `errors.TokenUnavailable`."""
    present = [token for slot in module.slots() if (token := _token_in(slot)) is not None]
    found = [token for token in present if _is_named(token, uri)]
    if len(found) == 1:
        return found[0]
    names = _list(f"'{token.label}' (serial {token.serial.decode(errors='replace')})" for token in found or present)
    if found:
        raise TokenUnavailable(Missing.TOKEN, f"several tokens are like the one that is named: {names}")
    raise TokenUnavailable(Missing.TOKEN, f"the token that is named is not there; there are: {names or 'none'}")


def open_key(token: pkcs11.Token, uri: KeyUri, pin: str | None) -> Opened:
    """Log in and find the key; raises `errors.TokenUnavailable`, or what the token says of the session."""
    session = _log_in(token, pin)
    with _closed_on_failure(session):
        found = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, **_wanted(uri)}))
        if len(found) != 1:
            raise TokenUnavailable(Missing.KEY, _about_keys(token, uri, found))
        (key,) = found
        if not isinstance(key, pkcs11.SignMixin):
            raise TokenUnavailable(Missing.KEY, f"the key on token '{token.label}' may not sign: {uri.key}")
        return Opened(token, session, key, pin if _flag(key, Attribute.ALWAYS_AUTHENTICATE) else None)


def certificate_of(opened: Opened) -> Certificate:
    """Return the certificate that the token holds for the key, by CKA_ID; raises `errors.TokenUnavailable`."""
    template = {Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.ID: opened.key[Attribute.ID]}
    values = [bytes(item[Attribute.VALUE]) for item in opened.session.get_objects(template)]
    if len(values) != 1:
        said = "several certificates" if values else "no certificate"
        raise TokenUnavailable(Missing.CERTIFICATE, f"token '{opened.token.label}' has {said} of the key: give a file")
    try:
        return certificates.read(values[0])
    except Refusal as refusal:
        raise errors.CertificateUnreadable(f"token '{opened.token.label}': {refusal.failure.detail}") from refusal


def _token_in(slot: pkcs11.Slot) -> pkcs11.Token | None:
    try:
        token = slot.get_token()
    except pkcs11.PKCS11Error:  # going, gone, or broken: then it is not there
        return None
    return token if token.flags & TokenFlag.TOKEN_INITIALIZED else None


def _is_named(token: pkcs11.Token, uri: KeyUri) -> bool:
    known = {"serial": token.serial.decode(errors="replace")}
    fits = all(known.get(field, getattr(token, field)) == value for field, value in uri.token.items())
    return fits and uri.slot in (None, token.slot.slot_id)


def _log_in(token: pkcs11.Token, pin: str | None) -> pkcs11.Session:
    """Open a session for the user; the last try of a PIN before the token locks itself is left to a person."""
    if pin is None:
        if token.flags & TokenFlag.LOGIN_REQUIRED:
            raise TokenUnavailable(Missing.PIN, f"token '{token.label}' wants a PIN and none was given")
        return token.open()
    if token.flags & TokenFlag.USER_PIN_LOCKED:
        raise TokenUnavailable(Missing.PIN, f"the PIN of token '{token.label}' is locked")
    if token.flags & TokenFlag.USER_PIN_FINAL_TRY:
        raise TokenUnavailable(
            Missing.PIN,
            f"token '{token.label}' would lock itself if the PIN were wrong once more: log in by hand first",
        )
    try:
        return token.open(user_pin=pin)
    except pkcs11.UserAlreadyLoggedIn:  # the login is the process's, not the session's
        return token.open()
    except PIN_REFUSALS as error:
        raise TokenUnavailable(
            Missing.PIN, f"token '{token.label}' does not take the PIN: {describe(error)}"
        ) from error


def _wanted(uri: KeyUri) -> dict[Attribute, str | bytes]:
    wanted: dict[Attribute, str | bytes] = {}
    if uri.label is not None:
        wanted[Attribute.LABEL] = uri.label
    if uri.identifier is not None:
        wanted[Attribute.ID] = uri.identifier
    return wanted


def _about_keys(token: pkcs11.Token, uri: KeyUri, found: Sequence[pkcs11.Object]) -> str:
    if not found:
        return f"token '{token.label}' has no such private key: {uri.key}"
    names = _list(sorted(f"object={key[Attribute.LABEL]};id={key[Attribute.ID].hex()}" for key in found))
    return f"several keys of token '{token.label}' are like the one that is named: {names}"


def _flag(key: pkcs11.Object, attribute: Attribute) -> bool:
    try:
        return bool(key[attribute])
    except pkcs11.PKCS11Error:  # tokens older than the attribute
        return False


@contextlib.contextmanager
def _closed_on_failure(session: pkcs11.Session) -> Iterator[None]:
    try:
        yield
    except Exception:
        with contextlib.suppress(pkcs11.PKCS11Error):
            session.close()
        raise


def _list(names: Iterable[str]) -> str:
    return ", ".join(itertools.islice(names, _MOST_NAMED))
