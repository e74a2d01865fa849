"""The installation that is replayed: its journal in one snapshot, its contracts, whom it believes; never written."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterator

from gateway import errors, installation, signatures, vault
from gateway.contracts import force
from gateway.settings import Settings
from signing import errors as signing_errors
from signing import policy, trust_folder
from storage import directory, journal, search
from storage import errors as storage_errors


class Damaged(Exception):
    """Something in the journal is not what was written; the message says what."""


@dataclasses.dataclass(frozen=True, slots=True)
class Live:
    """What is known of the installation besides its journal."""

    settings: Settings
    connection: directory.Connection
    """One snapshot: the journal may grow meanwhile, and the replay ends where it began to read."""
    contracts: force.Contracts
    trusted: trust_folder.Contents
    """The trust folder as it is today, replaced revocation lists too."""
    policy: policy.Policy
    """By what packages are judged."""
    vault: vault.Vault | None
    """None where the key of the personal data is not there: then they are compared with nothing."""

    def entries(self, start: int = 0) -> Iterator[tuple[int, journal.Entry | Damaged]]:
        """Yield every entry by its index; in place of one that cannot be read, why."""
        for row in journal.rows(self.connection, start):
            try:
                yield row.entry_index, _entry(row.entry_index, bytes(row.record), str(row.hash))
            except (ValueError, TypeError) as error:
                yield row.entry_index, Damaged(str(error))

    def changes(self) -> Iterator[journal.Entry]:
        """Yield the changes of the directory in their order, found by an index; what is damaged is left out."""
        query = search.Query(kinds=(journal.Kind.DIRECTORY_CHANGED,))
        for index in reversed(search.find(self.connection, query, limit=journal.size(self.connection))):
            with contextlib.suppress(Damaged):
                yield self.entry(index)

    def entry(self, index: int) -> journal.Entry:
        """Return one entry; raises Damaged."""
        try:
            return journal.entry(self.connection, index)
        except (ValueError, TypeError, storage_errors.NotFound) as error:
            raise Damaged(f"entry {index}: {error}") from error

    def payload(self, entry: journal.Entry, role: str) -> bytes:
        """Return a document of an entry.

        Raises LookupError where it has none, Damaged where it is not what it was, Erased where it was destroyed by
        order, KeyMissing where it is sealed and the installation's key is not here.
        """
        digest = entry.payloads.get(role)
        if digest is None:
            raise LookupError(role)
        try:
            data = journal.payload(self.connection, entry.index, role)
        except (ValueError, storage_errors.NotFound) as error:
            raise Damaged(f"payload {role!r}: {error}") from error
        if (hashlib.sha256(data).hexdigest(), len(data)) != (digest.sha256, digest.size):
            raise Damaged(f"payload {role!r}: not the bytes that were recorded")
        return data


def _entry(index: int, record: bytes, stored: str) -> journal.Entry:
    if journal.hash_of(record) != stored:
        raise ValueError("the record does not have the stored hash")
    entry = journal.decode(record, stored)
    if entry.index != index:
        raise ValueError(f"the record says that it is entry {entry.index}")
    return entry


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Live]:
    """Open an installation for reading, stopped or running.

    Raises Unavailable where it has no database, or its trust folder or contracts cannot be read.
    """
    db = installation.open_database(settings, read_only=True)
    try:
        with db.read() as connection:
            yield on(settings, connection)
    finally:
        db.close()


def on(settings: Settings, connection: directory.Connection) -> Live:
    """Return an installation whose database somebody else has opened; raises Unavailable as `opened` does."""
    try:
        sealing: vault.Vault | None = vault.Vault.load(vault.path(settings))
    except errors.Unavailable:
        sealing = None
    try:
        trusted = trust_folder.survey(settings.trust, past=True)
    except signing_errors.SigningError as error:
        raise errors.Unavailable(f"what is trusted cannot be read: {error}") from error
    contracts = force.Force(settings.packs, strict=settings.strict_versions).now
    by = signatures.incoming(settings)
    return Live(settings, connection, contracts, trusted, by, sealing)
