"""Checkpoints: what the installation has signed of its journal, in that order, and by which certificates.

What a note says is nothing to storage; it is kept byte for byte and never changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
from typing import Final

import sqlalchemy as sa

from storage import tables


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """A stored checkpoint."""

    number: int
    """Position among all checkpoints, from 0."""
    size: int
    """Entries that it covers."""
    note: str
    """The signed note (C2SP signed-note)."""
    certificate: bytes
    """Of the key that signed it, DER."""


def last(connection: sa.Connection) -> Kept | None:
    """Return the newest checkpoint, None where there is none."""
    return _kept(connection.execute(_LAST).first())


def covering(connection: sa.Connection, index: int) -> Kept | None:
    """Return the first checkpoint that covers the entry `index`: always the same one; None where none does yet."""
    return _kept(connection.execute(_COVERING, {"index": index}).first())


def add(connection: sa.Connection, size: int, note: str, certificate: bytes) -> Kept:
    """Store a checkpoint as the newest; `connection` comes from `Database.write()`."""
    newest = last(connection)
    number = 0 if newest is None else newest.number + 1
    signer = hashlib.sha256(certificate).hexdigest()
    if connection.execute(_KNOWN, {"signer": signer}).first() is None:
        connection.execute(_ADD_SIGNER, {"fingerprint": signer, "certificate": certificate})
    connection.execute(_ADD, {"number": number, "size": size, "note": note, "signer": signer})
    return Kept(number, size, note, certificate)


def _kept(row: tables.Row | None) -> Kept | None:
    return None if row is None else Kept(row.number, row.size, row.note, bytes(row.certificate))


_TABLE: Final = tables.journal_checkpoint
_SIGNER: Final = tables.journal_signer
_SELECT: Final = sa.select(_TABLE.c.number, _TABLE.c.size, _TABLE.c.note, _SIGNER.c.certificate).join(_SIGNER)
_LAST: Final = _SELECT.order_by(_TABLE.c.number.desc()).limit(1)
_COVERING: Final = _SELECT.where(_TABLE.c.size > sa.bindparam("index")).order_by(_TABLE.c.number).limit(1)
_KNOWN: Final = sa.select(_SIGNER.c.fingerprint).where(_SIGNER.c.fingerprint == sa.bindparam("signer"))
_ADD_SIGNER: Final = sa.insert(_SIGNER)
_ADD: Final = sa.insert(_TABLE)
