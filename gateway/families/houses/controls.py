"""The controls of houses as a list of named rules (protocol §5.3): what each looks at, its codes, when it is asked.

A rule is a function of one change and the plan around it that yields what is wrong. The rules stand by subject in
`controls_house`, `controls_identity`, `controls_content` and `controls_relations`; the error pages are made from them.
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Callable, Iterator
from typing import TypeAlias

from gateway.families import api
from gateway.families.houses import kinds, plan

Check: TypeAlias = Callable[[plan.Change, plan.Plan], Iterator[api.Problem]]


class Phase(enum.Enum):
    """When a rule is asked: an object that failed in one phase is not asked about in the next."""

    ADMISSION = "admission"
    """May this organisation know anything of the house at all?"""
    IDENTITY = "identity"
    """Is it the object that the sender means, and may it be touched?"""
    CONTENT = "content"
    """Is what is said about it right in itself?"""
    RELATIONS = "relations"
    """Does it fit the house as it will be?"""


@dataclasses.dataclass(frozen=True, slots=True)
class Control:
    """One rule."""

    name: str
    """What holds where it is kept, as an identifier."""
    rule: str
    """What it refuses, as a sentence."""
    phase: Phase
    about: frozenset[kinds.Kind]
    """The objects that it is asked about."""
    codes: frozenset[str]
    """The codes that it can give."""
    check: Check


def control(phase: Phase, about: tuple[kinds.Kind, ...], *codes: str) -> Callable[[Check], Control]:
    """Make the decorated function, with its name and docstring, a rule about these kinds of objects."""

    def named(check: Check) -> Control:
        rule = (check.__doc__ or "").strip()
        return Control(check.__name__, rule, phase, frozenset(about), frozenset(codes), check)

    return named
