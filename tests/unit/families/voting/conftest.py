from __future__ import annotations

import pytest

from tests.unit.families import rigs
from tests.unit.families.voting import rig as rig_module

_rig, rig = rigs.fixtures(rig_module.Rig)


@pytest.fixture
def settled(rig: rig_module.Rig) -> rig_module.Rig:
    """A rig with a house of 900 square metres."""
    rig.settled()
    return rig
