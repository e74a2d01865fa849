"""The operations of the file store: whole upload, session, part, completion, status, download (protocol §7.1).

Each raises FileError for what its client has to change, Unavailable or storage's NotReady where nothing can be kept
now. What it has returned from is on the disk: first the blob, then its row in a durable transaction, so a process that
dies between them leaves a blob that nobody knows, and `keeper` removes it.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Protocol

from gateway import clock, errors, installation
from gateway.files import blobs, keeper, names, places, recognition, request, scanner
from gateway.files import errors as file_errors
from gateway.files.errors import FileError
from storage import errors as storage_errors
from storage import failpoints, files


class Stream(Protocol):
    """A request body, read while it arrives."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, none at the end."""


class Store:
    """The file store of one opened installation; safe for threads."""

    def __init__(self, house: installation.Installation) -> None:
        self._house = house
        self._kept = places.open_blobs(house.settings)

    def whole(self, asked: request.Request, body: Stream, system: str) -> str:
        """Take a file in one piece, completed at once; return its id."""
        self._check_extension(asked.name)
        self._house.check_ready()
        part = self._receive(asked, body)
        file = dataclasses.replace(
            self._new(asked, part.length), sha256=part.blob, completed_at=clock.now(), expires_at=None
        )
        self._settle(file)
        with self._house.database.write(point="file") as connection:
            self._check_settled(part.blob)
            files.add(connection, file)
            files.record(connection, file, system)
        return file.id

    def begin(self, asked: request.Request) -> str:
        """Begin an upload in parts; return its id."""
        self._check_extension(asked.name)
        length = asked.length or 0
        if length > self._house.settings.max_file:
            raise FileError(file_errors.SIZE, f"файл больше допустимых {self._house.settings.max_file} байт")
        self._house.check_ready()
        file = self._new(asked, length)
        with self._house.database.write() as connection:
            files.add(connection, file)
        return file.id

    def part(self, asked: request.Request, body: Stream) -> None:
        """Take one part; the same number again replaces it, as long as the upload is not completed."""
        file = self._open(asked)
        if not 1 <= asked.number <= file.part_count:
            raise FileError(file_errors.PART_NUMBER, f"частей в этой загрузке {file.part_count}, нумерация с 1")
        expected = request.PART if asked.number < file.part_count else (file.length - 1) % request.PART + 1
        if asked.length not in (None, expected):
            raise _other_size(asked.number, expected)
        self._house.check_ready()
        part = self._receive(asked, body)
        if part.length != expected:
            raise _other_size(asked.number, expected)
        try:
            with self._house.database.write(point="file-part") as connection:
                if not self._kept.has(part.blob):
                    raise _removed()
                files.put(connection, file.id, part, self._end())
        except storage_errors.NotFound as error:
            raise FileError(file_errors.STATUS, "загрузка завершена, пока принималась часть") from error

    def finish(self, asked: request.Request, system: str) -> None:
        """Complete an upload in parts; from then on it is a file, and nothing of it changes."""
        file = self._open(asked)
        parts = self._parts(file)
        missing = sorted({*range(1, file.part_count + 1)} - {part.number for part in parts})
        if missing:
            listed = ", ".join(map(str, missing[:20])) + (" …" if len(missing) > 20 else "")  # noqa: PLR2004  # enough to go on
            raise FileError(file_errors.STATUS, f"загрузка не завершена: нет частей {listed}")
        joined = dataclasses.replace(file, sha256=self._join(parts))
        self._settle(joined)
        try:
            with self._house.database.write(point="file") as connection:
                self._check_settled(str(joined.sha256))
                files.complete(connection, file.id, str(joined.sha256), parts, system, clock.now())
        except (storage_errors.NotFound, storage_errors.Conflict) as error:
            raise FileError(file_errors.STATUS, "загрузка изменена, пока она завершалась") from error
        spare = {part.blob for part in parts} - {str(joined.sha256)}
        keeper.remove_unused(self._house.database, self._kept.shelves()[0], spare)

    def status(self, asked: request.Request) -> tuple[files.File, list[int]]:
        """Return an upload, and the numbers of the parts that it has."""
        file = self._found(asked)
        if file.completed_at is not None:
            return file, [*range(1, file.part_count + 1)]
        return file, [part.number for part in self._parts(file)]

    def file(self, asked: request.Request) -> files.File:
        """Return a completed file."""
        file = self._found(asked)
        if file.completed_at is None:
            raise FileError(file_errors.STATUS, "загрузка ещё не завершена (POST ?completed)")
        return file

    def content(self, file: files.File, start: int, length: int) -> Iterable[bytes]:
        """Return these bytes of a completed file, piece by piece."""
        with storage_errors.translated():
            return self._kept.span(str(file.sha256), start, length)

    def _found(self, asked: request.Request) -> files.File:
        with self._house.database.read() as connection:
            file = files.find(connection, asked.id)
        is_over = file is not None and file.expires_at is not None and file.expires_at <= clock.now()
        if file is None or file.context != asked.context or is_over:
            raise FileError(file_errors.NOT_FOUND, "загрузки с таким идентификатором в этом хранилище нет")
        if file.organisation != asked.organisation:
            raise FileError(file_errors.PERMISSION, "файл принадлежит другому поставщику данных")
        return file

    def _open(self, asked: request.Request) -> files.File:
        file = self._found(asked)
        if file.completed_at is not None:
            raise FileError(file_errors.STATUS, "загрузка уже завершена, изменить её нельзя")
        return file

    def _parts(self, file: files.File) -> list[files.Part]:
        with self._house.database.read() as connection:
            return files.parts(connection, file.id)

    def _new(self, asked: request.Request, length: int) -> files.File:
        return files.File(
            id=clock.new_guid(),
            context=asked.context,
            organisation=asked.organisation,
            name=asked.name,
            length=length,
            part_count=asked.part_count,
            media_type=recognition.media_type(asked.name),
            created_at=clock.now(),
            expires_at=self._end(),
        )

    def _end(self) -> dt.datetime:
        return clock.now() + dt.timedelta(seconds=self._house.settings.upload_ttl)

    def _receive(self, asked: request.Request, body: Stream) -> files.Part:
        """Receive one part and keep it as a blob; nothing is left of one that is broken off or not as announced."""
        sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        size = 0
        with storage_errors.translated(), self._kept.draft() as draft:
            while piece := body.read(blobs.PIECE):
                size += len(piece)
                if size > request.PART:
                    raise request.too_large()
                sha256.update(piece)
                md5.update(piece)
                draft.write(piece)
            if size != (asked.length or size) or not size:
                raise FileError(file_errors.SIZE, f"тело оборвано: объявлено байт {asked.length}, получено {size}")
            if asked.md5 not in (None, md5.digest()):
                raise FileError(file_errors.HASH, "MD5 полученных байт не равен Content-MD5")
            failpoints.reach("files.received")
            draft.keep(sha256.hexdigest())
        return files.Part(asked.number, size, sha256.hexdigest())

    def _join(self, parts: list[files.Part]) -> str:
        """Make one blob of the parts and return its SHA-256."""
        whole = hashlib.sha256()
        with storage_errors.translated(), self._kept.draft() as draft:
            for part in parts:
                for piece in self._kept.span(part.blob, 0, part.length):
                    whole.update(piece)
                    draft.write(piece)
            draft.keep(whole.hexdigest())
        return whole.hexdigest()

    def _check_settled(self, blob: str) -> None:
        """Make sure, while nobody else may write, that `keeper` has not just removed a blob which nobody had named."""
        with storage_errors.translated():
            if not self._kept.is_settled(blob):
                raise _removed()

    def _check_extension(self, name: str) -> None:
        allowed = self._house.settings.file_extensions
        if names.extension(name) not in allowed:
            raise FileError(file_errors.EXTENSION, f"расширение файла недопустимо, допустимы: {', '.join(allowed)}")

    def _settle(self, file: files.File) -> None:
        """Look at the content of a file that is about to be completed, then keep it for good; raises FileError."""
        digest = str(file.sha256)
        try:
            with storage_errors.translated():
                with self._kept.open(digest) as content:
                    recognition.check(file.name, content)
                    content.seek(0)
                    scanner.check(content, self._house.settings)
                self._kept.settle(digest)
        except FileNotFoundError as error:
            raise _removed() from error


def _removed() -> errors.Unavailable:
    return errors.Unavailable("a blob was removed while it was being named")


def _other_size(number: int, expected: int) -> FileError:
    return FileError(file_errors.SIZE, f"в части {number} должно быть {expected} байт")
