from __future__ import annotations

import pytest

from tests.unit.families import rigs
from tests.unit.families.organisations import rig as rig_module

_rig, rig = rigs.fixtures(
    lambda folder, contract: rig_module.Rig(folder, getattr(rig_module, contract)()),
    params=["built_in", pytest.param("official", marks=pytest.mark.contracts)],
)
