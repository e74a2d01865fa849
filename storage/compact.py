"""A compact range: the hashes of the perfect subtrees that make up a Merkle tree, and the tree as it grows by leaves.

As many hashes as its size has bits set stand for any number of entries: whoever has them computes the root over these
and what follows, without having seen them (the term is that of the transparency logs; hashes as in RFC 6962).
"""

from __future__ import annotations

import dataclasses

from storage import tree


@dataclasses.dataclass(slots=True)
class CompactRange:
    """The first `size` leaves of a tree."""

    size: int
    hashes: list[bytes]
    """Of the perfect subtrees, from the left, the largest first."""

    def __post_init__(self) -> None:
        if (
            self.size < 0
            or len(self.hashes) != self.size.bit_count()
            or any(len(each) != tree.HASH for each in self.hashes)
        ):
            raise ValueError(f"not the subtrees of {self.size} entries")

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next entry."""
        last, rest = leaf, self.size
        while rest & 1:
            last, rest = tree.node(self.hashes.pop(), last), rest >> 1
        self.hashes.append(last)
        self.size += 1

    def root(self) -> bytes:
        """Return the root hash: MTH(D[size])."""
        if not self.hashes:
            return tree.EMPTY
        *left, found = self.hashes
        for each in reversed(left):
            found = tree.node(each, found)
        return found
