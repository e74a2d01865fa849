from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.families.accounts import rig as rig_module


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[rig_module.Rig]:
    made = rig_module.Rig(tmp_path)
    yield made
    made.close()
