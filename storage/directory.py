"""Who is who: organisations, their information systems, and who may act for whom or for which house.

Read at every package, changed by hand: readers keep what they read and ask only for `revision`, which grows with
every change. Every change is an entry of the journal in the same transaction; secrets never are.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, Final, TypeAlias, TypeVar

import sqlalchemy as sa

from storage import errors, in_force, journal, objects, registry, tables

Connection: TypeAlias = sa.Connection
"""For those who pass one on without knowing what it is."""


@dataclasses.dataclass(frozen=True, slots=True)
class Organisation:
    """A data provider, or an operator of information systems."""

    guid: str
    """orgPPAGUID, lower case."""
    ogrn: str
    """Primary state registration number: 13 digits, 15 of a sole trader."""
    name: str
    role: str
    """УО, РСО, ОМС, ТСЖ, ЕСП, …"""
    kpp: str | None = None
    inn: str | None = None
    """Taxpayer number: 10 digits, 12 of a sole trader. Where it is known, a certificate may not have another one."""


@dataclasses.dataclass(frozen=True, slots=True)
class System:
    """An information system that sends packages."""

    login: str
    password_hash: str = dataclasses.field(repr=False)
    """Opaque here: whoever checks passwords made it."""
    operator: str
    """orgPPAGUID of the organisation that operates it."""
    fingerprint: str | None = None
    """Of its client certificate, in the form in which the proxy reports it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Grant:
    """The right of an information system to act for an organisation, for a time."""

    organisation: str
    system: str
    since: dt.datetime
    revoked_at: dt.datetime | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """What was known of an organisation for a time: a new one with every change."""

    guid: str
    """orgVersionGUID: made from the root and the number, so it is never another one."""
    organisation: str
    """orgPPAGUID."""
    root: str
    """orgRootEntityGUID: made from the orgPPAGUID; stays whatever changes."""
    number: int
    """Counted from 1."""
    ogrn: str
    kpp: str | None
    inn: str | None
    name: str
    role: str
    since: dt.datetime
    until: dt.datetime | None
    """When the next version took its place; None for the one that counts now."""


