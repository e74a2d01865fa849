"""The Merkle tree of RFC 6962 (section 2.1) over tiles, as values: roots, proofs, and their verification.

The tree is read through tiles of 256 hashes (C2SP tlog-tiles): the n-th tile of level l holds the hashes of the
subtrees over 256**l entries each, from the n*256-th on. Where tiles come from is the caller's business: the database of
an installation (`storage.merkle`), or HTTP for whoever watches it. Nothing here believes a tile: what was computed from
wrong ones does not fit the root that somebody has signed.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

HASH: Final = 32
"""Bytes of a hash."""
WIDTH: Final = 256
"""Hashes of a full tile."""
EMPTY: Final = hashlib.sha256().digest()
"""Root of the tree without entries."""

Tile: TypeAlias = Callable[[int, int, int], bytes]
"""Returns the first so many hashes (1 to 256) of a tile: level, number, width → width × 32 bytes."""

_HEIGHT: Final = 8
"""Levels of the tree within one tile."""


def leaf(record: bytes) -> bytes:
    """Return the hash of an entry."""
    return hashlib.sha256(b"\x00" + record).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Return the hash above two."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def above(hashes: bytes) -> bytes:
    """Return the root over hashes in one row whose number is a power of two: of a full tile, its own."""
    while len(hashes) > HASH:
        pairs = range(0, len(hashes), 2 * HASH)
        hashes = b"".join([hashlib.sha256(b"\x01" + hashes[at : at + 2 * HASH]).digest() for at in pairs])
    return hashes


def width(level: int, number: int, size: int) -> int:
    """Return how many hashes a tile has in the tree of `size` entries: 256 if it is full, 0 if it is not there."""
    return max(0, min(WIDTH, (size >> (_HEIGHT * level)) - number * WIDTH))


@dataclasses.dataclass(frozen=True, slots=True)
class Tree:
    """The tree of the first `size` entries; each tile is fetched once. Raises what `tile` raises."""

    size: int
    tile: Tile
    _fetched: dict[tuple[int, int], bytes] = dataclasses.field(default_factory=dict, init=False, repr=False)

    def root(self) -> bytes:
        """Return the root hash: MTH(D[n])."""
        return self._over(0, self.size) if self.size else EMPTY

    def inclusion(self, index: int) -> list[bytes]:
        """Return the proof that an entry is in the tree: PATH(m, D[n]); raises ValueError where it is not."""
        if not 0 <= index < self.size:
            raise ValueError(f"entry {index} is not among {self.size}")
        start, stop, path = 0, self.size, list[bytes]()
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._over(middle, stop))
                stop = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int) -> list[bytes]:
        """Return the proof that the tree begins with that of `old` entries: PROOF(m, D[n]); raises ValueError.

        It is empty where there is nothing to prove: for no entries, and for all.
        """
        if not 0 <= old <= self.size:
            raise ValueError(f"there is no tree of {old} within one of {self.size}")
        if old == 0:
            return []
        start, stop, proof = 0, self.size, list[bytes]()
        while stop != old:
            middle = start + _split(stop - start)
            if old <= middle:
                proof.append(self._over(middle, stop))
                stop = middle
            else:
                proof.append(self._over(start, middle))
                start = middle
        if start:
            proof.append(self._over(start, stop))
        return proof[::-1]

    def peaks(self) -> list[bytes]:
        """Return the hashes of the perfect subtrees that make up the tree, from the left (`storage.compact`)."""
        start, found = 0, list[bytes]()
        for height in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> height & 1:
                found.append(self._perfect(height, start >> height))
                start += 1 << height
        return found

    def _over(self, start: int, stop: int) -> bytes:
        count = stop - start
        if count & (count - 1) == 0:
            return self._perfect(count.bit_length() - 1, start // count)
        middle = start + _split(count)
        return node(self._over(start, middle), self._over(middle, stop))

    def _perfect(self, height: int, index: int) -> bytes:
        """Return the hash of the `index`-th subtree of 2**height entries."""
        level, rest = divmod(height, _HEIGHT)
        number, offset = divmod(index << rest, WIDTH)
        place = (level, number)
        if place not in self._fetched:
            self._fetched[place] = self.tile(level, number, width(level, number, self.size))
        return above(self._fetched[place][offset * HASH : (offset + (1 << rest)) * HASH])


def verify_inclusion(hash_: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `path` proves that the entry with this hash is the `index`-th of the tree (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, hash_
    for other in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(other, found)
            at, last = _raised(at, last)
        else:
            found = node(found, other)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Tell whether `proof` proves that the tree of `new` entries begins with that of `old` (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not hashes:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    first = second = hashes[0]
    for other in hashes[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            first, second = node(other, first), node(other, second)
            at, last = _raised(at, last)
        else:
            second = node(second, other)
        at, last = at >> 1, last >> 1
    return last == 0 and (first, second) == (old_root, new_root)


def _raised(at: int, last: int) -> tuple[int, int]:
    """Climb to where a node on the right edge has a sibling on its left."""
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(count: int) -> int:
    """Return the largest power of two below `count`."""
    return int(1 << ((count - 1).bit_length() - 1))
