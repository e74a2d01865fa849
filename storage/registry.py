"""The registry: objects with history, read in a snapshot, changed in memory and applied all at once or not at all.

Objects live in aggregates, for example one house with everything in it; an aggregate has a revision that grows with
every change. A handler gets a `Registry`, reads and puts; the worker then applies it in the transaction that stores
the result. If anything that the handler has read was changed in between, `apply` raises Conflict and the handler runs
again on fresh data: the later package always sees the earlier one, and nothing ever waits in a lock.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json
import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from storage import errors, tables
from storage.numbers import Source

Data: TypeAlias = Mapping[str, Any]  # JSON has no narrower type that families could use without casts
"""The content of an object: whatever JSON can hold."""


@dataclasses.dataclass(frozen=True, slots=True)
class Thing:
    """One object of the registry in one state. To change it, `dataclasses.replace` it and put the new one."""

    id: str
    """Stable root GUID, lower case."""
    kind: str
    """What it is, in the words of its family, for example `house` or `premises`."""
    aggregate: str
    """The unit in which changes are serialised, for example `house:<FIASHouseGuid>`."""
    parent: str | None = None
    """Id of the object that contains it."""
    key: str | None = None
    """Natural key by which `Registry.find` finds it among its kind; the family keeps it unique."""
    unique_number: str | None = None
    """Number for people, given once from `Registry.next_number`."""
    data: Data = dataclasses.field(default_factory=dict)
    ended_at: dt.datetime | None = None
    """When it was annulled, demolished or closed; ended objects stay and can be read."""
    links: frozenset[str] | None = None
    """What `Registry.linked` finds it by, as `house:<FIASHouseGuid>`; None, so it is read, leaves them as they are."""
    version: int = 0
    """Number of versions applied so far: 0 for an object that is not yet stored. Set by `apply`, like the rest."""
    created_at: dt.datetime | None = None
    changed_at: dt.datetime | None = None
    message: str | None = None
    """MessageGUID of the package that made this version."""


class Registry:
    """Unit of work of one run of a handler: a snapshot that shows its own changes. Not for several threads.

    `connection` comes from `Database.read()` and stays open for the run; `numbers` is the process's own.
    """

    def __init__(self, connection: sa.Connection, numbers: Source) -> None:
        self._connection = connection
        self._numbers = numbers
        self._seen: dict[str, Thing] = {}
        self._changed: dict[str, Thing] = {}
        self._members: dict[str, list[str]] = {}
        self._live_by_key: dict[tuple[str, str | None], str] = {}
        self._by_number: dict[tuple[str, str | None], str] = {}
        self._revisions: dict[str, int] = {}
        self._missed: dict[tuple[str, str], frozenset[str]] = {}
        self._taken: list[tuple[str, int]] = []

    @property
    def changes(self) -> tuple[Thing, ...]:
        """The objects that were put, each in its last state, in the order in which they were first put."""
        return tuple(self._changed.values())

    @property
    def revisions(self) -> Mapping[str, int]:
        """Every aggregate that was looked at, with the revision that it had in the snapshot; 0 if it had none."""
        return self._revisions

    @property
    def missed(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Every (kind, key) that was looked for in vain, with the ids that this unit of work has taken it from."""
        return self._missed

    @property
    def seen(self) -> tuple[Thing, ...]:
        """The objects that were read, as the snapshot has them."""
        return tuple(self._seen.values())

    @property
    def taken(self) -> tuple[tuple[str, int], ...]:
        """The numbers that were given out, each with its series, in their order."""
        return tuple(self._taken)

    def load(self, aggregate: str) -> list[Thing]:
        """Return every object of an aggregate, live and ended, in the order of creation; empty if there is none."""
        if aggregate not in self._members:
            # The revision first: a change that slips in between is then found by `apply`, never overlooked.
            self._observe(aggregate)
            rows = self._connection.execute(_LOAD, {"aggregate": aggregate}).all()
            self._members[aggregate] = [self._remember(row).id for row in rows]
            self._members[aggregate] += [
                thing.id for thing in self.changes if thing.aggregate == aggregate and not thing.version
            ]
        return [self._changed.get(id_) or self._seen[id_] for id_ in self._members[aggregate]]

    def observe(self, aggregates: Iterable[str]) -> None:
        """Look at the revisions of many aggregates at once: what is put into them costs no statement of its own."""
        for some in _batches(sorted(name for name in set(aggregates) if name not in self._revisions)):
            found = {row.name: row.revision for row in self._connection.execute(_REVISIONS, {"names": some})}
            self._revisions |= {**dict.fromkeys(some, 0), **found}

    def revision(self, aggregate: str) -> int:
        """Return how often an aggregate was changed; 0 for one that never was."""
        self._observe(aggregate)
        return self._revisions[aggregate]

    def find(self, kind: str, key: str) -> Thing | None:
        """Return the live object with this natural key, the oldest if the family has let several be."""
        return self.find_all(kind, (key,)).get(key)

    def find_all(self, kind: str, keys: Iterable[str]) -> dict[str, Thing]:
        """Return the live objects of a kind with these natural keys, by key: the same as `find` in few statements."""
        wanted = dict.fromkeys(keys)
        rows: dict[str, list[tables.Row]] = {key: [] for key in wanted if (kind, key) not in self._live_by_key}
        for some in _batches(list(rows)):
            for row in self._connection.execute(_FIND, {"kind": kind, "keys": some}):
                rows[row.key].append(row)
        stored = {key: [row for row in found if row.id not in self._changed] for key, found in rows.items()}
        self._missed |= {(kind, key): frozenset(row.id for row in rows[key]) for key in rows if not stored[key]}
        self.observe({found[0].aggregate for found in stored.values() if found})
        things = {key: self._remember(found[0]) for key, found in stored.items() if found}
        own = {key: self._changed[self._live_by_key[kind, key]] for key in wanted if key not in rows}
        return {key: found for key in wanted if (found := own.get(key) or things.get(key)) is not None}

    def linked(self, kind: str, links: Iterable[str]) -> list[Thing]:
        """Return the objects of a kind, live and ended, that hang on any of these links; the older ones first.

        Objects that others hang there meanwhile are no Conflict: where there may be only one, use `key` and `find`.
        """
        wanted = frozenset(links)
        hanging = dict.fromkeys(
            row.id
            for some in _batches(sorted(wanted))
            for row in self._connection.execute(_HANGING, {"links": some, "kind": kind})
        )
        found = dict.fromkeys(self._fetch(list(hanging)))
        for thing in self._changed.values():
            if thing.kind == kind and thing.links is not None:
                if thing.links & wanted:
                    found.setdefault(thing.id)
                else:
                    found.pop(thing.id, None)
        return [self._changed.get(id_) or self._seen[id_] for id_ in found]

    def page(self, kind: str, links: Iterable[str], start: str, count: int) -> list[Thing]:
        """Return so many objects of a kind that hang on any of these links, by id, none before `start`; as stored.

        For exports that go on from block to block: what was put here is not among them.
        """
        found = self._connection.execute(
            _PAGE, {"links": sorted(set(links)), "kind": kind, "start": start, "count": count}
        )
        things = self.get_all(row.id for row in found)
        return [things[id_] for id_ in sorted(things)]

    def get_all(self, ids: Iterable[str]) -> dict[str, Thing]:
        """Return those of many objects that there are, by id: the same as `get` in few statements."""
        wanted = dict.fromkeys(ids)
        self._fetch([id_ for id_ in wanted if id_ not in self._changed and id_ not in self._seen])
        known = ((id_, self._changed.get(id_) or self._seen.get(id_)) for id_ in wanted)
        return {id_: thing for id_, thing in known if thing is not None}

    def numbered(self, kind: str, unique_number: str) -> Thing | None:
        """Return the object of this kind, live or ended, with this number for people; None if there is none.

        Unlike `find`, a number that is not there is not remembered: nobody gives a number away, or takes one.
        """
        own = self._by_number.get((kind, unique_number))
        if own is not None:
            return self._changed[own]
        row = self._connection.execute(_NUMBERED, {"kind": kind, "number": unique_number}).first()
        return None if row is None else self._changed.get(row.id) or self._remember(row)

    def get(self, id_: str) -> Thing | None:
        """Return one object, live or ended, as this unit of work sees it; None if there is none."""
        known = self._changed.get(id_) or self._seen.get(id_)
        if known is not None:
            return known
        row = self._connection.execute(_GET, {"id": id_}).first()
        return None if row is None else self._remember(row)

    def put(self, thing: Thing) -> None:
        """Add or change an object in this unit of work; nothing is stored before `apply`.

        Raises ValueError when `thing` was not made from the state that this unit of work has read, or when it
        moves into another aggregate or becomes another kind.
        """
        base = self._seen.get(thing.id)
        if thing.version != (base.version if base else 0):
            raise ValueError(f"{thing.kind} {thing.id}: version {thing.version} was not read here")
        if base is not None and (base.aggregate, base.kind) != (thing.aggregate, thing.kind):
            raise ValueError(f"{thing.kind} {thing.id} is a {base.kind} in {base.aggregate}")
        self._observe(thing.aggregate)
        before = self._changed.get(thing.id)
        if before is None and base is None and thing.aggregate in self._members:
            self._members[thing.aggregate].append(thing.id)
        if before is not None and self._live_by_key.get((before.kind, before.key)) == thing.id:
            del self._live_by_key[before.kind, before.key]
        if thing.key is not None and thing.ended_at is None:
            self._live_by_key[thing.kind, thing.key] = thing.id
        if thing.unique_number is not None:
            self._by_number[thing.kind, thing.unique_number] = thing.id
        self._changed[thing.id] = thing

    def next_number(self, series: str) -> int:
        """Return a number, from 1, that this series has never given out and never will again.

        It is gone even when this run fails or is repeated: numbers have gaps, and no repeats.
        """
        number = self._numbers.next(series)
        self._taken.append((series, number))
        return number

    def _observe(self, aggregate: str) -> None:
        if aggregate not in self._revisions:
            self._revisions[aggregate] = self._connection.execute(_REVISION, {"name": aggregate}).scalar() or 0

    def _fetch(self, ids: Sequence[str]) -> list[str]:
        """Remember those of the objects that there are; return their ids, the older ones first."""
        rows: list[tables.Row] = []
        for some in _batches(ids):
            rows += self._connection.execute(_GET_ALL, {"ids": some})
        rows.sort(key=operator.attrgetter("sequence"))
        things = [_thing(row) for row in rows]
        self.observe({thing.aggregate for thing in things})
        return [self._seen.setdefault(thing.id, thing).id for thing in things]

    def _remember(self, row: tables.Row) -> Thing:
        self._observe(row.aggregate)
        return self._seen.setdefault(row.id, _thing(row))


