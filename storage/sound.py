"""The passage of a verification over entries that are as they were written, by their bytes alone: most of any journal.

A record that has its hash, follows the one before and repeats its columns is not read: in canonical form no text holds
a bare quote, so what stands between its beginning and its end can be nothing but facts. Whatever is not exactly so is
left to `storage.verification`, which says what is wrong with it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from storage import errors, journal, merkle, tables, tree

Kept: TypeAlias = journal.Digest | str | errors.KeyMissing | errors.Archived | None
"""What a stored payload turned out to be: its digest, why it has none, why nobody can look, None where nobody did."""


def passed(
    page: Sequence[tables.Row],
    index: int,
    previous: str,
    kept: Mapping[int, Mapping[str, Kept]],
    leaves: Mapping[int, str],
) -> int:
    """Return how many rows are sound, of which the first has to be entry `index`, behind the one with hash `previous`.

    `kept` are the payloads of the entries by their roles, `leaves` what `differing` returned.
    """
    begin, fullmatch, sha256 = index, _RECORD.fullmatch, hashlib.sha256
    for entry_index, kind, at, message, record, hash_ in page:
        if entry_index != index or not isinstance(record, bytes):
            break
        try:
            read = fullmatch(record.decode())
        except UnicodeDecodeError:
            break
        payloads = _written(kept[index]) if index in kept else "{}"
        if read is None or read.groups() != (at, str(index), kind, message, payloads, previous):
            break
        if sha256(b"\0" + record).hexdigest() != hash_ or leaves.get(index, hash_) != hash_:
            break
        index, previous = index + 1, hash_
    return index - begin


def differing(page: Sequence[tables.Row], tiles: Iterable[merkle.Stored]) -> dict[int, str]:
    """Return the hashes that tiles have for the entries of a page, by index in hex; none where they are the page's."""
    start, stop = page[0].entry_index, page[-1].entry_index + 1
    try:
        here = bytes.fromhex("".join([row[-1] for row in page])) if stop - start == len(page) else b""
    except (TypeError, ValueError):
        here = b""
    found: dict[int, str] = {}
    for tile in tiles:
        first = tile.number * tree.WIDTH
        width = min(len(tile.hashes) // tree.HASH, tree.WIDTH)
        low, high = max(first, start), min(first + width, stop)
        hashes = tile.hashes[(low - first) * tree.HASH : (high - first) * tree.HASH]
        if hashes != here[(low - start) * tree.HASH : (high - start) * tree.HASH]:
            at = range(0, len(hashes), tree.HASH)
            found |= {low + offset // tree.HASH: hashes[offset : offset + tree.HASH].hex() for offset in at}
    return found


def _written(payloads: Mapping[str, Kept]) -> str | None:
    """Return payloads as a record names them; None where one of them cannot be named."""
    digests: dict[str, object] = {}
    for role, found in payloads.items():
        if not isinstance(found, journal.Digest):
            return None
        digests[role] = {"sha256": found.sha256, "size": found.size}
    try:
        return journal.canonical(digests).decode()
    except UnicodeEncodeError:  # a role that is no text any more
        return None


_RECORD: Final = re.compile(
    r'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)",'
    r'"facts":\{(?:"[a-z][a-z0-9_]*+":(?:"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+"|null|true|false|-?\d+)'
    r'(?:,(?=")|(?=\})))*+\},'
    r'"format":1,"index":(\d++),"kind":"([a-z-]++)","message":(?:null|"([^"\\\x00-\x1f]*+)"),'
    r'"payloads":(\{(?:"[^"\\\x00-\x1f]*+":\{"sha256":"[0-9a-f]{64}","size":\d+\}(?:,(?=")|(?=\})))*+\}),'
    r'"previous":"(.{64})"\}',  # whether it is a hash, comparing it tells
    re.ASCII,
)
"""A record of format 1: moment, index, kind, message, payloads and the hash before it."""
