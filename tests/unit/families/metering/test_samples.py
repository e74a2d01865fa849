"""The samples of metering: what is valid is accepted whole, what is wrong gets its code, its repaired twin none."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway import errors
from gateway.families import api
from gateway.families.metering import controls
from tests import resources
from tests.unit.families.metering import rig as rig_module
from tests.unit.families.metering.rig import SAMPLES, Rig, codes, expectation

VALID = sorted((SAMPLES / "valid" / "metering").glob("*.xml"))


def _of_metering(path: Path) -> bool:
    beside = (path.with_suffix(".expected.json"), path.parent / "expected.json")
    return any(each.exists() for each in beside) and "MeteringDevice" in expectation(path).get("operation", "")


WRONG = [
    path for path in sorted((SAMPLES / "invalid").glob("*/*.xml")) if "repaired" not in path.name and _of_metering(path)
]


def twin(path: Path) -> Path:
    """The repaired message: `repaired.xml` for `request.xml`, `NAME.repaired.xml` for `NAME.xml`."""
    return path.with_name("repaired.xml" if path.name == "request.xml" else f"{path.stem}.repaired.xml")


# A missing basis is repaired by an administrator, not in the message.
REPAIRABLE = [path for path in WRONG if expectation(path).get("basis", True)]


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_valid_sample__is_accepted_whole(path: Path, rig: Rig) -> None:
    answer, expected = rig.play_sample(path), expectation(path)
    if isinstance(answer, api.Exported):
        assert (answer.branch, len(answer.items)) == (expected["branch"], expected["items"])
    else:
        assert codes(answer) == {}
        assert len(answer.outcomes) == expected["accepted"]


@pytest.mark.parametrize("path", WRONG, ids=_name)
def test_invalid_sample__gets_its_code_at_its_place_and_spoils_nothing_else(path: Path, rig: Rig) -> None:
    answer, expected = rig.play_sample(path), expectation(path)
    if expected["where"] is None:
        assert isinstance(answer, api.Failed)
        told = [answer.problem]
    else:
        told = [each for one in answer.outcomes if one.transport_guid == expected["where"] for each in one.problems]
    assert [each.code for each in told] == [expected["code"]]
    assert not [each.text for each in told if "{" in each.text or "None" in each.text]


@pytest.mark.parametrize("path", REPAIRABLE, ids=_name)
def test_repaired_twin__is_accepted_in_the_same_setting(path: Path, rig: Rig) -> None:
    answer = rig.play_sample(twin(path))
    assert not isinstance(answer, api.Failed)
    assert isinstance(answer, api.Exported) or codes(answer) == {}


def test_every_code_of_the_controls__has_a_sample_and_an_entry() -> None:
    given = frozenset[str]().union(*(rule.codes for rule in controls.CONTROLS))
    shown = {expectation(path)["code"] for path in WRONG}
    assert given - shown == set()
    assert given <= {code.id for code in errors.catalogue()}


def test_controls__have_names_and_rules_of_their_own() -> None:
    assert len({rule.name for rule in controls.CONTROLS}) == len(controls.CONTROLS)
    assert all(rule.rule.startswith("Refuse ") and rule.rule.endswith(".") for rule in controls.CONTROLS)


@pytest.mark.contracts
@pytest.mark.parametrize("path", [*VALID, *WRONG, *map(twin, REPAIRABLE)], ids=_name)
def test_sample__is_valid_under_the_official_contract(path: Path) -> None:
    sent = etree.parse(path)
    _official(sent.getroot().tag).assertValid(sent)


def _official(request: str) -> etree.XMLSchema:
    service = "device-metering" if request.startswith(rig_module.DM) else "house-management"
    return rig_module.official(resources.contracts_root() / service / f"hcs-{service}-types.xsd")
