"""The past of the registry's objects: every version, who brought it about, by which message, when. It only grows."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import Final

import sqlalchemy as sa

from storage import tables
from storage.registry import Data


@dataclasses.dataclass(frozen=True, slots=True)
class Version:
    """One state in the life of an object, and who brought it about."""

    version: int
    """Counted from 1."""
    at: dt.datetime
    organisation: str
    message: str
    data: Data
    parent: str | None
    key: str | None
    unique_number: str | None
    ended_at: dt.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class Past:
    """An object with all of its versions."""

    id: str
    """Stable root GUID."""
    kind: str
    versions: tuple[Version, ...]
    """The first one first."""

    def at(self, moment: dt.datetime) -> Version | None:
        """Return the state at a moment; None before the object was there."""
        return next((each for each in reversed(self.versions) if each.at <= moment), None)


def pasts(connection: sa.Connection, guid: str) -> list[Past]:
    """Return the objects with this GUID as id or as key, live and ended, the older ones first.

    A key is what the outside knows an object by: the FIASHouseGuid of a house; the root GUID of a contract, which each
    of its versions has.
    """
    found = connection.execute(_NAMED, {"guid": guid}).all()
    return [Past(row.id, row.kind, tuple(versions(connection, row.id))) for row in found]


def versions(connection: sa.Connection, id_: str) -> list[Version]:
    """Return every version of an object, the first one first; empty for an unknown id."""
    return [
        Version(
            version=row.version,
            at=row.at,
            organisation=row.organisation,
            message=row.message,
            data=json.loads(row.data),
            parent=row.parent,
            key=row.key,
            unique_number=row.unique_number,
            ended_at=row.ended_at,
        )
        for row in connection.execute(_VERSIONS, {"id": id_})
    ]


_OBJECT: Final = tables.registry_object
_NAMED: Final = (
    sa.select(_OBJECT.c.id, _OBJECT.c.kind)
    .where(sa.or_(_OBJECT.c.id == sa.bindparam("guid"), _OBJECT.c.key == sa.bindparam("guid")))
    .order_by(_OBJECT.c.sequence)
)
_VERSION: Final = tables.registry_version
_VERSIONS: Final = sa.select(_VERSION).where(_VERSION.c.id == sa.bindparam("id")).order_by(_VERSION.c.version)
