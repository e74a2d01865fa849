"""What can be wrong with the proofs of a journal.

JournalError
├── BadNote        the text is no signed note, or no checkpoint
├── Contradiction  the journal is no longer what this installation has signed: nothing more is signed
├── BadReceipt     the receipt proves nothing, and why
├── BadArchive     an archive is not what was made, and at which entry
├── NotArchived    the month cannot be archived, or dropped, as it was asked for
├── Unreachable    the journal that a witness watches does not answer
└── Evidence       a witness has found that a journal was cut, forked, or signed by another key
"""

from __future__ import annotations

from gateway import errors


class JournalError(errors.GatewayError):
    """Base of what this package raises on purpose."""


class BadNote(JournalError):
    """The text does not have the form of a checkpoint (C2SP tlog-checkpoint)."""


class Contradiction(JournalError):
    """The journal does not continue the checkpoint that was signed last."""


class BadReceipt(JournalError):
    """The receipt does not prove what it says."""


class BadArchive(JournalError):
    """An archive does not prove what it says; `index` is the first entry of which that is so, None for its frame."""

    def __init__(self, name: str, what: str, index: int | None) -> None:
        super().__init__(f"{name}: {what}" if index is None else f"{name}: entry {index}: {what}")
        self.index = index


class NotArchived(JournalError):
    """A month is not over or has no entries, a file is in the way, or what is to be dropped is not archived."""


class Unreachable(JournalError):
    """Nobody answers at the address of a journal, or answers something else."""


class Evidence(JournalError):
    """A journal contradicts what its witness has kept."""