def apply(connection: sa.Connection, registry: Registry, *, organisation: str, message: str, at: dt.datetime) -> None:
    """Store the changes of `registry` and a version of each object, or raise Conflict.

    `connection` comes from `Database.write()`; Conflict must end that transaction. `organisation` (orgPPAGUID) and
    `message` (MessageGUID) say who made the change. Without changes nothing is stored, but a Conflict is one all the
    same: a refusal has to be true when it is told, and not only in its snapshot.
    """
    _check_unchanged(connection, registry)
    _raise_revisions(connection, registry)
    _store(connection, registry.changes, _Author(organisation, message, at))


@dataclasses.dataclass(frozen=True, slots=True)
class _Author:
    organisation: str
    message: str
    at: dt.datetime


_OBJECT: Final = tables.registry_object
_VERSION: Final = tables.registry_version
_AGGREGATE: Final = tables.aggregate
_LINK: Final = tables.registry_link

_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_BATCH: Final = 500
"""Values in one statement: both databases have a limit, and far above this nothing becomes faster."""

_REVISION: Final = sa.select(_AGGREGATE.c.revision).where(_AGGREGATE.c.name == sa.bindparam("name"))
_REVISIONS: Final = sa.select(_AGGREGATE.c.name, _AGGREGATE.c.revision).where(
    _AGGREGATE.c.name.in_(sa.bindparam("names", expanding=True))
)
_LOAD: Final = sa.select(_OBJECT).where(_OBJECT.c.aggregate == sa.bindparam("aggregate")).order_by(_OBJECT.c.sequence)
_GET: Final = sa.select(_OBJECT).where(_OBJECT.c.id == sa.bindparam("id"))
_GET_ALL: Final = sa.select(_OBJECT).where(_OBJECT.c.id.in_(sa.bindparam("ids", expanding=True)))
# No join with the objects: how many hang on a link no planner can know, and by a wrong guess it would read all objects.
_HANGING: Final = sa.select(_LINK.c.id).where(
    _LINK.c.link.in_(sa.bindparam("links", expanding=True)), _LINK.c.kind == sa.bindparam("kind")
)
_PAGE: Final = (
    sa.select(_LINK.c.id)
    .where(
        _LINK.c.link.in_(sa.bindparam("links", expanding=True)),
        _LINK.c.kind == sa.bindparam("kind"),
        _LINK.c.id >= sa.bindparam("start"),
    )
    .distinct()
    .order_by(_LINK.c.id)
    .limit(sa.bindparam("count"))
)
_FIND: Final = (
    sa.select(_OBJECT)
    .where(
        _OBJECT.c.kind == sa.bindparam("kind"),
        _OBJECT.c.key.in_(sa.bindparam("keys", expanding=True)),
        _OBJECT.c.ended_at.is_(None),
    )
    .order_by(_OBJECT.c.sequence)
)
_NUMBERED: Final = sa.select(_OBJECT).where(
    _OBJECT.c.unique_number == sa.bindparam("number"), _OBJECT.c.kind == sa.bindparam("kind")
)
_RAISE_REVISION: Final = (
    sa.update(_AGGREGATE)
    .where(_AGGREGATE.c.name == sa.bindparam("aggregate"))
    .values(revision=_AGGREGATE.c.revision + 1)
)
_ADD_AGGREGATE: Final = sa.insert(_AGGREGATE)
_ADD_OBJECT: Final = sa.insert(_OBJECT)
_CHANGE_OBJECT: Final = (
    sa.update(_OBJECT)
    .where(_OBJECT.c.id == sa.bindparam("this"))
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in (
                "parent",
                "key",
                "unique_number",
                "data",
                "version",
                "changed_at",
                "message",
                "ended_at",
            )
        }
    )
)
_ADD_VERSION: Final = sa.insert(_VERSION)
_ADD_LINK: Final = sa.insert(_LINK)
_DROP_LINKS: Final = sa.delete(_LINK).where(_LINK.c.id == sa.bindparam("this"))


