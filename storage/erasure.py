"""Erasure by order: the data key of a package is destroyed, and the journal tells of it; everything else stays.

A `payload-erased` entry names the package by its `message`, and by the fact `entry`, the index of the entry that tells
how the package was accepted or refused. `journal_erasure` only repeats that, so that it is found by each entry that has
lost its payloads; it is believed where the journal says so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import sqlalchemy as sa

from storage import errors, journal, keys, lenient, packages, sealing, tables

ENTRY: Final = "entry"
"""Fact of a `payload-erased` entry: index of the package's `package-accepted` or `package-refused` entry."""


@dataclasses.dataclass(frozen=True, slots=True)
class Target:
    """A package that can be erased."""

    accepted: journal.Entry
    """Its `package-accepted` or `package-refused` entry."""
    package: packages.Package | None
    """None where it was refused."""
    entries: tuple[int, ...]
    """Those of its entries that have payloads."""
    roles: tuple[str, ...]
    """What these payloads are."""
    key_id: bytes | None
    """Id of its data key; None where an earlier release has stored all of it unsealed."""


@dataclasses.dataclass(frozen=True, slots=True)
class Order:
    """Why a package is erased, and who has ordered it."""

    reason: str
    by: str


def target(connection: sa.Connection, index: int) -> Target:
    """Return the package that the entry `index` has accepted or refused.

    Raises NotErasable, with a sentence, where that is no such entry, where there is nothing to erase, and where the
    package has no result yet; Archived where only an archive that is not here knows its key; NotFound for an entry that
    is not there, ValueError for a damaged one.
    """
    found = journal.entry(connection, index)
    if found.kind == journal.Kind.PACKAGE_ACCEPTED:
        return _accepted(connection, found)
    if found.kind != journal.Kind.PACKAGE_REFUSED:
        about = f": name the package by its message {found.message}" if found.message else ""
        raise errors.NotErasable(f"entry {index} is {found.kind}, which accepts or refuses no package{about}")
    if not found.payloads:
        raise errors.NotErasable(
            f"nothing of the package that entry {index} refuses was kept: there is nothing to erase"
        )
    return Target(found, None, (index,), tuple(found.payloads), _key_of(connection, found))


def erase(connection: sa.Connection, targets: Sequence[Target], order: Order, now: dt.datetime) -> list[journal.Entry]:
    """Erase packages that are not erased yet, in the transaction of `Database.write(point="erase")`.

    Returns the `payload-erased` entries in the order of `targets`. The keys are gone from the tables when the
    transaction is committed; `Database.scrub` takes them out of its files.
    """
    made = journal.append(connection, [_event(each, order, now) for each in targets])
    rows = [
        {"entry_index": index, "key_id": each.key_id, "erased_index": entry.index}
        for each, entry in zip(targets, made, strict=True)
        for index in each.entries
    ]
    if not rows:
        return made
    connection.execute(_ADD, rows)
    with _overwriting(connection):
        for row in rows:
            connection.execute(_DROP_UNSEALED, {"index": row["entry_index"]})
        for each in targets:
            connection.execute(_DROP_KEY, {"id": each.key_id})
    return made


def due(connection: sa.Connection, before: dt.datetime) -> Iterator[int]:
    """Yield the packages that came before a moment, can be erased, and are not: the index that `target` takes."""
    after = -1
    while rows := connection.execute(_DUE, {"after": after, "before": journal.moment(before)}).all():
        for row in rows:
            if row.result_index is not None or (
                row.kind == journal.Kind.PACKAGE_REFUSED and journal.decode(bytes(row.record)).payloads
            ):
                yield row.entry_index
        after = rows[-1].entry_index


def unfinished(connection: sa.Connection, before: dt.datetime) -> int:
    """Return how many packages came before a moment and have no result yet."""
    return connection.execute(_UNFINISHED, {"before": before}).scalar_one()


def orders(connection: sa.Connection, indexes: Iterable[int]) -> dict[int, int]:
    """Return those of the entries whose payloads are erased, each with the `payload-erased` entry that tells of it."""
    rows = connection.execute(_ORDERS, {"indexes": list(indexes)})
    return {row.entry_index: row.erased_index for row in rows}


def told(connection: sa.Connection, start: int, stop: int) -> set[int]:
    """Return those of the entries from `start` up to `stop` of whose erasure the journal really tells."""
    bounds = {"start": start, "stop": stop}
    rows = lenient.read(connection, lambda: connection.execute(_TOLD, bounds).all())
    return {row.entry_index for row in rows if _is_told(row)}


def _accepted(connection: sa.Connection, accepted: journal.Entry) -> Target:
    guid = str(accepted.message)
    package = packages.get(connection, guid)
    if package is None:
        raise errors.NotFound(f"package {guid}")
    if package.result_index is None:
        raise errors.NotErasable(_why_not(package))
    bounds = {"message": guid, "start": accepted.index, "stop": package.result_index}
    failed = connection.execute(_FAILED, bounds).scalars().all()
    key_id = keys.of_package(guid)
    return Target(
        accepted,
        package,
        (accepted.index, *failed, package.result_index),
        (packages.REQUEST, packages.RESULT),
        key_id if keys.exists(connection, key_id) else None,
    )


