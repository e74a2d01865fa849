"""The trust folder of an installation, as its files.

    *.pem, *.crt, *.cer, *.der          authorities that are believed; a signer's certificate is pinned for all
    organisations/<owner>/<the same>    certificates pinned for one owner, who is called so in either case
    crl/*.crl                           the revocation lists in force
    crl/archive/*.crl                   lists that newer ones have replaced: they answer for the past

A certificate file is PEM, with any number of certificates, or DER; a list is either, one a file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from signing import certificates, errors, revocation
from signing.certificates import Certificate
from signing.revocation import RevocationList

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})
"""Of files with certificates; others are passed over."""
LIST_SUFFIX = ".crl"
OWNERS = "organisations"
LISTS = "crl"
ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it was when it was read: a changed one is another value."""

    path: Path
    size: int
    changed: int
    """Nanoseconds."""
    number: int
    """Inode: a file that was put in place of another is a new one."""

    @classmethod
    def of(cls, path: Path) -> File:
        """Look at a file; raises `OSError`."""
        found = path.stat()
        return cls(path, found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(frozen=True, slots=True)
class Found:
    """One certificate of the folder."""

    path: Path
    certificate: Certificate
    owner: str | None = None
    """Whose own it is; None for everybody's."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a trust folder holds."""

    certificates: tuple[Found, ...]
    lists: Mapping[File, RevocationList]
    damaged: tuple[errors.SigningError, ...]
    """Why files are left out, each with its name."""


def stamp(folder: Path) -> frozenset[File]:
    """Return a value that changes when anything in force does; raises `OSError` where it cannot be looked at."""
    found = set()
    certificate_files = (path for path, _owner in _certificate_files(folder))
    for path in (*certificate_files, *_list_files(folder, past=False)):
        with contextlib.suppress(FileNotFoundError):  # removed since it was listed
            found.add(File.of(path))
    return frozenset(found)


def survey(
    folder: Path, *, past: bool = False, known: Mapping[File, RevocationList] | None = None, lists: bool = True
) -> Contents:
    """Read the folder.

    `past`: the replaced lists too; `known`: lists that were read before and are not read again; `lists`: False for the
    certificates alone. Raises `errors.CertificateUnreadable` where the folder itself cannot be read.
    """
    found: list[Found] = []
    found_lists: dict[File, RevocationList] = {}
    damaged: list[errors.SigningError] = []
    try:
        for path, owner in _certificate_files(folder):
            with _noted(path, damaged):
                found += [Found(path, certificate, owner) for certificate in certificates.load(path)]
        for path in _list_files(folder, past=past) if lists else ():
            with _noted(path, damaged):
                file = File.of(path)
                found_lists[file] = (known or {}).get(file) or load_list(path)
    except OSError as error:
        raise errors.CertificateUnreadable(f"{folder}: {error.strerror}") from error
    return Contents(tuple(found), found_lists, tuple(damaged))


def load_list(path: Path) -> RevocationList:
    """Read one revocation list; raises `errors.RevocationListUnusable` with the name of the file."""
    try:
        return revocation.read(path.read_bytes())
    except OSError as error:
        raise errors.RevocationListUnusable(f"{path}: {error.strerror}") from error
    except errors.RevocationListUnusable as error:
        raise errors.RevocationListUnusable(f"{path}: {error}") from error


def _certificate_files(folder: Path) -> Iterator[tuple[Path, str | None]]:
    yield from ((path, None) for path in _files(folder, SUFFIXES))
    owners = folder / OWNERS
    for owner in sorted(owners.iterdir()) if owners.is_dir() else ():
        if owner.is_dir() and not owner.name.startswith("."):
            yield from ((path, owner.name.lower()) for path in _files(owner, SUFFIXES))


def _list_files(folder: Path, *, past: bool) -> Iterator[Path]:
    for place in (folder / LISTS, *((folder / LISTS / ARCHIVE,) if past else ())):
        if place.is_dir():
            yield from _files(place, frozenset({LIST_SUFFIX}))


def _files(folder: Path, suffixes: frozenset[str]) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in suffixes and path.is_file())


@contextlib.contextmanager
def _noted(path: Path, damaged: list[errors.SigningError]) -> Iterator[None]:
    """Note what is wrong with a file; one that was removed since it was listed is not damaged."""
    try:
        yield
    except FileNotFoundError:
        return
    except errors.SigningError as error:
        if path.exists():
            damaged.append(error)