def _check_unchanged(connection: sa.Connection, registry: Registry) -> None:
    """Raise Conflict for anything that is not as it was read; nobody else writes before this transaction ends."""
    names = sorted(registry.revisions)
    now: dict[str, int] = {}
    for some in _batches(names):
        now |= {row.name: row.revision for row in connection.execute(_REVISIONS, {"names": some})}
    for name in names:
        if now.get(name, 0) != registry.revisions[name]:
            raise errors.Conflict(name)
    for kind, missed in itertools.groupby(sorted(registry.missed), key=operator.itemgetter(0)):
        for some in _batches([key for _, key in missed]):
            for row in connection.execute(_FIND, {"kind": kind, "keys": some}):
                if row.id not in registry.missed[kind, row.key]:
                    raise errors.Conflict(f"{kind} {row.key}")


def _raise_revisions(connection: sa.Connection, registry: Registry) -> None:
    written = sorted({thing.aggregate for thing in registry.changes})
    new = [{"name": name, "revision": 1} for name in written if registry.revisions[name] == 0]
    known = [{"aggregate": name} for name in written if registry.revisions[name]]
    for statement, rows in ((_ADD_AGGREGATE, new), (_RAISE_REVISION, known)):
        if rows:
            connection.execute(statement, rows)


def _store(connection: sa.Connection, things: Sequence[Thing], author: _Author) -> None:
    new, changed, versions = [], [], []
    for thing in things:
        row = _row(thing, author)
        if thing.version:
            changed.append({"this": thing.id} | {f"new_{name}": value for name, value in row.items()})
        else:
            new.append(
                row | {"id": thing.id, "kind": thing.kind, "aggregate": thing.aggregate, "created_at": author.at}
            )
        del row["changed_at"]
        versions.append(row | {"id": thing.id, "organisation": author.organisation, "at": author.at})
    for statement, rows in ((_ADD_OBJECT, new), (_CHANGE_OBJECT, changed), (_ADD_VERSION, versions)):
        if rows:
            connection.execute(statement, rows)
    _store_links(connection, [thing for thing in things if thing.links is not None])


