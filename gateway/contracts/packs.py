"""Installed contract packs: checked whole before anything is stored, stored with a manifest, verified when read.

A pack lives in `<into>/<version>/`, as `stored` says. It appears by one rename of a complete, synced folder, and goes
by one: if the process dies here, the pack is either installed or absent, and what was installed before stays in force.
Nothing is ever replaced in place. Whoever installs or removes holds a lock on `<into>` and works in a hidden folder, so
the hidden folders that it finds there belong to nobody alive, and are swept.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeAlias

from gateway.contracts import errors, model, stored, trial

MANIFEST: Final = stored.MANIFEST
_HIDDEN: Final = "."

Told: TypeAlias = contextlib.AbstractContextManager[object]
"""What is open while a pack appears or goes: the transaction that tells the journal."""


def _untold(_: object) -> Told:
    return contextlib.nullcontext()


def check(source: Path) -> model.Pack:
    """Return the pack in a folder or zip archive if it can serve: every WSDL is read, every schema compiles.

    Raises ContractError with file and reason.
    """
    with tempfile.TemporaryDirectory(prefix="pack-") as staging:
        return stored.load(trial.run(source, Path(staging)))


def install(source: Path, into: Path, told: Callable[[model.Pack], Told] = _untold) -> model.Pack:
    """Check a pack and store it under `into`; the same pack again changes nothing.

    It appears while the context `told` of it is open; what that raises at its end takes the pack back. Raises
    ContractError where the pack cannot serve, or where other files are installed under its version.
    """
    try:
        into.mkdir(parents=True, exist_ok=True)
        with alone(into) as lock, _staging(into) as staging:
            folder = trial.run(source, staging, held=(lock,))
            pack = stored.load(folder)
            target = into / pack.version
            if target.exists():
                return _same(target, pack)
            _move(folder, target, into, told(pack))
    except OSError as error:
        raise errors.ContractError("", f"the pack cannot be stored: {error.strerror}") from error
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
    for folder in _folders(into):
        try:
            found.append(load(folder))
        except errors.ContractError as error:
            # One that was removed meanwhile is not damaged.
            if folder.exists():
                damaged.append(error)
    return Survey(tuple(sorted(found, key=lambda pack: model.number(pack.version))), tuple(damaged))


def stamp(into: Path) -> frozenset[tuple[str, int]]:
    """Return a value that changes when a pack is installed or removed; it costs a listing of one folder."""
    found: set[tuple[str, int]] = set()
    for folder in _folders(into):
        with contextlib.suppress(FileNotFoundError):  # removed since it was listed
            # Not the inode: what is removed and installed again at once often gets the number of its predecessor.
            found.add((folder.name, folder.stat().st_ctime_ns))
    return frozenset(found)


def installed(into: Path) -> list[model.Pack]:
    """Return the installed packs, oldest version first; raises ContractError that names a missing or changed file."""
    found = survey(into)
    if found.damaged:
        raise found.damaged[0]
    return list(found.packs)


def load(folder: Path) -> model.Pack:
    """Return the pack in one folder of those installed; raises ContractError where it cannot be served.

    A file that was added is told by `verify` alone: it is no part of the pack, and no reason to serve less.
    """
    pack = stored.load(folder)
    if pack.version != folder.name:
        raise errors.ContractError(f"{folder.name}/{MANIFEST}", f"is that of version {pack.version}")
    return pack


def verify(folder: Path) -> model.Pack:
    """Return the installed pack in a folder; raises ContractError where a file was changed, is missing or was added."""
    pack = load(folder)
    if path := stored.added(folder, pack):
        raise errors.ContractError(f"{folder.name}/{path}", "was added since the pack was installed")
    return pack


def versions(into: Path) -> list[str]:
    """Return the names of everything that is installed, sound or damaged, in order."""
    return [folder.name for folder in _folders(into)]


def remove(version: str, into: Path, told: Callable[[str], Told] = _untold) -> None:
    """Remove an installed pack, sound or damaged; raises ContractError where none has this version.

    It goes while the context `told` of its version is open; what that raises at its end brings the pack back.
    """
    if version not in versions(into):
        raise errors.ContractError("", f"no pack {version} is installed")
    try:
        with alone(into), _staging(into) as staging:
            # The rename takes it out of force at once, the rest is cleaning up.
            _move(into / version, staging / version, into, told(version))
    except FileNotFoundError:
        raise errors.ContractError("", f"no pack {version} is installed") from None
    except OSError as error:
        raise errors.ContractError("", f"pack {version} cannot be removed: {error.strerror}") from error


def _folders(into: Path) -> list[Path]:
    if not into.is_dir():
        return []
    return sorted(folder for folder in into.iterdir() if folder.is_dir() and not folder.name.startswith(_HIDDEN))


def _same(target: Path, pack: model.Pack) -> model.Pack:
    remedy = f"version {pack.version} is already installed with other files; remove it first"
    try:
        there = load(target)
    except errors.ContractError as error:
        raise errors.ContractError("", f"{remedy} ({error})") from error
    if there.digest != pack.digest:
        raise errors.ContractError("", remedy)
    return pack


def _move(here: Path, there: Path, into: Path, told: Told) -> None:
    """Move a folder durably while `told` is open; back again where anything fails, the end of `told` too."""
    try:
        with told:
            here.rename(there)
            stored.sync(into)
    except BaseException:
        if there.exists() and not here.exists():
            there.rename(here)
        raise


@contextlib.contextmanager
def alone(into: Path) -> Iterator[int]:
    """Hold the lock on the folder of packs; the system lets go of it when its last holder is gone."""
    handle = os.open(into, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        for folder in into.glob(f"{_HIDDEN}*"):
            shutil.rmtree(folder, ignore_errors=True)
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def _staging(into: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f"{_HIDDEN}staging-", dir=into))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
