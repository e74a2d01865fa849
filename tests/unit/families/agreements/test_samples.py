from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from gateway import errors
from gateway.families import api, references
from gateway.families.agreements import codes, controls
from tests import resources
from tests import stand as stands
from tests.unit.families.agreements.rig import Rig
from tests.unit.families.houses import rig as houses_rig

HM = houses_rig.HM
_OPERATIONS = ("importContractData", "importCharterData", "exportCAChData", "exportStatusCAChData")
_VERSIONS = (f"{HM}ContractVersionGUID", f"{HM}CharterVersionGUID")
_OBJECTS = tuple(f"{HM}{name}VersionGUID" for name in ("ContractObject", "ContractPaymentsInfo", "CharterPaymentsInfo"))


def expectation(path: Path) -> dict[str, Any]:
    read = houses_rig.expectation(path)
    return {**read, **(read.get("repaired", {}) if path.name == "repaired.xml" else {})}


VALID = sorted((houses_rig.SAMPLES / "valid" / "agreements").glob("*.xml"))
INVALID = [
    path
    for path in sorted((houses_rig.SAMPLES / "invalid").glob("*/request.xml"))
    if expectation(path)["operation"] in _OPERATIONS
]
REPAIRED = [path.with_name("repaired.xml") for path in INVALID]
ALL = VALID + INVALID + REPAIRED


def _name(path: Path) -> str:
    return path.stem if path in VALID else f"{path.parent.name}-{path.stem}"


def play(rig: Rig, path: Path) -> api.Answer:
    """Play a sample after those that its expectation names; GUIDs that only the registry knows are put in."""
    given: dict[str, str] = {}
    versions: dict[str, str] = {}
    answer: api.Answer | None = None
    for each in (*((path.parent / before).resolve() for before in expectation(path)["before"]), path):
        element = etree.parse(each).getroot()
        for named in element.iter(*_VERSIONS, *_OBJECTS):
            named.text = (versions if named.tag in _VERSIONS else given).get(named.text, named.text)
        role = expectation(each)["role"]
        answer = rig.send(etree.tostring(element), role=role, organisation=stands.PROVIDER)
        for one in answer.outcomes if isinstance(answer, api.Imported) else ():
            assert each == path or not one.problems
            given |= {one.transport_guid: one.guid} if one.guid else {}
            for said in one.details.values():
                versions[one.transport_guid] = said.get("ContractVersionGUID") or said["CharterVersionGUID"]
    assert answer is not None
    return answer


@pytest.mark.parametrize("path", VALID, ids=_name)
def test_valid_sample__is_accepted_whole(path: Path, rig: Rig) -> None:
    answer = play(rig, path)
    expected = expectation(path)
    if isinstance(answer, api.Exported):
        assert (answer.branch, len(answer.items)) == (expected["branch"], 1)
    else:
        told = houses_rig.codes(answer)
        assert told.refused == {}
        assert len(told.accepted) == expected["accepted"]


@pytest.mark.parametrize("path", INVALID, ids=_name)
def test_invalid_sample__gets_its_code_at_its_place(path: Path, rig: Rig) -> None:
    answer = play(rig, path)
    expected = expectation(path)
    if expected["where"] is None:
        assert isinstance(answer, api.Failed)
        told = [answer.problem]
    else:
        assert isinstance(answer, api.Imported)
        told = [each for one in answer.outcomes if one.transport_guid == expected["where"] for each in one.problems]
    assert [each.code for each in told] == [expected["code"]]
    assert not [each.text for each in told if "{" in each.text or "None" in each.text]


@pytest.mark.parametrize("path", REPAIRED, ids=_name)
def test_repaired_sample__is_accepted_in_the_same_setting(path: Path, rig: Rig) -> None:
    answer = play(rig, path)
    assert not isinstance(answer, api.Failed)
    houses_rig.accepted(answer)


def test_every_code__has_a_sample_or_comes_from_elsewhere() -> None:
    sampled = {expectation(path)["code"] for path in INVALID}
    own = {value for name, value in vars(codes).items() if name.isupper()}
    assert own <= sampled
    told = frozenset().union(*(rule.codes for rule in controls.CONTROLS))
    common = {errors.NOT_IN_REGISTRY, errors.PROVIDER_DENIED, errors.OBJECT_ENDED}
    assert told <= own | common | set(references.CODES)
    assert all(rule.rule.endswith(".") for rule in controls.CONTROLS)


@pytest.mark.parametrize("path", ALL, ids=_name)
def test_sample__is_valid_under_the_built_in_contract(path: Path) -> None:
    houses_rig.built_in_schema().assertValid(etree.parse(path))


@functools.cache
def _official(root: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(root / "house-management" / "hcs-house-management-types.xsd"))


@pytest.mark.contracts
@pytest.mark.parametrize("path", ALL, ids=_name)
def test_sample__is_valid_under_the_official_contract(path: Path) -> None:
    _official(resources.contracts_root()).assertValid(etree.parse(path))
