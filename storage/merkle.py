"""The journal as a Merkle tree: full tiles are stored as they fill, so that a proof among millions costs a few reads.

A tile is written in the transaction that fills it and never again. What no full tile holds is computed from the hashes
of at most 255 entries, and from the roots of at most 255 tiles of the level below. Mathematics: `storage.tree`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from storage import lenient, tables, tree


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


def reader(connection: sa.Connection) -> tree.Tile:
    """Return what reads tiles, for trees of many sizes of one snapshot: each full tile is fetched once."""

    @functools.lru_cache(maxsize=256)
    def whole(level: int, number: int) -> bytes | None:
        found = connection.execute(_TILE, {"level": level, "number": number}).scalar()
        return bytes(found) if found is not None and len(found) == tree.WIDTH * tree.HASH else None

    def read(level: int, number: int, width: int) -> bytes:
        full = whole(level, number)
        return tile(connection, level, number, width) if full is None else full[: width * tree.HASH]

    return read


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


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """A tile as it is stored; what was damaged beyond being bytes is empty here."""

    number: int
    root: bytes
    hashes: bytes

    @property
    def has_its_root(self) -> bool:
        """Whether the tile is whole and its root is the one over its hashes."""
        return len(self.hashes) == tree.WIDTH * tree.HASH and tree.above(self.hashes) == self.root


def stored(connection: sa.Connection, start: int, stop: int) -> list[Stored]:
    """Return the stored tiles that hold hashes of the entries from `start` up to `stop`, judged by nobody."""
    return list(_tiles(connection, 0, start // tree.WIDTH, (stop - 1) // tree.WIDTH))


def faults(connection: sa.Connection) -> Iterator[tuple[int, str]]:
    """Yield what is wrong with the tree above its leaves: the entry where a tile begins, and what is wrong with it.

    Whether the tiles of level 0 repeat the entries and have their roots is asked by whoever reads those entries.
    """
    size: int = connection.execute(_COUNT).scalar_one()
    head = connection.execute(_LAST).scalar()
    levels = set(connection.execute(_LEVELS).scalars())
    level, span, below = 0, tree.WIDTH, dict[int, bytes]()
    while size >= span or level in levels:
        levels.discard(level)
        roots = dict[int, bytes]()
        for tile in _roots(connection) if level == 0 else _tiles(connection, level, -_END, _END):
            number, last = tile.number, (tile.number + 1) * span - 1
            if number < 0 or head is None or last > head:
                yield max(number, 0) * span, f"a tile of the tree reaches to entry {last}, the journal has {size}"
                continue
            roots[number] = tile.root
            if level and not tile.has_its_root:
                yield number * span, f"the tile of level {level} does not have its root"
            elif level and tile.hashes != b"".join(
                below.get(number * tree.WIDTH + at, b"") for at in range(tree.WIDTH)
            ):
                yield number * span, f"the tile of level {level} does not repeat the roots below it"
        missing = next((number for number in range(size // span) if number not in roots), None)
        if missing is not None:
            yield missing * span, f"a tile of level {level} is missing"
        level, span, below = level + 1, span * tree.WIDTH, roots
    for strange in sorted(levels, key=str):
        yield 0, f"the tree has no level {strange!r}"


def _roots(connection: sa.Connection) -> Iterator[Stored]:
    """Yield the tiles of level 0 without their hashes."""
    row: tables.Row
    for row in connection.execute(_NUMBERED, {"first": -_END, "last": _END}):
        yield Stored(row.number, _octets(row.root), b"")


def _tiles(connection: sa.Connection, level: int, first: int, last: int) -> Iterator[Stored]:
    row: tables.Row
    for row in connection.execute(_TILES, {"level": level, "first": first, "last": last}):
        yield Stored(row.number, _octets(row.root), _octets(row.hashes))


def _octets(value: object) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else b""


def _add(connection: sa.Connection, level: int, number: int) -> None:
    hashes = _row(connection, level, number * tree.WIDTH, tree.WIDTH)
    connection.execute(_ADD, {"level": level, "number": number, "root": tree.above(hashes), "hashes": hashes})


def _row(connection: sa.Connection, level: int, first: int, count: int) -> bytes:
    """Return hashes of a level from what is below it: entries, or tiles."""
    bounds = {"below": level - 1, "first": first, "last": first + count - 1}
    found = lenient.read(connection, lambda: connection.execute(_ROOTS if level else _HASHES, bounds).scalars().all())
    hashes = b"".join(bytes(each) if level else bytes.fromhex(each) for each in found)
    if len(hashes) != count * tree.HASH:
        raise ValueError(f"the journal has no {count} hashes of level {level} from number {first} on")
    return hashes


_END: Final = 2**62
_ENTRY: Final = tables.journal_entry
_COUNT: Final = sa.select(sa.func.count()).select_from(_ENTRY)
_LAST: Final = sa.select(sa.func.max(_ENTRY.c.entry_index))
_TABLE: Final = tables.journal_tile
_ADD: Final = sa.insert(_TABLE)
_TILE: Final = sa.select(_TABLE.c.hashes).where(
    _TABLE.c.level == sa.bindparam("level"), _TABLE.c.number == sa.bindparam("number")
)
_NUMBERS: Final = _TABLE.c.number.between(sa.bindparam("first"), sa.bindparam("last"))
# Read as the driver gives them, because a damaged value must reach whoever judges it.
_RAW: Final = [
    sa.type_coerce(column, sa.types.NULLTYPE).label(column.name)
    for column in (_TABLE.c.number, _TABLE.c.root, _TABLE.c.hashes)
]
_TILES: Final = (
    sa.select(*_RAW)
    .where(_TABLE.c.level == sa.bindparam("level"), _NUMBERS)
    .order_by(_TABLE.c.number)
    .execution_options(yield_per=64)
)
_NUMBERED: Final = sa.select(*_RAW[:2]).where(_TABLE.c.level == 0, _NUMBERS).order_by(_TABLE.c.number)
_LEVELS: Final = sa.select(sa.type_coerce(_TABLE.c.level, sa.types.NULLTYPE)).distinct()
_ROOTS: Final = (
    sa.select(_TABLE.c.root).where(_TABLE.c.level == sa.bindparam("below"), _NUMBERS).order_by(_TABLE.c.number)
)
_HASHES: Final = (
    sa.select(_ENTRY.c.hash)
    .where(_ENTRY.c.entry_index.between(sa.bindparam("first"), sa.bindparam("last")))
    .order_by(_ENTRY.c.entry_index)
)
