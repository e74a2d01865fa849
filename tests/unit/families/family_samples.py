"""The samples of one family, and what each has to come to when it is played; for accounts and metering."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gateway import errors
from gateway.families import api
from tests.unit.families.accounts.rig import SAMPLES, codes, expectation


def valid(family: str) -> list[Path]:
    return sorted((SAMPLES / "valid" / family).glob("*.xml"))


def wrong(part: str) -> list[Path]:
    """The refused messages of operations whose names have this part."""
    return [path for path in sorted((SAMPLES / "invalid").glob("*/*.xml")) if _is_of(path, part)]


def _is_of(path: Path, part: str) -> bool:
    beside = (path.with_suffix(".expected.json"), path.parent / "expected.json")
    is_expected = "repaired" not in path.name and any(each.exists() for each in beside)
    return is_expected and part in expectation(path).get("operation", "")


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
