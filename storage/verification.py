"""Whether the journal is still what was written: every change, loss, swap and insertion is found and its index named.

What cannot be found from inside (P10): a tail that was cut off together with its payloads, and a chain that was
computed anew from some index on by an owner of the database. Whoever holds a later hash finds both.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

import sqlalchemy as sa

from storage import archived, archives, erasure, errors, journal, keys, merkle, sealing, tables


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written."""

    index: int
    """Index of the entry that is missing, foreign or changed."""
    what: str
    """What is wrong with it, for the auditor."""


def verify(
    connection: sa.Connection,
    start: int = 0,
    stop: int | None = None,
    *,
    payloads: bool = True,
    away: set[str] | None = None,
) -> Iterator[Fault]:
    """Recompute the journal from `start` up to `stop` and yield its faults by index; nothing when all is well.

    To the end, the tiles of the tree are recomputed too, and their faults told last.
    With `payloads` every document is opened, unpacked and digested too; without it only that each is there. Documents
    that were erased by order are no fault where the journal tells of the order. Where sealed ones cannot be opened,
    because the installation's key is not here, one fault says so, at the first of them. Those that were dropped are
    read from their archive; where its file is not here they are not judged, and its name is put into `away`.
    Started in the middle, the hash before `start` is taken from the stored entry. Memory does not grow with the
    journal.
    """
    with _damaged_text_readable(connection):
        chain = _Chain.beginning_at(connection, start)
        dropped = _Dropped(connection, archives.told(connection), set() if away is None else away, opened=payloads)
        page: list[tables.Row] = []
        # Nothing can stand before index 0, so that is looked for too.
        for row in journal.rows(connection, start or -_END, stop):
            page.append(row)
            if len(page) == journal.PAGE:
                yield from _verify_page(connection, chain, page, dropped, payloads=payloads)
                page = []
        yield from _verify_page(connection, chain, page, dropped, payloads=payloads)
        if stop is None:
            for owned in connection.execute(_ROLES, {"start": chain.index, "stop": _END}):
                yield Fault(owned.entry_index, f"payload {owned.role!r} has no entry")
            yield from (Fault(index, what) for index, what in merkle.faults(connection))


@dataclasses.dataclass(slots=True)
class _Chain:
    """How far the verification has come, and what the next entry must name as the hash before it."""

    index: int
    previous: frozenset[str] | None
    """Hashes that the next record may name; None when its predecessor is missing and nobody can say."""
    closed: bool = False
    """Whether it was told that payloads could not be opened."""

    @classmethod
    def beginning_at(cls, connection: sa.Connection, start: int) -> _Chain:
        if start == 0:
            return cls(0, frozenset({journal.GENESIS}))
        before = list(journal.rows(connection, start - 1, start))
        return cls(start, frozenset({before[0].hash}) if before else None)


