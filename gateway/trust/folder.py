"""The trust folder as an administrator changes it: certificates are added and removed, one file each."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from gateway.trust.errors import TrustError
from signing import certificates, chains, errors, issue, policy, trust_folder
from signing.certificates import Certificate
from signing.trust_folder import Found

SHORT: Final = 16
"""Digits of a fingerprint that tell certificates apart, in a list and as the name of a file."""


def load(path: Path) -> tuple[Certificate, ...]:
    """Read a certificate file, PEM or DER; raises TrustError with what it is instead."""
    try:
        return certificates.load(path)
    except errors.CertificateUnreadable as error:
        raise TrustError(f"{path} holds no certificate: {_instead(path, error)}") from error


def check_authority(candidate: Certificate, *, at: dt.datetime, by: policy.Policy, ended: bool = False) -> None:
    """Raise TrustError, with what to do, unless packages may be believed because of this authority.

    `ended` allows one that is no longer in force, for packages of the past.
    """
    name = f"«{candidate.name}»"
    if not candidate.may_issue:
        raise TrustError(
            f"{name} is the certificate of a signer, not of an authority: pin it for its organisation with --org GUID"
        )
    if candidate.strange:
        raise TrustError(f"{name} has a critical extension that is not known: no chain through it would be accepted")
    suite = by.suite_of_certificate(candidate.signature_oid)
    is_root = candidate.subject_name == candidate.issuer_name
    if is_root and suite is not None and not chains.has_signed(suite, candidate, candidate):
        raise TrustError(f"{name} is damaged: the signature under its own certificate does not hold")
    if candidate.not_after < at and not ended:
        raise TrustError(
            f"{name} has ended on {candidate.not_after:%Y-%m-%d}: no package of today is accepted under it; "
            "--ended takes it nevertheless, for packages of the past"
        )


def check_signer(candidate: Certificate, *, at: dt.datetime, ended: bool = False) -> None:
    """Raise TrustError, with what to do, unless packages could be signed with this certificate."""
    name = f"«{candidate.name}»"
    if not candidate.may_sign and candidate.may_issue:
        raise TrustError(f"{name} is the certificate of an authority, which signs no packages: add it without --org")
    if not candidate.may_sign or candidate.strange:
        raise TrustError(f"{name} is not meant for signing documents (KeyUsage): no package under it would be accepted")
    if candidate.not_after < at and not ended:
        raise TrustError(
            f"{name} has ended on {candidate.not_after:%Y-%m-%d}: no package of today is accepted under it; "
            "--ended takes it nevertheless, for packages of the past"
        )


def add(folder: Path, certificate: Certificate, owner: str | None) -> bool:
    """Believe an authority, or pin a certificate for its owner; False where that was so already. Raises TrustError."""
    there = trust_folder.survey(folder, lists=False).certificates
    if any(each.certificate.der == certificate.der and each.owner == owner for each in there):
        return False
    place = folder if owner is None else folder / trust_folder.OWNERS / owner
    with _told(place):
        place.mkdir(parents=True, exist_ok=True)
    write(place / f"{certificate.fingerprint[:SHORT]}.crt", issue.pem(certificate))
    return True


def find(there: Sequence[Found], prefix: str) -> list[Found]:
    """Return every place of the one certificate whose fingerprint begins so; raises TrustError for none or several."""
    wanted = prefix.replace(":", "").strip().lower()
    found = [each for each in there if wanted and each.certificate.fingerprint.startswith(wanted)]
    several = {each.certificate.fingerprint for each in found}
    if not found:
        raise TrustError(f"no certificate that is trusted has the fingerprint {prefix}")
    if len(several) > 1:
        raise TrustError(f"{prefix} begins {len(several)} fingerprints: {', '.join(sorted(several))}")
    return found


def remove(found: Iterable[Found]) -> None:
    """Believe these no longer; what else a file holds stays in it. Raises TrustError."""
    for each in found:
        with _told(each.path):
            _remove(each)


def write(path: Path, data: bytes) -> None:
    """Write a file whole, durably, in place of what was there; raises TrustError."""
    with _told(path):
        issue.write_atomically(path, data, mode=0o644, replace=True)
        _sync(path.parent)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock on the folder: whoever changes what is trusted does so one at a time.

    Raises TrustError in place of an OSError of the change.
    """
    with _told(folder):
        handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrustError(f"{path} cannot be changed: {error.strerror or error}") from error


def _remove(found: Found) -> None:
    others = [other for other in certificates.load(found.path) if other.der != found.certificate.der]
    if others:
        write(found.path, b"".join(map(issue.pem, others)))
        return
    found.path.unlink()
    folder = found.path.parent
    # Of an owner without certificates nothing stays.
    if found.owner is not None and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
    _sync(folder)


def _sync(folder: Path) -> None:
    """Make what was renamed or removed in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _instead(path: Path, error: errors.CertificateUnreadable) -> str:
    try:
        data = path.read_bytes()
    except OSError as unread:
        return str(unread.strerror)
    if b" PRIVATE KEY-----" in data:
        return "it is a private key, its certificate is wanted"
    if b"-----BEGIN X509 CRL-----" in data:
        return "it is a revocation list: gateway trust crl takes it"
    if isinstance(error.__cause__, ValueError):
        return "PEM or DER is wanted"
    return str(error).removeprefix(f"{path}: ")
