"""Controls: named rules that say which code an object gets (protocol §5); those of houses have phases besides.

A rule is a function of one subject, an object of the request with all that it has to be judged by, that yields what is
wrong with it. The pages about controls are made from these values.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from gateway.families import api

Subject = TypeVar("Subject")


@dataclasses.dataclass(frozen=True, slots=True)
class Control(Generic[Subject]):
    """One rule."""

    name: str
    """What holds where it is kept, as an identifier."""
    rule: str
    """What it refuses, as a sentence."""
    codes: frozenset[str]
    """The codes that it can give."""
    check: Callable[[Subject], Iterator[api.Problem]]


def control(*codes: str) -> Callable[[Callable[[Subject], Iterator[api.Problem]]], Control[Subject]]:
    """Make the decorated function, with its name and docstring, a rule that can give these codes."""

    def named(check: Callable[[Subject], Iterator[api.Problem]]) -> Control[Subject]:
        return Control(check.__name__, (check.__doc__ or "").strip(), frozenset(codes), check)

    return named


def problems(rules: Iterable[Control[Subject]], subject: Subject) -> tuple[api.Problem, ...]:
    """Ask every rule; return all that is wrong, in the order of the rules."""
    found: list[api.Problem] = []
    for rule in rules:
        found += rule.check(subject)
    return tuple(found)


def first_problems(stages: Iterable[Iterable[Control[Subject]]], subject: Subject) -> tuple[api.Problem, ...]:
    """Ask stage after stage; return all that the first one has against the subject that has anything against it."""
    for stage in stages:
        if found := problems(stage, subject):
            return found
    return ()
