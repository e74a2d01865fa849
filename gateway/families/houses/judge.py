"""The order in which an import is judged: the house before its parts, what others lean on before what leans on it.

A house that fails ends the judgement. Parts fail independently of each other; a part that leans on another one
(premises on their entrance, a room on its premises) is judged after it, by what is left of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

from gateway.families.houses import (
    controls,
    controls_content,
    controls_house,
    controls_identity,
    controls_parameters,
    controls_relations,
    kinds,
    uniqueness,
)
from gateway.families.houses.controls import Phase
from gateway.families.houses.plan import Change, Plan

CONTROLS: Final = (
    *controls_house.CONTROLS,
    *controls_identity.CONTROLS,
    *controls_content.CONTROLS,
    *controls_parameters.CONTROLS,
    *controls_relations.CONTROLS,
)
"""Every rule of houses; the uniqueness of numbers is judged beside them, by its own algorithm."""

_STAGES: Final = (
    (kinds.ENTRANCE,),
    (kinds.NON_RESIDENTIAL, kinds.RESIDENTIAL, kinds.BLOCK),
    (kinds.ROOM, kinds.LIFT),
)
ASKED: Final = {
    (phase, kind): tuple(rule.check for rule in CONTROLS if rule.phase is phase and kind in rule.about)
    for phase, kind in itertools.product(Phase, (*kinds.HOUSES, *kinds.PARTS))
}
"""What is asked in a phase about a kind of objects."""


def judge(plan: Plan) -> None:
    """Find everything that speaks against the changes of a plan, and note it there."""
    for phase in (Phase.ADMISSION, Phase.IDENTITY, Phase.CONTENT):
        _ask(plan, (plan.house,), phase)
    if not plan.stands(plan.house):
        return
    for phase in (Phase.IDENTITY, Phase.CONTENT):
        _ask(plan, plan.parts, phase)
    for stage in _STAGES:
        _ask(plan, [change for change in plan.parts if change.item.kind in stage], Phase.RELATIONS)
        for kind in stage:
            if kind.repeated:
                uniqueness.settle(plan, kind)


def codes() -> frozenset[str]:
    """Return every code that an import of a house can give."""
    repeated = {kind.repeated for kind in kinds.PARTS if kind.repeated}
    return frozenset().union(*(rule.codes for rule in CONTROLS), repeated, uniqueness.CODES)


def _ask(plan: Plan, changes: Iterable[Change], phase: controls.Phase) -> None:
    for change in [change for change in changes if plan.stands(change)]:
        for check in ASKED[phase, change.item.kind]:
            for problem in check(change, plan):
                plan.refuse(change, problem)
