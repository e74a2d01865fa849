"""Files of a contract pack: relative path → bytes, from a folder, a zip archive or the built-in packages.

Whatever the source, the same limits hold and no path leaves the tree. Only contract files and the texts that name
their version are taken; links, pipes and devices are refused. Names are Unicode NFC, no two of them differ by case
alone, and those of old archives are read as UTF-8, then CP866. A stranger's archive can still cost `zipfile` memory and
time: `trial` reads it in a process of its own.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import posixpath
import re
import stat
import struct
import unicodedata
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from gateway.contracts import errors

FileTree: TypeAlias = Mapping[str, bytes]

MAX_FILES: Final = 2_000
"""Most entries of a source, folders included; the official pack has 90."""
MAX_FILE: Final = 16 * 2**20
"""Largest file in bytes; the largest official one has 1 MB."""
MAX_TOTAL: Final = 64 * 2**20
"""Most bytes of a pack; the official one has 4 MB."""

MAX_ARCHIVE: Final = 64 * 2**20
"""Largest archive in bytes; the official pack makes one of 0.4 MB."""

_CONTRACT = (".wsdl", ".xsd")
_ARCHIVES = (".zip", ".rar", ".7z", ".gz", ".tar")
_SIGNATURE = b"PK"
_TEXT = re.compile(r"(?:.*/)?(?:readme|changelog|license)[^/]*", re.IGNORECASE)
_MAC_COPY = re.compile(r"(?:^|/)(?:__MACOSX/|\._[^/]*$)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_FAULTS = (
    OSError,
    EOFError,
    IndexError,
    OverflowError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What zipfile raises for broken archives; a NotImplementedError, for a compression that it does not know, is one."""


def read(source: Path) -> FileTree:
    """Return the files of a folder or zip archive; raises ContractError, also for a source beyond the limits."""
    if source.is_dir():
        return _collect(_folder(source))
    try:
        return _zip(source)
    except _FAULTS as error:
        raise errors.ContractError(source.name, f"is neither a folder nor a readable zip archive ({error})") from error


