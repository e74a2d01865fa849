"""The samples of meetings: what is valid is accepted whole, what is wrong gets its code, its repaired twin none."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway.families.voting import controls
from tests import resources
from tests.unit.families import family_samples
from tests.unit.families.metering.rig import official
from tests.unit.families.voting.rig import Rig

VALID = family_samples.valid("voting")
WRONG = [*family_samples.wrong("Voting"), *family_samples.wrong("OwnerDecision")]
REPAIRABLE = family_samples.repairable(WRONG)


@pytest.mark.parametrize("path", VALID, ids=family_samples.name)
def test_valid_sample__is_accepted_whole(path: Path, rig: Rig) -> None:
    family_samples.assert_accepted_whole(rig.play_sample(path), path)


@pytest.mark.parametrize("path", WRONG, ids=family_samples.name)
def test_invalid_sample__gets_its_code_at_its_place_and_spoils_nothing_else(path: Path, rig: Rig) -> None:
    family_samples.assert_refused_at_its_place(rig.play_sample(path), path)


@pytest.mark.parametrize("path", REPAIRABLE, ids=family_samples.name)
def test_repaired_twin__is_accepted_in_the_same_setting(path: Path, rig: Rig) -> None:
    family_samples.assert_repaired(rig.play_sample(family_samples.twin(path)))


def test_every_code_of_the_controls__has_a_sample_and_an_entry() -> None:
    family_samples.assert_every_code_is_shown(controls.CONTROLS, WRONG)


def test_controls__have_names_and_rules_of_their_own() -> None:
    family_samples.assert_rules_are_named(controls.CONTROLS)


@pytest.mark.contracts
@pytest.mark.parametrize("path", [*VALID, *WRONG, *map(family_samples.twin, REPAIRABLE)], ids=family_samples.name)
def test_sample__is_valid_under_the_official_contract(path: Path) -> None:
    contract = resources.contracts_root() / "house-management" / "hcs-house-management-types.xsd"
    official(contract).assertValid(etree.parse(path))
