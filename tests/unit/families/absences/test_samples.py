"""The samples of acts about absent devices: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from gateway.families.absences import controls
from tests.unit.families import family_samples


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("absences")
    WRONG = family_samples.wrong("AbsenceDevice")
    CONTROLS = controls.CONTROLS
