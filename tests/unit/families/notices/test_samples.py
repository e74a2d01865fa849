"""The samples of news: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from gateway.families.notices import controls
from tests.unit.families import family_samples


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("notices")
    WRONG = family_samples.wrong("NotificationData")
    CONTROLS = controls.CONTROLS