@contextlib.contextmanager
def _damaged_text_readable(connection: sa.Connection) -> Iterator[None]:
    """SQLite answers text that is not UTF-8 with an error that names no row; here it is read, and then judged."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        yield
        return
    # In C, for it is called for every text.
    driver.text_factory = functools.partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _verify_page(
    connection: sa.Connection, chain: _Chain, page: list[tables.Row], dropped: _Dropped, *, payloads: bool
) -> Iterator[Fault]:
    if not page:
        return
    stop = page[-1].entry_index + 1
    erased = erasure.told(connection, chain.index, stop)
    beside = _Beside(
        kept=_kept(connection, chain.index, stop, erased, payloads=payloads),
        erased=erased,
        leaves=merkle.leaves(connection, chain.index, stop),
        dropped=dropped,
    )
    position = _pass_sound(page, 0, chain, beside)
    while position < len(page):
        yield from _judge(page[position], chain, beside)
        position = _pass_sound(page, position + 1, chain, beside)


@dataclasses.dataclass(frozen=True, slots=True)
class _Beside:
    """What else is stored of the entries of a page, by their indexes."""

    kept: Mapping[int, dict[str, _Kept]]
    """Payloads by their role."""
    erased: AbstractSet[int]
    """Entries whose payloads were erased by order."""
    leaves: Mapping[int, str]
    """Hashes in the tiles of the tree; only full ones are stored."""
    dropped: _Dropped


def _pass_sound(page: list[tables.Row], position: int, chain: _Chain, beside: _Beside) -> int:
    """Go on along the chain over entries without payloads that are as they were written; return where that ends.

    A record that has its hash, follows the one before and repeats its columns is judged by its bytes alone, three
    times as fast as by reading it: in canonical form no text holds a bare quote, so what stands between beginning and
    end can be nothing but facts.
    """
    if chain.previous is None or len(chain.previous) != 1:
        return position
    (previous,) = chain.previous
    index, kept, leaves, sha256 = chain.index, beside.kept, beside.leaves, hashlib.sha256
    for entry_index, kind, at, message, record, hash_ in page[position:]:
        if entry_index != index or index in kept or not isinstance(record, bytes):
            break
        try:
            read = _RECORD.fullmatch(record.decode())
        except UnicodeDecodeError:
            break
        if read is None or read.groups() != (at, str(index), kind, message, previous):
            break
        if sha256(b"\0" + record).hexdigest() != hash_ or leaves.get(index, hash_) != hash_:
            break
        index, previous, position = index + 1, hash_, position + 1
    chain.index, chain.previous = index, frozenset((previous,))
    return position


def _judge(row: tables.Row, chain: _Chain, beside: _Beside) -> Iterator[Fault]:
    """Yield what is wrong with an entry, and with what should stand before it."""
    if row.entry_index < chain.index:
        yield Fault(row.entry_index, "no entry can stand here")
    else:
        yield from _missing(chain, row.entry_index, beside.kept)
        entry, faults = _verify_row(row, chain)
        if entry is not None:
            faults += _payload_faults(entry, beside, chain)
        if beside.leaves.get(row.entry_index, row.hash) != row.hash:
            faults.append("the tree has another hash here")
        yield from (Fault(row.entry_index, what) for what in faults)
        chain.index = row.entry_index + 1


def _missing(chain: _Chain, stop: int, kept: Mapping[int, dict[str, _Kept]]) -> Iterator[Fault]:
    if chain.index == stop:
        return
    chain.previous = None
    last = stop - 1
    yield Fault(chain.index, "missing" if chain.index == last else f"missing, and all after it up to {last}")
    for index in sorted(index for index in kept if chain.index <= index < stop):
        yield from (Fault(index, f"payload {role!r} has no entry") for role in kept[index])


def _verify_row(row: tables.Row, chain: _Chain) -> tuple[journal.Entry | None, list[str]]:
    if not isinstance(row.record, bytes):
        chain.previous = None
        return None, ["the record is not bytes"]
    computed = journal.hash_of(row.record)
    faults = [] if computed == row.hash else ["the record does not have the stored hash"]
    expected = chain.previous
    # Either hash may be the true one: the fault is named here, and must not be blamed on the next entry too.
    chain.previous = frozenset({computed, row.hash})
    try:
        entry = journal.decode(row.record, row.hash)
    except ValueError as error:
        return None, [*faults, str(error)]
    if entry.index != row.entry_index:
        faults.append(f"the record says that it is entry {entry.index}")
    if expected is not None and entry.previous not in expected:
        faults.append("the record does not follow the one before it")
    if (entry.kind, journal.moment(entry.at), entry.message) != (row.kind, row.at, row.message):
        faults.append("the columns do not repeat the record")
    return entry, faults


def _payload_faults(entry: journal.Entry, beside: _Beside, chain: _Chain) -> Iterator[str]:
    found = beside.kept.get(entry.index, {})
    for role in sorted(found.keys() - entry.payloads.keys()):
        yield f"payload {role!r} is not in the record"
    for role, digest in sorted(entry.payloads.items()):
        kept = found[role] if role in found else _elsewhere(entry.index, role, beside)
        if isinstance(kept, errors.KeyMissing):
            if not chain.closed:
                yield f"payload {role!r}, and others that are sealed, were not compared: {kept}"
            chain.closed = True
        elif isinstance(kept, str):
            yield f"payload {role!r}: {kept}"
        elif kept not in (None, digest):
            yield f"payload {role!r}: not the bytes that were recorded"


def _elsewhere(index: int, role: str, beside: _Beside) -> _Kept:
    return None if index in beside.erased else beside.dropped.kept(index, role)


@dataclasses.dataclass(frozen=True, slots=True)
class _Dropped:
    """Payloads that are no longer in the database."""

    connection: sa.Connection
    archives: Sequence[archives.Archive]
    """Those of which the journal tells."""
    away: set[str]
    """Files of them that were not found."""
    opened: bool
    """Whether documents are opened and digested."""

    def kept(self, index: int, role: str) -> _Kept:
        """Return what the archive has for a payload; one that no archive has is missing."""
        covering = next((each for each in self.archives if each.start <= index < each.stop), None)
        if covering is None:
            return "missing"
        if not self.opened or covering.name in self.away:
            return None
        try:
            data = archived.stored(self.connection, index, role)
        except errors.Archived as error:
            self.away.add(error.name)
            return None
        except errors.NotFound:
            return "missing"
        except ValueError as error:
            return str(error)
        return _digest(role, data, keys.beside(self.connection, data), keys.keyring(self.connection))


def _kept(
    connection: sa.Connection, start: int, stop: int, erased: AbstractSet[int], *, payloads: bool
) -> dict[int, dict[str, _Kept]]:
    kept: dict[int, dict[str, _Kept]] = {}
    statement, keyring = _DOCUMENTS if payloads else _ROLES, keys.keyring(connection)
    for row in connection.execute(statement, {"start": start, "stop": stop}):
        looked = payloads and row.entry_index not in erased
        kept.setdefault(row.entry_index, {})[row.role] = (
            _digest(row.role, row.data, row.wrapped, keyring) if looked else None
        )
    return kept


def _digest(role: str, stored: bytes, wrapped: bytes | None, keyring: sealing.Keyring | None) -> _Kept:
    try:
        data = journal.unpack(keys.opened(keyring, role, stored, wrapped))
    except errors.KeyMissing as error:
        return error
    except ValueError as error:
        return str(error)
    return journal.Digest(hashlib.sha256(data).hexdigest(), len(data))


_RECORD: Final = re.compile(
    r'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)",'
    r'"facts":\{(?:"[a-z][a-z0-9_]*":(?:null|true|false|-?\d+|"(?:[^"\\\x00-\x1f]|\\.)*")(?:,(?=")|(?=\})))*\},'
    r'"format":1,"index":(\d+),"kind":"([a-z-]+)","message":(?:null|"([0-9A-Fa-f-]*)"),"payloads":\{\},'
    r'"previous":"([0-9a-f]{64})"\}',
    re.ASCII,
)
"""A record of format 1 without payloads: moment, index, kind, message and the hash before it."""

_Kept: TypeAlias = journal.Digest | str | errors.KeyMissing | None
"""What a stored payload turned out to be: its digest, why it has none, why nobody can look, None where nobody did."""

# Payloads behind the last entry are what is left when a tail was cut carelessly.
_END: Final = 2**62
_DATA: Final = tables.journal_payload
_RANGE: Final = (_DATA.c.entry_index >= sa.bindparam("start"), _DATA.c.entry_index < sa.bindparam("stop"))
_ORDER: Final = (_DATA.c.entry_index, _DATA.c.role)
_ROLES: Final = sa.select(_DATA.c.entry_index, _DATA.c.role).where(*_RANGE).order_by(*_ORDER)
# A few at a time: a page of entries may own gigabytes.
_DOCUMENTS: Final = (
    sa.select(
        _DATA.c.entry_index, _DATA.c.role, sa.type_coerce(_DATA.c.data, sa.types.NULLTYPE).label("data"), keys.WRAPPED
    )
    .select_from(keys.BESIDE_PAYLOADS)
    .where(*_RANGE)
    .order_by(*_ORDER)
    .execution_options(yield_per=16)
)
