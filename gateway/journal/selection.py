"""A part of the journal: the packages of which at least one entry is about what was asked for."""

from __future__ import annotations

import dataclasses

from storage import directory, journal, search


@dataclasses.dataclass(frozen=True, slots=True)
class Selection:
    """What was chosen; an empty query chooses all."""

    query: search.Query = dataclasses.field(default_factory=search.Query)
    indexes: range | None = None
    """Of the entries themselves; None for all."""

    def has(self, connection: directory.Connection, entry: journal.Entry) -> bool:
        """Return whether the entry, or another one of its package, is found, and the entry is one of `indexes`."""
        if self.indexes is not None and entry.index not in self.indexes:
            return False
        if self.query.is_empty:
            return True
        if entry.message is None:
            return search.is_about(connection, self.query, entry.index)
        indexes = search.of_message(connection, entry.message)
        return any(search.is_about(connection, self.query, index) for index in indexes)
