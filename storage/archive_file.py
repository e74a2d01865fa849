"""The file of an archive: what it is made of, and how one document is found in it among millions.

A zip archive, nothing in it compressed, with these members in this order:

    README.txt       how to verify it without this code
    records.jsonl    the records of the journal, byte for byte, a line each
    payloads         their documents as they are stored (`storage.sealing`), one behind the other, nothing between
    payloads.jsonl   where each of them is, a line each, by index and role: index, offset, role, sha256, size
    checkpoint       the first signed checkpoint that covers the last record
    certificate.pem  of the key that has signed it
    archive.json     which part of which journal this is, what its tree is, and the digests of the other members

Documents are no members of their own: for a million of them opening the archive would cost 25 s and half a gigabyte of
memory. The lines that say where they are have an order, so one is found by a few short reads.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import struct
import weakref
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

README: Final = "README.txt"
RECORDS: Final = "records.jsonl"
PAYLOADS: Final = "payloads"
PLACES: Final = "payloads.jsonl"
CHECKPOINT: Final = "checkpoint"
CERTIFICATE: Final = "certificate.pem"
MANIFEST: Final = "archive.json"
MEMBERS: Final = (README, RECORDS, PAYLOADS, PLACES, CHECKPOINT, CERTIFICATE, MANIFEST)

LINE: Final = 1024
"""Bytes of the longest line of `payloads.jsonl`."""
_CHUNK: Final = 2**20
_NUMBER: Final = rb"(0|[1-9][0-9]{0,17})"
_LINE: Final = re.compile(
    rb'\{"index":' + _NUMBER + rb',"offset":' + _NUMBER + rb',"role":"([^"\\\x00-\x1f]+)",'
    rb'"sha256":"([0-9a-f]{64})","size":' + _NUMBER + rb"\}"
)
_LOCAL_HEADER: Final = struct.Struct("<4s22xHH")
"""Of a member (APPNOTE.TXT, 4.3.7): its signature, and how long name and extra field behind it are."""


@dataclasses.dataclass(frozen=True, slots=True)
class Place:
    """Where a document is within `payloads`."""

    index: int
    """Of the entry that it belongs to."""
    role: str
    offset: int
    size: int
    sha256: str
    """Of the bytes there, hex."""

    def line(self) -> bytes:
        """Return the place as it is written, without the end of the line."""
        # JSON: a role is a name of ours, and needs no escapes.
        return (
            f'{{"index":{self.index},"offset":{self.offset},"role":"{self.role}",'
            f'"sha256":"{self.sha256}","size":{self.size}}}'
        ).encode()

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read a line; raises ValueError for anything that is not written so."""
        found = _LINE.fullmatch(line)
        if found is None:
            raise ValueError(f"not a line of {PLACES}")
        index, offset, role, sha256, size = found.groups()
        return cls(int(index), role.decode(), int(offset), int(size), sha256.decode())

    @property
    def key(self) -> tuple[int, str]:
        """By what the lines are ordered."""
        return self.index, self.role


class Archive:
    """The file of an archive, opened for reading; safe for threads. Whatever cannot be read raises ValueError."""

    def __init__(self, path: Path) -> None:
        """Open a file; raises OSError, and ValueError where it is not laid out as above."""
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._descriptor)
        self._size = os.fstat(self._descriptor).st_size
        try:
            with zipfile.ZipFile(path) as directory:
                members = directory.infolist()
        except (zipfile.BadZipFile, struct.error, NotImplementedError, OverflowError, EOFError) as error:
            raise ValueError(f"not an archive, or cut: {error}") from error
        if tuple(member.filename for member in members) != MEMBERS:
            raise ValueError("not an archive of the journal: it has other members")
        self._spans = {member.filename: self._span(member) for member in members}

    def size(self, name: str) -> int:
        """Return the bytes of a member."""
        return self._spans[name][1]

    def read(self, name: str, offset: int = 0, size: int | None = None) -> bytes:
        """Return a member, or `size` bytes of it from `offset` on."""
        start, length = self._spans[name]
        wanted = length - offset if size is None else size
        if wanted < 0 or offset + wanted > length:
            raise ValueError(f"{name} ends before byte {offset + wanted}")
        data = os.pread(self._descriptor, wanted, start + offset)
        if len(data) != wanted:
            raise ValueError(f"the file ends within {name}")
        return data

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a member piece by piece."""
        length = self.size(name)
        for offset in range(0, length, _CHUNK):
            yield self.read(name, offset, min(_CHUNK, length - offset))

    def lines(self, name: str) -> Iterator[bytes]:
        """Yield the lines of a member without their ends."""
        rest = b""
        for chunk in self.chunks(name):
            *whole, rest = (rest + chunk).split(b"\n")
            yield from whole
        if rest:
            raise ValueError(f"the last line of {name} is cut")

    def find(self, index: int, role: str) -> Place | None:
        """Return where a document is; None where the archive has none of this role for this entry."""
        low, high = 0, self.size(PLACES)
        while low < high:
            middle = (low + high) // 2
            start, end = self._line_around(middle, low, high)
            found = Place.read(self.read(PLACES, start, end - start))
            if found.key == (index, role):
                return found
            low, high = (end + 1, high) if found.key < (index, role) else (low, start)
        return None

    def document(self, place: Place) -> bytes:
        """Return a document as it was stored; raises ValueError where it is not what the place says."""
        data = self.read(PAYLOADS, place.offset, place.size)
        if hashlib.sha256(data).hexdigest() != place.sha256:
            raise ValueError(f"payload {place.role!r} of entry {place.index} is not what was archived")
        return data

    def _span(self, member: zipfile.ZipInfo) -> tuple[int, int]:
        """Return where the bytes of a member begin in the file, and how many they are."""
        is_plain = member.compress_type == zipfile.ZIP_STORED and member.compress_size == member.file_size
        if not is_plain or not 0 <= member.header_offset <= self._size - _LOCAL_HEADER.size:
            raise ValueError(f"{member.filename} is not stored as it has to be")
        header = os.pread(self._descriptor, _LOCAL_HEADER.size, member.header_offset)
        signature, name, extra = _LOCAL_HEADER.unpack(header)
        start = member.header_offset + _LOCAL_HEADER.size + name + extra
        if signature != b"PK\3\4" or start + member.file_size > self._size:
            raise ValueError(f"{member.filename} does not begin, or end, where it has to")
        return start, member.file_size

    def _line_around(self, middle: int, low: int, high: int) -> tuple[int, int]:
        """Return where the line begins and ends that the byte `middle` belongs to, between the lines' ends given."""
        begin, end = max(low, middle - LINE), min(high, middle + LINE)
        window = self.read(PLACES, begin, end - begin)
        start = window.rfind(b"\n", 0, middle - begin) + 1
        stop = window.find(b"\n", middle - begin)
        if stop < 0 or (start == 0 and begin != low):
            raise ValueError(f"{PLACES} has a line that is too long")
        return begin + start, begin + stop
