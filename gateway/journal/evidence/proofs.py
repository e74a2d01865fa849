"""Where the records of a package are in the tree, and which checkpoints of it are signed (RFC 6962, C2SP tlog-proof).

One checkpoint seals the bundle: the first that covers all of its records. The receipt may have an earlier one, which
covers the acceptance alone; that the one continues the other is proved too.
"""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Callable, Sequence

from gateway.journal import errors, notes, publishing
from gateway.journal.checkpoint import Checkpoint
from gateway.settings import Settings
from signing import certificates
from signing.certificates import Certificate
from signing.gost.backend import Backend
from signing.signer import Signer
from signing.suites import Suite
from storage import checkpoints, database, directory, merkle


@dataclasses.dataclass(frozen=True, slots=True)
class Seal:
    """A signed checkpoint, and by which key."""

    kept: checkpoints.Kept
    checkpoint: Checkpoint
    certificate: Certificate
    suite: Suite


def cover(db: database.Database, conf: Settings, last: int, key: Callable[[], Signer]) -> None:
    """Have a checkpoint made where none covers the entry `last` yet; only then the key is asked for.

    Raises as `publishing.make`, and what `key` raises.
    """
    with db.read() as connection:
        kept = checkpoints.covering(connection, last)
    if kept is None:
        signer = key()
        try:
            publishing.make(db, signer, conf)
        finally:
            signer.close()


def seal(connection: directory.Connection, index: int, backend: Backend | None) -> Seal:
    """Return the first checkpoint that covers an entry; raises BadNote where its own key has not signed it."""
    kept = checkpoints.covering(connection, index)
    if kept is None:
        raise errors.BadNote(f"no checkpoint covers entry {index}")
    certificate, note = certificates.read(kept.certificate), notes.parse(kept.note)
    found = Checkpoint.read(note)
    suite = note.suite_of(found.origin, certificate, backend)
    if suite is None:
        raise errors.BadNote(f"the checkpoint of {kept.size} entries is not signed by the key that is kept with it")
    return Seal(kept, found, certificate, suite)


def inclusion(connection: directory.Connection, index: int, kept: checkpoints.Kept) -> bytes:
    """Return the proof that an entry is in the tree of a checkpoint, in the format of C2SP tlog-proof."""
    path = merkle.inclusion(connection, index, kept.size)
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{_lines(path)}\n{kept.note}".encode()


def consistency(connection: directory.Connection, old: int, new: int) -> bytes:
    """Return the proof that the tree of `new` entries begins with that of `old`: a hash a line, base64."""
    return _lines(merkle.consistency(connection, old, new)).encode()


def _lines(hashes: Sequence[bytes]) -> str:
    return "".join(f"{base64.b64encode(each).decode()}\n" for each in hashes)
