"""Which package a message names: an index of the journal, the gateway's MessageGUID, or a sender's own."""

from __future__ import annotations

from storage import directory, journal, packages, search
from storage.subjects import Subject

_VERDICTS = (journal.Kind.PACKAGE_ACCEPTED, journal.Kind.PACKAGE_REFUSED)
_MOST = 100
"""Packages that are told where a name is that of several."""


def by_guid(connection: directory.Connection, guid: str) -> list[journal.Entry]:
    """Return the entries that accept or refuse a package of this MessageGUID, lower case, in their order.

    The gateway's own names one. That of a sender may name several: of other senders, or refused before they were right.
    """
    own = packages.get(connection, guid)
    if own is not None:
        return [journal.entry(connection, own.entry_index)]
    indexes = search.find(connection, search.Query(((Subject.MESSAGE, guid),), _VERDICTS), limit=_MOST)
    return [journal.entry(connection, index) for index in reversed(indexes)]


def by_index(connection: directory.Connection, index: int) -> journal.Entry | None:
    """Return the entry that accepts or refuses the package of which the entry `index` tells; None where of none.

    Raises NotFound where the journal has no such entry.
    """
    entry = journal.entry(connection, index)
    if entry.kind in _VERDICTS:
        return entry
    package = packages.get(connection, entry.message) if entry.message else None
    return None if package is None else journal.entry(connection, package.entry_index)
