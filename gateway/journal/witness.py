"""The second party: keeps the checkpoints of a journal on another machine, and proves each to continue the last (P10).

It needs no database and believes nothing that it is told: consistency is computed from the tiles, against the root that
it has kept. Its folder:

    certificates/0001.pem   whose signature is believed; a further one for each change that was accepted
    checkpoints/00000001    the notes, byte for byte, in the order in which they were seen
    evidence/…              what a journal has offered that contradicts them

Files are written once, with fsync, and never changed.
"""

from __future__ import annotations

import dataclasses
import http.client
import os
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

from gateway import clock
from gateway.journal import errors, notes, publishing, receipt
from gateway.journal.checkpoint import Checkpoint
from signing import issue
from signing.certificates import Certificate
from signing.errors import SigningError
from signing.gost.backend import Backend
from storage import tree

TIMEOUT: Final = 30.0
"""Seconds that an answer may take."""
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclasses.dataclass(frozen=True, slots=True)
class Seen:
    """What a look has shown: a checkpoint that continues everything that was kept."""

    checkpoint: Checkpoint
    before: Checkpoint | None
    """The one that was kept before, None at the first look."""
    certificate: Certificate


@dataclasses.dataclass(frozen=True, slots=True)
class Witness:
    """Watches one journal. `certificate` is whom to believe at first; None believes whom the journal names then."""

    url: str
    """Prefix of the journal: http://host:port/journal, or wherever its folder is served."""
    folder: Path
    backend: Backend | None
    certificate: Certificate | None = None
    accept_key: bool = False
    """Go on with another key, if the journal itself is still the same."""

    def look(self) -> Seen:
        """Fetch the checkpoint of now, compare it with all that was kept, and keep it.

        Raises Unreachable, and Evidence with a sentence; what was offered is kept then.
        """
        offered = self._fetch("checkpoint", notes.MOST).decode(errors="replace")
        try:
            note = notes.parse(offered)
            now = Checkpoint.read(note)
        except errors.BadNote as error:
            raise errors.Unreachable(f"{self.url} gives no checkpoint: {error}") from error
        before = self._last()
        try:
            signer = self._signer(note, now.origin)
            self._compare(before, now)
        except errors.Evidence as found:
            raise self._keep_evidence(found, offered) from None
        # Only now: whoever has signed another journal is not believed the next time.
        self._believe(signer)
        if before != now:
            _write(_next(self.folder / "checkpoints", 8), offered.encode())
        return Seen(now, before, signer)

    def _compare(self, before: Checkpoint | None, now: Checkpoint) -> None:
        whole = tree.Tree(now.size, self._tile)
        if before is None:
            if whole.root() != now.root:
                raise errors.Evidence(f"the tiles do not make the root of the checkpoint of {now.size} entries")
            return
        if now.origin != before.origin:
            raise errors.Evidence(f"this is another journal: {now.origin}, and not {before.origin}")
        if now.size < before.size:
            raise errors.Evidence(
                "the journal was cut or an old copy restored: "
                f"{now.size} entries are signed now, and {before.size} were"
            )
        proof = whole.consistency(before.size)
        if tree.verify_consistency(before.size, now.size, proof, before.root, now.root):
            return
        if now.size > before.size and whole.root() != now.root:
            raise errors.Evidence(f"the tiles do not make the root of the checkpoint of {now.size} entries")
        raise errors.Evidence(
            f"the journal was rewritten: its first {before.size} entries are not those that were signed before"
        )

    def _signer(self, note: notes.Note, origin: str) -> Certificate:
        kept = self._believed()
        if kept is not None and note.is_signed_by(origin, kept, self.backend):
            return kept
        named = self._named()
        if not note.is_signed_by(origin, named, self.backend):
            raise errors.Evidence(
                "the checkpoint is signed by no key that is believed, nor by the one that is named beside it"
            )
        if kept is not None and not self.accept_key:
            raise errors.Evidence(
                f"the checkpoint is signed by another key: certificate {named.fingerprint}, and not "
                f"{kept.fingerprint}; ask the installation, and go on with --accept-key"
            )
        return named

    def _named(self) -> Certificate:
        try:
            return receipt.read_pem(self._fetch("certificate.pem", notes.MOST).decode())
        except (ValueError, SigningError) as error:
            raise errors.Unreachable(f"{self.url}/certificate.pem is no certificate: {error}") from error

    def _believed(self) -> Certificate | None:
        found = sorted((self.folder / "certificates").glob("*.pem"))
        return receipt.read_pem(found[-1].read_text("ascii")) if found else self.certificate

    def _believe(self, certificate: Certificate) -> None:
        folder = self.folder / "certificates"
        found = sorted(folder.glob("*.pem"))
        pem = issue.pem(certificate)
        if not found or found[-1].read_bytes() != pem:
            _write(_next(folder, 4, ".pem"), pem)

    def _last(self) -> Checkpoint | None:
        found = sorted((self.folder / "checkpoints").glob("[0-9]*"))
        return Checkpoint.read(notes.parse(found[-1].read_text("utf-8"))) if found else None

    def _keep_evidence(self, found: errors.Evidence, offered: str) -> errors.Evidence:
        place = self.folder / "evidence" / clock.now().strftime("%Y%m%dT%H%M%S.%fZ")
        _write(place / "checkpoint", offered.encode())
        _write(place / "reason.txt", f"{found}\n".encode())
        return errors.Evidence(f"{found}; kept in {place}")

    def _tile(self, level: int, number: int, width: int) -> bytes:
        path = publishing.tile_path(level, number, width)
        hashes = self._fetch(path, tree.WIDTH * tree.HASH)
        if len(hashes) != width * tree.HASH:
            raise errors.Unreachable(f"{self.url}/{path} has {len(hashes)} bytes")
        return hashes

    def _fetch(self, path: str, most: int) -> bytes:
        url = f"{self.url.rstrip('/')}/{path}"
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise errors.Unreachable(f"not an http address: {url}")
        try:
            with _OPENER.open(url, timeout=TIMEOUT) as answer:
                data: bytes = answer.read(most + 1)
        except urllib.error.HTTPError as error:
            with error:
                raise errors.Unreachable(f"{url} answers {error.code}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise errors.Unreachable(f"{url} does not answer: {getattr(error, 'reason', None) or error}") from error
        if len(data) > most:
            raise errors.Unreachable(f"{url} answers with more than {most} bytes")
        return data


def _next(folder: Path, digits: int, suffix: str = "") -> Path:
    last = max((int(each.name[:digits]) for each in folder.glob("[0-9]*")), default=0)
    return folder / f"{last + 1:0{digits}d}{suffix}"


def _write(path: Path, data: bytes) -> None:
    """Write a new file whole and to the disk; raises FileExists rather than change one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    issue.write_atomically(path, data, mode=0o644, replace=False)
    descriptor = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
