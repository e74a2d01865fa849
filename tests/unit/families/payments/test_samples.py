"""The samples of payments: what is valid is accepted whole, what is wrong gets its code, its repaired twin none."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway.families.payments import controls
from tests import resources
from tests.unit.families import family_samples
from tests.unit.families.payments.rig import BILLS, PM, Rig, official

VALID = family_samples.valid("payments")
WRONG = [
    path
    for part in ("NotificationsOfOrderExecution", "Acknowledgment", "PaymentDocumentDetails")
    for path in family_samples.wrong(part)
]
REPAIRED = [family_samples.twin(path) for path in family_samples.repairable(WRONG)]
SERVICES = {PM: "payment", BILLS: "bills"}


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
    family_samples.assert_every_code_is_shown(controls.CONTROLS, WRONG)


def test_controls__have_names_and_rules_of_their_own() -> None:
    family_samples.assert_rules_are_named(controls.CONTROLS)


@pytest.mark.contracts
@pytest.mark.parametrize("path", [*VALID, *WRONG, *REPAIRED], ids=family_samples.name)
def test_sample__is_valid_under_the_official_contract(path: Path) -> None:
    sent = etree.parse(path)
    service = next(name for space, name in SERVICES.items() if sent.getroot().tag.startswith(space))
    official(resources.contracts_root() / service / f"hcs-{service}-types.xsd").assertValid(sent)
