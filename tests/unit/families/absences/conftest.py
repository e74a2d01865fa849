from __future__ import annotations

from tests.unit.families import rigs
from tests.unit.families.absences import rig as rig_module

_rig, rig = rigs.fixtures(rig_module.Rig)
