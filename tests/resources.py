"""Where tests find material that is not part of the project: official contract packs, captures, fixtures.

On a developer's machine it stands beside the checkout (`../shared`) or where `HCS_SHARED` points; elsewhere the
tests that need it are skipped, and say so.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(os.environ.get("HCS_SHARED", Path(__file__).resolve().parents[2] / "shared"))


def _need(path: Path, what: str) -> Path:
    if not path.exists():
        pytest.skip(f"{what} is not on this machine (set HCS_SHARED to the folder that holds it)")
    return path


def contracts_root(version: str = "16.3.0.0") -> Path:
    """Folder of the official contract pack of one version."""
    return _need(_ROOT / "contracts" / version, f"the official contract pack {version}")


def protocol() -> str:
    """What is known of the wire of the real system, in words."""
    return _need(_ROOT / "protocol.md", "the description of the wire").read_text(encoding="utf-8")


def fixtures_root() -> Path:
    """Folder of documents signed by other implementations."""
    return _need(_ROOT / "fixtures" / "signatures", "the signature fixtures")


def captures_root() -> Path:
    """Folder of messages captured from the real system."""
    return _need(_ROOT / "captures", "the captured messages")


def contracts_at_hand(version: str = "16.3.0.0") -> Path | None:
    """Folder of the official contract pack of one version; None where it is not on this machine."""
    folder = _ROOT / "contracts" / version
    return folder if folder.exists() else None
