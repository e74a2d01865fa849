from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.families.payments import rig as rig_module


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[rig_module.Rig]:
    made = rig_module.Rig(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> rig_module.Rig:
    """A rig in which documents were placed; its tests get copies of what it has stored."""
    made = rig_module.Rig(tmp_path_factory.mktemp("billed"))
    made.billed()
    made.close()
    return made


@pytest.fixture
def billed(prepared: rig_module.Rig, rig: rig_module.Rig) -> rig_module.Rig:
    rig.goes_on_from(prepared)
    return rig
