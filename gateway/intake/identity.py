"""Who is asking: HTTP credentials → information system → organisation → granted rights (protocol §1.3, §5.1).

Answers are remembered while the directory stays as it is: every administrative change raises its revision, which is
read once a request and empties the memory, so a withdrawn grant or a changed password counts from the next request.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import hmac
import ipaddress
import os
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Final, TypeVar, cast

from gateway import clock, errors, passwords
from gateway.intake import guard
from storage import database, directory

_T = TypeVar("_T")
_MOST_REMEMBERED: Final = 10_000


class Unauthorised(guard.HttpRefused):
    """No information system stands behind the credentials: 401 with a challenge, as .NET clients wait for it."""

    def __init__(self, detail: str) -> None:
        super().__init__("401 Unauthorized", errors.SYSTEM_UNKNOWN, detail)


@dataclasses.dataclass(frozen=True, slots=True)
class Credentials:
    """What HTTP says of the sender; at most one pair of the two is used, the password first."""

    login: str | None = None
    password: str = dataclasses.field(default="", repr=False)
    fingerprint: str | None = None
    """SHA-1 of the client certificate, lower-case hex, from a proxy that is trusted to have checked it."""


class Identity:
    """The directory as the intake asks it, remembered for a short time; one for a process."""

    def __init__(self, db: database.Database, *, ttl: int, trusted_proxies: Iterable[str]) -> None:
        self._database = db
        self._ttl = ttl
        self._proxies = [ipaddress.ip_network(proxy) for proxy in trusted_proxies]
        self._secret = os.urandom(32)
        self._revision = -1
        self._turns = tuple(threading.Lock() for _ in range(16))
        self._remembered: dict[Hashable, tuple[float, object]] = {}

    def credentials(self, environ: guard.Environ) -> Credentials:
        """Read the credentials of a WSGI request; raises Unauthorised for an Authorization header beyond reading."""
        scheme, _, value = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme:
            return _basic(scheme, value)
        fingerprint = environ.get("HTTP_X_CLIENT_CERT_FINGERPRINT", "")
        if fingerprint and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            return Credentials(fingerprint=fingerprint.replace(":", "").strip().lower())
        return Credentials()

    def authenticate(self, credentials: Credentials) -> directory.System:
        """Return the information system behind the credentials; raises Unauthorised (AUT011000)."""
        self._refresh()
        if credentials.login is not None:
            return self._by_password(credentials.login, credentials.password)
        if credentials.fingerprint is not None:
            found = self._ask(directory.system_by_fingerprint, credentials.fingerprint)
            if found is not None:
                return found
            raise Unauthorised("отпечаток сертификата не принадлежит ни одной информационной системе")
        raise Unauthorised("нужны имя и пароль информационной системы (HTTP Basic)")

    def authorise(self, system: directory.System, org_ppa_guid: str) -> directory.Organisation:
        """Return the data provider for which `system` may act; raises Rejected AUT011002 or AUT011009."""
        organisation = self._ask(directory.organisation, org_ppa_guid)
        if organisation is None:
            raise errors.Rejected(
                errors.ORGANISATION_UNKNOWN, f"организация с orgPPAGUID {org_ppa_guid} не найдена на этом стенде"
            )
        key = ("grant", org_ppa_guid, system.login)
        if not self._recall(key, lambda: self._is_granted(org_ppa_guid, system.login)):
            raise errors.Rejected(
                errors.SYSTEM_NOT_GRANTED,
                f"системе {system.login} не предоставлены права организации с orgPPAGUID {org_ppa_guid}",
            )
        return organisation

    def operator(self, system: directory.System) -> directory.Organisation | None:
        """Return the organisation that operates `system`, whose signature IsOperatorSignature announces."""
        return self._ask(directory.organisation, system.operator)

    def _by_password(self, login: str, password: str) -> directory.System:
        # The password itself is never kept: its keyed digest is worth nothing outside this process.
        proof = hmac.digest(self._secret, f"{login}\0{password}".encode(), hashlib.sha256)
        key = ("password", proof)
        if key in self._remembered:
            return self._recall(key, lambda: self._verify(login, password))
        # Many requests that come at once with a new password wait for one verification instead of making their own.
        with self._turns[proof[0] % len(self._turns)]:
            return self._recall(key, lambda: self._verify(login, password))

    def _verify(self, login: str, password: str) -> directory.System:
        with self._database.read() as connection:
            system = directory.system_by_login(connection, login)
        # An unknown login costs what a wrong password costs, so that nobody learns by the clock which logins exist.
        stored = system.password_hash if system else _decoy()
        if not passwords.verify(password, stored) or system is None:
            raise Unauthorised("имя или пароль информационной системы неверны")
        return system

    def _is_granted(self, org_ppa_guid: str, login: str) -> bool:
        with self._database.read() as connection:
            return directory.is_granted(connection, org_ppa_guid, login, clock.now())

    def _ask(self, question: Callable[..., _T], *arguments: str) -> _T:
        def answer() -> _T:
            with self._database.read() as connection:
                return question(connection, *arguments)

        return self._recall((question, *arguments), answer)

    def _recall(self, key: Hashable, answer: Callable[[], _T]) -> _T:
        memory = self._remembered
        remembered = memory.get(key)
        if remembered and remembered[0] > time.monotonic():
            return cast("_T", remembered[1])
        found = answer()
        if len(memory) >= _MOST_REMEMBERED:
            memory.clear()
        memory[key] = (time.monotonic() + self._ttl, found)
        return found

    def _refresh(self) -> None:
        with self._database.read() as connection:
            revision = directory.revision(connection)
        if revision != self._revision:
            # A new dict, not clear(): an answer that another thread is still fetching goes to the old one.
            self._remembered = {}
            self._revision = revision

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._proxies)


@functools.cache
def _decoy() -> str:
    return passwords.hash_password(os.urandom(16).hex())


def _basic(scheme: str, value: str) -> Credentials:
    """Read HTTP Basic; clients write the scheme in any case (protocol §1.3)."""
    if scheme.lower() != "basic":
        raise Unauthorised("поддерживается только HTTP Basic")
    try:
        login, colon, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError as error:  # not base64, not ASCII, not UTF-8
        raise Unauthorised("заголовок Authorization не читается") from error
    if "\0" in login:  # PostgreSQL has no such text, and it would blur where the login ends
        raise Unauthorised("заголовок Authorization не читается")
    if not colon:
        raise Unauthorised("в заголовке Authorization нет пароля")
    return Credentials(login=login, password=password)
