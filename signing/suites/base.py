"""The one interface behind which every signature algorithm stands: RSA, ECDSA, and others to come.

A suite receives the public key as SubjectPublicKeyInfo in DER, because not every key on this wire is one that
the `cryptography` library can load.
"""

from __future__ import annotations

from typing import Protocol

from signing.digests import Digest


class Suite(Protocol):
    """One SignatureMethod together with the X.509 signature algorithm of the same mathematics."""

    @property
    def name(self) -> str:
        """Short name for logs: `rsa-sha256`."""

    @property
    def uri(self) -> str:
        """Address in `SignatureMethod/@Algorithm`."""

    @property
    def digest(self) -> Digest:
        """The digest that a signer of this suite uses for its references."""

    @property
    def oid(self) -> str:
        """Dotted signatureAlgorithm of certificates that are signed this way."""

    def accepts(self, spki: bytes) -> bool:
        """Tell whether the key is of the kind and size that this suite works with."""

    def verify(self, spki: bytes, data: bytes, signature: bytes) -> bool:
        """Tell whether `signature`, as SignatureValue has it (raw bytes), is an accepted key's over `data`."""

    def verify_certificate(self, spki: bytes, tbs: bytes, signature: bytes) -> bool:
        """Tell whether `signature`, as a certificate has it, is an accepted issuer key's over the TBS bytes."""
