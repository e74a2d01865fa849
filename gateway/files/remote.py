"""Files in a bucket, with the disk at hand for what arrives and what is read.

A completed file stands in the bucket, and on the disk as long as somebody uses it. What is not on the disk is fetched
whole, and only if its SHA-256 is the one of its name: then ranges, digests and the server's own sending work as they do
with files on a disk, and nothing is in memory but a piece.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from gateway.files import blobs
from storage import files

_COPY_SECONDS: Final = 60 * 60
"""How long a copy stays at hand after its last use."""
_BUCKET_EVERY: Final = 24 * 60 * 60.0
"""Seconds between two cleanings of a bucket: to list one costs money."""
_LOCKS: Final = 64


class Bucket(Protocol):
    """Where files are kept for good; safe for threads. What goes wrong is raised as OSError."""

    def put(self, path: Path, digest: str, /) -> None:
        """Keep a file under its SHA-256; returns when the bucket has confirmed it."""

    def size(self, digest: str, /) -> int:
        """Return how many bytes an object has; raises FileNotFoundError."""

    def get(self, digest: str, /) -> Iterator[bytes]:
        """Yield the content of an object piece by piece; raises FileNotFoundError."""

    def has(self, digest: str, /) -> bool:
        """Tell within seconds whether an object is there."""

    def remove(self, digest: str, /) -> None:
        """Remove an object within seconds; nothing happens where there is none."""

    def older(self, seconds: float, /) -> Iterator[list[str]]:
        """Yield, in batches, the objects that were put so long ago; abandoned uploads go on the way."""


class Remote:
    """Blobs of which those of files are settled in a bucket."""

    def __init__(self, bucket: Bucket, disk: blobs.Disk, folder: Path, min_free: int) -> None:
        """`folder` is one on the file system of the disk, on which `min_free` bytes are left for others."""
        self._bucket = bucket
        self._disk = disk
        self._folder = folder
        self._min_free = min_free
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._shelves = (_AtHand(disk, bucket), _Settled(bucket))

    def draft(self) -> contextlib.AbstractContextManager[blobs.Draft]:
        """Begin a blob on the disk."""
        return self._disk.draft()

    def has(self, digest: str, /) -> bool:
        """Tell whether a blob is on the disk."""
        return self._disk.has(digest)

    def settle(self, digest: str, /) -> None:
        """Put a blob into the bucket."""
        self._bucket.put(self._disk.path(digest), digest)

    def is_settled(self, digest: str, /) -> bool:
        """Tell whether a blob is in the bucket."""
        return self._bucket.has(digest)

    def open(self, digest: str, /) -> BinaryIO:
        """Return a blob to read and to seek in."""
        self._bring(digest)
        return self._disk.open(digest)

    def span(self, digest: str, /, start: int, length: int) -> blobs.FileSpan:
        """Return these bytes of a blob."""
        self._bring(digest)
        return self._disk.span(digest, start, length)

    def shelves(self) -> Sequence[blobs.Shelf]:
        """Return the disk, and the bucket."""
        return self._shelves

    def _bring(self, digest: str) -> None:
        """Have a blob on the disk, so that it stays there for a while."""
        with self._locks[int(digest[:8], 16) % _LOCKS]:
            try:
                os.utime(self._disk.path(digest))
            except FileNotFoundError:
                self._fetch(digest)

    def _fetch(self, digest: str) -> None:
        if shutil.disk_usage(self._folder).free - self._bucket.size(digest) < self._min_free:
            raise OSError(errno.ENOSPC, "no room at hand for a file from the bucket")
        sha256 = hashlib.sha256()
        with self._disk.draft() as draft:
            for piece in self._bucket.get(digest):
                sha256.update(piece)
                draft.write(piece)
            if sha256.hexdigest() != digest:
                raise OSError(errno.EIO, "an object of the bucket is not what its name says", digest)
            draft.keep(digest)


class _AtHand:
    """The disk: parts, and copies of files, which go when nobody uses them.

    Files that are not in the bucket stay: they were completed before there was one.
    """

    clean_every: Final = blobs.CLEAN_EVERY

    def __init__(self, disk: blobs.Disk, bucket: Bucket) -> None:
        self._disk = disk
        self._bucket = bucket
        self._settled: set[str] = set()
        """Files that are known to be in the bucket: asked for before the writer's turn, and not again in it."""
        self.remove = disk.remove

    def used(self, connection: files.Connection, digests: Collection[str], /) -> set[str]:
        """Return the blobs of parts, and those of files that stand nowhere else."""
        named = files.used_by_files(connection, digests)
        return files.used_by_parts(connection, digests) | {each for each in named if not self._is_settled(each)}

    def older(self, seconds: float, /) -> Iterator[list[str]]:
        """Yield the blobs that nobody has used for so long, or for an hour."""
        self._settled.clear()
        return self._disk.older(min(seconds, _COPY_SECONDS))

    def _is_settled(self, digest: str) -> bool:
        if digest not in self._settled:
            # A bucket that does not answer has it, or has it not: nothing is lost by keeping the copy.
            with contextlib.suppress(OSError):
                if self._bucket.has(digest):
                    self._settled.add(digest)
        return digest in self._settled


class _Settled:
    """The bucket: files."""

    clean_every: Final = _BUCKET_EVERY

    def __init__(self, bucket: Bucket) -> None:
        self.remove = bucket.remove
        self.older = bucket.older

    def used(self, connection: files.Connection, digests: Collection[str], /) -> set[str]:
        """Return the blobs of files."""
        return files.used_by_files(connection, digests)
