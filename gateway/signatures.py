"""What the settings say about signatures: by which policies they are judged, and with which key is signed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from gateway import errors
from gateway.settings import Settings
from signing import errors as signing_errors
from signing import pkcs11, policy
from signing.gost import selection
from signing.gost.backend import Backend
from signing.signer import PemSigner, Signer

KEY: Final = "installation"
AUTHORITY: Final = "ca"
"""Name of the authority that the installation has made for itself."""
PASSWORD: Final = "GATEWAY_KEY_PASSWORD"  # noqa: S105  # the name of the variable, not its value
"""Environment variable with the password of an encrypted key file, or the PIN of a token."""


def incoming(settings: Settings) -> policy.Policy:
    """Return by what packages that arrive are judged; raises Unavailable where the ГОСТ backend cannot be had."""
    return policy.strict(_gost(settings))


def audit(settings: Settings) -> policy.Policy:
    """Return by what auditors judge: old algorithms too, and every question is asked; raises Unavailable."""
    return policy.archive(_gost(settings))


def key_paths(settings: Settings) -> tuple[Path, Path]:
    """Return the paths of the installation's private key and certificate, where they are files."""
    return settings.keys / f"{KEY}.key", settings.keys / f"{KEY}.crt"


def key_files(settings: Settings) -> tuple[Path, ...]:
    """Return the files without which the installation cannot sign; none where its key is on a token."""
    return () if settings.key else key_paths(settings)


def load_key(settings: Settings) -> Signer:
    """Return the installation's signer; raises Unavailable where it is missing or unreadable."""
    key, certificate = key_paths(settings)
    try:
        if settings.key:
            return open_key(settings.key, certificate if certificate.exists() else None, settings)
        return open_key(str(key), certificate, settings)
    except signing_errors.SigningError as error:
        advice = "look at the setting `key`" if settings.key else "run `gateway init`"
        raise errors.Unavailable(f"{error}; {advice}") from error


def open_key(reference: str, certificate: Path | None, settings: Settings) -> Signer:
    """Return the signer of a key: a PEM file with its certificate, or a PKCS #11 URI, whose token may hold that too.

    The environment variable `PASSWORD` opens either. Raises `signing.errors.SigningError`.
    """
    password = os.environ.get(PASSWORD)
    if reference.startswith(pkcs11.SCHEME):
        return pkcs11.open_signer(reference, certificate, pin=password)
    if certificate is None:
        raise signing_errors.CertificateUnreadable("A key that is a file needs the file of its certificate too.")
    secret = password.encode() if password else None
    return PemSigner.load(Path(reference), certificate, password=secret, gost_backend=settings.gost_backend)


def check_key(key: Signer, settings: Settings) -> None:
    """Raise Unavailable when nothing could be signed now: the file is gone, or the token (P7)."""
    for path in key_files(settings):
        if not os.access(path, os.R_OK):
            raise errors.Unavailable(f"the installation's key is gone: {path.name}")
    try:
        key.check()
    except signing_errors.SigningError as error:
        raise errors.Unavailable(f"the installation's key is gone: {error}") from error


def _gost(settings: Settings) -> Backend | None:
    try:
        return selection.choose(settings.gost_backend)
    except signing_errors.BackendUnavailable as error:
        raise errors.Unavailable(f"setting gost_backend: {error}") from error
