"""The file of an archive is written: the same entries give the same bytes, on every day and from every database."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Protocol

from gateway.journal import notes
from gateway.journal.archiving import readme
from gateway.journal.archiving.container import Container
from gateway.journal.archiving.manifest import Manifest, Member
from gateway.journal.archiving.month import Month
from gateway.journal.checkpoint import Checkpoint
from signing import certificates, issue
from storage import archive_file, checkpoints, directory, errors, failpoints, journal, merkle


def write(
    stream: IO[bytes],
    connection: directory.Connection,
    month: Month,
    entries: range,
    kept: checkpoints.Kept,
    folder: Path,
) -> None:
    """Write the archive of `entries` under a checkpoint that covers them, reading the one snapshot of `connection`.

    What is needed meanwhile is put into `folder`; memory does not grow with the archive. Raises ValueError where the
    journal is damaged, NotFound and Archived where a document is not there, OSError.
    """
    files, archive = dict[str, Member](), Container(stream)
    with tempfile.TemporaryFile(dir=folder) as places:
        _put(archive, files, archive_file.README, readme.TEXT.encode())
        with _member(archive, files, archive_file.RECORDS) as put:
            previous, last = _records(put, connection, entries)
        with _member(archive, files, archive_file.PAYLOADS) as put:
            count, erased = _payloads(put, places, connection, entries)
        with _member(archive, files, archive_file.PLACES) as put:
            places.seek(0)
            shutil.copyfileobj(places, put)
        _put(archive, files, archive_file.CHECKPOINT, kept.note.encode())
        _put(archive, files, archive_file.CERTIFICATE, issue.pem(certificates.read(kept.certificate)))
        manifest = Manifest(
            origin=Checkpoint.read(notes.parse(kept.note)).origin,
            month=month,
            start=entries.start,
            stop=entries.stop,
            previous=previous,
            last=last,
            frontier=tuple(merkle.at_size(connection, entries.start).peaks()),
            root=merkle.root(connection, entries.stop),
            consistency=tuple(merkle.consistency(connection, entries.stop, kept.size)),
            payloads=count,
            erased=erased,
            files=dict(files),
        )
        _put(archive, files, archive_file.MANIFEST, manifest.written())
    archive.close()


class _Writable(Protocol):
    def write(self, data: bytes) -> object: ...


class _Put:
    """A member that is being written; what goes into it is digested."""

    def __init__(self, stream: _Writable) -> None:
        self._stream = stream
        self._sha256 = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> None:
        failpoints.reach("archive.write")
        self._stream.write(data)
        self._sha256.update(data)
        self.size += len(data)

    def member(self) -> Member:
        return Member(self._sha256.hexdigest(), self.size)


@contextlib.contextmanager
def _member(archive: Container, files: dict[str, Member], name: str) -> Iterator[_Put]:
    with archive.member(name) as stream:
        put = _Put(stream)
        yield put
    files[name] = put.member()


def _put(archive: Container, files: dict[str, Member], name: str, data: bytes) -> None:
    with _member(archive, files, name) as put:
        put.write(data)


def _records(put: _Put, connection: directory.Connection, entries: range) -> tuple[str, str]:
    """Write the records; return the hash before the first one, and that of the last one."""
    last = ""
    for row in journal.rows(connection, entries.start, entries.stop):
        last = row.hash
        put.write(bytes(row.record) + b"\n")
    return journal.entry(connection, entries.start).previous, last


def _payloads(
    put: _Put, places: IO[bytes], connection: directory.Connection, entries: range
) -> tuple[int, dict[int, int]]:
    """Write the documents, and where they are; return how many there are, and which entries have lost theirs."""
    count, erased = 0, dict[int, int]()
    for entry in journal.entries(connection, entries.start, entries.stop):
        for role in sorted(entry.payloads):
            try:
                data = journal.stored(connection, entry.index, role)
            except errors.Erased as error:
                erased[entry.index] = error.index
                continue
            place = archive_file.Place(entry.index, role, put.size, len(data), hashlib.sha256(data).hexdigest())
            line = place.line() + b"\n"
            if len(line) > archive_file.LINE:
                raise ValueError(f"payload {role!r} of entry {entry.index}: the name of its role is too long")
            places.write(line)
            put.write(data)
            count += 1
    return count, erased
