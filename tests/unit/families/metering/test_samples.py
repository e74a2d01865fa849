"""The samples of metering: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from gateway.families.metering import controls
from tests.unit.families import family_samples


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("metering")
    WRONG = family_samples.wrong("MeteringDevice")
    CONTROLS = controls.CONTROLS
