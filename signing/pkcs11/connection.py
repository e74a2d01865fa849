"""A key on a token, kept at hand: opened when it is needed, and again when the token was away.

A wrong PIN is tried once and never again, because a token locks itself after a few of them; and a token that is not
there is looked for once a second at most, because each look may start its module anew.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Final, TypeVar

import pkcs11
from pkcs11 import Attribute

from signing.errors import Missing, TokenUnavailable
from signing.pkcs11 import module, token
from signing.pkcs11.token import Opened
from signing.pkcs11.uri import KeyUri

PAUSE: Final = 1.0
"""Seconds for which a failure to open is believed."""

_T = TypeVar("_T")


class Connection:
    """The way to one key; safe for threads."""

    def __init__(self, uri: KeyUri, pin: str | None) -> None:
        self._uri = uri
        self._pin = pin
        self._module = module.load(uri.module_path)
        self._opened: Opened | None = None
        self._generation = 0
        self._refused_pin: str | None = None
        self._failure: TokenUnavailable | None = None
        self._failed_until = 0.0

    def use(self, action: Callable[[Opened], _T]) -> _T:
        """Do something with the key, and do it once more over a new session if the token fails.

        Raises `errors.TokenUnavailable`.
        """
        with self._module.turn():
            try:
                return self._once(action)
            except pkcs11.PKCS11Error:
                self._drop()
            try:
                return self._once(action)
            except pkcs11.PKCS11Error as error:
                self._drop()
                raise TokenUnavailable(Missing.TOKEN, f"the token fails: {module.describe(error)}") from error

    def check(self) -> None:
        """Find out that the token is there and the session holds, without use of the key; raises as `use` does."""
        self.use(_touch)

    def close(self) -> None:
        """Log out and let go of the session; the next use opens another one."""
        with self._module.turn():
            self._drop()

    def _once(self, action: Callable[[Opened], _T]) -> _T:
        opened = self._ready()
        try:
            return action(opened)
        except token.PIN_REFUSALS as error:  # one that is given with each signature, and was changed since
            self._refused_pin = opened.pin
            self._drop()
            raise TokenUnavailable(Missing.PIN, f"the token does not take the PIN: {module.describe(error)}") from error

    def _ready(self) -> Opened:
        if self._opened is not None and self._generation == self._module.generation:
            return self._opened
        if self._failure is not None and time.monotonic() < self._failed_until:
            raise TokenUnavailable(self._failure.missing, str(self._failure))
        self._drop()
        try:
            self._opened = self._open()
        except TokenUnavailable as failure:
            self._failure, self._failed_until = failure, time.monotonic() + PAUSE
            raise
        self._generation, self._failure = self._module.generation, None
        return self._opened

    def _open(self) -> Opened:
        try:
            return self._open_once()
        except TokenUnavailable as error:
            if error.missing is not Missing.TOKEN:
                raise
        except pkcs11.PKCS11Error:
            pass
        self._module.renew()
        return self._open_once()

    def _open_once(self) -> Opened:
        pin = self._read_pin()
        found = token.find(self._module, self._uri)
        if pin is not None and pin == self._refused_pin:
            raise TokenUnavailable(Missing.PIN, f"token '{found.label}' has refused this PIN: it is not tried again")
        try:
            return token.open_key(found, self._uri, pin)
        except TokenUnavailable as error:
            if error.missing is Missing.PIN and isinstance(error.__cause__, pkcs11.PKCS11Error):
                self._refused_pin = pin
            raise

    def _drop(self) -> None:
        """Forget the session; one of an earlier start is not closed, because its number may be another's by now."""
        opened, self._opened = self._opened, None
        if opened is not None and self._generation == self._module.generation:
            with contextlib.suppress(pkcs11.PKCS11Error):
                opened.session.close()

    def _read_pin(self) -> str | None:
        """Return the PIN as given, else what its file holds now, without the end of the line."""
        if self._pin is not None or self._uri.pin_source is None:
            return self._pin
        try:
            return self._uri.pin_source.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise TokenUnavailable(Missing.PIN, f"the file of the PIN cannot be read: {reason}") from None


def _touch(opened: Opened) -> None:
    opened.token.slot.get_token()
    opened.key[Attribute.ID]
