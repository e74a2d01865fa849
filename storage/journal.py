"""The journal: an append-only chain of records, each bound to all before it by SHA-256.

Format 1 of a record, made to be read in decades by whoever has these lines. A record is one JSON object in UTF-8
in the canonical form of RFC 8785 (names sorted, no blanks, shortest escapes), with exactly these members:

    at        moment of the event, RFC 3339, UTC, microseconds: "2026-01-31T09:30:00.000000Z"
    facts     what is known of the event: names [a-z][a-z0-9_]* to strings, integers, booleans, nulls
    format    1
    index     position in the journal, from 0, without gaps
    kind      what happened, one of `Kind`
    message   MessageGUID that the gateway gave to the package, or null
    payloads  role to {"sha256": hex, "size": bytes}: the documents that belong to it, kept beside the record
    previous  hash of the record before it in hex; of the first record: 64 zeros

The hash of a record is SHA-256 over one zero byte and its bytes: a leaf hash of RFC 6962, so the same records are the
leaves of a Merkle tree (`storage.merkle`). Payloads are digested as they came. They are kept compressed by zstd, and
those of packages sealed (`storage.sealing`): a record says the same of a payload whether it can still be opened or not.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Protocol, TypeAlias, TypeVar

import sqlalchemy as sa
import zstandard

from storage import archived, errors, failpoints, keys, lenient, merkle, sealing, subjects, tables

FORMAT: Final = 1
GENESIS: Final = "0" * 64
"""What the first record names as the hash before it."""

Fact: TypeAlias = str | int | bool | None
Facts: TypeAlias = Mapping[str, Fact]
_Value = TypeVar("_Value", "Payload", "Event")


class Kind(enum.StrEnum):
    """Everything that the journal tells of. A name, once written, keeps its meaning for ever."""

    PACKAGE_ACCEPTED = "package-accepted"
    PACKAGE_REFUSED = "package-refused"
    RESULT_MADE = "result-made"
    RUN_FAILED = "run-failed"
    """By our own fault; its payload `result` answers the sender until a repeated run gives a real result."""
    RETRY_ORDERED = "retry-ordered"
    RESULT_FETCHED = "result-fetched"
    """The result was handed out for the first time."""
    DIRECTORY_CHANGED = "directory-changed"
    CONTRACT_INSTALLED = "contract-installed"
    CONTRACT_REMOVED = "contract-removed"
    KEY_CHANGED = "key-changed"
    FILE_STORED = "file-stored"
    PAYLOAD_ERASED = "payload-erased"
    RESTORED = "restored-from-backup"
    """The database is not the one that was written last: a new epoch begins (`storage.epochs`)."""
    ARCHIVE_MADE = "archive-made"
    ARCHIVE_DROPPED = "archive-dropped"
    """Payloads that are in an archive were ordered to leave the database."""


@dataclasses.dataclass(frozen=True, slots=True)
class Payload:
    """A document that belongs to an entry. Digested and compressed when made: by its thread, not in the turn."""

    role: str
    """What the document is to the entry: `request`, `result`."""
    data: bytes = dataclasses.field(repr=False)
    """The bytes as they came."""
    sha256: str = dataclasses.field(init=False)
    packed: bytes = dataclasses.field(init=False, repr=False)
    """`data` as it is stored: compressed, and then sealed where it shall be."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sha256", hashlib.sha256(self.data).hexdigest())
        object.__setattr__(self, "packed", zstandard.ZstdCompressor(level=1).compress(self.data))

    def sealed(self, key: sealing.Key) -> Payload:
        """Return the same document, stored so that only `key` opens it."""
        return _altered(self, packed=key.seal(self.role, self.packed))


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """What is to be written. Raises ValueError when it cannot be said in the format above."""

    kind: Kind
    at: dt.datetime
    message: str | None = None
    facts: Facts = dataclasses.field(default_factory=dict)
    payloads: tuple[Payload, ...] = ()
    new_key: sealing.Key | None = None
    """The data key of its payloads where this entry is the first that needs it: stored together with them."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("an event without a time zone")
        if len({payload.role for payload in self.payloads}) != len(self.payloads):
            raise ValueError("two payloads of one role")
        for name, value in self.facts.items():
            _check_fact(name, value)

    def sealed(self, key: sealing.Key, *, new: bool) -> Event:
        """Return the same event with its payloads sealed; a `new` key is stored with it."""
        payloads = tuple(payload.sealed(key) for payload in self.payloads)
        return _altered(self, payloads=payloads, new_key=key if new else None)


class Guard(Protocol):
    """Who is asked at each append whether the database is still the same one: `storage.epochs`."""

    def breach(self, connection: sa.Connection, size: int, head: str) -> Event | None:
        """Return what has to be written first; the journal has `size` entries, the last with the hash `head`."""

    def appended(self, connection: sa.Connection, size: int, head: str) -> None:
        """Hear how long the journal is after the append, which is not committed yet."""


GUARD: Final = "storage_guard"
"""Execution option of a connection that has a `Guard`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Digest:
    """How a record names a payload."""

    sha256: str
    size: int


