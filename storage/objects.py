"""Objects of the registry as a payload of the journal: what was put, for those changes that no package has made."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final

from storage import journal
from storage.registry import Registry, Thing

ROLE: Final = "objects"
"""Role of the payload."""

_KEPT: Final = ("parent", "key", "unique_number", "data")


def written(things: Iterable[Thing]) -> bytes:
    """Return objects that were put, in their order, as JSON: a line each."""
    return b"".join(journal.canonical(_plain(thing)) + b"\n" for thing in things)


def put(registry: Registry, payload: bytes) -> None:
    """Put what `written` has written into a unit of work; raises ValueError for anything else."""
    try:
        rows = [json.loads(line) for line in payload.splitlines()]
        known = registry.get_all(row["id"] for row in rows)
        for row in rows:
            thing = known.get(row["id"]) or Thing(row["id"], row["kind"], row["aggregate"])
            registry.put(dataclasses.replace(thing, **_state(row)))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not objects of the registry: {error}") from error


def _plain(thing: Thing) -> dict[str, Any]:
    return {
        **{name: getattr(thing, name) for name in ("id", "kind", "aggregate", *_KEPT)},
        "ended_at": journal.moment(thing.ended_at) if thing.ended_at else None,
        "links": None if thing.links is None else sorted(thing.links),
    }


def _state(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _KEPT},
        "ended_at": dt.datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
        "links": None if row["links"] is None else frozenset(row["links"]),
    }
