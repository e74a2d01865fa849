"""The registry as lines: every object with all of its versions, in the order in which they were made.

A line is one object, JSON in the canonical form of the journal. Two registries that have come to the same have the same
lines, whatever database keeps them: what only a database knows, as the numbers of its rows, is not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from storage import journal, tables

Opener: TypeAlias = Callable[[str, str, Any], Any]
"""Given the kind and the id of an object and its content, returns the content as it is to be written."""

_PAGE: Final = 500


def lines(connection: sa.Connection, opened: Opener) -> Iterator[tuple[str, bytes]]:
    """Yield every object as (id, line without its end). Memory does not grow with the registry."""
    after = -1
    while True:
        page = connection.execute(_OBJECTS, {"after": after}).all()
        if not page:
            return
        yield from _written(connection, page, opened)
        after = page[-1].sequence


def find(connection: sa.Connection, ids: Iterable[str], opened: Opener) -> dict[str, bytes]:
    """Return the lines of those of some hundred objects that there are, by id."""
    page = connection.execute(_BY_ID, {"ids": list(ids)}).all()
    return dict(_written(connection, page, opened))


def count(connection: sa.Connection) -> int:
    """Return the number of objects."""
    return connection.execute(sa.select(sa.func.count()).select_from(_OBJECT)).scalar_one()


def _written(connection: sa.Connection, page: Iterable[tables.Row], opened: Opener) -> Iterator[tuple[str, bytes]]:
    objects = {row.id: row for row in page}
    versions: dict[str, list[tables.Row]] = {id_: [] for id_ in objects}
    for row in connection.execute(_VERSIONS, {"ids": list(objects)}):
        versions[row.id].append(row)
    links: dict[str, list[str]] = {id_: [] for id_ in objects}
    for row in connection.execute(_LINKS, {"ids": list(objects)}):
        links[row.id].append(row.link)
    for id_, row in objects.items():
        told = {
            "id": id_,
            "kind": row.kind,
            "aggregate": row.aggregate,
            "created_at": journal.moment(row.created_at),
            "changed_at": journal.moment(row.changed_at),
            "message": row.message,
            "links": sorted(links[id_]),
            "version": row.version,
            **_state(row, row.kind, opened),
            "versions": [_version(each, row.kind, opened) for each in versions[id_]],
        }
        yield id_, journal.canonical(told)


def _version(row: tables.Row, kind: str, opened: Opener) -> dict[str, Any]:
    about = {"organisation": row.organisation, "message": row.message, "at": journal.moment(row.at)}
    return {"version": row.version, **about, **_state(row, kind, opened)}


def _state(row: tables.Row, kind: str, opened: Opener) -> dict[str, Any]:
    return {
        "parent": row.parent,
        "key": row.key,
        "unique_number": row.unique_number,
        "data": opened(kind, row.id, json.loads(row.data)),
        "ended_at": journal.moment(row.ended_at) if row.ended_at else None,
    }


_OBJECT: Final = tables.registry_object
_VERSION: Final = tables.registry_version
_LINK: Final = tables.registry_link
_IDS: Final[sa.BindParameter[Any]] = sa.bindparam("ids", expanding=True)
_OBJECTS: Final = (
    sa.select(_OBJECT).where(_OBJECT.c.sequence > sa.bindparam("after")).order_by(_OBJECT.c.sequence).limit(_PAGE)
)
_BY_ID: Final = sa.select(_OBJECT).where(_OBJECT.c.id.in_(_IDS)).order_by(_OBJECT.c.sequence)
_VERSIONS: Final = sa.select(_VERSION).where(_VERSION.c.id.in_(_IDS)).order_by(_VERSION.c.id, _VERSION.c.version)
_LINKS: Final = sa.select(_LINK.c.id, _LINK.c.link).where(_LINK.c.id.in_(_IDS))
