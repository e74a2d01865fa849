"""What an archive says of itself, as `archive.json`: a part of a journal, its tree, the digests of its members."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final, Self

from gateway.journal.archiving.month import Month
from storage import compact

FORMAT: Final = "hcs-gateway-archive/1"


@dataclasses.dataclass(frozen=True, slots=True)
class Member:
    """One of the other members."""

    sha256: str
    size: int


@dataclasses.dataclass(frozen=True, slots=True)
class Manifest:
    """What `archive.json` says; nothing of it is verified."""

    origin: str
    """Of the journal."""
    month: Month
    """Of the first entry."""
    start: int
    """Index of the first entry."""
    stop: int
    """Index behind the last entry."""
    previous: str
    """Hash of the entry before the first one, in hex; 64 zeros where there is none."""
    last: str
    """Hash of the last entry, in hex."""
    frontier: tuple[bytes, ...]
    """The compact range of the entries before `start`: what is needed of them to compute the root."""
    root: bytes
    """Root hash over the first `stop` entries of the journal."""
    consistency: tuple[bytes, ...]
    """Proof that the checkpoint's tree begins with these entries (RFC 6962, 2.1.2)."""
    payloads: int
    """How many documents there are."""
    erased: Mapping[int, int]
    """Entries whose documents were no longer there, by which entry they were erased."""
    files: Mapping[str, Member]

    def written(self) -> bytes:
        """Return the file."""
        content = {
            **dataclasses.asdict(self),
            "format": FORMAT,
            "month": str(self.month),
            "frontier": [_encoded(each) for each in self.frontier],
            "root": _encoded(self.root),
            "consistency": [_encoded(each) for each in self.consistency],
            "erased": sorted(self.erased.items()),
        }
        return f"{json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)}\n".encode()

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Read the file; raises ValueError for anything that is not written so."""
        try:
            content: dict[str, Any] = json.loads(data)
            if content.pop("format") != FORMAT:
                raise ValueError("of an unknown format")
            made = cls(
                **{
                    **content,
                    "month": Month.read(content["month"]),
                    "frontier": tuple(_decoded(each) for each in content["frontier"]),
                    "root": _decoded(content["root"]),
                    "consistency": tuple(_decoded(each) for each in content["consistency"]),
                    "erased": dict(content["erased"]),
                    "files": {name: Member(**member) for name, member in content["files"].items()},
                }
            )
            compact.CompactRange(made.start, list(made.frontier))
            if made.written() != data:
                raise ValueError("not written as it has to be")
        except (KeyError, TypeError, AttributeError, RecursionError, binascii.Error) as error:
            raise ValueError(f"not what an archive says of itself: {error}") from error
        return made


def _encoded(hash_: bytes) -> str:
    return base64.b64encode(hash_).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
