"""Files of a contract pack: relative path → bytes, from a folder, a zip archive or the built-in packages.

Whatever the source, the same limits hold and no path leaves the tree. Only contract files and the texts that name
their version are taken. Links are refused; names in old archives are read as UTF-8, then CP866.
"""

from __future__ import annotations

import hashlib
import os
import posixpath
import re
import urllib.parse
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, TypeAlias

from gateway.contracts import errors

FileTree: TypeAlias = Mapping[str, bytes]

MAX_FILES: Final = 2_000
"""Most entries of a source; the official pack has 65."""
MAX_FILE: Final = 16 * 2**20
"""Largest file in bytes; the largest official one has 1 MB."""
MAX_TOTAL: Final = 64 * 2**20
"""Most bytes of a pack; the official one has 4 MB."""

_CONTRACT = (".wsdl", ".xsd")
_TEXT = re.compile(r"(?:.*/)?(?:readme|changelog|license)[^/]*", re.IGNORECASE)
_UTF8_NAME = 0x800


def read(source: Path) -> FileTree:
    """Return the files of a folder or zip archive; raises ContractError, also for a source beyond the limits."""
    if source.is_dir():
        return _collect(_folder(source))
    try:
        with zipfile.ZipFile(source) as archive:
            return _collect(_archive(archive))
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, NotImplementedError) as error:
        # RuntimeError and NotImplementedError are how zipfile refuses encryption and unknown compression.
        raise errors.ContractError(source.name, f"is neither a folder nor a readable zip archive ({error})") from error


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
    if path.startswith("../") or path in ("..", "."):
        raise errors.ContractError(base, f"refers to {location!r}, which leaves the pack")
    return path


def manifest(files: FileTree) -> dict[str, str]:
    """Return the SHA-256 of every file, by path in sorted order."""
    return {path: hashlib.sha256(files[path]).hexdigest() for path in sorted(files)}


def digest(files: FileTree) -> str:
    """Return one SHA-256 over the whole manifest."""
    lines = "".join(f"{sha}  {path}\n" for path, sha in manifest(files).items())
    return hashlib.sha256(lines.encode()).hexdigest()


def wanted(path: str) -> bool:
    """Tell whether a file belongs to a contract: its WSDL, XSD, or a text that names and explains it."""
    return path.lower().endswith(_CONTRACT) or _TEXT.fullmatch(path) is not None


def _collect(entries: Iterator[tuple[str, bytes]]) -> FileTree:
    files: dict[str, bytes] = {}
    total = 0
    for path, data in entries:
        total += len(data)
        if total > MAX_TOTAL:
            raise errors.ContractError("", f"the pack has more than {MAX_TOTAL} bytes")
        if path in files:
            raise errors.ContractError(path, "stands in the archive twice")
        files[path] = data
    return _without_wrapper(files)


def _without_wrapper(files: dict[str, bytes]) -> FileTree:
    # Published archives wrap the pack in folders of their own; references are relative, so these can go.
    folders = [posixpath.dirname(path) for path in files if path.lower().endswith(_CONTRACT)]
    prefix = posixpath.commonpath(folders) + "/" if folders and all(folders) else ""
    prefix = prefix.removeprefix("/")
    return {path.removeprefix(prefix): data for path, data in sorted(files.items()) if path.startswith(prefix)}


def _folder(root: Path) -> Iterator[tuple[str, bytes]]:
    count = 0
    for folder, _, names in os.walk(root):
        for name in sorted(names):
            count += 1
            _check_count(count)
            file = Path(folder, name)
            path = file.relative_to(root).as_posix()
            if wanted(path):
                yield path, _file(file, path)


def _file(file: Path, path: str) -> bytes:
    if file.is_symlink():
        raise errors.ContractError(path, "is a symbolic link")
    try:
        with file.open("rb") as stream:
            return _bounded(path, stream.read(MAX_FILE + 1))
    except OSError as error:
        raise errors.ContractError(path, f"cannot be read ({error.strerror})") from error


def _archive(archive: zipfile.ZipFile) -> Iterator[tuple[str, bytes]]:
    _check_count(len(archive.infolist()))
    for entry in archive.infolist():
        path = _entry_path(entry)
        if not entry.is_dir() and wanted(path):
            # The declared size may lie: what counts is what comes out.
            with archive.open(entry) as stream:
                yield path, _bounded(path, stream.read(MAX_FILE + 1))


def _entry_path(entry: zipfile.ZipInfo) -> str:
    name = entry.filename if entry.flag_bits & _UTF8_NAME else _old_name(entry.orig_filename)
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith(("/", "../")) or path == ".." or ":" in path or "\x00" in name:
        raise errors.ContractError(name, "leaves the archive")
    return path


def _old_name(name: str) -> str:
    raw = name.encode("cp437")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp866")


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
