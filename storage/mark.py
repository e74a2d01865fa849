"""The mark: how far the journal had come when this node last wrote to it, in a file outside of the database.

One line of fixed length, written in place after a commit and never waited for. A crash of the machine may leave it
behind the journal, or unreadable; it is never ahead of it.
"""

from __future__ import annotations

import dataclasses
import os
import re
import zlib
from pathlib import Path
from typing import Final


@dataclasses.dataclass(frozen=True, slots=True)
class Mark:
    """The journal as it was seen last."""

    epoch: int
    """How often its database had been recognised as restored or moved."""
    size: int
    """Number of its entries, at least one."""
    head: str
    """Hash of the last of them, in hex."""


def read(file: Path) -> Mark | None:
    """Return the mark in a file; None where there is none, or nothing that can be read; raises OSError."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        found = _LINE.match(os.read(handle, _LONGEST))
    finally:
        os.close(handle)
    if found is None or _sum(found[1]) != found[5]:
        return None
    return Mark(int(found[2]), int(found[3]), found[4].decode())


def write(file: Path, mark: Mark) -> None:
    """Put the mark into a file in place of the one that is there; raises OSError."""
    line = f"hcs-gateway journal mark 1 epoch {mark.epoch:010d} size {mark.size:019d} head {mark.head}".encode()
    handle = os.open(file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        os.pwrite(handle, b"%b sum %b\n" % (line, _sum(line)), 0)
    finally:
        os.close(handle)


_LINE: Final = re.compile(
    rb"(hcs-gateway journal mark 1 epoch ([0-9]{10}) size ([0-9]{19}) head ([0-9a-f]{64})) sum ([0-9a-f]{8})\n"
)
_LONGEST: Final = 256


def _sum(line: bytes) -> bytes:
    return b"%08x" % zlib.crc32(line)
