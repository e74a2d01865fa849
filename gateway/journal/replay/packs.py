"""Which contract packs were in force on a day, as the journal tells of them."""

from __future__ import annotations

from typing import Final

from gateway.contracts import catalogue
from gateway.journal.replay.live import Live
from storage import in_force, journal


class Packs:
    """Gives the catalogue of any entry; asked for entries in their order it makes each once."""

    def __init__(self, live: Live) -> None:
        """Read from the journal which packs came and went."""
        self._live = live
        self._changes = [
            entry for _, entry in live.entries() if isinstance(entry, journal.Entry) and entry.kind in _KINDS
        ]
        self._made: tuple[int, catalogue.Catalogue] | None = None

    def at(self, index: int) -> catalogue.Catalogue:
        """Return the packs that were in force when the entry `index` was written.

        Those of today where the journal did not say anything of packs yet, or one of them is no longer there.
        """
        epoch = sum(change.index < index for change in self._changes)
        if self._made is None or self._made[0] != epoch:
            self._made = epoch, self._catalogue(epoch)
        return self._made[1]

    def _catalogue(self, epoch: int) -> catalogue.Catalogue:
        told: dict[str, str] = {}
        for change in self._changes[:epoch]:
            told.pop(str(change.facts["pack"]), None)
            if change.kind == journal.Kind.CONTRACT_INSTALLED:
                told[str(change.facts["pack"])] = change.payloads[in_force.MANIFEST].sha256
        today = self._live.contracts.catalogue
        found = [pack for pack in today.packs if told.get(pack.id) == pack.digest]
        is_whole = bool(told) and len(found) == len(told)
        return catalogue.Catalogue(found, strict=self._live.settings.strict_versions) if is_whole else today


_KINDS: Final = frozenset({journal.Kind.CONTRACT_INSTALLED, journal.Kind.CONTRACT_REMOVED})
