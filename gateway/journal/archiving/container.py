"""A zip file whose bytes depend on its members alone (APPNOTE.TXT 6.3.9): stored, each in the form for large ones.

`zipfile` writes other bytes around large members since Python 3.11.4, and an archive has to be made again years later.
"""

from __future__ import annotations

import contextlib
import dataclasses
import stat
import struct
import zlib
from collections.abc import Iterator
from typing import IO, Final

_LOCAL: Final = struct.Struct("<4s5H3I2H")
_EXTRA: Final = struct.Struct("<2H2Q")
_CENTRAL: Final = struct.Struct("<4s6H3I5H2I")
_END_64: Final = struct.Struct("<4sQ2H2I4Q")
_LOCATOR: Final = struct.Struct("<4sIQI")
_END: Final = struct.Struct("<4s4H2IH")

_VERSION: Final = 45
_UNIX: Final = 3 << 8
_MODE: Final = (stat.S_IFREG | 0o600) << 16
_DATE: Final = 1 << 5 | 1
"""1 January 1980: the first that a zip file can tell."""
_LARGE: Final = 0xFFFFFFFF
"""Stands where the true number is in the extra field."""
_ZIP64: Final = 1


@dataclasses.dataclass(slots=True)
class _Member:
    name: bytes
    offset: int
    size: int = 0
    crc: int = 0


class Container:
    """Writes one, member by member, to a stream that can seek; `close` ends it. Raises OSError."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._members: list[_Member] = []

    @contextlib.contextmanager
    def member(self, name: str) -> Iterator[_Put]:
        """Open the next member, to be written within the block."""
        made = _Member(name.encode("ascii"), self._stream.tell())
        head = (b"PK\x03\x04", _VERSION, 0, 0, 0, _DATE, 0, _LARGE, _LARGE, len(made.name), _EXTRA.size)
        self._stream.write(_LOCAL.pack(*head) + made.name + _EXTRA.pack(_ZIP64, 16, 0, 0))
        yield _Put(self._stream, made)
        end = self._stream.tell()
        self._stream.seek(made.offset + 14)
        self._stream.write(struct.pack("<I", made.crc))
        self._stream.seek(made.offset + _LOCAL.size + len(made.name))
        self._stream.write(_EXTRA.pack(_ZIP64, 16, made.size, made.size))
        self._stream.seek(end)
        self._members.append(made)

    def close(self) -> None:
        """Write the directory of the members, and the end."""
        start = self._stream.tell()
        for each in self._members:
            self._stream.write(_central(each))
        end = self._stream.tell()
        count, size = len(self._members), end - start
        if start >= _LARGE:
            self._stream.write(
                _END_64.pack(
                    b"PK\x06\x06", _END_64.size - 12, _UNIX | _VERSION, _VERSION, 0, 0, count, count, size, start
                )
            )
            self._stream.write(_LOCATOR.pack(b"PK\x06\x07", 0, end, 1))
        self._stream.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, size, min(start, _LARGE), 0))


class _Put:
    def __init__(self, stream: IO[bytes], member: _Member) -> None:
        self._stream = stream
        self._member = member

    def write(self, data: bytes) -> None:
        """Write the next bytes of the member."""
        self._stream.write(data)
        self._member.size += len(data)
        self._member.crc = zlib.crc32(data, self._member.crc)


def _central(member: _Member) -> bytes:
    large = [each for each in (member.size, member.size, member.offset) if each >= _LARGE]
    extra = struct.pack(f"<2H{len(large)}Q", _ZIP64, 8 * len(large), *large) if large else b""
    size, offset = min(member.size, _LARGE), min(member.offset, _LARGE)
    head = (b"PK\x01\x02", _UNIX | _VERSION, _VERSION, 0, 0, 0, _DATE, member.crc, size, size)
    return _CENTRAL.pack(*head, len(member.name), len(extra), 0, 0, 0, _MODE, offset) + member.name + extra
