"""The samples of one family, and what each has to come to when it is played."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from lxml import etree

from gateway import errors
from gateway.families import api
from gateway.families.controls import Control
from tests import resources
from tests.unit.families.accounts.rig import SAMPLES, codes, expectation


class Played:
    """The tests of the samples of a family; a subclass says which they are, and has the fixture `rig`."""

    VALID: ClassVar[list[Path]]
    WRONG: ClassVar[list[Path]]
    CONTROLS: ClassVar[tuple[Control[Any], ...]]
    WITHOUT_SAMPLE: ClassVar[frozenset[str]] = frozenset()
    """Codes of which no file can be a sample: other tests provoke them."""

    def test_valid_sample__is_accepted_whole(self, valid_sample: Path, rig: Any) -> None:
        assert_accepted_whole(rig.play_sample(valid_sample), valid_sample)

    def test_invalid_sample__gets_its_code_at_its_place_and_spoils_nothing_else(
        self, wrong_sample: Path, rig: Any
    ) -> None:
        assert_refused_at_its_place(rig.play_sample(wrong_sample), wrong_sample)

    def test_repaired_twin__is_accepted_in_the_same_setting(self, repaired_sample: Path, rig: Any) -> None:
        assert_repaired(rig.play_sample(repaired_sample))

    def test_every_code_of_the_controls__has_a_sample_and_an_entry(self) -> None:
        shown = [rule for rule in self.CONTROLS if not rule.codes & self.WITHOUT_SAMPLE]
        assert len(self.CONTROLS) - len(shown) == len(self.WITHOUT_SAMPLE)
        assert_every_code_is_shown(shown, self.WRONG)

    def test_controls__have_names_and_rules_of_their_own(self) -> None:
        assert_rules_are_named(self.CONTROLS)

    @pytest.mark.contracts
    def test_sample__is_valid_under_the_official_contract(self, any_sample: Path) -> None:
        sent = etree.parse(any_sample)
        official(sent.getroot().tag).assertValid(sent)


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give the tests of `Played` their samples: what pytest_generate_tests of the families is."""
    if metafunc.cls is None or not issubclass(metafunc.cls, Played):
        return
    repaired = [twin(path) for path in repairable(metafunc.cls.WRONG)]
    given = {
        "valid_sample": metafunc.cls.VALID,
        "wrong_sample": metafunc.cls.WRONG,
        "repaired_sample": repaired,
        "any_sample": [*metafunc.cls.VALID, *metafunc.cls.WRONG, *repaired],
    }
    for fixture in given.keys() & set(metafunc.fixturenames):
        metafunc.parametrize(fixture, given[fixture], ids=name)


def official(request: str) -> etree.XMLSchema:
    """Return the official schema of a request element; its namespace ends with the name of the service."""
    return _official(etree.QName(request).namespace.rstrip("/").rpartition("/")[2])


@functools.cache
def _official(service: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(resources.contracts_root() / service / f"hcs-{service}-types.xsd"))


def valid(family: str) -> list[Path]:
    return sorted((SAMPLES / "valid" / family).glob("*.xml"))


def wrong(*parts: str) -> list[Path]:
    """The refused messages of operations whose names have one of these parts."""
    return [path for path in sorted((SAMPLES / "invalid").glob("*/*.xml")) if _is_of(path, parts)]


def _is_of(path: Path, parts: tuple[str, ...]) -> bool:
    beside = (path.with_suffix(".expected.json"), path.parent / "expected.json")
    is_expected = "repaired" not in path.name and any(each.exists() for each in beside)
    return is_expected and any(part in expectation(path).get("operation", "") for part in parts)


def repairable(paths: Iterable[Path]) -> list[Path]:
    """Those that are repaired in the message: a missing basis is repaired by an administrator."""
    return [path for path in paths if expectation(path).get("basis", True)]


def twin(path: Path) -> Path:
    """The repaired message: `repaired.xml` for `request.xml`, `NAME.repaired.xml` for `NAME.xml`."""
    return path.with_name("repaired.xml" if path.name == "request.xml" else f"{path.stem}.repaired.xml")


def name(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def assert_accepted_whole(answer: api.Answer, path: Path) -> None:
    expected = expectation(path)
    if isinstance(answer, api.Exported):
        assert (answer.branch, len(answer.items)) == (expected["branch"], expected["items"])
    else:
        assert codes(answer) == {}
        assert len(answer.outcomes) == expected["accepted"]


def assert_refused_at_its_place(answer: api.Answer, path: Path) -> None:
    expected = expectation(path)
    if expected["where"] is None:
        assert isinstance(answer, api.Failed)
        told = [answer.problem]
    else:
        told = [each for one in answer.outcomes if one.transport_guid == expected["where"] for each in one.problems]
    assert [each.code for each in told] == [expected["code"]]
    assert not [each.text for each in told if "{" in each.text or "None" in each.text]


def assert_repaired(answer: api.Answer) -> None:
    assert not isinstance(answer, api.Failed)
    assert isinstance(answer, api.Exported) or codes(answer) == {}


def assert_every_code_is_shown(rules: Iterable, paths: Iterable[Path]) -> None:
    given = frozenset[str]().union(*(rule.codes for rule in rules))
    shown = {expectation(path)["code"] for path in paths}
    assert given
    assert given - shown == set()
    assert given <= {code.id for code in errors.catalogue()}


def assert_rules_are_named(rules: Iterable) -> None:
    named = [rule.name for rule in rules]
    assert len(set(named)) == len(named)
    assert all(rule.rule.startswith("Refuse ") and rule.rule.endswith(".") for rule in rules)
