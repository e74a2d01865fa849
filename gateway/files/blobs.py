"""Where bytes are kept: blobs, found by their SHA-256.

`Blobs` is all that a place to keep them has to do. `Disk` is the default: `data/files/blobs/ab/abcd…` for what is kept
and `data/files/drafts` for what is still arriving. A blob stands at its place whole and on the disk, or not at all.

Whatever arrives is a blob at hand first, on the disk of this installation: parts never leave it. The blob of a
completed file is settled besides, where files are kept for good: `Disk` has it there already, `remote` puts it into a
bucket.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from gateway import clock
from storage import failpoints, files

PIECE: Final = 256 * 1024
"""Bytes that are read and written in one step."""
CLEAN_EVERY: Final = 600.0
"""Seconds between two cleanings of a disk."""
_DRAFT_SECONDS: Final = 24 * 60 * 60
"""Age of a draft whose process must be gone: receiving one takes minutes at most."""


@dataclasses.dataclass(frozen=True, slots=True)
class FileSpan:
    """Bytes of a file on the disk, which a server may send by itself."""

    path: Path
    start: int
    length: int

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            file.seek(self.start)
            left = self.length
            while left and (piece := file.read(min(PIECE, left))):
                left -= len(piece)
                yield piece


class Draft(Protocol):
    """A blob that is arriving; what is not kept leaves nothing behind."""

    def write(self, piece: bytes, /) -> None:
        """Take the next bytes."""

    def keep(self, digest: str, /) -> None:
        """Make it a blob under this SHA-256 (hex); durable when this returns."""


class Shelf(Protocol):
    """One place in which blobs lie, as whoever cleans it sees it."""

    @property
    def clean_every(self) -> float:
        """Seconds between two cleanings."""

    def used(self, connection: files.Connection, digests: Collection[str], /) -> set[str]:
        """Return those of the blobs that have to stay here."""

    def older(self, seconds: float, /) -> Iterator[list[str]]:
        """Yield, in batches, the blobs that nobody has kept anew for so long; abandoned drafts go on the way."""

    def remove(self, digest: str, /) -> None:
        """Remove a blob; nothing happens where there is none."""


class Blobs(Protocol):
    """A place where blobs are kept; safe for threads. What goes wrong is raised as OSError."""

    def draft(self) -> contextlib.AbstractContextManager[Draft]:
        """Begin a blob; what has not been kept at the end of the block is gone."""

    def has(self, digest: str, /) -> bool:
        """Tell whether a blob is at hand."""

    def settle(self, digest: str, /) -> None:
        """Keep a blob that is at hand for good, as that of a file; durable when this returns."""

    def is_settled(self, digest: str, /) -> bool:
        """Tell whether a blob is kept for good; asked in the writer's turn, so it takes seconds at most."""

    def open(self, digest: str, /) -> BinaryIO:
        """Return a blob to read and to seek in; raises FileNotFoundError."""

    def span(self, digest: str, /, start: int, length: int) -> Iterable[bytes]:
        """Return these bytes of a blob, piece by piece; raises FileNotFoundError."""

    def shelves(self) -> Sequence[Shelf]:
        """Return the places to be cleaned: that of what is at hand, and that of what is settled where it is another."""


class Disk:
    """Blobs in a folder, on one file system; what is at hand there is settled, and one shelf holds all."""

    clean_every: Final = CLEAN_EVERY

    def __init__(self, folder: Path) -> None:
        self._blobs, self._drafts = folder / "blobs", folder / "drafts"
        for each in (self._blobs, self._drafts):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextlib.contextmanager
    def draft(self) -> Iterator[Draft]:
        """Begin a blob."""
        path = self._drafts / clock.new_guid()
        with path.open("xb") as file:
            try:
                yield _DiskDraft(file, path, self._blobs)
            finally:
                path.unlink(missing_ok=True)

    def has(self, digest: str, /) -> bool:
        """Tell whether a blob is there."""
        return self.path(digest).exists()

    def settle(self, digest: str, /) -> None:
        """Do nothing: it is there."""

    def is_settled(self, digest: str, /) -> bool:
        """Tell whether a blob is there."""
        return self.has(digest)

    def open(self, digest: str, /) -> BinaryIO:
        """Return a blob to read and to seek in."""
        return self.path(digest).open("rb")

    def span(self, digest: str, /, start: int, length: int) -> FileSpan:
        """Return these bytes of a blob."""
        path = self.path(digest)
        if not path.exists():
            raise FileNotFoundError(path)
        return FileSpan(path, start, length)

    def shelves(self) -> Sequence[Shelf]:
        """Return itself."""
        return (self,)

    def used(self, connection: files.Connection, digests: Collection[str], /) -> set[str]:
        """Return the blobs of parts and of files."""
        return files.used(connection, digests)

    def remove(self, digest: str, /) -> None:
        """Remove a blob."""
        self.path(digest).unlink(missing_ok=True)

    def older(self, seconds: float, /) -> Iterator[list[str]]:
        """Yield the old blobs, a folder at a time."""
        for path in _older(self._drafts, _DRAFT_SECONDS):
            path.unlink(missing_ok=True)
        for folder in sorted(self._blobs.iterdir()):
            found = [path.name for path in _older(folder, seconds)]
            if found:
                yield found

    def path(self, digest: str, /) -> Path:
        """Return where a blob stands, or would."""
        return _place(self._blobs, digest)


class _DiskDraft:
    def __init__(self, file: BinaryIO, path: Path, blobs: Path) -> None:
        self._file = file
        self._path = path
        self._blobs = blobs

    def write(self, piece: bytes, /) -> None:
        self._file.write(piece)

    def keep(self, digest: str, /) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        place = _place(self._blobs, digest)
        with contextlib.suppress(FileExistsError):
            place.parent.mkdir(mode=0o700)
            _sync(self._blobs)
        failpoints.reach("files.before-rename")
        self._path.replace(place)
        _sync(place.parent)


def _place(blobs: Path, digest: str) -> Path:
    return blobs / digest[:2] / digest


def _older(folder: Path, seconds: float) -> Iterator[Path]:
    before = time.time() - seconds
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                if entry.stat().st_mtime <= before:
                    yield Path(entry.path)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
