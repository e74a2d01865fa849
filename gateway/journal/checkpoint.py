"""A checkpoint: the head of the journal's tree, as the text of a signed note (C2SP tlog-checkpoint).

    hcs-gateway/5f0c…                                   origin: which journal this is
    20852163                                            entries
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=        root hash over them (RFC 6962), base64
    at 2026-01-31T09:30:00.000000Z head 9f86d0818…      when it was made, and the hash of the last record in hex

The fourth line is an extension, which readers of other logs pass over.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import re
from typing import Final, Self

from gateway.journal import errors, notes
from signing.signer import Signer
from storage import journal


@dataclasses.dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed of a journal."""

    origin: str
    size: int
    """Entries, at least one."""
    root: bytes
    at: dt.datetime
    head: str
    """Hash of the last of the entries, in hex."""

    @property
    def text(self) -> str:
        """The text that is signed."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\nat {journal.moment(self.at)} head {self.head}\n"

    def sign(self, signer: Signer) -> str:
        """Return the signed note, under the origin as the name of the key; raises SigningError."""
        return notes.sign(self.text, self.origin, signer)

    @classmethod
    def read(cls, note: notes.Note) -> Self:
        """Return what a note says; raises BadNote where that is no checkpoint of a gateway."""
        found = _TEXT.fullmatch(note.text)
        if found is None:
            raise errors.BadNote("the note is no checkpoint of a gateway's journal")
        try:
            made = cls(
                origin=found["origin"],
                size=int(found["size"]),
                root=base64.b64decode(found["root"], validate=True),
                at=dt.datetime.fromisoformat(found["at"]),
                head=found["head"],
            )
        except ValueError as error:
            raise errors.BadNote(f"the checkpoint cannot be read: {error}") from error
        if made.text != note.text:
            raise errors.BadNote("the checkpoint is not written as it has to be")
        return made


_TEXT: Final = re.compile(
    r"(?P<origin>[^\s+]{1,200})\n(?P<size>[1-9][0-9]{0,17})\n(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"at (?P<at>[0-9T:.-]{26}Z) head (?P<head>[0-9a-f]{64})\n"
)
