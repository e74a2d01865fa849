from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.families.organisations import rig as rig_module


@pytest.fixture(params=["built_in", pytest.param("official", marks=pytest.mark.contracts)])
def rig(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[rig_module.Rig]:
    made = rig_module.Rig(tmp_path, getattr(rig_module, request.param)())
    yield made
    made.close()
