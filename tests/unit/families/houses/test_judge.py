from __future__ import annotations

import pytest

from gateway import errors
from gateway.families import api
from gateway.families.houses import controls, judge
from gateway.families.houses import plan as plan_module
from tests.unit.families.houses import rig as rig_module


def test_every_rule__is_named_said_and_in_the_catalogue() -> None:
    names = [rule.name for rule in judge.CONTROLS]
    assert len(set(names)) == len(names)
    for rule in judge.CONTROLS:
        assert rule.rule.endswith(".")
        assert rule.codes
        assert rule.about
        for code in rule.codes:
            assert errors.code(code).advice


@pytest.mark.parametrize("rule", judge.CONTROLS, ids=lambda rule: rule.name)
def test_rule__refuses_something_and_gives_only_its_own_codes(
    rule: controls.Control, rig: rig_module.Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = set()

    def ask(change: plan_module.Change, plan: plan_module.Plan) -> list[api.Problem]:
        told = list(rule.check(change, plan))
        given.update(each.code for each in told)
        return told

    asked = {
        key: tuple(ask if check is rule.check else check for check in checks) for key, checks in judge.ASKED.items()
    }
    monkeypatch.setattr(judge, "ASKED", asked)
    for path in rig_module.invalid_samples():
        if rig_module.expectation(path)["code"] in rule.codes:
            rig.restart()
            rig.play_sample(path)
    assert given
    assert given <= rule.codes


def test_rule__is_asked_of_nothing_that_it_is_not_about() -> None:
    for (phase, kind), checks in judge.ASKED.items():
        for check in checks:
            (rule,) = (rule for rule in judge.CONTROLS if rule.check is check)
            assert rule.phase is phase
            assert kind in rule.about
