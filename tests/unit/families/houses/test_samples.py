from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway import errors
from gateway.families import api
from gateway.families.houses import demolition, judge
from tests import resources
from tests.unit.families.houses import rig as rig_module

VALID = rig_module.valid_samples()
INVALID = rig_module.invalid_samples()
REPAIRED = rig_module.repaired_samples()
ALL = VALID + INVALID + REPAIRED


def _name(path: Path) -> str:
    return str(path.relative_to(rig_module.SAMPLES).with_suffix(""))


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_valid_sample__is_accepted_whole(path: Path, rig: rig_module.Rig) -> None:
    answer = rig.play_sample(path)
    expected = rig_module.expectation(path)
    if isinstance(answer, api.Exported):
        assert answer.branch == expected["branch"]
        assert len(answer.items) == 1
    else:
        told = rig_module.codes(answer)
        assert told.refused == {}
        assert len(told.accepted) == expected["accepted"]


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_invalid_sample__gets_its_code_at_its_place(path: Path, rig: rig_module.Rig) -> None:
    answer = rig.play_sample(path)
    expected = rig_module.expectation(path)
    if expected["where"] is None:
        assert isinstance(answer, api.Failed)
        told = [answer.problem]
    else:
        assert isinstance(answer, api.Imported)
        told = [each for one in answer.outcomes if one.transport_guid == expected["where"] for each in one.problems]
    assert [each.code for each in told] == [expected["code"]]
    # Every place of the text is filled, and with something.
    assert not [each.text for each in told if "{" in each.text or "None" in each.text]


@pytest.mark.parametrize("path", REPAIRED, ids=_name)
def test_repaired_sample__is_accepted_in_the_same_setting(path: Path, rig: rig_module.Rig) -> None:
    answer = rig.play_sample(path)
    assert not isinstance(answer, api.Failed), answer
    rig_module.accepted(answer)


def test_every_invalid_sample__has_a_repaired_twin() -> None:
    twins = {path: path.with_name(path.name.replace("request", "repaired")) for path in INVALID}
    twins |= {path: path.with_suffix(".repaired.xml") for path in INVALID if path.stem != "request"}
    assert [_name(path) for path, twin in twins.items() if twin not in REPAIRED] == []


def test_every_code__has_a_sample_and_an_entry() -> None:
    sampled = {rig_module.expectation(path)["code"] for path in INVALID}
    given = judge.codes().union(*(rule.codes for rule in demolition.CONTROLS))
    assert given - sampled == set()
    assert given <= {code.id for code in errors.catalogue()}


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_sample__is_valid_under_the_built_in_contract(path: Path) -> None:
    rig_module.built_in_schema().assertValid(etree.parse(path))


@pytest.fixture(scope="module")
def official() -> etree.XMLSchema:
    root = resources.contracts_root()
    return etree.XMLSchema(etree.parse(root / "house-management" / "hcs-house-management-types.xsd"))


@pytest.mark.contracts
@pytest.mark.parametrize("path", ALL, ids=_name)
def test_sample__is_valid_under_the_official_contract(path: Path, official: etree.XMLSchema) -> None:
    official.assertValid(etree.parse(path))
