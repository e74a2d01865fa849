from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.families.nsi import rig as rig_module


@pytest.fixture(scope="module")
def _rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[rig_module.Rig]:
    made = rig_module.Rig(tmp_path_factory.mktemp("nsi"))
    yield made
    made.close()


@pytest.fixture
def rig(_rig: rig_module.Rig) -> rig_module.Rig:
    """An empty one: what SQLAlchemy has compiled serves all tests of a module."""
    _rig.restart()
    return _rig
