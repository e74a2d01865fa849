"""One installation, opened: everything that a process needs to take packages in or to execute them.

Layout of the data folder: `gateway.toml`, `gateway.db`, `keys/installation.{key,crt}`, `keys/data.key`, `contracts/`,
`archives/`, and `trust/` as `signing.trust_folder` says.
"""

from __future__ import annotations

import dataclasses
import shutil
import time
from typing import Final, Self

from gateway import errors, signatures, vault
from gateway.contracts import force as contract_force
from gateway.settings import Settings
from gateway.trust import force as trust_force
from signing import policy, signer, trust
from storage import database, intake, sealing
from storage import errors as storage_errors

_CHECK_EVERY: Final = 1.0
"""Seconds for which a found readiness is believed on the way of a package; a failure is looked at each time."""


@dataclasses.dataclass(slots=True)
class Installation:
    """The opened parts; `open` and `close` are its life."""

    settings: Settings
    database: database.Database
    force: contract_force.Force
    trusted: trust_force.Force
    key: signer.Signer
    """Signs every result (P7)."""
    policy: policy.Policy
    """By what the signatures of packages are judged."""
    writer: intake.Writer
    vault: vault.Vault
    """Seals the personal data of the registry; that of the journal is sealed by the database."""
    _ready_until: float = 0.0

    @classmethod
    def open(cls, settings: Settings, *, warm: bool = False) -> Self:
        """Open the installation in `settings.data`; `warm` compiles every schema before it is in force.

        Raises Unavailable where it has no database schema or no key: nothing may be accepted that cannot be answered
        with a signature (P7) or sealed; and where it cannot be read whom it believes. A damaged pack is not served, and
        no reason to serve less than the sound ones. A database that was restored is recognised here, before anything
        is acknowledged (P20).
        """
        key, by = signatures.load_key(settings), signatures.incoming(settings)
        sealing = vault.Vault.load(vault.path(settings))
        trusted = trust_force.Force(settings.trust, by=by, revocation=settings.revocation)
        contracts = contract_force.Force(settings.packs, strict=settings.strict_versions, warm=warm)
        db = open_database(settings)
        try:
            db.recognise()
        except storage_errors.StorageError as error:
            db.close()
            raise errors.Unavailable(str(error)) from error
        return cls(
            settings=settings,
            database=db,
            force=contracts,
            trusted=trusted,
            key=key,
            policy=by,
            writer=intake.Writer(db),
            vault=sealing,
        )

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        self.writer.close()
        self.key.close()
        self.database.close()

    @property
    def contracts(self) -> contract_force.Contracts:
        """What is in force now; whoever needs it twice keeps it."""
        return self.force.now

    @property
    def anchors(self) -> trust.TrustStore:
        """Who is believed now; whoever needs it twice keeps it."""
        return self.trusted.now

    def forget_readiness(self) -> None:
        """Let the next package look again."""
        self._ready_until = 0.0

    def check_ready(self) -> None:
        """Raise Unavailable, with the reason, when a package could not be kept and answered now (P7, P13)."""
        if time.monotonic() < self._ready_until:
            return
        signatures.check_key(self.key, self.settings)
        vault.check(self.settings)
        free = shutil.disk_usage(self.settings.data).free
        if free < self.settings.min_free:
            raise errors.Unavailable(f"the disk is full: {free} bytes free")
        self._ready_until = time.monotonic() + _CHECK_EVERY


def open_database(settings: Settings, *, read_only: bool = False) -> database.Database:
    """Return the database, its schema checked; raises Unavailable with the reason.

    Where the key of the personal data is gone, or cannot be read, sealed payloads of the journal stay closed.
    """
    try:
        keyring: sealing.Keyring | None = vault.keyring(vault.path(settings))
    except errors.Unavailable:
        keyring = None
    try:
        db = database.Database.open(
            settings.database_url, keyring, settings.mark, settings.archives, read_only=read_only
        )
    except storage_errors.Unsupported as error:
        raise errors.Unavailable(f"setting database: {error}") from error
    try:
        db.check_schema()
    except storage_errors.StorageError as error:
        db.close()
        raise errors.Unavailable(str(error)) from error
    return db
