"""Months are archived: each into a file that is verified before it gets its name, and then told in the journal."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from gateway import errors as gateway_errors
from gateway import watch
from gateway.contracts import stored
from gateway.journal import errors, publishing
from gateway.journal.archiving import checking, writing
from gateway.journal.archiving.month import Month
from gateway.settings import Settings
from signing import certificates
from signing.gost import selection
from signing.signer import Signer
from storage import archives, checkpoints, database, directory, failpoints, journal
from storage import errors as storage_errors

LOCK: Final = ".lock"


@dataclasses.dataclass(frozen=True, slots=True)
class Made:
    """A month that is archived now."""

    archive: archives.Archive
    path: Path
    was_there: bool
    """Whether the file was here before, and is as it has to be."""


class Maker:
    """Archives the months of one journal into one folder."""

    def __init__(self, db: database.Database, key: Signer, settings: Settings, folder: Path) -> None:
        self._db = db
        self._key = key
        self._settings = settings
        self._folder = folder

    def make(self, month: Month | None, now: dt.datetime) -> Iterator[Made]:
        """Archive every month that is not archived yet, up to `month`; None means all that are over.

        An archived `month` is made again where its file is not there. Raises NotArchived, BadArchive, Unavailable where
        the folder cannot be written, and as `publishing.make`.
        """
        last = Month.of(now).before if month is None else month
        if last.end > now:
            raise errors.NotArchived(f"{last} is not over: it can be archived from {last.end:%Y-%m-%d %H:%M} UTC on")
        with _writable(self._folder):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with watch.alone(self._folder / LOCK, wait=True):
                yield from self._make(month, last, now)

    def _make(self, month: Month | None, last: Month, now: dt.datetime) -> Iterator[Made]:
        with self._db.read() as connection:
            made = archives.made(connection)
        known = next((each for each in made if each.month == str(month)), None)
        if known is not None:
            yield self._again(known)
            return
        start, found = made[-1].stop if made else 0, False
        while (entries := self._next(start, last)) is not None:
            each = self._new(*entries, now)
            found, start = found or each.archive.month == str(month), each.archive.stop
            yield each
        if month is not None and not found:
            raise errors.NotArchived(f"the journal has no entry of {month} that is not archived")

    def _next(self, start: int, last: Month) -> tuple[Month, range] | None:
        """Return the month that follows, and its entries; None where it is not to be archived yet."""
        with self._db.read() as connection:
            if start == journal.size(connection):
                return None
            try:
                month = Month.of(journal.entry(connection, start).at)
            except ValueError as error:
                raise errors.NotArchived(f"entry {start}: {error}; gateway journal verify tells more") from error
            return None if month > last else (month, range(start, archives.end(connection, start, month.end)))

    def _new(self, month: Month, entries: range, now: dt.datetime) -> Made:
        path = self._folder / f"journal-{month}.zip"
        with self._draft(path, month, entries) as (draft, proved):
            was_there = path.exists()
            self._put(draft, path, proved.sha256)
        archive = archives.Archive(str(month), entries.start, entries.stop, path.name, proved.sha256, proved.size)
        with self._db.write(point="archive") as connection:
            made = archives.made(connection)
            end = archives.end(connection, entries.start, month.end)
            is_next = (made[-1].stop if made else 0) == entries.start and end == entries.stop
            if is_next:
                archives.add(connection, archive, now)
        if not is_next:
            if not was_there:
                path.unlink()
            raise errors.NotArchived(f"entries of {month} were written or archived meanwhile: archive it again")
        return Made(archive, path, was_there)

    def _again(self, archive: archives.Archive) -> Made:
        path = self._folder / archive.name
        if path.exists():
            if _sha256(path) != archive.sha256:
                raise errors.NotArchived(_in_the_way(path))
            return Made(archive, path, was_there=True)
        with self._draft(path, Month.read(archive.month), range(archive.start, archive.stop)) as (draft, proved):
            if proved.sha256 != archive.sha256:
                raise errors.NotArchived(
                    f"{archive.month} cannot be made again as it was: documents of earlier releases were erased since, "
                    "or the journal is damaged (gateway journal verify)"
                )
            self._put(draft, path, archive.sha256)
        return Made(archive, path, was_there=False)

    @contextlib.contextmanager
    def _draft(self, path: Path, month: Month, entries: range) -> Iterator[tuple[Path, checking.Proved]]:
        """Write an archive under another name, and verify it as it has come to the disk."""
        kept = publishing.covering(self._db, self._key, self._settings, entries.stop - 1)
        draft = path.with_name(f".{path.name}.part")
        try:
            with open(draft, "wb", opener=_private) as file:  # a Path takes no opener
                with self._db.read() as connection:
                    self._write(file, connection, month, entries, kept)
                file.flush()
                os.fsync(file.fileno())
                if hasattr(os, "posix_fadvise"):  # what is read now is to come from the disk
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            yield draft, checking.check(draft, certificates.read(kept.certificate), selection.choose())
        finally:
            draft.unlink(missing_ok=True)

    def _write(
        self,
        file: IO[bytes],
        connection: directory.Connection,
        month: Month,
        entries: range,
        kept: checkpoints.Kept,
    ) -> None:
        try:
            # Here, because storage would take a full disk for that of the database.
            with _writable(self._folder):
                writing.write(file, connection, month, entries, kept, self._folder)
        except (ValueError, storage_errors.NotFound) as error:
            raise errors.NotArchived(f"{month}: {error}; gateway journal verify tells more") from error

    def _put(self, draft: Path, path: Path, sha256: str) -> None:
        """Give the draft its name; raises NotArchived where another file has it."""
        if path.exists():
            if _sha256(path) != sha256:
                raise errors.NotArchived(_in_the_way(path))
            return
        failpoints.reach("archive.before-rename")
        draft.rename(path)
        stored.sync(path.parent)
        failpoints.reach("archive.after-rename")


def _in_the_way(path: Path) -> str:
    return f"{path} is there with other bytes: move it away, and archive again"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


@contextlib.contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise gateway_errors.Unavailable(f"no archive is made in {folder}: {error.strerror or error}") from error
