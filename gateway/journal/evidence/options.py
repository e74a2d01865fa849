"""How openssl and xmlsec1 are called for an algorithm."""

from __future__ import annotations

from typing import Final

from gateway.journal.evidence.exhibit import is_gost
from signing.certificates import Certificate

XMLSEC: Final = 'xmlsec1 --verify $lax --enabled-key-data key-name --pubkey-pem "$work/key.pem"'
"""With the key of a certificate alone, whatever else the document brings along."""
GOST: Final = "gost=${GOST--engine gost}"
_DIGESTS: Final = {"streebog256": "-md_gost12_256", "streebog512": "-md_gost12_512"}
"""Digests that openssl knows by another name, and only with its engine."""


def of_digest(name: str) -> str:
    """Return the option for a digest, `signing.digests.Digest.name`."""
    return _DIGESTS.get(name, f"-{name}")


def of_dgst(name: str) -> str:
    """Return all options of `openssl dgst` for a digest."""
    return f"$gost {of_digest(name)}" if name in _DIGESTS else of_digest(name)


def public_key(certificate: Certificate, file: str) -> str:
    """Return the line that takes the key out of a certificate."""
    return f'openssl x509 {engine(certificate)}-in {file} -noout -pubkey > "$work/key.pem"'


def engine(certificate: Certificate) -> str:
    """Return the option that openssl needs to read a certificate, with a blank behind it."""
    return "$gost " if is_gost(certificate) else ""
