"""The journal as a Merkle tree: full tiles are stored as they fill, so that a proof among millions costs a few reads.

A tile is written in the transaction that fills it and never again. What no full tile holds is computed from the hashes
of at most 255 entries, and from the roots of at most 255 tiles of the level below. Mathematics: `storage.tree`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from storage import tables, tree


def grow(connection: sa.Connection, start: int, count: int) -> None:
    """Store the tiles that `count` new entries from `start` on, already in the table, have filled.

    Raises ValueError where a hash below is missing or none: no tree is built over a damaged journal.
    """
    for number in range(start // tree.WIDTH, (start + count) // tree.WIDTH):
        level, at = 0, number
        _add(connection, level, at)
        while (at + 1) % tree.WIDTH == 0:
            level, at = level + 1, at // tree.WIDTH
            _add(connection, level, at)


def at_size(connection: sa.Connection, size: int) -> tree.Tree:
    """Return the tree of the first `size` entries, to be used while `connection` is open.

    Reading raises ValueError where the journal is shorter or damaged.
    """
    return tree.Tree(size, lambda level, number, width: tile(connection, level, number, width))


def root(connection: sa.Connection, size: int) -> bytes:
    """Return the root hash over the first `size` entries."""
    return at_size(connection, size).root()


def inclusion(connection: sa.Connection, index: int, size: int) -> list[bytes]:
    """Return the proof that the entry `index` is among the first `size`."""
    return at_size(connection, size).inclusion(index)


def consistency(connection: sa.Connection, old: int, new: int) -> list[bytes]:
    """Return the proof that the first `new` entries begin with the first `old`."""
    return at_size(connection, new).consistency(old)


def tile(connection: sa.Connection, level: int, number: int, width: int = tree.WIDTH) -> bytes:
    """Return the first `width` hashes of a tile; raises ValueError where the journal has not that many, or bad ones."""
    if width == tree.WIDTH:
        place = {"level": level, "number": number}
        hashes: bytes | None = connection.execute(_TILE, place).scalar()
        if hashes is None or len(hashes) != tree.WIDTH * tree.HASH:
            raise ValueError(f"the journal has no whole tile {number} of level {level}")
        return bytes(hashes)
    return _row(connection, level, number * tree.WIDTH, width)


def leaves(connection: sa.Connection, start: int, stop: int) -> dict[int, str]:
    """Return what the stored tiles say of the entries from `start` up to `stop`: index to hash in hex."""
    found: dict[int, str] = {}
    first, last = start // tree.WIDTH, (stop - 1) // tree.WIDTH
    for row in connection.execute(_TILES, {"level": 0, "first": first, "last": last}):
        hashes = bytes(row.hashes).hex()
        for offset in range(min(tree.WIDTH, len(hashes) // 64)):
            index = row.number * tree.WIDTH + offset
            if start <= index < stop:
                found[index] = hashes[offset * 64 : (offset + 1) * 64]
    return found


def faults(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    """Recompute the stored tiles: yield the index of the entry where each wrong one begins, and what is wrong.

    Whether level 0 repeats the entries is not asked here, see `leaves`.
    """
    size: int = connection.execute(_COUNT).scalar_one()
    level, span, below = 0, tree.WIDTH, dict[int, bytes]()
    while True:
        wanted, roots = size // span, dict[int, bytes]()
        for row in connection.execute(_TILES, {"level": level, "first": 0, "last": _END}):
            if row.number >= wanted:
                last = (row.number + 1) * span - 1
                yield row.number * span, f"a tile of the tree reaches to entry {last}, the journal has {size}"
                continue
            hashes, roots[row.number] = bytes(row.hashes), bytes(row.root)
            if len(hashes) != tree.WIDTH * tree.HASH or tree.above(hashes) != roots[row.number]:
                yield row.number * span, f"the tile of level {level} does not have its root"
            elif level and hashes != b"".join(below.get(row.number * tree.WIDTH + at, b"") for at in range(tree.WIDTH)):
                yield row.number * span, f"the tile of level {level} does not repeat the roots below it"
        if len(roots) < wanted:
            missing = next(number for number in range(wanted) if number not in roots)
            yield missing * span, f"a tile of level {level} is missing"
        if not wanted and level:
            return
        level, span, below = level + 1, span * tree.WIDTH, roots


def _add(connection: sa.Connection, level: int, number: int) -> None:
    hashes = _row(connection, level, number * tree.WIDTH, tree.WIDTH)
    connection.execute(_ADD, {"level": level, "number": number, "root": tree.above(hashes), "hashes": hashes})


def _row(connection: sa.Connection, level: int, first: int, count: int) -> bytes:
    """Return hashes of a level from what is below it: entries, or tiles."""
    bounds = {"below": level - 1, "first": first, "last": first + count - 1}
    found = connection.execute(_ROOTS if level else _HASHES, bounds).scalars()
    hashes = b"".join(bytes(each) if level else bytes.fromhex(each) for each in found)
    if len(hashes) != count * tree.HASH:
        raise ValueError(f"the journal has no {count} hashes of level {level} from number {first} on")
    return hashes


_END: Final = 2**62
_ENTRY: Final = tables.journal_entry
_COUNT: Final = sa.select(sa.func.count()).select_from(_ENTRY)
_TABLE: Final = tables.journal_tile
_ADD: Final = sa.insert(_TABLE)
_TILE: Final = sa.select(_TABLE.c.hashes).where(
    _TABLE.c.level == sa.bindparam("level"), _TABLE.c.number == sa.bindparam("number")
)
_NUMBERS: Final = _TABLE.c.number.between(sa.bindparam("first"), sa.bindparam("last"))
_TILES: Final = (
    sa.select(_TABLE.c.number, _TABLE.c.root, _TABLE.c.hashes)
    .where(_TABLE.c.level == sa.bindparam("level"), _NUMBERS)
    .order_by(_TABLE.c.number)
    .execution_options(yield_per=64)
)
_ROOTS: Final = (
    sa.select(_TABLE.c.root).where(_TABLE.c.level == sa.bindparam("below"), _NUMBERS).order_by(_TABLE.c.number)
)
_HASHES: Final = (
    sa.select(_ENTRY.c.hash)
    .where(_ENTRY.c.entry_index.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_ENTRY.c.entry_index)
)
