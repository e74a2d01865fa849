"""The samples of bills: what is valid is accepted whole, what is wrong gets its code, its repaired twin none."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway.families.bills import codes, controls
from tests import resources
from tests.unit.families import family_samples
from tests.unit.families.bills.rig import BILLS, Rig, official

VALID = family_samples.valid("bills")
WRONG = family_samples.wrong("PaymentDocumentData")
REPAIRED = [family_samples.twin(path) for path in family_samples.repairable(WRONG)]
OF_BILLS = [path for path in (*VALID, *WRONG, *REPAIRED) if etree.parse(path).getroot().tag.startswith(BILLS)]
WITHOUT_SAMPLE = {
    # An account is closed on the day on which a sample is played: no file can hold the month after it.
    codes.ACCOUNT_CLOSED_BEFORE,
    # Nobody places ten thousand documents for one account to see what comes then.
    codes.NUMBERS_EXHAUSTED,
}
"""What test_importing provokes."""


@pytest.mark.parametrize("path", VALID, ids=family_samples.name)
def test_valid_sample__is_accepted_whole(path: Path, rig: Rig) -> None:
    family_samples.assert_accepted_whole(rig.play_sample(path), path)


@pytest.mark.parametrize("path", WRONG, ids=family_samples.name)
def test_invalid_sample__gets_its_code_at_its_place_and_spoils_nothing_else(path: Path, rig: Rig) -> None:
    family_samples.assert_refused_at_its_place(rig.play_sample(path), path)


@pytest.mark.parametrize("path", REPAIRED, ids=family_samples.name)
def test_repaired_twin__is_accepted_in_the_same_setting(path: Path, rig: Rig) -> None:
    family_samples.assert_repaired(rig.play_sample(path))


def test_every_code_of_the_controls__has_a_sample_and_an_entry() -> None:
    shown = [rule for rule in controls.CONTROLS if not rule.codes & WITHOUT_SAMPLE]
    assert len(controls.CONTROLS) - len(shown) == len(WITHOUT_SAMPLE)
    family_samples.assert_every_code_is_shown(shown, WRONG)


def test_controls__have_names_and_rules_of_their_own() -> None:
    family_samples.assert_rules_are_named(controls.CONTROLS)


@pytest.mark.contracts
@pytest.mark.parametrize("path", OF_BILLS, ids=family_samples.name)
def test_sample__is_valid_under_the_official_contract(path: Path) -> None:
    official(resources.contracts_root() / "bills" / "hcs-bills-types.xsd").assertValid(etree.parse(path))
