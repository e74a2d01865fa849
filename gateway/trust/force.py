"""Whom a process believes now; certificates and revocation lists come and go while it works.

What is in force is one immutable store. A package takes it once and is judged by it to the end. Another one takes its
place only when the whole folder could be read: a damaged file, or a folder that cannot be read, changes nothing and is
logged. A process does not start with one, because a revocation that it does not see would be believed away.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway import errors, watch
from signing import errors as signing_errors
from signing import policy, trust, trust_folder

log: Final = logging.getLogger("gateway.trust")


class Force:
    """The trust folder of an installation, followed as it changes."""

    def __init__(self, folder: Path, *, by: policy.Policy = policy.STRICT, revocation: trust.Demand = "known") -> None:
        """`by`: how lists are verified; `revocation`: whether they are demanded.

        Raises Unavailable where the folder or a file of it cannot be read.
        """
        self._folder = folder
        self._policy = by
        self._revocation = revocation
        self._turn = threading.Lock()
        self._told: frozenset[str] = frozenset()
        self._stamp = self._look()
        contents = self._survey(trust_folder.Contents((), {}, ()))
        if contents.damaged:
            raise errors.Unavailable(f"what is trusted cannot be read: {contents.damaged[0]}")
        self._contents = contents
        self.now = self._store(contents)
        """Who is believed; whoever reads it twice may find two stores."""

    def refresh(self) -> bool:
        """Take in what has changed in the folder; True where that changed anything.

        Costs a look at each file where nothing did. Raises Unavailable where the folder cannot be read; then, and where
        a file of it is damaged, everything stays as it is.
        """
        with self._turn:
            stamp = self._look()
            if stamp == self._stamp:
                return False
            contents = self._survey(self._contents)
            self._tell(contents.damaged)
            if not any(isinstance(error.__cause__, OSError) for error in contents.damaged):
                # A damaged file is read again when it changes; one that could not be read, the next time.
                self._stamp = stamp
            if contents.damaged:
                return False
            self.now, self._contents = self._store(contents), contents
            log.info("trust in force", extra={"facts": facts(self.now)})
            return True

    def watch(self, stop: threading.Event, changed: Callable[[], None]) -> None:
        """Refresh once a second until `stop` is set; `changed` is called after each change."""
        log.info("trust in force", extra={"facts": facts(self.now)})
        watch.follow(stop, self.refresh, changed, log=log, failure="trust cannot be read")

    def _look(self) -> frozenset[trust_folder.File]:
        try:
            return trust_folder.stamp(self._folder)
        except OSError as error:
            raise errors.Unavailable(f"{self._folder} cannot be read: {error.strerror}") from error

    def _survey(self, before: trust_folder.Contents) -> trust_folder.Contents:
        try:
            return trust_folder.survey(self._folder, known=before.lists)
        except signing_errors.CertificateUnreadable as error:
            raise errors.Unavailable(f"what is trusted cannot be read: {error}") from error

    def _store(self, contents: trust_folder.Contents) -> trust.TrustStore:
        store = trust.TrustStore.from_contents(contents, revocation=self._revocation)
        # A list may be large: its signature is verified here rather than while a package waits.
        store.check_lists(self._policy)
        return store

    def _tell(self, damaged: tuple[signing_errors.SigningError, ...]) -> None:
        reasons = frozenset(map(str, damaged))
        for reason in sorted(reasons - self._told):
            log.error("trust file damaged", extra={"facts": {"reason": reason}})
        self._told = reasons


def facts(store: trust.TrustStore) -> dict[str, int]:
    """Return what may be said of a store in a log: how much there is, and no names."""
    return {
        "authorities": len(store.anchors),
        "pinned": len(store.pinned),
        "lists": len(store.lists.all),
        "revoked": sum(map(len, store.lists.all)),
    }
