"""Whether the journal is still what was written: every change, loss, swap and insertion is found and its index named.

What cannot be found from inside (P10): a tail that was cut off together with its payloads, and a chain that was
computed anew from some index on by an owner of the database. Whoever holds a later hash finds both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import sqlalchemy as sa

from storage import documents, errors, journal, merkle, sound, tables, tree


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was written."""

    index: int
    """Index of the entry that is missing, foreign or changed."""
    what: str
    """What is wrong with it, for the auditor."""
    unread: bool = False
    """Nothing is known to be wrong: it could not be compared."""


def verify(
    connection: sa.Connection, start: int = 0, stop: int | None = None, *, payloads: bool = True
) -> Iterator[Fault]:
    """Recompute the journal from `start` up to `stop` and yield its faults by index; nothing when all is well.

    To the end, what stands above the entries is verified too, as `above` does, and its faults told last.
    With `payloads` every document is opened, unpacked and digested too; without it only that each is there. Documents
    that were erased by order are no fault where the journal tells of the order. Where some cannot be read, because the
    installation's key or an archive is not here, the first of them is told, `unread`.
    Started in the middle, the hash before `start` is taken from the stored entry. Memory does not grow with the
    journal.
    """
    chain, kept = _Chain.beginning_at(connection, start), documents.Documents(connection, opened=payloads)
    # Nothing can stand before index 0, so that is looked for too.
    page = journal.page(connection, start or -_END, stop)
    while page:
        yield from _verify_page(connection, chain, page, kept)
        page = journal.page(connection, page[-1].entry_index + 1, stop)
    if stop is None:
        yield from above(connection, chain.index)


def above(connection: sa.Connection, end: int) -> Iterator[Fault]:
    """Yield the faults of the tree above its leaves, and of payloads behind the last entry, which is `end` - 1."""
    for start, stop in ((-_END, 0), (end, _END)):
        rows = documents.ownerless(connection, start, stop)
        yield from (Fault(row.entry_index, f"payload {row.role!r} has no entry") for row in rows)
    yield from (Fault(index, what) for index, what in merkle.faults(connection))


def counted(connection: sa.Connection, start: int, stop: int) -> tuple[int, int]:
    """Return how many entries there are from `start` up to `stop`, and how many payloads of theirs."""
    entries = connection.execute(_ENTRIES, {"start": start, "stop": stop}).scalar_one()
    return entries, documents.count(connection, start, stop)


