"""Fixtures that every tier shares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import stand as stand_module
from tests.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[stand_module.Stand]:
    """A fresh installation, its organisations, and a sender."""
    opened = stand_module.Stand(tmp_path / "data")
    yield opened
    opened.close()
