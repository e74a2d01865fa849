"""The table of data keys, and the installation's keyring, which a connection carries from its `Database`.

Without a keyring the journal can be read and verified, and of its payloads only those that are not sealed.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa

from storage import errors, sealing, tables

OPTION: Final = "storage_keyring"
"""Execution option of the engines of a `Database`: its `sealing.Keyring`, or None."""


def keyring(connection: sa.Connection) -> sealing.Keyring | None:
    """Return the keyring with which the database of this connection was opened."""
    found: sealing.Keyring | None = connection.get_execution_options().get(OPTION)
    return found


def of_package(message_guid: str) -> bytes:
    """Return the id of the data key of a package, by the MessageGUID that the gateway gave to it."""
    return uuid.UUID(message_guid).bytes


def add(connection: sa.Connection, keys: Iterable[sealing.Key]) -> None:
    """Store new data keys."""
    rows = [{"key_id": key.id, "wrapped": key.wrapped} for key in keys]
    if rows:
        connection.execute(_ADD, rows)


def find(connection: sa.Connection, key_id: bytes) -> sealing.Key | None:
    """Return a stored data key, None where there is none; raises KeyMissing, and ValueError for a damaged one."""
    wrapped = connection.execute(_FIND, {"id": key_id}).scalar()
    return None if wrapped is None else unwrap(keyring(connection), key_id, wrapped)


def exists(connection: sa.Connection, key_id: bytes) -> bool:
    """Return whether a data key is stored; needs no keyring."""
    return connection.execute(_FIND, {"id": key_id}).first() is not None


def beside(connection: sa.Connection, stored: bytes) -> bytes | None:
    """Return the data key, as stored, of a payload that is read from elsewhere; None where there is none."""
    wrapped: bytes | None = connection.execute(_FIND, {"id": sealing.key_id(stored)}).scalar()
    return wrapped


def opened(ring: sealing.Keyring | None, role: str, stored: bytes, wrapped: bytes | None) -> bytes:
    """Return the compressed payload of one that is stored, sealed or not; `wrapped` is its data key as stored.

    Raises KeyMissing where the installation's key is not here, ValueError, saying what is wrong, where the payload or
    its data key is damaged or missing.
    """
    # Whoever owns the database can put there what is no bytes at all.
    key_id = sealing.key_id(stored) if isinstance(stored, bytes) else None
    if key_id is None:
        return stored
    if not isinstance(wrapped, bytes):
        raise ValueError("its key is missing")  # noqa: TRY004  # the database is wrong, not a caller
    return unwrap(ring, key_id, wrapped).open(role, stored)


def unwrap(ring: sealing.Keyring | None, key_id: bytes, wrapped: bytes) -> sealing.Key:
    """Return a data key; raises KeyMissing and ValueError as `sealing.Keyring.unwrap` does."""
    if ring is None:
        raise errors.KeyMissing("payloads are sealed, and the installation's key is not here: put it back from a copy")
    return ring.unwrap(key_id, wrapped)


_KEY: Final = tables.journal_key
_DATA: Final = tables.journal_payload
WRAPPED: Final = sa.type_coerce(_KEY.c.wrapped, sa.types.NULLTYPE).label("wrapped")
"""The data key of a payload as stored; null for a payload that is not sealed, or whose key is gone."""
BESIDE_PAYLOADS: Final = _DATA.outerjoin(
    _KEY, _KEY.c.key_id == sa.func.substr(_DATA.c.data, len(sealing.MAGIC) + 1, sealing.KEY_ID_BYTES)
)
"""Payloads, each with its data key."""
_ADD: Final = sa.insert(_KEY)
_FIND: Final = sa.select(_KEY.c.wrapped).where(_KEY.c.key_id == sa.bindparam("id"))