@dataclasses.dataclass(frozen=True, slots=True)
class Entry:
    """One record of the journal, read or just written."""

    index: int
    kind: str
    at: dt.datetime
    message: str | None
    facts: Facts
    payloads: Mapping[str, Digest]
    previous: str
    hash: str
    record: bytes = dataclasses.field(repr=False)
    """The canonical bytes, of which `hash` is the hash."""


def append(connection: sa.Connection, events: Sequence[Event]) -> list[Entry]:
    """Write `events` in their order at the head of the chain and return their entries.

    `connection` comes from `Database.write()`: the chain has one head, so it has one writer. The events are in the
    journal when that transaction is committed, and not before. Where the database is not the one that was written
    last, an entry that says so comes before them, even if there are none.
    """
    index, previous = head(connection)
    guard: Guard | None = connection.get_execution_options().get(GUARD)
    breach = guard.breach(connection, index, previous) if guard is not None else None
    written = (breach, *events) if breach is not None else events
    if not written:
        return []
    entries: list[Entry] = []
    for event in written:
        entries.append(link(index, event, previous))
        index, previous = index + 1, entries[-1].hash
    connection.execute(_ADD_ENTRY, [_entry_row(entry) for entry in entries])
    failpoints.reach("append.entries")
    subjects.add(connection, entries)
    payloads = [
        {"entry_index": entry.index, "role": payload.role, "data": payload.packed}
        for entry, event in zip(entries, written, strict=True)
        for payload in event.payloads
    ]
    if payloads:
        connection.execute(_ADD_PAYLOAD, payloads)
    keys.add(connection, (event.new_key for event in events if event.new_key is not None))
    failpoints.reach("append.payloads")
    merkle.grow(connection, entries[0].index, len(entries))
    failpoints.reach("append.tiles")
    if guard is not None:
        guard.appended(connection, index, previous)
    return entries[len(written) - len(events) :]


def link(index: int, event: Event, previous: str) -> Entry:
    """Return what `event` is as the entry `index` behind the one with the hash `previous`; stores nothing."""
    at = event.at.astimezone(dt.UTC)
    digests = {payload.role: Digest(payload.sha256, len(payload.data)) for payload in event.payloads}
    record = canonical(
        {
            "at": moment(at),
            "facts": dict(event.facts),
            "format": FORMAT,
            "index": index,
            "kind": event.kind.value,
            "message": event.message,
            "payloads": {role: {"sha256": digest.sha256, "size": digest.size} for role, digest in digests.items()},
            "previous": previous,
        }
    )
    facts = dict(event.facts)
    return Entry(index, event.kind.value, at, event.message, facts, digests, previous, hash_of(record), record)


def size(connection: sa.Connection) -> int:
    """Return the number of entries, which is the index of the next one."""
    last: int | None = connection.execute(_LAST).scalar()
    return 0 if last is None else last + 1


