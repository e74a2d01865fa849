"""The samples of meetings: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from gateway.families.voting import controls
from tests.unit.families import family_samples


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("voting")
    WRONG = family_samples.wrong("Voting", "OwnerDecision")
    CONTROLS = controls.CONTROLS
