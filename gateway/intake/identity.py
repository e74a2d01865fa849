"""Who is asking: HTTP credentials → information system → organisation → granted rights (protocol §1.3, §5.1).

Answers are remembered while the directory stays as it is: every administrative change raises its revision, which is
read once a request and empties the memory, so a withdrawn grant or a changed password counts from the next request.
"""

from __future__ import annotations

import base64
import dataclasses
import ipaddress
from collections.abc import Callable
from typing import Final, TypeVar, cast

from gateway import errors, settings
from gateway.intake import guard, logins, memory
from gateway.intake.logins import Unauthorised
from storage import database, directory

_T = TypeVar("_T")
_MOST_REMEMBERED: Final = 10_000


@dataclasses.dataclass(frozen=True, slots=True)
class Credentials:
    """What HTTP says of the sender; at most one pair of the two is used, the password first."""

    login: str | None = None
    password: str = dataclasses.field(default="", repr=False)
    fingerprint: str | None = None
    """SHA-1 of the client certificate, lower-case hex, from a proxy that is trusted to have checked it."""


class Identity:
    """The directory as the intake asks it, remembered for a short time; one for a process."""

    def __init__(self, db: database.Database, conf: settings.Settings) -> None:
        self._database = db
        self._ttl = conf.credential_ttl
        self._proxies = [ipaddress.ip_network(proxy) for proxy in conf.trusted_proxies]
        # Half of the threads stay for senders who are known already.
        self._logins = logins.Logins(db, ttl=conf.credential_ttl, at_once=max(1, conf.threads // 2))
        self._revision = -1
        self._remembered = memory.Memory(_MOST_REMEMBERED)

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
            return self._logins.system(credentials.login, credentials.password)
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
        if not self._ask(directory.is_granted, org_ppa_guid, system.login):
            raise errors.Rejected(
                errors.SYSTEM_NOT_GRANTED,
                f"системе {system.login} не предоставлены права организации с orgPPAGUID {org_ppa_guid}",
            )
        return organisation

    def operator(self, system: directory.System) -> directory.Organisation | None:
        """Return the organisation that operates `system`, whose signature IsOperatorSignature announces."""
        return self._ask(directory.organisation, system.operator)

    def _ask(self, question: Callable[..., _T], *arguments: str) -> _T:
        remembered = self._remembered
        found = remembered.get((question, *arguments))
        if found is memory.MISSING:
            with self._database.read() as connection:
                found = question(connection, *arguments)
            # What is not there is not remembered: a sender could fill the memory with questions of no answer.
            if found:
                remembered.put((question, *arguments), found, self._ttl)
        return cast("_T", found)

    def _refresh(self) -> None:
        with self._database.read() as connection:
            revision = directory.revision(connection)
        if revision != self._revision:
            # A new memory: an answer that another thread is still fetching goes to the old one.
            self._remembered = memory.Memory(_MOST_REMEMBERED)
            self._logins.forget()
            self._revision = revision

    def _is_trusted(self, address: str) -> bool:
        try:
            parsed = ipaddress.ip_address(address)
        except ValueError:
            return False
        # A listener on `::` sees IPv4 proxies as ::ffff:a.b.c.d.
        known = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(known in network for network in self._proxies)


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
