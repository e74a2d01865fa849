"""Whether the stored checkpoints are whole, signed, in order, and of the journal as it is now."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence

from gateway.journal import errors, notes
from gateway.journal.checkpoint import Checkpoint
from signing import certificates
from signing import errors as signing_errors
from signing.certificates import Certificate
from signing.gost.backend import Backend
from storage import checkpoints, directory, journal, merkle, tree, verification


class Checkpoints:
    """Verifies the checkpoints of one snapshot in their order; each fault names the first entry it leaves in doubt."""

    def __init__(
        self,
        connection: directory.Connection,
        backend: Backend | None,
        believed: Sequence[Certificate] = (),
        damaged: Sequence[int] = (),
    ) -> None:
        """`backend` is for ГОСТ; `believed` are the certificates that may have signed, any where there is none.

        `damaged` are entries of which the chain has told already: what does not fit because of them names them.
        """
        self._damaged = damaged
        self._connection = connection
        self._backend = backend
        self._believed = frozenset(each.der for each in believed)
        self._size = journal.size(connection)
        self._tile = merkle.reader(connection)
        self._signers: dict[bytes, Certificate] = {}
        self.signers: dict[str, str] = {}
        """Fingerprint and name of whom the sound checkpoints are signed by."""
        self.origin: str | None = None
        self.number = 0
        """Of the checkpoint that is next."""
        self.vouched = 0
        """Entries for which a sound checkpoint vouches."""
        self.last: Checkpoint | None = None
        """The last sound one."""

    def faults(
        self, start: int = 0, stop: int | None = None, progress: Callable[[int], None] = lambda _: None
    ) -> Iterator[verification.Fault]:
        """Yield what is wrong with those from number `start` up to `stop`; `progress` is told how many are done.

        The one before `start` is judged in silence, because the first is compared with it.
        """
        for before in checkpoints.stored(self._connection, start - 1, start) if start else ():
            with contextlib.suppress(_Doubt):
                self._believe(*self._judged(before))
        self.number = start
        for kept in checkpoints.stored(self._connection, start or -(2**62), stop):
            if kept.number != self.number:
                yield self._fault(self.number, "is missing")
            self.number = kept.number + 1
            try:
                self._believe(*self._judged(kept))
            except _Doubt as doubt:
                yield self._fault(kept.number, str(doubt), doubt.index)
            progress(1)
        if stop is None:
            for each in checkpoints.idle_signers(self._connection):
                yield verification.Fault(0, f"the certificate {each} has signed no checkpoint")

    def _fault(self, number: int, what: str, index: int | None = None) -> verification.Fault:
        return verification.Fault(self.vouched if index is None else index, f"checkpoint {number} {what}")

    def _judged(self, kept: checkpoints.Stored) -> tuple[Checkpoint, Certificate]:
        """Return a sound checkpoint and its signer; raises _Doubt with what is wrong."""
        try:
            note = notes.parse(kept.note)
            said = Checkpoint.read(note)
        except errors.BadNote as error:
            raise _Doubt(f"cannot be read: {error}") from error
        signer = self._signer(kept)
        if not note.is_signed_by(said.origin, signer, self._backend):
            raise _Doubt("is not signed by the certificate that is stored with it")
        if self.origin not in (None, said.origin):
            raise _Doubt(f"is of another journal, {said.origin}")
        if kept.size != said.size:
            raise _Doubt(f"is of {said.size} entries, and stored as one of {kept.size}")
        if self.last is not None and said.size < self.last.size:
            raise _Doubt(f"is of {said.size} entries, the one before it of {self.last.size}")
        self._compare(said)
        return said, signer

    def _signer(self, kept: checkpoints.Stored) -> Certificate:
        der = kept.certificate
        if not der:
            raise _Doubt("has no certificate of its signer")
        if hashlib.sha256(der).hexdigest() != kept.signer:
            raise _Doubt("has another certificate than that of its signer")
        if self._believed and der not in self._believed:
            raise _Doubt(f"is signed by the certificate {kept.signer}, which is none of those that are believed")
        if der not in self._signers:
            try:
                self._signers[der] = certificates.usable(der, "")
            except signing_errors.CertificateUnreadable as error:
                raise _Doubt(f"has a certificate that cannot be read: {error}") from error
        return self._signers[der]

    def _compare(self, said: Checkpoint) -> None:
        if said.size > self._size:
            what = f"is of {said.size} entries, the journal has {self._size}: its tail was cut"
            raise _Doubt(what, self._size)
        try:
            root = tree.Tree(said.size, self._tile).root()
        except (ValueError, TypeError) as error:
            raise _Doubt(f"cannot be compared, the journal is damaged: {error}", self._cause(said)) from error
        head = next(journal.rows(self._connection, said.size - 1, said.size), None)
        if root != said.root or head is None or head.hash != said.head:
            what = "is not of the journal that is stored: it was changed after it was signed"
            raise _Doubt(what, self._cause(said))

    def _cause(self, said: Checkpoint) -> int:
        return next((each for each in self._damaged if self.vouched <= each < said.size), self.vouched)

    def _believe(self, said: Checkpoint, signer: Certificate) -> None:
        self.origin, self.last, self.vouched = said.origin, said, said.size
        self.signers[signer.fingerprint] = signer.name


class _Doubt(Exception):
    """What is wrong with a checkpoint, and the entry that it leaves in doubt if it is known better."""

    def __init__(self, what: str, index: int | None = None) -> None:
        super().__init__(what)
        self.index = index
