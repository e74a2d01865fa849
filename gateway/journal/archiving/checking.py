"""An archive is verified with nothing but its file: the chain, the root, the checkpoint's signature, every document.

Two readings: first the records, until it is proved that they are those which the installation has signed; then the
documents, of which the records say what they have to be.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import zstandard

from gateway.journal import errors, notes, receipt
from gateway.journal.archiving.manifest import Manifest, Member
from gateway.journal.archiving.month import Month
from gateway.journal.checkpoint import Checkpoint
from signing.certificates import Certificate
from signing.errors import SigningError
from signing.gost.backend import Backend
from storage import archive_file, compact, journal, sealing, tree

Opener: TypeAlias = Callable[[str, bytes], bytes | None]
"""Opens a sealed document (role, as stored) and returns it as it came; None where its key is not here."""
_Told: TypeAlias = dict[tuple[journal.Fact, journal.Fact], journal.Fact]


@dataclasses.dataclass(frozen=True, slots=True)
class Proved:
    """What an archive that was verified proves."""

    path: Path
    manifest: Manifest
    checkpoint: Checkpoint
    signer: Certificate
    """Of the key that has signed the checkpoint."""
    sha256: str
    """Of the file, hex."""
    size: int
    """Bytes of the file."""
    peaks: tuple[bytes, ...]
    """The compact range of all entries up to its end."""
    told: _Told
    """Of which archives its records tell: start and stop to the SHA-256 of the file."""
    closed: int
    """Documents that were compared with what was archived alone, because they are sealed and could not be opened."""


def check(
    path: Path, certificate: Certificate | None, backend: Backend | None, opener: Opener = lambda _role, _stored: None
) -> Proved:
    """Return what an archive proves, or raise BadArchive with the first thing that is wrong; OSError.

    `certificate` is the installation's, from wherever it is believed; None takes that in the archive, which then proves
    only that one key has signed all of it. `backend` is for ГОСТ. Memory does not grow with the archive.
    """
    try:
        archive = archive_file.Archive(path)
        manifest = Manifest.read(archive.read(archive_file.MANIFEST))
        checkpoint, signer = _signed(archive, manifest, certificate, backend)
        peaks, told = _check_records(archive, manifest, checkpoint)
        closed = _check_payloads(archive, manifest, opener)
        _check_members(archive, manifest)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except (_Bad, ValueError, SigningError) as error:
        raise errors.BadArchive(path.name, str(error), error.index if isinstance(error, _Bad) else None) from error
    return Proved(path, manifest, checkpoint, signer, sha256, path.stat().st_size, peaks, told, closed)


def check_order(archives: Sequence[Proved]) -> None:
    """Raise BadArchive unless each archive begins where the one before ends, and tells of it what it is."""
    for number, (before, after) in enumerate(itertools.pairwise(archives)):
        first, second = before.manifest, after.manifest
        why = None
        if second.origin != first.origin:
            why = f"is of another journal, {second.origin}"
        elif second.start != first.stop:
            why = f"begins with entry {second.start}, and {before.path.name} ends before entry {first.stop}"
        elif (second.previous, second.frontier) != (first.last, before.peaks):
            why = f"does not follow {before.path.name}: the entries before it are others"
        if why is not None:
            raise errors.BadArchive(after.path.name, why, None)
        told = {key: value for each in archives[number + 1 :] for key, value in each.told.items()}
        if told.get((first.start, first.stop), before.sha256) != before.sha256:
            why = f"is not the file of which the journal tells: that has the SHA-256 {told[first.start, first.stop]}"
            raise errors.BadArchive(before.path.name, why, None)


class _Bad(Exception):
    """What is wrong, at which entry."""

    def __init__(self, index: int, what: str) -> None:
        super().__init__(what)
        self.index = index


def _signed(
    archive: archive_file.Archive, manifest: Manifest, certificate: Certificate | None, backend: Backend | None
) -> tuple[Checkpoint, Certificate]:
    signer = certificate or receipt.read_pem(archive.read(archive_file.CERTIFICATE).decode())
    try:
        note = notes.parse(archive.read(archive_file.CHECKPOINT).decode())
        found = Checkpoint.read(note)
    except errors.BadNote as error:
        raise ValueError(str(error)) from error
    if not note.is_signed_by(found.origin, signer, backend):
        raise ValueError(f"the checkpoint is not signed by {signer.name}, certificate {signer.fingerprint}")
    if found.origin != manifest.origin:
        raise ValueError(f"the checkpoint is of another journal, {found.origin}")
    return found, signer


def _check_records(
    archive: archive_file.Archive, manifest: Manifest, checkpoint: Checkpoint
) -> tuple[tuple[bytes, ...], _Told]:
    """Return the compact range behind the last record, and of which archives the records tell."""
    index, previous, told = manifest.start, manifest.previous, _Told()
    reached = compact.CompactRange(manifest.start, list(manifest.frontier))
    if (previous == journal.GENESIS) != (index == 0):
        raise _Bad(index, "the hash before it is not that of an entry")
    for entry in _entries(archive, manifest.start):
        if entry.index != index:
            raise _Bad(index, f"the record says that it is entry {entry.index}")
        if entry.previous != previous:
            raise _Bad(index, "the record does not follow the one before it")
        if entry.at >= manifest.month.end or (index == manifest.start and Month.of(entry.at) != manifest.month):
            raise _Bad(index, f"the record is of {entry.at:%Y-%m}, and not of the month {manifest.month}")
        if entry.kind == journal.Kind.ARCHIVE_MADE:
            told[entry.facts.get("start"), entry.facts.get("stop")] = entry.facts.get("sha256")
        reached.append(bytes.fromhex(entry.hash))
        index, previous = index + 1, entry.hash
    if (index, previous) != (manifest.stop, manifest.last) or index == manifest.start:
        raise _Bad(index, f"the records end here, and not with entry {manifest.stop - 1}, hash {manifest.last}")
    root = reached.root()
    if root != manifest.root:
        raise _Bad(manifest.start, "records and frontier do not give the root that the archive says")
    if not tree.verify_consistency(index, checkpoint.size, manifest.consistency, root, checkpoint.root):
        raise _Bad(manifest.start, "the entries are not those of the checkpoint")
    return tuple(reached.hashes), told


def _check_payloads(archive: archive_file.Archive, manifest: Manifest, opener: Opener) -> int:
    """Return how many documents could not be opened."""
    places, offset, count, closed = archive.lines(archive_file.PLACES), 0, 0, 0
    place = _next(places)
    for entry in _entries(archive, manifest.start):
        for role in sorted(entry.payloads):
            if place is None or place.key != (entry.index, role):
                if entry.index in manifest.erased:
                    continue
                raise _Bad(entry.index, f"payload {role!r}: missing")
            if place.offset != offset:
                raise _Bad(entry.index, f"payload {role!r}: does not follow the one before it")
            try:
                closed += not _is_open(archive.document(place), place, entry.payloads[role], opener)
            except ValueError as error:
                raise _Bad(entry.index, f"payload {role!r}: {error}") from error
            offset, count, place = offset + place.size, count + 1, _next(places)
    if place is not None:
        raise _Bad(place.index, f"payload {place.role!r} is not in the record")
    if (offset, count) != (archive.size(archive_file.PAYLOADS), manifest.payloads):
        raise ValueError(f"{archive_file.PAYLOADS} has more than the documents of the entries")
    return closed


def _is_open(stored: bytes, place: archive_file.Place, digest: journal.Digest, opener: Opener) -> bool:
    """Return whether a document could be opened; raises ValueError where it is not the recorded one."""
    if sealing.key_id(stored) is None:
        # A frame says how much it holds, and that is not to be more than is wanted.
        if zstandard.frame_content_size(stored) != digest.size:
            raise ValueError("not the bytes that were recorded")
        data: bytes | None = journal.unpack(stored)
    else:
        data = opener(place.role, stored)
    if data is not None and (hashlib.sha256(data).hexdigest(), len(data)) != (digest.sha256, digest.size):
        raise ValueError("not the bytes that were recorded")
    return data is not None


def _check_members(archive: archive_file.Archive, manifest: Manifest) -> None:
    names = archive_file.MEMBERS[:-1]
    if sorted(manifest.files) != sorted(names):
        raise ValueError(f"{archive_file.MANIFEST} tells of other files")
    for name in names:
        sha256 = hashlib.sha256()
        for chunk in archive.chunks(name):
            sha256.update(chunk)
        if manifest.files[name] != Member(sha256.hexdigest(), archive.size(name)):
            raise ValueError(f"{name} is not what was archived")


def _entries(archive: archive_file.Archive, start: int) -> Iterator[journal.Entry]:
    for index, line in enumerate(archive.lines(archive_file.RECORDS), start):
        try:
            yield journal.decode(line)
        except ValueError as error:
            raise _Bad(index, f"the record cannot be read: {error}") from error


def _next(lines: Iterator[bytes]) -> archive_file.Place | None:
    line = next(lines, None)
    return None if line is None else archive_file.Place.read(line)