def end_of_part(connection: sa.Connection, start: int, stop: int, step: int) -> int:
    """Return before which entry a part of the journal from `start` on ends: at a multiple of `step`, or at `stop`.

    It ends behind an entry that is there: what is missing belongs to one part then, which tells of it once; and however
    much is missing, each part has entries.
    """
    first = connection.execute(_FIRST, {"start": start, "stop": stop}).scalar()
    end = stop if first is None else (first // step + 1) * step
    return stop if end >= stop else int(connection.execute(_BEFORE, {"index": end}).scalar_one()) + 1


@dataclasses.dataclass(slots=True)
class _Chain:
    """How far the verification has come, and what the next entry must name as the hash before it."""

    index: int
    previous: frozenset[str] | None
    """Hashes that the next record may name; None when its predecessor is missing and nobody can say."""
    unread: set[str] = dataclasses.field(default_factory=set)
    """Why payloads could not be read, as it was told."""

    @classmethod
    def beginning_at(cls, connection: sa.Connection, start: int) -> _Chain:
        if start == 0:
            return cls(0, frozenset({journal.GENESIS}))
        before = journal.page(connection, start - 1, start)
        return cls(start, _hashes(before[0]) if before else None)


def _hashes(row: tables.Row) -> frozenset[str] | None:
    """Return the hashes that may be an entry's; either may be the true one, and the next entry is not to be blamed."""
    return frozenset({journal.hash_of(row.record), row.hash}) if isinstance(row.record, bytes) else None


def _verify_page(
    connection: sa.Connection, chain: _Chain, page: Sequence[tables.Row], payloads: documents.Documents
) -> Iterator[Fault]:
    stop = page[-1].entry_index + 1
    kept, erased = payloads.stored(chain.index, stop)
    tiles = merkle.stored(connection, chain.index, stop)
    for tile in tiles:
        if tile.number * tree.WIDTH >= chain.index and not tile.has_its_root:
            yield Fault(tile.number * tree.WIDTH, "the tile of level 0 does not have its root")
    beside = _Beside(kept, erased, payloads, sound.differing(page, tiles))
    position = _pass_sound(page, 0, chain, beside)
    while position < len(page):
        yield from _judge(page[position], chain, beside)
        position = _pass_sound(page, position + 1, chain, beside)


@dataclasses.dataclass(frozen=True, slots=True)
class _Beside:
    """What else is stored of the entries of a page, by their indexes."""

    kept: Mapping[int, Mapping[str, sound.Kept]]
    """Payloads by their role."""
    erased: AbstractSet[int]
    """Entries whose payloads were erased by order."""
    documents: documents.Documents
    leaves: Mapping[int, str]
    """Hashes in the tiles of the tree, unless the page has just these."""


def _pass_sound(page: Sequence[tables.Row], position: int, chain: _Chain, beside: _Beside) -> int:
    """Go on along the chain over entries that are as they were written; return the position where that ends."""
    if chain.previous is None or len(chain.previous) != 1:
        return position
    (previous,) = chain.previous
    count = sound.passed(page[position:], chain.index, previous, beside.kept, beside.leaves)
    if count:
        chain.index, chain.previous = chain.index + count, frozenset((page[position + count - 1].hash,))
    return position + count


def _judge(row: tables.Row, chain: _Chain, beside: _Beside) -> Iterator[Fault]:
    """Yield what is wrong with an entry, and with what should stand before it."""
    if row.entry_index < chain.index:
        yield Fault(row.entry_index, "no entry can stand here")
    else:
        yield from _missing(chain, row.entry_index, beside.kept)
        entry, faults = _verify_row(row, chain)
        yield from (Fault(row.entry_index, what) for what in faults)
        if entry is not None:
            yield from _payload_faults(row.entry_index, entry.payloads, chain, beside)
        if beside.leaves.get(row.entry_index, row.hash) != row.hash:
            yield Fault(row.entry_index, "the tree has another hash here")
        chain.index = row.entry_index + 1


def _missing(chain: _Chain, stop: int, kept: Mapping[int, Mapping[str, sound.Kept]]) -> Iterator[Fault]:
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
    faults = [] if journal.hash_of(row.record) == row.hash else ["the record does not have the stored hash"]
    expected, chain.previous = chain.previous, _hashes(row)
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


def _payload_faults(
    index: int, recorded: Mapping[str, journal.Digest], chain: _Chain, beside: _Beside
) -> Iterator[Fault]:
    found = beside.kept.get(index, {})
    for role in sorted(found.keys() - recorded.keys()):
        yield Fault(index, f"payload {role!r} is not in the record")
    for role, digest in sorted(recorded.items()):
        if role in found:
            kept = found[role]
        else:
            kept = None if index in beside.erased else beside.documents.dropped(index, role)
        if isinstance(kept, errors.NotReady):
            if str(kept) not in chain.unread:
                chain.unread.add(str(kept))
                yield Fault(index, f"payload {role!r}, and others, were not compared: {kept}", unread=True)
        elif isinstance(kept, str):
            yield Fault(index, f"payload {role!r}: {kept}")
        elif isinstance(kept, journal.Digest) and kept != digest:
            yield Fault(index, f"payload {role!r}: not the bytes that were recorded")


# Payloads behind the last entry are what is left when a tail was cut carelessly.
_END: Final = 2**62
_ENTRY: Final = tables.journal_entry.c
_FIRST: Final = sa.select(sa.func.min(_ENTRY.entry_index)).where(
    _ENTRY.entry_index >= sa.bindparam("start"), _ENTRY.entry_index < sa.bindparam("stop")
)
_BEFORE: Final = sa.select(sa.func.max(_ENTRY.entry_index)).where(_ENTRY.entry_index < sa.bindparam("index"))
_ENTRIES: Final = sa.select(sa.func.count(_ENTRY.entry_index)).where(
    _ENTRY.entry_index >= sa.bindparam("start"), _ENTRY.entry_index < sa.bindparam("stop")
)