def _store_links(connection: sa.Connection, things: Sequence[Thing]) -> None:
    dropped = [{"this": thing.id} for thing in things if thing.version]
    added = [
        {"link": link, "kind": thing.kind, "id": thing.id} for thing in things for link in sorted(thing.links or ())
    ]
    for statement, rows in ((_DROP_LINKS, dropped), (_ADD_LINK, added)):
        if rows:
            connection.execute(statement, rows)


def _batches(values: Sequence[str]) -> Iterator[list[str]]:
    left = iter(values)
    while some := list(itertools.islice(left, _BATCH)):
        yield some


def _row(thing: Thing, author: _Author) -> dict[str, object]:
    return {
        "parent": thing.parent,
        "key": thing.key,
        "unique_number": thing.unique_number,
        "data": _JSON.encode(thing.data),
        "version": thing.version + 1,
        "changed_at": author.at,
        "message": author.message,
        "ended_at": thing.ended_at,
    }


def _thing(row: tables.Row) -> Thing:
    # In the order of the table: to ask a row for each name costs more than to make the object.
    _, id_, kind, aggregate, parent, key, number, data, version, created_at, changed_at, message, ended_at = row
    return Thing(
        id=id_,
        kind=kind,
        aggregate=aggregate,
        parent=parent,
        key=key,
        unique_number=number,
        data=json.loads(data),
        ended_at=ended_at,
        version=version,
        created_at=created_at,
        changed_at=changed_at,
        message=message,
    )