def _why_not(package: packages.Package) -> str:
    guid = package.message_guid
    if package.parked_index is not None:
        return (
            f"package {guid} has no result: its run has failed, and it may be run again; "
            f"`gateway exchange retry {guid}` first"
        )
    return f"package {guid} has no result yet: what is still to be executed is not erased"


def _key_of(connection: sa.Connection, refused: journal.Entry) -> bytes | None:
    """Return the id of the data key of a refused package, which only its payload knows, wherever that is."""
    try:
        return sealing.key_id(journal.stored(connection, refused.index, next(iter(refused.payloads))))
    except errors.Erased:
        return None
    except errors.NotFound as error:
        raise errors.NotErasable(
            f"the payload of entry {refused.index} is not in the database; `gateway journal verify`"
        ) from error


def _event(each: Target, order: Order, now: dt.datetime) -> journal.Event:
    known = {name: each.accepted.facts.get(name) for name in _WHOSE}
    facts = {
        **{name: value for name, value in known.items() if value},
        ENTRY: each.accepted.index,
        "roles": " ".join(each.roles),
        "reason": order.reason,
        "by": order.by,
    }
    return journal.Event(journal.Kind.PAYLOAD_ERASED, now, each.accepted.message, facts)


@contextlib.contextmanager
def _overwriting(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite write zeros over what is deleted, pages that become free included; FAST spares these."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete=FAST")


def _is_told(row: tables.Row) -> bool:
    try:
        order = journal.decode(bytes(row.record))
    except (ValueError, TypeError):
        return False
    own = order.message is not None and order.message == row.message
    return order.kind == journal.Kind.PAYLOAD_ERASED and (own or order.facts.get(ENTRY) == row.entry_index)


_WHOSE: Final = ("organisation", "operation", "requester_guid")
_PAGE: Final = 500
_ERASURE: Final = tables.journal_erasure
_DATA: Final = tables.journal_payload
_OWN: Final = tables.journal_entry
_ORDER: Final = tables.journal_entry.alias("told")
_PACKAGE: Final = tables.package
_TOLD: Final = (
    sa.select(_ERASURE.c.entry_index, _OWN.c.message, _ORDER.c.record)
    .join(_OWN, _OWN.c.entry_index == _ERASURE.c.entry_index)
    .join(_ORDER, _ORDER.c.entry_index == _ERASURE.c.erased_index)
    .where(_ERASURE.c.entry_index >= sa.bindparam("start"), _ERASURE.c.entry_index < sa.bindparam("stop"))
)
_ORDERS: Final = sa.select(_ERASURE.c.entry_index, _ERASURE.c.erased_index).where(
    _ERASURE.c.entry_index.in_(sa.bindparam("indexes", expanding=True))
)
_FAILED: Final = (
    sa.select(_OWN.c.entry_index)
    .where(
        _OWN.c.kind == journal.Kind.RUN_FAILED.value,
        _OWN.c.message == sa.bindparam("message"),
        _OWN.c.entry_index > sa.bindparam("start"),
        _OWN.c.entry_index < sa.bindparam("stop"),
    )
    .order_by(_OWN.c.entry_index)
)
_DUE: Final = (
    sa.select(_OWN.c.entry_index, _OWN.c.kind, _OWN.c.record, _PACKAGE.c.result_index)
    .select_from(_OWN.outerjoin(_PACKAGE, _PACKAGE.c.entry_index == _OWN.c.entry_index))
    .where(
        _OWN.c.kind.in_([journal.Kind.PACKAGE_ACCEPTED.value, journal.Kind.PACKAGE_REFUSED.value]),
        _OWN.c.entry_index > sa.bindparam("after"),
        _OWN.c.at < sa.bindparam("before"),
        ~sa.exists().where(_ERASURE.c.entry_index == _OWN.c.entry_index),
    )
    .order_by(_OWN.c.entry_index)
    .limit(_PAGE)
)
_UNFINISHED: Final = (
    sa.select(sa.func.count())
    .select_from(_PACKAGE)
    .where(_PACKAGE.c.result_index.is_(None), _PACKAGE.c.received_at < sa.bindparam("before", type_=tables.UTC))
)
_ADD: Final = sa.insert(_ERASURE)
_DROP_UNSEALED: Final = sa.delete(_DATA).where(
    _DATA.c.entry_index == sa.bindparam("index"),
    sa.func.substr(_DATA.c.data, 1, len(sealing.MAGIC)) != sealing.MAGIC,
)
_DROP_KEY: Final = sa.delete(tables.journal_key).where(tables.journal_key.c.key_id == sa.bindparam("id"))