def head(connection: sa.Connection) -> tuple[int, str]:
    """Return the number of entries, and the hash of the last one: what the next record names."""
    row = connection.execute(_HEAD).first()
    return (0, GENESIS) if row is None else (row.entry_index + 1, row.hash)


def entries(connection: sa.Connection, start: int = 0, stop: int | None = None) -> Iterator[Entry]:
    """Yield the entries from index `start` up to, not including, `stop`; raises ValueError for a damaged record."""
    for row in rows(connection, start, stop):
        yield decode(row.record, row.hash)


def entry(connection: sa.Connection, index: int) -> Entry:
    """Return one entry; raises NotFound, and ValueError for a damaged record."""
    row = lenient.read(connection, lambda: connection.execute(_ONE, {"index": index}).first())
    if row is None:
        raise errors.NotFound(f"entry {index}")
    found = decode(bytes(row.record), row.hash)
    if hash_of(bytes(row.record)) != row.hash or found.index != index:
        raise ValueError("the record is not the one that was written here")
    return found


def rows(connection: sa.Connection, start: int = 0, stop: int | None = None) -> Iterator[tables.Row]:
    """Yield the stored rows themselves, judged by nobody, by pages of `PAGE`: memory does not grow with the journal."""
    while found := page(connection, start, stop):
        yield from found
        start = found[-1].entry_index + 1


def page(connection: sa.Connection, start: int, stop: int | None = None) -> Sequence[tables.Row]:
    """Return the first `PAGE` of the rows that `rows` yields."""
    bounds = {"start": start, "stop": _END if stop is None else stop, "limit": PAGE}
    return lenient.read(connection, lambda: connection.execute(_PAGE, bounds).all())


def payload(connection: sa.Connection, index: int, role: str) -> bytes:
    """Return a document of the entry `index`, byte for byte as it came, from the database or from an archive.

    Raises NotFound when there is none, Erased when it was destroyed by order, KeyMissing when the installation's key is
    not here, Archived when the file of its archive is not, ValueError, saying what is wrong, when the document or its
    data key is damaged.
    """
    row = connection.execute(_PAYLOAD, {"index": index, "role": role}).first()
    if row is None or (row.wrapped is None and sealing.key_id(row.data) is not None):
        erased = connection.execute(_ERASED, {"index": index}).scalar()
        if erased is not None:
            raise errors.Erased(erased)
    if row is None:
        return _archived(connection, index, role)
    return unpack(keys.opened(keys.keyring(connection), role, row.data, row.wrapped))


def stored(connection: sa.Connection, index: int, role: str) -> bytes:
    """Return a document of the entry `index` as it is stored: compressed, and sealed where it is.

    Raises NotFound, Archived and ValueError as `payload`, Erased where nothing is stored any more.
    """
    data: bytes | None = connection.execute(_PAYLOAD, {"index": index, "role": role}).scalar()
    if data is not None:
        return bytes(data)
    erased = connection.execute(_ERASED, {"index": index}).scalar()
    if erased is not None:
        raise errors.Erased(erased)
    return archived.stored(connection, index, role)


def _archived(connection: sa.Connection, index: int, role: str) -> bytes:
    packed = archived.stored(connection, index, role)
    data = unpack(keys.opened(keys.keyring(connection), role, packed, keys.beside(connection, packed)))
    # A file is not guarded as the database is: it may be that of another journal.
    if entry(connection, index).payloads.get(role) != Digest(hashlib.sha256(data).hexdigest(), len(data)):
        raise ValueError("not the bytes that were recorded")
    return data


def unpack(packed: bytes) -> bytes:
    """Return what the bytes of a compressed payload hold; raises ValueError when they are damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(packed)
    except (zstandard.ZstdError, TypeError) as error:
        raise ValueError(f"not a zstd frame: {error}") from error


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return `value` in the canonical form of RFC 8785, for the values and names that the format allows."""
    return _ENCODER.encode(value).encode()


def hash_of(record: bytes) -> str:
    """Return the hash of a record in hex: the leaf hash of RFC 6962."""
    return hashlib.sha256(b"\x00" + record).hexdigest()


