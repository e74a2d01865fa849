"""What was erased by order: whose payloads are gone, and which entry tells of it.

`journal_erasure` only repeats what `payload-erased` entries say, so that it is found by the entry that lost its
payloads; it is believed where they say so. Such an entry names the package by its `message`, or, where it was refused
and has none, by the fact `entry`.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from storage import journal, tables

ENTRY: Final = "entry"
"""Fact of a `payload-erased` entry: index of the package's `package-accepted` or `package-refused` entry."""


def told(connection: sa.Connection, start: int, stop: int) -> set[int]:
    """Return those of the entries from `start` up to `stop` of whose erasure the journal really tells."""
    rows = connection.execute(_TOLD, {"start": start, "stop": stop})
    return {row.entry_index for row in rows if _is_told(row)}


def _is_told(row: tables.Row) -> bool:
    try:
        order = journal.decode(bytes(row.record))
    except (ValueError, TypeError):
        return False
    own = order.message is not None and order.message == row.message
    return order.kind == journal.Kind.PAYLOAD_ERASED and (own or order.facts.get(ENTRY) == row.entry_index)


_ERASURE: Final = tables.journal_erasure
_OWN: Final = tables.journal_entry
_ORDER: Final = tables.journal_entry.alias("told")
_TOLD: Final = (
    sa.select(_ERASURE.c.entry_index, _OWN.c.message, _ORDER.c.record)
    .join(_OWN, _OWN.c.entry_index == _ERASURE.c.entry_index)
    .join(_ORDER, _ORDER.c.entry_index == _ERASURE.c.erased_index)
    .where(_ERASURE.c.entry_index >= sa.bindparam("start"), _ERASURE.c.entry_index < sa.bindparam("stop"))
)
