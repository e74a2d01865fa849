"""Same sender, same MessageGUID: same bytes → the same answer, other bytes → EXP002002 (P3, P4; protocol §3.4)."""

from __future__ import annotations

from typing import Final

from gateway import errors
from gateway.intake import passage
from storage import database, packages


class Taken(errors.Rejected):
    """The MessageGUID stands for another package; `first` is the SHA-256 of that one, hex."""

    def __init__(self, first: str) -> None:
        self.first: Final = first
        super().__init__(
            errors.MESSAGE_GUID_USED,
            f"MessageGUID уже использован для другого пакета (SHA-256 первого: {first})",
            where="RequestHeader/MessageGUID",
        )


def find(db: database.Database, on_way: passage.Passage) -> str | None:
    """Return the MessageGUID that this very package got before; None for a new one.

    Raises Taken (EXP002002) where its MessageGUID belongs to other bytes. A new package may still lose the race
    against its twin: the journal's transaction decides (`storage.intake`).
    """
    with db.read() as connection:
        known = packages.find_duplicate(connection, on_way.sender, packages.key(on_way.header.message_guid))
    if known is None:
        return None
    if known.digest != on_way.digest:
        raise Taken(known.digest)
    return known.message_guid
