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


_VERSION: Final = tables.registry_version
_VERSIONS: Final = sa.select(_VERSION).where(_VERSION.c.id == sa.bindparam("id")).order_by(_VERSION.c.version)