def moment(at: dt.datetime) -> str:
    """Return `at` (aware) as a record writes it."""
    return f"{at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def decode(record: bytes, hash_: str | None = None) -> Entry:
    """Read a record of format 1; raises ValueError, saying what is wrong, for anything else."""
    try:
        content = json.loads(record)
        if content["format"] != FORMAT:
            raise ValueError(f"unknown format {content['format']!r}")
        if content.keys() != _MEMBERS or canonical(content) != record:
            raise ValueError("not in canonical form")
        for name, value in content["facts"].items():
            _check_fact(name, value)
        at = dt.datetime.fromisoformat(content["at"])
        if moment(at) != content["at"]:
            raise ValueError(f"not a moment: {content['at']}")
        return Entry(
            index=content["index"],
            kind=content["kind"],
            at=at,
            message=content["message"],
            facts=content["facts"],
            payloads={role: Digest(**digest) for role, digest in content["payloads"].items()},
            previous=content["previous"],
            hash=hash_ or hash_of(record),
            record=record,
        )
    except (KeyError, TypeError, AttributeError, UnicodeError, RecursionError) as error:
        raise ValueError(f"not a record: {error}") from error


PAGE: Final = 500
_END: Final = 2**63 - 1

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_MEMBERS: Final = frozenset({"at", "facts", "format", "index", "kind", "message", "payloads", "previous"})
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_SAFE_INTEGER: Final = 2**53 - 1  # the largest that every JSON reader reads exactly (RFC 7493)

_ENTRY: Final = tables.journal_entry
_DATA: Final = tables.journal_payload
_HEAD: Final = sa.select(_ENTRY.c.entry_index, _ENTRY.c.hash).order_by(_ENTRY.c.entry_index.desc()).limit(1)
_LAST: Final = sa.select(sa.func.max(_ENTRY.c.entry_index))
# Read as the driver gives them, because a damaged value must reach `verify` and not fail before.
_PAGE: Final = (
    sa.select(*(sa.type_coerce(column, sa.types.NULLTYPE).label(column.name) for column in _ENTRY.c))
    .where(_ENTRY.c.entry_index >= sa.bindparam("start"), _ENTRY.c.entry_index < sa.bindparam("stop"))
    .order_by(_ENTRY.c.entry_index)
    .limit(sa.bindparam("limit"))
)
_ONE: Final = sa.select(_ENTRY.c.record, _ENTRY.c.hash).where(_ENTRY.c.entry_index == sa.bindparam("index"))
_PAYLOAD: Final = (
    sa.select(_DATA.c.data, keys.WRAPPED)
    .select_from(keys.BESIDE_PAYLOADS)
    .where(_DATA.c.entry_index == sa.bindparam("index"), _DATA.c.role == sa.bindparam("role"))
)
_ERASED: Final = sa.select(tables.journal_erasure.c.erased_index).where(
    tables.journal_erasure.c.entry_index == sa.bindparam("index")
)
_ADD_ENTRY: Final = sa.insert(_ENTRY)
_ADD_PAYLOAD: Final = sa.insert(_DATA)


def _altered(value: _Value, **changes: object) -> _Value:
    """Return a copy of a frozen value with a few members changed, which is not digested and checked anew."""
    made: _Value = object.__new__(type(value))
    for name in value.__slots__:
        object.__setattr__(made, name, changes[name] if name in changes else getattr(value, name))
    return made


def _check_fact(name: str, value: Fact) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a name of a fact: {name!r}")
    if isinstance(value, str):
        value.encode()  # a lone surrogate has no UTF-8
    elif value is not None and not isinstance(value, int):
        raise ValueError(f"fact {name}: {type(value).__name__} has no canonical form")
    elif value is not None and abs(value) > _SAFE_INTEGER:
        raise ValueError(f"fact {name}: {value} is larger than JSON readers can read")


def _entry_row(entry: Entry) -> dict[str, object]:
    return {
        "entry_index": entry.index,
        "kind": entry.kind,
        "at": moment(entry.at),
        "message": entry.message,
        "record": entry.record,
        "hash": entry.hash,
    }
