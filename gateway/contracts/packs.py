"""Installed contract packs: checked whole before anything is stored, stored with a manifest, verified when read.

A pack lives in `<into>/<version>/` with `manifest.json` (version and SHA-256 of every file). It appears by one rename
of a complete, synced folder: if the process dies here, the pack is either installed or absent, and what was installed
before stays in force. Nothing is ever replaced in place.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

from gateway.contracts import errors, loader, model, schema, tree

MANIFEST: Final = "manifest.json"
_HIDDEN: Final = "."


def check(source: Path) -> model.Pack:
    """Return the pack in a folder or zip archive if it can serve: every WSDL is read, every schema compiles.

    Raises ContractError with file and reason.
    """
    pack = loader.load(tree.read(source))
    schema.Schemas(width=1).warm([pack])
    return pack


def install(source: Path, into: Path) -> model.Pack:
    """Check a pack and store it under `into`; the same pack again changes nothing.

    Raises ContractError where the pack cannot serve, or where other files are installed under its version.
    """
    pack = check(source)
    target = into / pack.version
    if target.exists():
        return _same(target, pack)
    into.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f"{_HIDDEN}install-", dir=into))
    try:
        _store(pack, staging)
        staging.chmod(0o755)
        staging.rename(target)
        _sync(into)
    except OSError as error:
        # A second installer may have been faster; whatever stands there now is judged like an earlier one.
        if target.exists():
            return _same(target, pack)
        raise errors.ContractError("", f"the pack cannot be stored: {error.strerror}") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return pack


@dataclasses.dataclass(frozen=True, slots=True)
class Survey:
    """What is installed, as it was found."""

    packs: tuple[model.Pack, ...]
    """The sound ones, oldest version first."""
    damaged: tuple[errors.ContractError, ...]
    """One reason for each of the others: they are not in force, and no reason to serve less than the sound ones."""


def survey(into: Path) -> Survey:
    """Return the installed packs and what is wrong with those that cannot be served."""
    found: list[model.Pack] = []
    damaged: list[errors.ContractError] = []
    for folder in sorted(_folders(into)):
        try:
            found.append(verify(folder))
        except errors.ContractError as error:
            damaged.append(error)
    return Survey(tuple(sorted(found, key=lambda pack: model.number(pack.version))), tuple(damaged))


def stamp(into: Path) -> frozenset[tuple[str, int]]:
    """Return a value that changes when a pack is installed or removed; it costs a listing of one folder."""
    # Not the inode: what is removed and installed again at once often gets the number of its predecessor.
    return frozenset((folder.name, folder.stat().st_ctime_ns) for folder in _folders(into))


def installed(into: Path) -> list[model.Pack]:
    """Return the installed packs, oldest version first; raises ContractError that names a missing or changed file."""
    found = survey(into)
    if found.damaged:
        raise found.damaged[0]
    return list(found.packs)


def verify(folder: Path) -> model.Pack:
    """Return the pack installed in one folder; raises ContractError unless every file is as it was installed."""
    version, expected = _manifest(folder)
    files = {path: _read(folder, path) for path in expected}
    for path, digest in tree.manifest(files).items():
        if digest != expected[path]:
            raise errors.ContractError(f"{folder.name}/{path}", "was changed since the pack was installed")
    return loader.load(files, version=version)


def remove(version: str, into: Path) -> None:
    """Remove an installed pack; raises ContractError where none has this version."""
    target = next((folder for folder in _folders(into) if folder.name == version), None)
    if target is None:
        raise errors.ContractError("", f"no pack {version} is installed")
    # The rename takes it out of force at once, the rest is cleaning up.
    doomed = Path(tempfile.mkdtemp(prefix=f"{_HIDDEN}remove-", dir=into))
    target.rename(doomed / version)
    _sync(into)
    shutil.rmtree(doomed)


def _folders(into: Path) -> list[Path]:
    if not into.is_dir():
        return []
    return [folder for folder in into.iterdir() if folder.is_dir() and not folder.name.startswith(_HIDDEN)]


def _same(target: Path, pack: model.Pack) -> model.Pack:
    if verify(target).digest != pack.digest:
        reason = f"version {pack.version} is already installed with other files; remove it first"
        raise errors.ContractError("", reason)
    return pack


def _store(pack: model.Pack, folder: Path) -> None:
    manifest = {"version": pack.version, "files": tree.manifest(pack.files)}
    content = {**pack.files, MANIFEST: json.dumps(manifest, indent=1, ensure_ascii=False).encode()}
    for path, data in content.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    for parent in {(folder / path).parent for path in content} | {folder}:
        _sync(parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _manifest(folder: Path) -> tuple[str, dict[str, str]]:
    name = f"{folder.name}/{MANIFEST}"
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        version, files = str(manifest["version"]), dict(manifest["files"])
        model.number(version)
    except FileNotFoundError:
        raise errors.ContractError(name, "is missing") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise errors.ContractError(name, "is damaged") from error
    for path in files:
        if tree.resolve("", path) != path:
            raise errors.ContractError(name, f"lists {path!r}, which is no path inside the pack")
    return version, files


def _read(folder: Path, path: str) -> bytes:
    try:
        return (folder / path).read_bytes()
    except OSError as error:
        raise errors.ContractError(f"{folder.name}/{path}", f"cannot be read: {error.strerror}") from error
