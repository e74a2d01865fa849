"""The samples of accounts: the right ones, the wrong ones and their repaired twins."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.families.accounts import controls
from tests.unit.families import family_samples
from tests.unit.families.accounts import rig as rig_module


class TestSamples(family_samples.Played):
    VALID = family_samples.valid("accounts")
    WRONG = family_samples.wrong("Account")
    CONTROLS = controls.CONTROLS

    @pytest.mark.contracts
    def test_answer__is_valid_under_the_official_contract(self, any_sample: Path, rig: rig_module.Rig) -> None:
        written = rig_module.as_result(rig.play_sample(any_sample))
        family_samples.official(written.tag).assertValid(written)