def content(file: Path, path: str) -> bytes:
    """Return the bytes of one file, called `path` in errors.

    Raises ContractError unless it is a regular file within the limits: never follows a link, never waits for a pipe.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise errors.ContractError(path, "is not a regular file")
            return _bounded(path, stream.read(MAX_FILE + 1))
    except FileNotFoundError:
        raise errors.ContractError(path, "is missing") from None
    except OSError as error:
        if file.is_symlink():
            raise errors.ContractError(path, "is a symbolic link") from error
        raise errors.ContractError(path, f"cannot be read: {error.strerror}") from error


def packages(*names: str) -> FileTree:
    """Return the contract files of data packages, each under the name of its package."""
    found: dict[str, bytes] = {}
    for name in names:
        found.update(_resources(resources.files(name), name))
    return found


def resolve(base: str, location: str) -> str:
    """Return the path that `location` means in the file at `base`.

    Raises ContractError for anything but a relative reference that stays inside the tree.
    """
    try:
        target = urllib.parse.urlsplit(location)
    except ValueError:
        raise errors.ContractError(base, f"refers to {location!r}, which is no address") from None
    if target.scheme or target.netloc or "\\" in location or target.path.startswith("/") or not target.path:
        raise errors.ContractError(base, f"refers to {location!r}, which is not a relative path")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(base), urllib.parse.unquote(target.path)))
    path = unicodedata.normalize("NFC", path)
    if path.startswith("../") or path in ("..", "."):
        raise errors.ContractError(base, f"refers to {location!r}, which leaves the pack")
    return path


def manifest(files: FileTree) -> dict[str, str]:
    """Return the SHA-256 of every file, by path in sorted order."""
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def digest(files: FileTree) -> str:
    """Return one SHA-256 over the whole manifest."""
    return hashlib.sha256(listing(files)).hexdigest()


def listing(files: FileTree) -> bytes:
    """Return the manifest as lines that sha256sum -c reads."""
    return "".join(f"{sha}  {path}\n" for path, sha in manifest(files).items()).encode()


def wanted(path: str) -> bool:
    """Tell whether a file belongs to a contract: its WSDL, XSD, or a text that names and explains it."""
    # macOS puts a copy of its own beside every file, with the same extension and no XML in it.
    return (path.lower().endswith(_CONTRACT) or _TEXT.fullmatch(path) is not None) and not _MAC_COPY.search(path)


def _collect(entries: Iterator[tuple[str, bytes]]) -> FileTree:
    files: dict[str, bytes] = {}
    alike: dict[str, str] = {}
    total = 0
    for path, data in entries:
        total += len(data)
        if total > MAX_TOTAL:
            raise errors.ContractError("", f"the pack has more than {MAX_TOTAL} bytes")
        other = alike.setdefault(path.casefold(), path)
        if path in files:
            raise errors.ContractError(path, "is there twice")
        if other != path:
            raise errors.ContractError(path, f"differs from {other} by upper and lower case alone")
        files[path] = data
    for path in files:
        if above := next((str(parent) for parent in PurePosixPath(path).parents if str(parent) in files), None):
            raise errors.ContractError(path, f"lies in {above}, which is a file")
    return _without_wrapper(files)


def _without_wrapper(files: dict[str, bytes]) -> FileTree:
    # Published archives wrap the pack in folders of their own; references are relative, so these can go.
    folders = [posixpath.dirname(path) for path in files if path.lower().endswith(_CONTRACT)]
    prefix = posixpath.commonpath(folders) + "/" if folders and all(folders) else ""
    prefix = prefix.removeprefix("/")
    return {path.removeprefix(prefix): data for path, data in sorted(files.items()) if path.startswith(prefix)}


def _folder(root: Path) -> Iterator[tuple[str, bytes]]:
    count = 0
    for folder, folders, names in os.walk(root, onerror=_unreadable):
        # In the order of their names, so that of two faults the same one is always told.
        folders.sort()
        count += len(folders) + len(names)
        _check_count(count)
        for name in folders:
            if Path(folder, name).is_symlink():
                raise errors.ContractError(
                    _plain(Path(folder, name).relative_to(root).as_posix()), "is a symbolic link"
                )
        for name in sorted(names):
            file = Path(folder, name)
            path = _plain(file.relative_to(root).as_posix())
            if wanted(path):
                yield path, content(file, path)


def _unreadable(error: OSError) -> None:
    raise errors.ContractError(Path(error.filename).name, f"cannot be read: {error.strerror}") from error


def _zip(source: Path) -> FileTree:
    size = source.stat().st_size
    if not source.is_file():
        raise errors.ContractError(source.name, "is neither a folder nor a regular file")
    if size > MAX_ARCHIVE:
        raise errors.ContractError(source.name, f"has more than {MAX_ARCHIVE} bytes")
    with source.open("rb") as stream:
        # zipfile would look for an archive behind anything, a program for instance.
        if stream.read(len(_SIGNATURE)) != _SIGNATURE:
            raise errors.ContractError(source.name, "is neither a folder nor a readable zip archive")
        with zipfile.ZipFile(stream) as archive:
            _check_count(len(archive.infolist()))
            files = _collect(_archive(archive))
            inner = next((name for name in archive.namelist() if name.lower().endswith(_ARCHIVES)), None)
    if inner and not any(path.lower().endswith(".wsdl") for path in files):
        raise errors.ContractError(inner, "is an archive inside the archive: unpack the outer one, then install this")
    return files


def _archive(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    for entry in archive.infolist():
        path = _entry_path(entry)
        if entry.is_dir() or not wanted(path):
            continue
        if entry.flag_bits & _ENCRYPTED:
            raise errors.ContractError(path, "is encrypted")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise errors.ContractError(path, "is a symbolic link")
        # The declared size may lie: what counts is what comes out.
        with archive.open(entry) as stream:
            data = _bounded(path, stream.read(MAX_FILE + 1))
        if len(data) != entry.file_size:
            raise errors.ContractError(path, f"has {len(data)} bytes, the archive says {entry.file_size}")
        yield path, data


def _entry_path(entry: zipfile.ZipInfo) -> str:
    name = entry.orig_filename if entry.flag_bits & _UTF8_NAME else _old_name(entry.orig_filename)
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith(("/", "../")) or path == ".." or ":" in path:
        raise errors.ContractError(_shown(name), "leaves the archive")
    return _plain(path)


def _old_name(name: str) -> str:
    raw = name.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")


def _plain(path: str) -> str:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise errors.ContractError(_shown(path), "has a name that is not UTF-8") from None
    if _CONTROL.search(path):
        raise errors.ContractError(_shown(path), "has a control character in its name")
    return unicodedata.normalize("NFC", path)


def _shown(name: str) -> str:
    return name if name.isprintable() else ascii(name)


def _resources(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{prefix}/{entry.name}"
        if entry.is_dir():
            yield from _resources(entry, path)
        elif path.endswith(_CONTRACT):
            yield path, entry.read_bytes()


def _bounded(path: str, data: bytes) -> bytes:
    if len(data) > MAX_FILE:
        raise errors.ContractError(path, f"has more than {MAX_FILE} bytes")
    return data


def _check_count(count: int) -> None:
    if count > MAX_FILES:
        raise errors.ContractError("", f"the pack has more than {MAX_FILES} files")
