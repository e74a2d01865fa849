"""What is stored of the payloads of entries: in the database, in an archive, or nowhere any more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

import sqlalchemy as sa

from storage import archived, archives, erasure, errors, journal, keys, lenient, sealing, sound, tables


class Documents:
    """Payloads for whoever verifies them; with `opened` each is unpacked and digested, else only its place is asked."""

    def __init__(self, connection: sa.Connection, *, opened: bool) -> None:
        self._connection = connection
        self._opened = opened
        self._archives = archives.told(connection)
        self._away: dict[str, errors.Archived] = {}

    def stored(self, start: int, stop: int) -> tuple[Mapping[int, Mapping[str, sound.Kept]], AbstractSet[int]]:
        """Return what the database has of the entries from `start` up to `stop`, and which were erased by order."""
        erased = erasure.told(self._connection, start, stop)
        keyring, bounds = keys.keyring(self._connection), {"start": start, "stop": stop}

        def read() -> dict[int, dict[str, sound.Kept]]:
            kept: dict[int, dict[str, sound.Kept]] = {}
            for row in self._connection.execute(_DOCUMENTS if self._opened else _ROLES, bounds):
                looked = self._opened and row.entry_index not in erased
                found = _digest(row.role, row.data, row.wrapped, keyring) if looked else None
                kept.setdefault(row.entry_index, {})[row.role] = found
            return kept

        return lenient.read(self._connection, read), erased

    def dropped(self, index: int, role: str) -> sound.Kept:
        """Return what the archive has of a payload that is not in the database; one that no archive has is missing."""
        covering = next((each for each in self._archives if each.start <= index < each.stop), None)
        if covering is None or not self._opened:
            return "missing" if covering is None else None
        if covering.name in self._away:
            return self._away[covering.name]
        try:
            data = archived.document(self._connection, covering.name, index, role)
        except errors.Archived as error:
            return self._away.setdefault(covering.name, error)
        except errors.NotFound:
            return "missing"
        except ValueError as error:
            return str(error)
        return _digest(role, data, keys.beside(self._connection, data), keys.keyring(self._connection))


def ownerless(connection: sa.Connection, start: int, stop: int) -> Sequence[tables.Row]:
    """Return the payloads that the database has of the entries from `start` up to `stop`, by index and role."""
    return lenient.read(connection, lambda: connection.execute(_ROLES, {"start": start, "stop": stop}).all())


def count(connection: sa.Connection, start: int, stop: int) -> int:
    """Return how many payloads the database has of the entries from `start` up to `stop`."""
    return connection.execute(_COUNT, {"start": start, "stop": stop}).scalar_one()


def _digest(role: str, stored: bytes, wrapped: bytes | None, keyring: sealing.Keyring | None) -> sound.Kept:
    try:
        data = journal.unpack(keys.opened(keyring, role, stored, wrapped))
    except errors.KeyMissing as error:
        return error
    except ValueError as error:
        return str(error)
    return journal.Digest(hashlib.sha256(data).hexdigest(), len(data))


_DATA: Final = tables.journal_payload
_RANGE: Final = (_DATA.c.entry_index >= sa.bindparam("start"), _DATA.c.entry_index < sa.bindparam("stop"))
_ORDER: Final = (_DATA.c.entry_index, _DATA.c.role)
_COUNT: Final = sa.select(sa.func.count(_DATA.c.entry_index)).where(*_RANGE)
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
