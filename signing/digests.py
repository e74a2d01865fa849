"""Digest algorithms by their XML addresses. SHA-1 and MD5 are not here, so nothing can switch them on.

A `Digest` takes its data in pieces: a canonical form is hashed while it is produced and never held whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Hash(Protocol):
    """A running digest, as `hashlib` gives it."""

    def update(self, data: bytes, /) -> None:
        """Take the next piece."""

    def digest(self) -> bytes:
        """Return the raw value over all the pieces so far."""


@dataclass(frozen=True, slots=True)
class Digest:
    """One DigestMethod."""

    name: str
    """Short name for logs: `sha256`."""
    uri: str
    """Address in `DigestMethod/@Algorithm`."""
    new: Callable[[], Hash]
    """Starts a running digest."""

    def of(self, data: bytes) -> bytes:
        """Return the raw digest of data that is at hand whole."""
        running = self.new()
        running.update(data)
        return running.digest()


SHA256 = Digest("sha256", "http://www.w3.org/2001/04/xmlenc#sha256", hashlib.sha256)
SHA384 = Digest("sha384", "http://www.w3.org/2001/04/xmldsig-more#sha384", hashlib.sha384)
SHA512 = Digest("sha512", "http://www.w3.org/2001/04/xmlenc#sha512", hashlib.sha512)

SHA2 = (SHA256, SHA384, SHA512)
