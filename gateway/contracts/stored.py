"""The folder of one stored pack: its files and `manifest.json`, with the version and the SHA-256 of every file."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from gateway.contracts import errors, loader, model, tree

MANIFEST: Final = "manifest.json"


def store(pack: model.Pack, folder: Path) -> None:
    """Write a pack into a new folder, durably; raises OSError."""
    manifest = {"version": pack.version, "files": tree.manifest(pack.files)}
    content = {**pack.files, MANIFEST: json.dumps(manifest, indent=1, ensure_ascii=False).encode()}
    folder.mkdir(mode=0o755)
    for path, data in content.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    for parent in {above for path in content for above in (folder / path).parents if above.is_relative_to(folder)}:
        sync(parent)


def sync(folder: Path) -> None:
    """Make what was created, renamed or removed in a folder durable; raises OSError."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def load(folder: Path) -> model.Pack:
    """Return the pack stored in a folder.

    Raises ContractError, which names the folder, unless every file of the manifest is as it was stored. A file that
    the manifest does not have is none of the pack's and changes nothing (`added` tells it).
    """
    version, expected = _manifest(folder)
    files = {path: tree.content(folder / path, f"{folder.name}/{path}") for path in expected}
    for path, digest in tree.manifest(files).items():
        if digest != expected[path]:
            raise errors.ContractError(f"{folder.name}/{path}", "was changed since the pack was installed")
    try:
        return loader.load(files, version=version)
    except errors.ContractError as error:
        raise errors.ContractError(f"{folder.name}/{error.file}".rstrip("/"), error.reason) from error


def added(folder: Path, pack: model.Pack) -> str | None:
    """Return the path of a file in the folder of a stored pack that is none of it, None where there is none."""
    known = {*pack.files, MANIFEST}
    for above, folders, names in os.walk(folder):
        links = [name for name in folders if Path(above, name).is_symlink()]
        for name in sorted((*names, *links)):
            path = Path(above, name).relative_to(folder).as_posix()
            if path not in known:
                return path
    return None


def _manifest(folder: Path) -> tuple[str, dict[str, str]]:
    name = f"{folder.name}/{MANIFEST}"
    try:
        manifest = json.loads(tree.content(folder / MANIFEST, name))
        version, files = str(manifest["version"]), dict(manifest["files"])
        model.number(version)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise errors.ContractError(name, "is damaged") from error
    for path in files:
        if tree.resolve("", path) != path:
            raise errors.ContractError(name, f"lists {path!r}, which is no path inside the pack")
    return version, files
