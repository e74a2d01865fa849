"""One installation, opened: everything that a process needs to take packages in or to execute them.

Layout of the data folder: `gateway.toml`, `gateway.db`, `keys/installation.{key,crt}`, `contracts/`, and `trust/` as
`signing.trust_folder` says.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from pathlib import Path
from typing import Final, Self

from gateway import errors
from gateway.contracts import force as contract_force
from gateway.settings import Settings
from gateway.trust import force as trust_force
from signing import errors as signing_errors
from signing import policy, signer, trust
from storage import database, intake
from storage import errors as storage_errors

KEY: Final = "installation"
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
    writer: intake.Writer
    _ready_until: float = 0.0

    @classmethod
    def open(cls, settings: Settings, *, warm: bool = False) -> Self:
        """Open the installation in `settings.data`; `warm` compiles every schema before it is in force.

        Raises Unavailable where it has no database schema or no key: nothing may be accepted that cannot be answered
        with a signature (P7); and where it cannot be read whom it believes. A damaged pack is not served, and no
        reason to serve less than the sound ones.
        """
        key = load_key(settings)
        trusted = trust_force.Force(settings.trust, by=signature_policy(settings))
        contracts = contract_force.Force(settings.packs, strict=settings.strict_versions, warm=warm)
        db = open_database(settings)
        return cls(
            settings=settings,
            database=db,
            force=contracts,
            trusted=trusted,
            key=key,
            writer=intake.Writer(db),
        )

    def close(self) -> None:
        """Finish what is being written and let go of the database."""
        self.writer.close()
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
        for path in key_paths(self.settings):
            if not os.access(path, os.R_OK):
                raise errors.Unavailable(f"the installation's key is gone: {path.name}")
        free = shutil.disk_usage(self.settings.data).free
        if free < self.settings.min_free:
            raise errors.Unavailable(f"the disk is full: {free} bytes free")
        self._ready_until = time.monotonic() + _CHECK_EVERY


def signature_policy(settings: Settings) -> policy.Policy:
    """Return by what packages that arrive, and revocation lists, are judged."""
    del settings
    return policy.STRICT


def open_database(settings: Settings) -> database.Database:
    """Return the database, its schema checked; raises Unavailable with the reason."""
    try:
        db = database.Database.open(settings.database_url)
    except storage_errors.Unsupported as error:
        raise errors.Unavailable(f"setting database: {error}") from error
    try:
        db.check_schema()
    except storage_errors.StorageError as error:
        db.close()
        raise errors.Unavailable(str(error)) from error
    return db


def key_paths(settings: Settings) -> tuple[Path, Path]:
    """Return the paths of the installation's private key and certificate."""
    return settings.keys / f"{KEY}.key", settings.keys / f"{KEY}.crt"


def load_key(settings: Settings) -> signer.PemSigner:
    """Return the installation's signer; raises Unavailable where it is missing or unreadable."""
    try:
        return signer.PemSigner.load(*key_paths(settings))
    except signing_errors.SigningError as error:
        raise errors.Unavailable(f"{error}; run `gateway init`") from error
