"""Whom an installation believed on a day: today's trust folder, without the changes that the journal tells of since.

What was put into the folder by hand has the entry of when it was noticed. What the first look of all has found counts
as having been there always.
"""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Final

from gateway.journal import noticing
from gateway.journal.replay.live import Damaged, Live
from signing import certificates, errors, revocation, trust, trust_folder
from storage import journal

_NOWHERE: Final = Path("journal")
"""In place of the file of what only the journal has kept."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Change:
    index: int
    certificate: tuple[str, str | None] | None
    """Fingerprint and owner."""
    added: bool
    crl: str | None
    """SHA-256 of the list."""


class Days:
    """Gives the trust store of any entry; asked for entries in their order it makes each store once."""

    def __init__(self, live: Live) -> None:
        """Read the changes of trust from the journal; what of them is damaged is left out."""
        self._live = live
        self._certificates = {(each.certificate.fingerprint, each.owner): each for each in live.trusted.certificates}
        self._lists = {hashlib.sha256(each.path.read_bytes()).hexdigest(): found for each, found in _lists(live)}
        self._today = frozenset(self._certificates)
        self._changes: list[_Change] = []
        self._recorded: dict[str, journal.Entry] = {}
        for entry in live.changes():
            self._note(entry)
        self._made: tuple[int, trust.TrustStore] | None = None

    def today(self) -> trust.TrustStore:
        """Return whom the installation believes now."""
        return self._store(self._today, frozenset())

    def at(self, index: int) -> trust.TrustStore:
        """Return whom it believed when the entry `index` was written, as far as it is known."""
        epoch = sum(change.index < index for change in self._changes)
        if self._made is None or self._made[0] != epoch:
            later = self._changes[epoch:]
            believed = set(self._today)
            for change in reversed(later):
                if change.certificate is not None:
                    (believed.discard if change.added else believed.add)(change.certificate)
            unheard = frozenset(change.crl for change in later if change.crl is not None)
            self._made = epoch, self._store(frozenset(believed), unheard)
        return self._made[1]

    def document(self, found: revocation.RevocationList) -> bytes:
        """Return the list of one of these stores as it came, DER or PEM, from the folder or from the journal."""
        for file, each in self._live.trusted.lists.items():
            if each is found:
                return file.path.read_bytes()
        sha256 = next(sha256 for sha256, each in self._lists.items() if each is found)
        return self._live.payload(self._recorded[sha256], "crl")

    def _note(self, entry: journal.Entry) -> None:
        change, sha256 = entry.facts.get("change"), str(entry.facts.get("sha256"))
        owner = entry.facts.get("organisation")
        if change in ("trust-added", "trust-removed"):
            place = (sha256, str(owner) if owner else None)
            if change == "trust-removed" or entry.facts.get("by") != noticing.FIRST_LOOK:
                self._changes.append(_Change(entry.index, place, change == "trust-added", None))
            self._keep_certificate(entry, place)
        elif change == "crl-updated":
            self._changes.append(_Change(entry.index, None, added=True, crl=sha256))
            self._keep_list(entry, sha256)

    def _keep_certificate(self, entry: journal.Entry, place: tuple[str, str | None]) -> None:
        if place in self._certificates:
            return
        data = self._payload(entry, "certificate")
        if data is not None:
            try:
                read = certificates.read(data)
            except errors.SigningError:
                return
            self._certificates[place] = trust_folder.Found(_NOWHERE, read, place[1])

    def _keep_list(self, entry: journal.Entry, sha256: str) -> None:
        if sha256 in self._lists:
            return
        data = self._payload(entry, "crl")
        if data is not None:
            try:
                self._lists[sha256] = revocation.read(data)
            except errors.SigningError:
                return
            self._recorded[sha256] = entry

    def _payload(self, entry: journal.Entry, role: str) -> bytes | None:
        try:
            return self._live.payload(entry, role)
        except (LookupError, Damaged):
            return None  # damage is told where the entry is replayed; the other one is of an older release

    def _store(self, believed: frozenset[tuple[str, str | None]], unheard: frozenset[str]) -> trust.TrustStore:
        found = tuple(each for place, each in sorted(self._certificates.items(), key=str) if place in believed)
        heard = {sha256: each for sha256, each in self._lists.items() if sha256 not in unheard}
        lists = {trust_folder.File(Path(sha256), 0, 0, 0): each for sha256, each in heard.items()}
        contents = trust_folder.Contents(found, lists, ())
        return trust.TrustStore.from_contents(contents, revocation=self._live.settings.revocation)


def _lists(live: Live) -> list[tuple[trust_folder.File, revocation.RevocationList]]:
    return [(file, found) for file, found in live.trusted.lists.items() if file.path.exists()]