def root_guid(organisation: str) -> str:
    """Return the orgRootEntityGUID of the organisation with this orgPPAGUID (lower case)."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:hcs-gateway:organisation:{organisation}"))


def revision(connection: sa.Connection) -> int:
    """Return how often the directory was changed: while it stays, whatever was read here is still true."""
    return int(connection.execute(_REVISION).scalar_one())


def organisation(connection: sa.Connection, guid: str) -> Organisation | None:
    """Return the organisation with this orgPPAGUID (lower case), or None."""
    return _first(connection, Organisation, _ORGANISATIONS.where(_ORGANISATION.c.guid == guid))


def organisations(connection: sa.Connection) -> list[Organisation]:
    """Return every organisation, by name."""
    return _all(connection, Organisation, _ORGANISATIONS.order_by(_ORGANISATION.c.name, _ORGANISATION.c.guid))


def current_versions(
    connection: sa.Connection,
    *,
    ogrn: str | None = None,
    inn: str | None = None,
    root: str | None = None,
    organisation: str | None = None,
) -> list[Version]:
    """Return what is known now of the organisations that all the given conditions fit, in the order of their roots."""
    wanted = {"ogrn": ogrn, "inn": inn, "root": root, "organisation": organisation}
    given = [_ORG_VERSION.c[name] == value for name, value in wanted.items() if value is not None]
    statement = _VERSIONS.where(*given, _ORG_VERSION.c.until.is_(None)).order_by(_ORG_VERSION.c.root)
    return _all(connection, Version, statement)


def version(connection: sa.Connection, guid: str) -> Version | None:
    """Return the version with this orgVersionGUID (lower case), the one that counts or an earlier one; or None."""
    return _first(connection, Version, _VERSIONS.where(_ORG_VERSION.c.guid == guid))


def grants_to(connection: sa.Connection, system: str) -> list[Grant]:
    """Return every grant that was ever made to one information system, in the order in which they begin."""
    statement = _GRANTS.where(_GRANT.c.system == system).order_by(_GRANT.c.since, _GRANT.c.organisation)
    return _all(connection, Grant, statement)


def system_by_login(connection: sa.Connection, login: str) -> System | None:
    """Return the information system with this login, or None."""
    return _first(connection, System, _SYSTEMS.where(_SYSTEM.c.login == login))


def system_by_fingerprint(connection: sa.Connection, fingerprint: str) -> System | None:
    """Return the information system with this client certificate, or None."""
    return _first(connection, System, _SYSTEMS.where(_SYSTEM.c.fingerprint == fingerprint))


def systems(connection: sa.Connection) -> list[System]:
    """Return every information system, by login."""
    return _all(connection, System, _SYSTEMS.order_by(_SYSTEM.c.login))


def grants(connection: sa.Connection) -> list[Grant]:
    """Return every grant that was ever made, revoked ones too, in the order in which they begin."""
    return _all(connection, Grant, _GRANTS.order_by(_GRANT.c.since, _GRANT.c.organisation, _GRANT.c.system))


def is_granted(connection: sa.Connection, organisation: str, system: str) -> bool:
    """Return whether `system` may act for `organisation`; no clock is asked, so none can keep a revoked grant alive."""
    statement = _GRANTS.where(
        _GRANT.c.organisation == organisation, _GRANT.c.system == system, _GRANT.c.revoked_at.is_(None)
    )
    return connection.execute(statement).first() is not None


def has_house(connection: sa.Connection, organisation: str, house: str) -> bool:
    """Return whether `organisation` was granted the house with this FIASHouseGuid (lower case)."""
    statement = sa.select(_HOUSE).where(_HOUSE.c.organisation == organisation, _HOUSE.c.house == house)
    return connection.execute(statement).first() is not None


def houses(connection: sa.Connection, organisation: str) -> list[str]:
    """Return the FIASHouseGuid of every house that was granted to `organisation`."""
    statement = sa.select(_HOUSE.c.house).where(_HOUSE.c.organisation == organisation).order_by(_HOUSE.c.house)
    return list(connection.execute(statement).scalars())


def add_organisation(connection: sa.Connection, new: Organisation, at: dt.datetime) -> None:
    """Add an organisation; raises AlreadyExists."""
    if organisation(connection, new.guid) is not None:
        raise errors.AlreadyExists(f"organisation {new.guid}")
    connection.execute(sa.insert(_ORGANISATION), dataclasses.asdict(new))
    _add_version(connection, new, at)
    _record(connection, at, "organisation-added", dataclasses.asdict(new))


def change_organisation(connection: sa.Connection, new: Organisation, at: dt.datetime) -> None:
    """Replace what is known of the organisation with `new.guid`; raises NotFound."""
    _need_organisation(connection, new.guid)
    connection.execute(sa.update(_ORGANISATION).where(_ORGANISATION.c.guid == new.guid).values(dataclasses.asdict(new)))
    _add_version(connection, new, at)
    _record(connection, at, "organisation-changed", dataclasses.asdict(new))


def add_system(connection: sa.Connection, new: System, at: dt.datetime) -> None:
    """Add an information system; raises AlreadyExists, NotFound for its operator."""
    if system_by_login(connection, new.login) is not None:
        raise errors.AlreadyExists(f"information system {new.login}")
    _check_system(connection, new)
    connection.execute(sa.insert(_SYSTEM), dataclasses.asdict(new))
    _record(connection, at, "system-added", _public(new))


def change_system(connection: sa.Connection, new: System, at: dt.datetime) -> None:
    """Replace password, certificate and operator of the system `new.login`; raises NotFound, AlreadyExists."""
    _need_system(connection, new.login)
    _check_system(connection, new)
    connection.execute(sa.update(_SYSTEM).where(_SYSTEM.c.login == new.login).values(dataclasses.asdict(new)))
    _record(connection, at, "system-changed", _public(new))


def grant(connection: sa.Connection, organisation: str, system: str, at: dt.datetime) -> None:
    """Let `system` act for `organisation` from `at` on; raises AlreadyExists while it may, NotFound."""
    _need_organisation(connection, organisation)
    _need_system(connection, system)
    if _open_grant(connection, organisation, system) is not None:
        raise errors.AlreadyExists(f"grant of {organisation} to {system}")
    connection.execute(sa.insert(_GRANT), {"organisation": organisation, "system": system, "since": at})
    _record(connection, at, "grant-added", {"organisation": organisation, "system": system})


def revoke(connection: sa.Connection, organisation: str, system: str, at: dt.datetime) -> None:
    """End the grant at `at`; it stays in the list. Raises NotFound when there is none."""
    found = _open_grant(connection, organisation, system)
    if found is None:
        raise errors.NotFound(f"grant of {organisation} to {system}")
    connection.execute(
        sa.update(_GRANT)
        .where(_GRANT.c.organisation == organisation, _GRANT.c.system == system, _GRANT.c.since == found.since)
        .values(revoked_at=at)
    )
    _record(connection, at, "grant-revoked", {"organisation": organisation, "system": system})


def grant_house(connection: sa.Connection, organisation: str, house: str, at: dt.datetime) -> None:
    """Give `organisation` a basis for the house with this FIASHouseGuid; raises AlreadyExists, NotFound."""
    _need_organisation(connection, organisation)
    if has_house(connection, organisation, house):
        raise errors.AlreadyExists(f"house {house} of {organisation}")
    connection.execute(sa.insert(_HOUSE), {"organisation": organisation, "house": house})
    _record(connection, at, "house-granted", {"organisation": organisation, "house": house})


def revoke_house(connection: sa.Connection, organisation: str, house: str, at: dt.datetime) -> None:
    """Take the basis for the house away; raises NotFound when there is none."""
    statement = sa.delete(_HOUSE).where(_HOUSE.c.organisation == organisation, _HOUSE.c.house == house)
    if connection.execute(statement).rowcount != 1:
        raise errors.NotFound(f"house {house} of {organisation}")
    _record(connection, at, "house-revoked", {"organisation": organisation, "house": house})


def record_trust(
    connection: sa.Connection, change: str, facts: journal.Facts, at: dt.datetime, *payloads: journal.Payload
) -> None:
    """Tell the journal that what is believed has changed: certificates and revocation lists are files, not rows.

    The payload is the certificate or the list itself: who was believed on a day can be told later.
    """
    _record(connection, at, change, dict(facts), *payloads)
    in_force.change_trust(connection, change, facts)


def record_dictionary(
    connection: sa.Connection, facts: journal.Facts, at: dt.datetime, things: Iterable[registry.Thing]
) -> None:
    """Tell the journal that a dictionary was loaded; `things` are the objects of the registry that were put."""
    payload = journal.Payload(objects.ROLE, objects.written(things))
    _record(connection, at, "dictionary-loaded", dict(facts), payload)


_Value = TypeVar("_Value")

_ORGANISATION: Final = tables.organisation
_ORG_VERSION: Final = tables.organisation_version
_SYSTEM: Final = tables.information_system
_GRANT: Final = tables.system_grant
_HOUSE: Final = tables.house_grant
_REVISION: Final = sa.select(tables.directory_revision.c.revision)


def _select(table: sa.Table, value: type[Any]) -> sa.Select[Any]:
    return sa.select(*(table.c[field.name] for field in dataclasses.fields(value)))


_ORGANISATIONS: Final = _select(_ORGANISATION, Organisation)
_VERSIONS: Final = _select(_ORG_VERSION, Version)
_SYSTEMS: Final = _select(_SYSTEM, System)
_GRANTS: Final = _select(_GRANT, Grant)


def _first(connection: sa.Connection, value: type[_Value], statement: sa.Select[Any]) -> _Value | None:
    row = connection.execute(statement).first()
    return None if row is None else value(*row)


def _all(connection: sa.Connection, value: type[_Value], statement: sa.Select[Any]) -> list[_Value]:
    return [value(*row) for row in connection.execute(statement)]


def _need_organisation(connection: sa.Connection, guid: str) -> None:
    if organisation(connection, guid) is None:
        raise errors.NotFound(f"organisation {guid}")


def _need_system(connection: sa.Connection, login: str) -> None:
    if system_by_login(connection, login) is None:
        raise errors.NotFound(f"information system {login}")


def _add_version(connection: sa.Connection, new: Organisation, at: dt.datetime) -> None:
    latest = _VERSIONS.where(_ORG_VERSION.c.organisation == new.guid).order_by(_ORG_VERSION.c.number.desc()).limit(1)
    before = _first(connection, Version, latest)
    if before is not None:
        connection.execute(sa.update(_ORG_VERSION).where(_ORG_VERSION.c.guid == before.guid).values(until=at))
    root, number = root_guid(new.guid), before.number + 1 if before else 1
    guid = str(uuid.uuid5(uuid.UUID(root), str(number)))
    known = {name: value for name, value in dataclasses.asdict(new).items() if name != "guid"}
    row = {"guid": guid, "organisation": new.guid, "root": root, "number": number, "since": at, **known}
    connection.execute(sa.insert(_ORG_VERSION), row)


def _check_system(connection: sa.Connection, new: System) -> None:
    _need_organisation(connection, new.operator)
    if new.fingerprint is not None:
        other = system_by_fingerprint(connection, new.fingerprint)
        if other is not None and other.login != new.login:
            raise errors.AlreadyExists(f"certificate of information system {other.login}")


def _open_grant(connection: sa.Connection, organisation: str, system: str) -> Grant | None:
    statement = _GRANTS.where(
        _GRANT.c.organisation == organisation, _GRANT.c.system == system, _GRANT.c.revoked_at.is_(None)
    )
    return _first(connection, Grant, statement)


def _public(system: System) -> dict[str, journal.Fact]:
    return {"login": system.login, "operator": system.operator, "fingerprint": system.fingerprint}


def _record(
    connection: sa.Connection,
    at: dt.datetime,
    change: str,
    facts: dict[str, journal.Fact],
    *payloads: journal.Payload,
) -> None:
    connection.execute(sa.update(tables.directory_revision).values(revision=tables.directory_revision.c.revision + 1))
    event = journal.Event(journal.Kind.DIRECTORY_CHANGED, at, None, {"change": change, **facts}, payloads)
    journal.append(connection, [event])
