from __future__ import annotations

import pytest

from tests.unit.families import rigs
from tests.unit.families.accounts.rig import Settled
from tests.unit.families.payments import rig as rig_module

_rig, rig = rigs.fixtures(rig_module.Rig)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Settled:
    """What a rig is in which documents were placed."""
    made = rig_module.Rig(tmp_path_factory.mktemp("billed"))
    made.billed()
    return made.keep()


@pytest.fixture
def billed(prepared: Settled, rig: rig_module.Rig) -> rig_module.Rig:
    rig.go_on(prepared)
    return rig
