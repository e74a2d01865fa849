from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from gateway import errors
from gateway.families import api
from gateway.families.nsi import controls
from tests import resources
from tests.unit.families.nsi import rig as rig_module

VALID = rig_module.valid_samples()
INVALID = rig_module.invalid_samples()
REPAIRED = rig_module.invalid_samples(repaired=True)


def _name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}" if path.parent.parent.name == "invalid" else path.stem


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_valid_sample__is_accepted_whole(path: Path, rig: rig_module.Rig) -> None:
    answer = rig.play_sample(path)
    expected = rig_module.expectation(path)
    if isinstance(answer, api.Exported):
        assert answer.branch == expected["branch"]
    else:
        told = rig_module.codes(answer)
        assert told.refused == {}
        assert len(told.accepted) == expected["accepted"]


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_invalid_sample__gets_its_code_at_its_place(path: Path, rig: rig_module.Rig) -> None:
    expected = rig_module.expectation(path)
    assert rig_module.told(rig.play_sample(path), expected) == [expected["code"]]


@pytest.mark.parametrize("path", REPAIRED, ids=_name)
def test_repaired_sample__is_accepted_whole(path: Path, rig: rig_module.Rig) -> None:
    answer = rig.play_sample(path)
    assert not isinstance(answer, api.Failed)
    rig_module.accepted(answer)


def test_every_invalid_sample__has_a_repaired_twin() -> None:
    assert [path.parent for path in INVALID] == [path.parent for path in REPAIRED]


def test_every_code_of_the_controls__has_a_sample_and_an_entry() -> None:
    given = {code for control in controls.CONTROLS for code in control.codes}
    assert given - {path.parent.name for path in INVALID} == set()
    assert given <= {code.id for code in errors.catalogue()}


@pytest.mark.parametrize("path", [*VALID, *INVALID, *REPAIRED], ids=_name)
def test_sample__is_valid_under_the_built_in_contract(path: Path) -> None:
    element = etree.parse(path)
    rig_module.schema(rig_module.service_of(element.getroot())).assertValid(element)


@pytest.mark.contracts
@pytest.mark.parametrize("path", [*VALID, *INVALID, *REPAIRED], ids=_name)
def test_sample__is_valid_under_the_official_contract(path: Path) -> None:
    element = etree.parse(path)
    service = rig_module.service_of(element.getroot())
    file = resources.contracts_root() / service / f"hcs-{service}-types.xsd"
    etree.XMLSchema(etree.parse(file)).assertValid(element)
